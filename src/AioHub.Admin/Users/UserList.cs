using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Users;

/// <summary>Reads users with how they sign in.</summary>
internal sealed class UserList(IdentityLists lists, SignInAdmin signIns)
{
    public async Task<UserItem?> FindAsync(UserId id, CancellationToken cancellation) =>
        await lists.FindUserAsync(id, cancellation) is { } row ? await ItemAsync(row, cancellation) : null;

    public async Task<UserItem> ItemAsync(UserListing row, CancellationToken cancellation)
    {
        var known = await signIns.FindAsync(row.Id, cancellation);
        return new UserItem(
            row.Id.Value, row.Email, known?.Name, row.Role, row.Tags, row.Enabled, row.Multiplier, LimitsShape.Of(row.Limits), known?.PasswordHash is not null, known?.TotpOn ?? false, known?.LockedUntil,
            row.CreatedAt);
    }
}

/// <summary><c>GET /api/admin/users</c>: by address, or the newest first.</summary>
internal static class ListUsers
{
    public static async Task<Page<UserItem>> AnswerAsync(Paging paging, string? text, string? role, bool? enabled, HttpContext http, IdentityLists lists, UserList users)
    {
        var newest = paging.SortOf("email", "-created_at") == "-created_at";
        var rows = await lists.UsersAsync(
            new UserFilter(text, Names.Word<Role>(role, "role"), enabled), newest ? null : paging.AfterName, newest ? paging.AfterId ?? long.MaxValue : null, paging.Ask, http.RequestAborted);
        var page = paging.Of(rows, static row => row, row => newest ? row.Id.Value : row.Email);
        var items = new List<UserItem>(page.Items.Count);
        foreach (var row in page.Items)
        {
            items.Add(await users.ItemAsync(row, http.RequestAborted));
        }

        return new Page<UserItem>(items, page.Next);
    }
}

/// <summary><c>GET /api/admin/users/{id}</c>.</summary>
internal static class ShowUser
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, UserList users) =>
        EntityTags.Show(http, await users.FindAsync(new UserId(id), http.RequestAborted) ?? throw Refused.NotFound("user"));
}

/// <param name="Role"><c>user</c> unless said; only owners make operators and owners.</param>
internal sealed record NewUserRequest(string Email, Role? Role, IReadOnlyList<string>? Tags, decimal? Multiplier, LimitsShape? Limits, bool? Enabled);

/// <summary><c>POST /api/admin/users</c>: without a way to sign in; <c>POST /api/admin/users/{id}/link</c> gives one.</summary>
internal static class MakeUser
{
    public static async Task<IResult> AnswerAsync(Body<NewUserRequest> body, HttpContext http, Who who, IdentityAdmin identity, UserList users)
    {
        var wanted = body.Value;
        Ranks.Check(who, null, wanted.Role);
        var made = await identity.CreateUserAsync(
            new UserDraft
            {
                Email = wanted.Email, Role = wanted.Role, Tags = wanted.Tags?.ToImmutableArray(), Multiplier = wanted.Multiplier, Limits = wanted.Limits?.ToLimits(), Enabled = wanted.Enabled,
            },
            cancellation: http.RequestAborted);
        return EntityTags.Made(http, $"/api/admin/users/{made.Id}", await users.FindAsync(new UserId(made.Id), http.RequestAborted) ?? throw Refused.NotFound("user"));
    }
}

/// <summary>Absent members stay; null puts them back to their default.</summary>
internal sealed record UserChangeRequest(
    Named<string> Email, Named<Role?> Role, Named<IReadOnlyList<string>?> Tags, Named<decimal?> Multiplier, Named<LimitsShape?> Limits, Named<bool?> Enabled);

/// <summary><c>PATCH /api/admin/users/{id}</c>. A disabled user is out at once: sessions, tokens and API keys.</summary>
internal static class ChangeUser
{
    public static async Task<IResult> AnswerAsync(long id, Body<UserChangeRequest> body, HttpContext http, Who who, HubDatabase database, IdentityAdmin identity, UserList users)
    {
        var change = body.Value;
        var user = new UserId(id);
        await EntityTags.ChangeAsync(database, http, () => users.FindAsync(user, http.RequestAborted), "user", async (present, transaction) =>
        {
            Ranks.Check(who, present.Role, change.Role.IsNamed ? change.Role.Value ?? Role.User : null);
            var enabled = change.Enabled.IsNamed ? change.Enabled.Value ?? true : (bool?)null;
            if (user == who.User && (enabled == false || (change.Role.IsNamed && change.Role.Value != present.Role)))
            {
                throw Refused.Invalid(enabled == false ? "enabled" : "role", "is your own: another owner has to change it, so that nobody locks themselves out");
            }

            var email = present.Email;
            if (change.Email is { IsNamed: true, Value: var next })
            {
                email = next ?? throw Refused.Invalid("email", "must not be null");
                await identity.RenameUserAsync(user, email, transaction, http.RequestAborted);
            }

            await identity.UpdateUserAsync(
                new UserDraft
                {
                    Email = email,
                    Role = change.Role.IsNamed ? change.Role.Value ?? Role.User : null,
                    Tags = change.Tags.IsNamed ? [.. change.Tags.Value ?? []] : null,
                    Multiplier = change.Multiplier.IsNamed ? change.Multiplier.Value ?? 1m : null,
                    Limits = change.Limits.IsNamed ? change.Limits.Value?.ToLimits() ?? Limits.None : null,
                    Enabled = enabled,
                },
                transaction, http.RequestAborted);
        });
        return EntityTags.Show(http, await users.FindAsync(user, http.RequestAborted) ?? throw Refused.NotFound("user"));
    }
}

/// <summary>Who may give and take which role: operators look after users; owners after all.</summary>
internal static class Ranks
{
    /// <param name="present">Of whom is changed; null = somebody new.</param>
    /// <param name="next">The role that is asked for; null = it stays.</param>
    /// <exception cref="Refused">Only owners may.</exception>
    public static void Check(Who who, Role? present, Role? next)
    {
        if (who.Role != Role.Owner && (present is Role.Operator or Role.Owner || next is Role.Operator or Role.Owner))
        {
            throw Refused.NotAllowed("Only owners may make or change operators and owners.");
        }
    }
}
