using System.Runtime.CompilerServices;
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
    private volatile Published _keys = new([]);

    // Each thread's own, so that no lock guards it.
    [ThreadStatic]
    private static RecentKey[]? _recent;

    // Only the one reload at a time touches these.
    private readonly Dictionary<long, UserRecord> _users = [];
    private readonly Dictionary<long, KeyRecord> _records = [];

    public int Count => _keys.ByHash.Count;

    /// <summary>The key with this secret, or null. The secret is compared by its keyed hash.</summary>
    public ApiKey? Find(ReadOnlySpan<char> secret) => Find(secret, _keys);

    /// <summary>
    /// The same for a secret inside a header's value. A web server hands the very same string out for each request of a connection: what was found for
    /// it is remembered by the string's identity, which no guess can hit, and saves the hash.
    /// </summary>
    public ApiKey? Find(string header, ReadOnlySpan<char> secret)
    {
        var keys = _keys;
        var recent = _recent ??= new RecentKey[RecentKey.Slots];
        ref var slot = ref recent[(uint)RuntimeHelpers.GetHashCode(header) % RecentKey.Slots];
        if (ReferenceEquals(slot.Header, header) && slot.Length == secret.Length && ReferenceEquals(slot.Stamp, keys.Stamp))
        {
            return slot.Key;
        }

        var found = Find(secret, keys);
        if (found is not null)
        {
            slot = new RecentKey(header, secret.Length, keys.Stamp, found);
        }

        return found;
    }

    /// <summary>The key of this number; null = there is none, or it is revoked.</summary>
    public ApiKey? Find(ApiKeyId id) => _keys.ById.Value.GetValueOrDefault(id.Value);

    /// <summary>Every key that is not revoked, in no order.</summary>
    public IReadOnlyCollection<ApiKey> Keys => _keys.ByHash.Values;

    /// <summary>The version of the newest row seen.</summary>
    internal long SeenVersion { get; private set; }

    /// <summary>Takes over rows that changed; callers never see half of it.</summary>
    internal void Apply(IReadOnlyCollection<UserRecord> users, IReadOnlyCollection<KeyRecord> keys)
    {
        if (users.Count == 0 && keys.Count == 0)
        {
            return;
        }

        var next = new Dictionary<KeyHash, ApiKey>(_keys.ByHash);
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

        _keys = new Published(next);
    }

    private ApiKey? Find(ReadOnlySpan<char> secret, Published keys) =>
        _hasher.TryHash(secret, out var hash) && keys.ByHash.TryGetValue(hash, out var key) ? key : null;

    private sealed class Published(Dictionary<KeyHash, ApiKey> byHash)
    {
        public Dictionary<KeyHash, ApiKey> ByHash { get; } = byHash;

        /// <summary>Made when somebody asks: calls with a key's secret never do.</summary>
        public Lazy<Dictionary<long, ApiKey>> ById { get; } = new(() => byHash.Values.ToDictionary(static key => key.Id.Value));

        /// <summary>Stands for this state where the keys themselves must not be kept alive.</summary>
        public object Stamp { get; } = new();
    }

    /// <param name="Header">The value's identity.</param>
    /// <param name="Stamp">Of the state that the key was found in.</param>
    private readonly record struct RecentKey(string? Header, int Length, object? Stamp, ApiKey? Key)
    {
        public const int Slots = 256;
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
        Multiplier = record.Multiplier,
        OwnerMultiplier = owner.Multiplier,
        OwnerLimits = owner.Limits,
        ExpiresAt = record.ExpiresAt,
        Enabled = record.Enabled && owner.Enabled,
    };
}
