using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Keys;

/// <summary><c>GET /api/me/keys</c>: newest first.</summary>
internal static class ListOwnKeys
{
    public static async Task<Page<KeyReply>> AnswerAsync(Paging paging, HttpContext http, Who who, IdentityLists lists)
    {
        paging.SortOf("-created_at");
        return paging.Of(await lists.KeysAsync(who.User, paging.AfterId, paging.Ask, http.RequestAborted), KeyReply.Of, static row => row.Key.Id.Value);
    }
}

/// <summary><c>GET /api/me/keys/{id}</c>.</summary>
internal static class ShowOwnKey
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, IdentityLists lists) =>
        EntityTags.Show(http, KeyReply.Of(await lists.FindKeyAsync(new ApiKeyId(id), who.User, http.RequestAborted) ?? throw Refused.NotFound("key")));
}

/// <param name="Groups">Names in order; absent = <c>auto</c>.</param>
/// <param name="Models">Globs; absent = all.</param>
internal sealed record NewKeyRequest(
    string Name, IReadOnlyList<string>? Groups, bool? CrossGroupFailover, IReadOnlyList<string>? Models, LimitsShape? Limits, DateTime? ExpiresAt, bool? Enabled);

/// <summary><c>POST /api/me/keys</c>: the answer has the secret, this once. Secrets are the hub's; one's own cannot be brought.</summary>
internal static class MakeOwnKey
{
    public static async Task<IResult> AnswerAsync(Body<NewKeyRequest> body, HttpContext http, Who who, IdentityAdmin identity, IdentityLists lists, OfferedGroups groups)
    {
        var wanted = body.Value;
        await groups.CheckAsync(who, wanted.Groups, [], http.RequestAborted);
        var made = await identity.CreateKeyAsync(
            new KeyDraft
            {
                Name = wanted.Name,
                User = who.Known.Email,
                Groups = wanted.Groups?.ToImmutableArray(),
                CrossGroupFailover = wanted.CrossGroupFailover,
                Models = wanted.Models?.ToImmutableArray(),
                Limits = wanted.Limits?.ToLimits(),
                ExpiresAt = wanted.ExpiresAt,
                Enabled = wanted.Enabled,
            },
            cancellation: http.RequestAborted);
        var shown = await lists.FindKeyAsync(made.Id, who.User, http.RequestAborted) ?? throw Refused.NotFound("key");
        return EntityTags.Made(http, $"/api/me/keys/{made.Id.Value}", KeyReply.Of(shown) with { Secret = made.Secret });
    }
}

/// <summary>Absent members stay; null puts them back to their default.</summary>
internal sealed record KeyChangeRequest(
    Named<string> Name, Named<IReadOnlyList<string>?> Groups, Named<bool?> CrossGroupFailover, Named<IReadOnlyList<string>?> Models, Named<LimitsShape?> Limits, Named<DateTime?> ExpiresAt,
    Named<bool?> Enabled);

/// <summary><c>PATCH /api/me/keys/{id}</c>.</summary>
internal static class ChangeOwnKey
{
    public static async Task<IResult> AnswerAsync(
        long id, Body<KeyChangeRequest> body, HttpContext http, Who who, HubDatabase database, IdentityAdmin identity, IdentityLists lists, OfferedGroups groups)
    {
        var change = body.Value;
        var key = new ApiKeyId(id);
        await EntityTags.ChangeAsync(database, http, ReadAsync, "key", async (present, transaction) =>
        {
            await groups.CheckAsync(who, change.Groups.Value, present.Groups, http.RequestAborted);
            var name = present.Name;
            if (change.Name is { IsNamed: true, Value: var next })
            {
                name = next ?? throw Refused.Invalid("name", "must not be null");
                await identity.RenameKeyAsync(key, name, transaction, http.RequestAborted);
            }

            await identity.ChangeKeyAsync(
                new KeyDraft
                {
                    Name = name,
                    User = who.Known.Email,
                    Groups = change.Groups.IsNamed ? [.. change.Groups.Value ?? [Group.AutoName]] : null,
                    CrossGroupFailover = change.CrossGroupFailover.IsNamed ? change.CrossGroupFailover.Value ?? true : null,
                    Models = change.Models.IsNamed ? [.. change.Models.Value ?? []] : null,
                    Limits = change.Limits.IsNamed ? change.Limits.Value?.ToLimits() ?? Limits.None : null,
                    ExpiresAt = change.ExpiresAt,
                    Enabled = change.Enabled.IsNamed ? change.Enabled.Value ?? true : null,
                },
                transaction, http.RequestAborted);
        });
        return EntityTags.Show(http, await ReadAsync() ?? throw Refused.NotFound("key"));

        async Task<KeyReply?> ReadAsync() => await lists.FindKeyAsync(key, who.User, http.RequestAborted) is { } row ? KeyReply.Of(row) : null;
    }
}

/// <summary><c>DELETE /api/me/keys/{id}</c>: for ever, at once; its name is free again.</summary>
internal static class RevokeOwnKey
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, HubDatabase database, IdentityAdmin identity, IdentityLists lists)
    {
        var key = new ApiKeyId(id);
        await EntityTags.ChangeAsync(
            database, http,
            async () => await lists.FindKeyAsync(key, who.User, http.RequestAborted) is { } row ? KeyReply.Of(row) : null,
            "key",
            (_, transaction) => identity.RevokeKeyAsync(key, transaction, http.RequestAborted));
        return Results.NoContent();
    }
}
