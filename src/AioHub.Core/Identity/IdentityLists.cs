using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity;

/// <summary>Which users are wanted; null members bound nothing.</summary>
/// <param name="Text">Part of the e-mail address, in any case.</param>
public sealed record UserFilter(string? Text = null, Role? Role = null, bool? Enabled = null);

/// <summary>Users and keys as pages, however many there are: each begins after the last of the one before, so nothing is skipped or shown twice when others are added meanwhile.</summary>
public sealed class IdentityLists(HubDatabase database)
{
    public const int MostOfPage = 200;

    /// <summary>Users by e-mail address, or the newest first.</summary>
    /// <param name="afterEmail">By address: only those behind it.</param>
    /// <param name="beforeId">Newest first: only those made before; null = by address.</param>
    public async Task<ImmutableArray<UserListing>> UsersAsync(UserFilter filter, string? afterEmail, long? beforeId, int limit, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return [.. (await IdentityStore.PageOfUsersAsync(context, filter, afterEmail, beforeId, Math.Clamp(limit, 1, MostOfPage + 1), cancellation)).Select(Listing)];
    }

    /// <returns>Null = there is none.</returns>
    public async Task<UserListing?> FindUserAsync(UserId id, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await IdentityStore.FindUserAsync(context, id.Value, cancellation) is { } row ? Listing(row) : null;
    }

    /// <summary>Addresses of those users who exist.</summary>
    public async Task<IReadOnlyDictionary<UserId, string>> EmailsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await IdentityStore.EmailsAsync(context, users.Select(static user => user.Value), cancellation);
    }

    /// <summary>Keys that are not revoked, the newest first.</summary>
    /// <param name="owner">Whose; null = everybody's.</param>
    /// <param name="beforeId">Only those made before.</param>
    public async Task<ImmutableArray<KeyListing>> KeysAsync(UserId? owner, long? beforeId, int limit, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return [.. (await IdentityStore.PageOfKeysAsync(context, owner?.Value, beforeId, id: null, Math.Clamp(limit, 1, MostOfPage + 1), cancellation)).Select(static pair => Listing(pair.Key, pair.Owner))];
    }

    /// <param name="owner">Whose it must be; null = anybody's.</param>
    /// <returns>Null = there is none, it is revoked, or it is another's.</returns>
    public async Task<KeyListing?> FindKeyAsync(ApiKeyId id, UserId? owner, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return (await IdentityStore.PageOfKeysAsync(context, owner?.Value, beforeId: null, id.Value, limit: 1, cancellation)) is [var (key, user)] ? Listing(key, user) : null;
    }

    internal static UserListing Listing(UserRow row) =>
        new(new UserId(row.Id), row.Email, row.Role, JsonText.ToList(row.Tags), row.Enabled, row.CreatedAt)
        {
            Multiplier = row.Multiplier,
            Limits = LimitsText.To(row.Limits),
        };

    internal static KeyListing Listing(ApiKeyRow row, UserRow owner) => new(
        new ApiKey
        {
            Id = new ApiKeyId(row.Id),
            Name = row.Name,
            Owner = new UserId(row.UserId),
            OwnerRole = owner.Role,
            OwnerTags = JsonText.ToList(owner.Tags),
            Groups = JsonText.ToList(row.Groups),
            CrossGroupFailover = row.CrossGroupFailover,
            Models = JsonText.ToList(row.Models),
            Multiplier = row.Multiplier,
            OwnerMultiplier = owner.Multiplier,
            Limits = LimitsText.To(row.Limits),
            OwnerLimits = LimitsText.To(owner.Limits),
            ExpiresAt = row.ExpiresAt,
            Enabled = row.Enabled,
        },
        owner.Email,
        ApiKeySecret.Mask(row.LastFour),
        row.CreatedAt,
        row.RevokedAt);
}
