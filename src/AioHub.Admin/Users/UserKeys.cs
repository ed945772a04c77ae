using AioHub.Admin.Frame;
using AioHub.Admin.Keys;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Users;

/// <summary>An API key as operators see it. Its secret is nowhere in it.</summary>
/// <param name="Owner">E-mail.</param>
internal sealed record UserKeyItem(
    long Id, string Name, string Owner, long OwnerId, string LastFour, IReadOnlyList<string> Groups, IReadOnlyList<string> Models, LimitsShape Limits, DateTime? ExpiresAt, bool Enabled, DateTime CreatedAt)
{
    public static UserKeyItem Of(KeyListing row) => new(
        row.Key.Id.Value, row.Key.Name, row.OwnerEmail, row.Key.Owner.Value, row.MaskedSecret[^4..], row.Key.Groups, row.Key.Models, LimitsShape.Of(row.Key.Limits), row.Key.ExpiresAt, row.Key.Enabled,
        row.CreatedAt);
}

/// <summary><c>GET /api/admin/keys</c>: newest first, everybody's or one user's.</summary>
internal static class ListKeysOfUsers
{
    /// <param name="user">Whose, by id.</param>
    public static async Task<Page<UserKeyItem>> AnswerAsync(Paging paging, long? user, HttpContext http, IdentityLists lists)
    {
        paging.SortOf("-created_at");
        return paging.Of(await lists.KeysAsync(user is { } id ? new UserId(id) : null, paging.AfterId, paging.Ask, http.RequestAborted), UserKeyItem.Of, static row => row.Key.Id.Value);
    }
}

/// <summary><c>GET /api/admin/keys/{id}</c>.</summary>
internal static class ShowKeyOfUser
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, IdentityLists lists) =>
        EntityTags.Show(http, UserKeyItem.Of(await lists.FindKeyAsync(new ApiKeyId(id), owner: null, http.RequestAborted) ?? throw Refused.NotFound("key")));
}

/// <summary>Operators stop a key and start it again; everything else is its owner's.</summary>
internal sealed record UserKeyChangeRequest(Named<bool?> Enabled);

/// <summary><c>PATCH /api/admin/keys/{id}</c>.</summary>
internal static class ChangeKeyOfUser
{
    public static async Task<IResult> AnswerAsync(long id, Body<UserKeyChangeRequest> body, HttpContext http, Who who, HubDatabase database, IdentityAdmin identity, IdentityLists lists, UserList users)
    {
        var key = new ApiKeyId(id);
        await EntityTags.ChangeAsync(database, http, ReadAsync, "key", async (present, transaction) =>
        {
            await CheckAsync(who, present, users, http.RequestAborted);
            if (body.Value.Enabled.IsNamed)
            {
                await identity.ChangeKeyAsync(new KeyDraft { Name = present.Name, User = present.Owner, Enabled = body.Value.Enabled.Value ?? true }, transaction, http.RequestAborted);
            }
        });
        return EntityTags.Show(http, await ReadAsync() ?? throw Refused.NotFound("key"));

        async Task<UserKeyItem?> ReadAsync() => await lists.FindKeyAsync(key, owner: null, http.RequestAborted) is { } row ? UserKeyItem.Of(row) : null;
    }

    /// <exception cref="Refused">The key is an operator's or an owner's, and who asks is no owner.</exception>
    public static async Task CheckAsync(Who who, UserKeyItem key, UserList users, CancellationToken cancellation)
    {
        var owner = new UserId(key.OwnerId);
        if (owner != who.User)
        {
            Ranks.Check(who, (await users.FindAsync(owner, cancellation))?.Role, null);
        }
    }
}

/// <summary><c>DELETE /api/admin/keys/{id}</c>: for ever, at once.</summary>
internal static class RevokeKeyOfUser
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, HubDatabase database, IdentityAdmin identity, IdentityLists lists, UserList users)
    {
        var key = new ApiKeyId(id);
        await EntityTags.ChangeAsync(
            database, http,
            async () => await lists.FindKeyAsync(key, owner: null, http.RequestAborted) is { } row ? UserKeyItem.Of(row) : null,
            "key",
            async (present, transaction) =>
            {
                await ChangeKeyOfUser.CheckAsync(who, present, users, http.RequestAborted);
                await identity.RevokeKeyAsync(key, transaction, http.RequestAborted);
            });
        return Results.NoContent();
    }
}
