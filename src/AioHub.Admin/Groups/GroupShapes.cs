using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Admin.Health;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Admin.Groups;

/// <summary>A channel's place in a group.</summary>
/// <param name="Priority">0 to 1000; 0 comes first.</param>
/// <param name="Weight">0 to 1000: its share among those of one priority; 0 = only when nothing else of it is left.</param>
internal sealed record MemberShape(string Channel, int Priority = 0, int Weight = 10);

/// <summary>How calls go on when an attempt fails; absent = as the hub is set.</summary>
/// <param name="DeadlineSeconds">How long attempts in the group may take together until content comes.</param>
/// <param name="HoldHandshake">What opens a stream is kept back until its first content, so that another channel can still take over.</param>
internal sealed record FailoverShape(int? MaxAttempts = null, int? SameCredential = null, double? DeadlineSeconds = null, bool? HoldHandshake = null);

/// <summary>Rules of a group for its calls. In a change, absent members stay.</summary>
/// <param name="Lacks">What its calls cannot have, by names of capabilities, whatever its channels can do.</param>
/// <param name="Affinity">Calls of one conversation go where the last one was answered.</param>
/// <param name="AffinitySeconds">How long a conversation is remembered after its last answer.</param>
/// <param name="AffinityBreakAt">A conversation leaves a credential that is so many times as slow as its siblings; 0 = never.</param>
internal sealed record PolicyShape(
    IReadOnlyList<string>? Lacks = null, SelectionPolicy? Selection = null, bool? Affinity = null, double? AffinitySeconds = null, double? AffinityBreakAt = null, FailoverShape? Failover = null,
    TranslationPolicy? Translation = null)
{
    private const double MostSeconds = 31_536_000;

    public static PolicyShape Of(GroupPolicy policy) => new(
        [.. CapabilityNames.ListOf(policy.Lacks)], policy.Selection, policy.Affinity, policy.AffinityTtl.TotalSeconds, policy.AffinityBreakAt,
        new FailoverShape(policy.Failover.MaxAttempts, policy.Failover.SameCredential, policy.Failover.Deadline?.TotalSeconds, policy.Failover.HoldHandshake), policy.Translation);

    public GroupPolicyDraft ToDraft() => new()
    {
        Lacks = Lacks is null ? null : Names.Capabilities(Lacks, "policy.lacks"),
        Selection = Selection,
        Affinity = Affinity,
        AffinityTtl = AffinitySeconds is { } ttl ? Span(ttl) : null,
        AffinityBreakAt = AffinityBreakAt,
        Failover = Failover is null ? null : new GroupFailover(Failover.MaxAttempts, Failover.SameCredential, Failover.DeadlineSeconds is { } deadline ? Span(deadline) : null, Failover.HoldHandshake),
        Translation = Translation,
    };

    /// <summary>What is out of all proportion is refused with the rest, by its field.</summary>
    private static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(double.IsNaN(seconds) ? -1 : Math.Clamp(seconds, -1, MostSeconds));
}

/// <summary>A group in a list.</summary>
/// <param name="Status">At this moment: a day of expiry that has come counts.</param>
/// <param name="State">Of its channels together; disabled = it has none that could serve.</param>
/// <param name="Channels">In the order in which they are tried.</param>
/// <param name="Prices">How many models cost something of their own here.</param>
internal sealed record GroupItem(
    long Id, string Name, string DisplayName, string CommonUse, GroupStatus Status, DateOnly? ExpiredOn, string? Reason, string? Replacement, GroupVisibility Visibility, GroupMode Mode, decimal Multiplier,
    ChannelCondition? State, IReadOnlyList<string> Channels, int Prices);

/// <summary>A group with all that can be set of it.</summary>
/// <param name="Notes">Markdown, for who chooses a group.</param>
/// <param name="Tags">Of users who may choose it, when it is restricted.</param>
/// <param name="Status">As it was set; with <paramref name="ExpiredOn"/> it ends by itself on that day.</param>
/// <param name="ServeReplacement">Calls of the expired group are served by the replacement without being asked.</param>
/// <param name="Dialects">That callers may use; empty = all.</param>
/// <param name="Multiplier">On all prices of its calls.</param>
/// <param name="Models">Globs; empty = all that its channels serve.</param>
/// <param name="AutoTier">Place in <c>auto</c>'s default order: lower comes earlier.</param>
internal sealed record GroupReply(
    long Id, string Name, string DisplayName, string CommonUse, string Notes, GroupVisibility Visibility, IReadOnlyList<string> Tags, GroupStatus Status, DateOnly? ExpiredOn, string? Reason,
    string? Replacement, bool ServeReplacement, GroupMode Mode, IReadOnlyList<string> Dialects, decimal Multiplier, IReadOnlyList<string> Models, int AutoTier, bool HasQuota, LimitsShape Limits,
    PolicyShape Policy, IReadOnlyList<MemberShape> Channels, IReadOnlyList<GroupPriceShape> Prices)
{
    public static GroupReply Of(GroupListing listing)
    {
        var group = listing.Group;
        return new GroupReply(
            group.Id.Value, group.Name, group.DisplayName, group.CommonUse, group.Notes, group.Visibility, group.Tags, group.Status, group.ExpiredOn, group.Reason, group.Replacement, group.ServeReplacement,
            group.Mode, [.. group.Dialects.Select(DialectNames.Of)], group.Multiplier, group.Models, group.AutoTier, group.HasQuota, LimitsShape.Of(group.Limits), PolicyShape.Of(group.Policy),
            [.. listing.Channels.Select(static member => new MemberShape(member.Channel, member.Priority, member.Weight))], [.. group.Prices.All.Select(static price => GroupPriceShape.Of(price))]);
    }
}

