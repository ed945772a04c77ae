using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Import;

/// <summary>A key that the hub has or had.</summary>
/// <param name="Owner">E-mail address.</param>
public sealed record KnownKey(string Owner, string Name, bool Revoked);

/// <summary>What a plan needs to know of the hub as it is.</summary>
public sealed record ImportState
{
    /// <summary>UTC.</summary>
    public required DateTime Now { get; init; }
    public ModelCatalog Catalog { get; init; } = ModelCatalog.Empty;
    public ImmutableArray<ChannelListing> Channels { get; init; } = [];
    public ImmutableArray<GroupListing> Groups { get; init; } = [];
    public ImmutableArray<UserListing> Users { get; init; } = [];
    public ImmutableArray<KnownKey> Keys { get; init; } = [];
    /// <summary>Whose a secret is or was; null = nobody's.</summary>
    public Func<string, KnownKey?> KeyOf { get; init; } = static _ => null;

    /// <summary>Reads all of it.</summary>
    public static async Task<ImportState> ReadAsync(HubDatabase database, MasterKey master, TimeProvider time, CancellationToken cancellation)
    {
        var identity = new IdentityAdmin(database, master, time);
        var users = await identity.ListUsersAsync(cancellation);
        var emails = users.ToDictionary(static user => user.Id.Value, static user => user.Email);
        await using var context = database.CreateContext();
        var rows = await IdentityStore.ListKeysAsync(context, user: null, cancellation);
        var known = rows.Select(row => (row.Hash, Key: new KnownKey(emails[row.UserId], row.Name, row.RevokedAt is not null))).ToList();
        var byHash = known.ToDictionary(static pair => Convert.ToHexString(pair.Hash), static pair => pair.Key, StringComparer.Ordinal);
        var hasher = new KeyHasher(master);
        return new ImportState
        {
            Now = time.GetUtcNow().UtcDateTime,
            Catalog = new ModelCatalog(await new CatalogAdmin(database, time).ListAsync(cancellation)),
            Channels = [.. await new ChannelAdmin(database, new SecretBox(master)).ListAsync(cancellation)],
            Groups = [.. await new GroupAdmin(database, time).ListAsync(cancellation)],
            Users = [.. users],
            Keys = [.. known.Select(static pair => pair.Key)],
            KeyOf = secret => hasher.TryHash(secret, out var hash) ? byHash.GetValueOrDefault(Convert.ToHexString(hash.ToArray())) : null,
        };
    }
}
