using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

public enum GroupStatus
{
    Active,
    Paused,
    Expired,
}

public enum GroupVisibility
{
    Public,
    /// <summary>Only for users with one of the group's tags.</summary>
    Restricted,
    /// <summary>Not listed; keys that name it may use it.</summary>
    Hidden,
}

public enum GroupMode
{
    Gateway,
    /// <summary>Bytes in = bytes out.</summary>
    Passthrough,
}

/// <summary>One channel of a group.</summary>
/// <param name="Priority">Tiers, tried in ascending order: 0 comes first.</param>
/// <param name="Weight">Share inside the tier; 0 = only when nothing else of the tier is left.</param>
public sealed record GroupMember(ChannelId Channel, int Priority, int Weight);

/// <summary>A named product line: which channels serve it, for whom, and at what price.</summary>
public sealed record Group
{
    /// <summary>The name of the virtual group that picks among the others.</summary>
    public const string AutoName = "auto";

    public required GroupId Id { get; init; }
    public required string Name { get; init; }
    public string DisplayName { get; init; } = "";
    public string CommonUse { get; init; } = "";
    /// <summary>Markdown.</summary>
    public string Notes { get; init; } = "";
    public GroupVisibility Visibility { get; init; }
    public ImmutableArray<string> Tags { get; init; } = [];
    public GroupStatus Status { get; init; }
    /// <summary>Since when the group is expired; of one that is active or paused, the day on which it will be.</summary>
    public DateOnly? ExpiredOn { get; init; }
    /// <summary>When an active or paused group ends by itself (UTC); null = nobody set that, or it is expired already.</summary>
    public DateTime? EndsAt => Status != GroupStatus.Expired && ExpiredOn is { } day ? day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) : null;
    /// <summary>Why the group is paused or expired.</summary>
    public string? Reason { get; init; }
    /// <summary>The group that takes over once this one is expired.</summary>
    public string? Replacement { get; init; }
    /// <summary>Whether calls of an expired group are served by the replacement without being asked.</summary>
    public bool ServeReplacement { get; init; }
    public GroupMode Mode { get; init; }
    /// <summary>Dialects that callers may use; empty = all.</summary>
    public ImmutableArray<Dialect> Dialects { get; init; } = [];
    public decimal Multiplier { get; init; } = 1m;
    /// <summary>Globs of models; empty = all that the channels serve.</summary>
    public ImmutableArray<string> Models { get; init; } = [];
    /// <summary>Place in <c>auto</c>'s default order: lower is steadier and comes earlier.</summary>
    public int AutoTier { get; init; } = 5;
    /// <summary>The group has a budget of its own that an operator tops up; its balance is an account of the ledger.</summary>
    public bool HasQuota { get; init; }
    /// <summary>Whose quota a call of this group is taken from too; null = it has none.</summary>
    public GroupId? Quota => HasQuota ? Id : null;
    public Limits Limits { get; init; } = Limits.None;
    public GroupPolicy Policy { get; init; } = GroupPolicy.Default;
    public ImmutableArray<GroupMember> Members { get; init; } = [];
    /// <summary>What models cost here in place of their own prices; <see cref="Multiplier"/> comes on top of either.</summary>
    public GroupPriceList Prices { get; init; } = GroupPriceList.None;

    /// <summary>What the group is at a moment (UTC).</summary>
    public GroupStatus StatusAt(DateTime now) => now >= EndsAt ? GroupStatus.Expired : Status;

    /// <summary>A passthrough group's bytes stay as they are, whatever its policy says.</summary>
    public TranslationPolicy Translation => Mode == GroupMode.Passthrough ? TranslationPolicy.NativeOnly : Policy.Translation;

    public bool IsAuto => string.Equals(Name, AutoName, StringComparison.Ordinal);
}

/// <summary>One rule of <c>auto</c>: calls for which all that it asks holds go to these groups, in this order. Of several the first holds.</summary>
/// <param name="Model">A glob.</param>
public sealed record AutoRule(string Model, ImmutableArray<string> Groups)
{
    /// <summary>What the caller speaks; empty = anything.</summary>
    public ImmutableArray<Dialect> Dialects { get; init; } = [];
    /// <summary>Globs of the client's <c>User-Agent</c>; empty = anybody's.</summary>
    public ImmutableArray<string> Clients { get; init; } = [];
    /// <summary>The key's owner has one of these; empty = anybody.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Whether the rest of it holds for a call whose model matches.</summary>
    public bool Holds(RouteQuestion question) =>
        (Dialects.IsDefaultOrEmpty || Dialects.Contains(question.Dialect))
        && (Clients.IsDefaultOrEmpty || Glob.MatchesAny(Clients, question.Client ?? ""))
        && (Tags.IsDefaultOrEmpty || GroupEntry.Share(Tags, question.Key.OwnerTags));
}

/// <summary>How <c>auto</c> orders the groups: rules first, then the named order, then tier, dearer before cheaper, name.</summary>
public sealed record AutoPolicy(ImmutableArray<string> Order, ImmutableArray<AutoRule> Rules)
{
    /// <summary>Groups in the order in which calls go through them that no rule is for: without <c>auto</c> itself and hidden ones, with those that do not serve now.</summary>
    public IEnumerable<T> Sort<T>(IEnumerable<T> groups, Func<T, Group> of)
    {
        var order = Order.IsDefault ? [] : Order;
        return groups
            .Where(one => of(one) is { IsAuto: false, Visibility: not GroupVisibility.Hidden })
            .OrderBy(one => order.IndexOf(of(one).Name) is var place and >= 0 ? place : int.MaxValue)
            .ThenBy(one => of(one).AutoTier)
            .ThenByDescending(one => of(one).Multiplier)
            .ThenBy(one => of(one).Name, StringComparer.Ordinal);
    }
}
