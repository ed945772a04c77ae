using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity;

/// <summary>
/// All API keys in memory, found by secret without database, lock or allocation, in time that does not depend on how many there are.
/// Revoked keys are not in it; disabled and expired ones are, and say so.
/// </summary>
public sealed class ApiKeyDirectory(MasterKey master)
{
    private readonly KeyHasher _hasher = new(master);
    private volatile Dictionary<KeyHash, ApiKey> _keys = [];

    // Only the one reload at a time touches these.
    private readonly Dictionary<long, UserRecord> _users = [];
    private readonly Dictionary<long, KeyRecord> _records = [];

    public int Count => _keys.Count;

    /// <summary>The key with this secret, or null. The secret is compared by its keyed hash.</summary>
    public ApiKey? Find(ReadOnlySpan<char> secret) =>
        _hasher.TryHash(secret, out var hash) && _keys.TryGetValue(hash, out var key) ? key : null;

    /// <summary>Every key that is not revoked, in no order.</summary>
    public IReadOnlyCollection<ApiKey> Keys => _keys.Values;

    /// <summary>The version of the newest row seen.</summary>
    internal long SeenVersion { get; private set; }

    /// <summary>Takes over rows that changed; callers never see half of it.</summary>
    internal void Apply(IReadOnlyCollection<UserRecord> users, IReadOnlyCollection<KeyRecord> keys)
    {
        if (users.Count == 0 && keys.Count == 0)
        {
            return;
        }

        var next = new Dictionary<KeyHash, ApiKey>(_keys);
        foreach (var user in users)
        {
            var known = _users.ContainsKey(user.Id);
            _users[user.Id] = user;
            SeenVersion = Math.Max(SeenVersion, user.Version);
            if (!known)
            {
                continue;
            }

            foreach (var record in _records.Values)
            {
                if (record.UserId == user.Id)
                {
                    next[record.Hash] = Build(record, user);
                }
            }
        }

        // All former secrets leave before any new one comes: two keys may have exchanged theirs.
        foreach (var record in keys)
        {
            SeenVersion = Math.Max(SeenVersion, record.Version);
            if (_records.Remove(record.Id, out var former))
            {
                next.Remove(former.Hash);
            }
        }

        foreach (var record in keys)
        {
            if (!record.Revoked && _users.TryGetValue(record.UserId, out var owner))
            {
                _records[record.Id] = record;
                next[record.Hash] = Build(record, owner);
            }
        }

        _keys = next;
    }

    private static ApiKey Build(KeyRecord record, UserRecord owner) => new()
    {
        Id = new ApiKeyId(record.Id),
        Name = record.Name,
        Owner = new UserId(owner.Id),
        OwnerRole = owner.Role,
        OwnerTags = owner.Tags,
        Groups = record.Groups,
        CrossGroupFailover = record.CrossGroupFailover,
        Models = record.Models,
        Limits = record.Limits,
        ExpiresAt = record.ExpiresAt,
        Enabled = record.Enabled && owner.Enabled,
    };
}