/// <param name="Name">a-z, 0-9 and -; it stays for ever.</param>
internal sealed record NewGroupRequest(
    string Name, string? DisplayName, string? CommonUse, string? Notes, GroupVisibility? Visibility, IReadOnlyList<string>? Tags, GroupStatus? Status, GroupMode? Mode, IReadOnlyList<string>? Dialects,
    decimal? Multiplier, IReadOnlyList<string>? Models, PolicyShape? Policy, IReadOnlyList<MemberShape>? Channels)
{
    public GroupDraft ToDraft() => new()
    {
        Name = Name,
        DisplayName = DisplayName,
        CommonUse = CommonUse,
        Notes = Notes,
        Visibility = Visibility,
        Tags = Tags?.ToImmutableArray(),
        Status = Status,
        Mode = Mode,
        Dialects = Dialects is null ? null : Names.Dialects(Dialects),
        Multiplier = Multiplier,
        Models = Models?.ToImmutableArray(),
        Policy = Policy?.ToDraft(),
        Channels = Channels?.Select(static member => new MemberDraft(member.Channel, member.Priority, member.Weight)).ToImmutableArray(),
    };
}

/// <summary>Absent members stay; null puts them back to their default. A group keeps its name: keys and calls of the past name it.</summary>
/// <param name="Channels">Replaces all members.</param>
/// <param name="ExpiredOn">With status <c>expired</c>: since when, today unless said. Else the day on which it ends by itself.</param>
internal sealed record GroupChangeRequest(
    Named<string?> DisplayName, Named<string?> CommonUse, Named<string?> Notes, Named<GroupVisibility?> Visibility, Named<IReadOnlyList<string>?> Tags, Named<GroupStatus?> Status,
    Named<DateOnly?> ExpiredOn, Named<string?> Reason, Named<string?> Replacement, Named<bool?> ServeReplacement, Named<GroupMode?> Mode, Named<IReadOnlyList<string>?> Dialects, Named<decimal?> Multiplier,
    Named<IReadOnlyList<string>?> Models, Named<int?> AutoTier, Named<bool?> HasQuota, Named<LimitsShape?> Limits, Named<PolicyShape?> Policy, Named<IReadOnlyList<MemberShape>?> Channels)
{
    private static readonly GroupPolicyDraft UsualPolicy = PolicyShape.Of(GroupPolicy.Default).ToDraft();

    public GroupDraft ToDraft(string name) => new()
    {
        Name = name,
        DisplayName = DisplayName.IsNamed ? DisplayName.Value ?? name : null,
        CommonUse = CommonUse.IsNamed ? CommonUse.Value ?? "" : null,
        Notes = Notes.IsNamed ? Notes.Value ?? "" : null,
        Visibility = Visibility.IsNamed ? Visibility.Value ?? GroupVisibility.Public : null,
        Tags = Tags.IsNamed ? [.. Tags.Value ?? []] : null,
        Status = Status.IsNamed ? Status.Value ?? GroupStatus.Active : null,
        ExpiredOn = ExpiredOn,
        Reason = Reason,
        Replacement = Replacement,
        ServeReplacement = ServeReplacement.IsNamed ? ServeReplacement.Value ?? false : null,
        Mode = Mode.IsNamed ? Mode.Value ?? GroupMode.Gateway : null,
        Dialects = Dialects.IsNamed ? Names.Dialects(Dialects.Value ?? []) : null,
        Multiplier = Multiplier.IsNamed ? Multiplier.Value ?? 1m : null,
        Models = Models.IsNamed ? [.. Models.Value ?? []] : null,
        AutoTier = AutoTier.IsNamed ? AutoTier.Value ?? 5 : null,
        HasQuota = HasQuota.IsNamed ? HasQuota.Value ?? false : null,
        Limits = Limits.IsNamed ? Limits.Value?.ToLimits() ?? Core.Primitives.Limits.None : null,
        Policy = Policy.IsNamed ? Policy.Value?.ToDraft() ?? UsualPolicy : null,
        Channels = Channels.IsNamed ? [.. (Channels.Value ?? []).Select(static member => new MemberDraft(member.Channel, member.Priority, member.Weight))] : null,
    };
}
