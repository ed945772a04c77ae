using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Keys;

/// <summary>A group as who may choose it is told of it.</summary>
/// <param name="CommonUse">What it is for, in a line.</param>
/// <param name="Notes">Markdown.</param>
/// <param name="PriceMultiplier">On the models' prices.</param>
/// <param name="ExpiredOn">Since when it is expired, or when it will be.</param>
/// <param name="Replacement">The group to take instead, once it is expired.</param>
internal sealed record GroupOffer(
    string Name, string Title, string CommonUse, string Notes, GroupStatus Status, DateOnly? ExpiredOn, string? StatusReason, string? Replacement, GroupMode Mode, decimal PriceMultiplier,
    IReadOnlyList<string> Models);

/// <summary>Which groups a user may choose for a key: public ones, and restricted ones that share a tag. Operators may choose any.</summary>
internal sealed class OfferedGroups(RoutingDirectory routing, IdentityLists lists, TimeProvider time)
{
    public async Task<IReadOnlyList<GroupOffer>> ListAsync(Who who, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var may = await MayAsync(who, cancellation);
        return [.. routing.Current.Groups.Where(may).Select(group => new GroupOffer(
            group.Name, group.DisplayName, group.CommonUse, group.Notes, group.StatusAt(now), group.ExpiredOn, group.Reason, group.Replacement, group.Mode, group.Multiplier, group.Models))];
    }

    /// <summary>Groups that are not offered are refused like groups that do not exist; those that the key has already stay.</summary>
    /// <param name="wanted">Null = none are named.</param>
    /// <param name="present">What the key has.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Refused">A group is not offered to the user.</exception>
    public async Task CheckAsync(Who who, IReadOnlyList<string>? wanted, IReadOnlyList<string> present, CancellationToken cancellation)
    {
        if (wanted is null)
        {
            return;
        }

        var may = await MayAsync(who, cancellation);
        var offered = routing.Current.Groups.Where(may).Select(static group => group.Name).ToHashSet(StringComparer.Ordinal);
        var not = wanted.Where(name => !offered.Contains(name) && !present.Contains(name, StringComparer.Ordinal)).ToList();
        if (not.Count > 0)
        {
            throw Refused.Invalid("groups", $"there is no group {string.Join(", ", not)}; offered are {string.Join(", ", offered.Order(StringComparer.Ordinal))}");
        }
    }

    /// <summary>Whether a group is offered to the user.</summary>
    public async Task<Func<Group, bool>> MayAsync(Who who, CancellationToken cancellation)
    {
        if (who.Role != Role.User)
        {
            return static _ => true;
        }

        var tags = (await lists.FindUserAsync(who.User, cancellation))?.Tags ?? [];
        return group => group.Visibility == GroupVisibility.Public || (group.Visibility == GroupVisibility.Restricted && group.Tags.Any(tag => tags.Contains(tag, StringComparer.Ordinal)));
    }
}

/// <summary><c>GET /api/me/groups</c>.</summary>
internal static class ListOfferedGroups
{
    public static async Task<Page<GroupOffer>> AnswerAsync(HttpContext http, Who who, OfferedGroups groups) => new(await groups.ListAsync(who, http.RequestAborted), null);
}
