using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Groups;

/// <summary>A rule of <c>auto</c>: calls for which all that it asks holds try its groups first, in this order. Of several rules the first that holds counts.</summary>
/// <param name="Model">A name or pattern; absent = <c>*</c>, any model.</param>
/// <param name="Dialects">That the caller speaks; empty = any.</param>
/// <param name="Clients">Patterns of the client's <c>User-Agent</c>; empty = any.</param>
/// <param name="Tags">The key's owner has one of them; empty = anybody.</param>
internal sealed record AutoRuleShape(string? Model, IReadOnlyList<string> Groups, IReadOnlyList<string>? Dialects, IReadOnlyList<string>? Clients, IReadOnlyList<string>? Tags)
{
    public static AutoRuleShape Of(AutoRule rule) => new(rule.Model, rule.Groups, [.. rule.Dialects.Select(DialectNames.Of)], rule.Clients, rule.Tags);

    public AutoRule ToRule(int at) => new(Model ?? "*", [.. Groups])
    {
        Dialects = Names.Dialects(Dialects ?? [], $"rules[{at}].dialects"), Clients = [.. Clients ?? []], Tags = [.. Tags ?? []],
    };
}

/// <summary>A group in the order in which calls go through them that no rule is for.</summary>
/// <param name="Named">The named order has it; else its tier, factor and name put it here.</param>
/// <param name="Status">At this moment; only active groups take calls.</param>
/// <param name="Visibility">Restricted groups take calls of keys whose owner has one of <paramref name="Tags"/>.</param>
/// <param name="Channels">How many it has; without one it is passed over.</param>
internal sealed record AutoPlaceShape(string Group, bool Named, int AutoTier, decimal Multiplier, GroupStatus Status, GroupVisibility Visibility, IReadOnlyList<string> Tags, int Channels);

/// <summary>How <c>auto</c> picks: the groups of the first rule that holds, then all others in one order.</summary>
/// <param name="Order">Groups that come first, by name.</param>
/// <param name="Places">All groups but hidden ones, in the order that follows from <paramref name="Order"/>, their tiers, their factors (dearer first) and their names.</param>
internal sealed record AutoReply(IReadOnlyList<string> Order, IReadOnlyList<AutoRuleShape> Rules, IReadOnlyList<AutoPlaceShape> Places)
{
    public static async Task<AutoReply> ReadAsync(GroupAdmin groups, TimeProvider time, CancellationToken cancellation)
    {
        var (policy, now) = (await groups.ReadAutoAsync(cancellation), time.GetUtcNow().UtcDateTime);
        var places = policy.Sort(await groups.ListAsync(cancellation), static listing => listing.Group);
        return new AutoReply(policy.Order, [.. policy.Rules.Select(AutoRuleShape.Of)], [.. places.Select(place => PlaceOf(place, policy.Order, now))]);
    }

    private static AutoPlaceShape PlaceOf(GroupListing listing, ImmutableArray<string> order, DateTime now) => new(
        listing.Group.Name, order.Contains(listing.Group.Name, StringComparer.Ordinal), listing.Group.AutoTier, listing.Group.Multiplier, listing.Group.StatusAt(now), listing.Group.Visibility,
        listing.Group.Visibility == GroupVisibility.Restricted ? listing.Group.Tags : [], listing.Channels.Length);
}

/// <summary><c>GET /api/admin/auto</c>.</summary>
internal static class ShowAuto
{
    public static async Task<IResult> AnswerAsync(HttpContext http, GroupAdmin groups, TimeProvider time) => EntityTags.Show(http, await AutoReply.ReadAsync(groups, time, http.RequestAborted));
}

/// <summary>Absent members stay; null empties them.</summary>
/// <param name="Order">Replaces the named order.</param>
/// <param name="Rules">Replaces all rules.</param>
internal sealed record AutoChangeRequest(Named<IReadOnlyList<string>?> Order, Named<IReadOnlyList<AutoRuleShape>?> Rules)
{
    public AutoDraft ToDraft() => new(
        Order.IsNamed ? [.. Order.Value ?? []] : null, Rules.IsNamed ? [.. (Rules.Value ?? []).Select(static (rule, at) => rule.ToRule(at))] : null);
}

/// <summary><c>PATCH /api/admin/auto</c>. A group's own place (<c>auto_tier</c>) is changed at the group.</summary>
internal static class ChangeAuto
{
    public static async Task<IResult> AnswerAsync(Body<AutoChangeRequest> body, HttpContext http, HubDatabase database, GroupAdmin groups, TimeProvider time)
    {
        await EntityTags.ChangeAsync<AutoReply>(database, http, async () => await AutoReply.ReadAsync(groups, time, http.RequestAborted), "order of auto", (_, transaction) =>
            groups.SetAutoAsync(body.Value.ToDraft(), within: transaction, cancellation: http.RequestAborted));
        return await ShowAuto.AnswerAsync(http, groups, time);
    }
}
