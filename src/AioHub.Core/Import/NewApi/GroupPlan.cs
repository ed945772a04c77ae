using System.Collections.Immutable;
using System.Globalization;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Core.Import.NewApi;

/// <summary>Makes groups of the names that options, channels, users and tokens carry.</summary>
internal sealed class GroupPlan
{
    private const decimal NoRatio = 1m;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _restricted = new(StringComparer.Ordinal);
    private readonly NewApiContent _content;
    private readonly NewApiOptions _options;
    private readonly ImportState _state;
    private readonly string _origin;
    private readonly ImportNotes _notes;

    public GroupPlan(NewApiContent content, NewApiOptions options, ImportState state, string origin, ImportNotes notes)
    {
        (_content, _options, _state, _origin, _notes) = (content, options, state, origin, notes);
        var used = content.Channels.SelectMany(static channel => NewApiNames.Split(channel.Group.Length > 0 ? channel.Group : "default"))
            .Concat(content.Users.Where(static user => !user.Deleted).Select(static user => user.Group))
            .Concat(content.Tokens.Where(static token => !token.Deleted).Select(static token => token.Group))
            .Where(static name => name is not ("" or "auto" or "all"));
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in (options.GroupRatio?.Keys ?? []).Concat(used).Append("default").Where(static name => name is not ("" or "auto")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var own = NewApiNames.OfGroup(name);
            own = taken.Add(own) ? own : $"{own}-{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name).AsSpan()[..Math.Min(4, System.Text.Encoding.UTF8.GetByteCount(name))])}";
            taken.Add(own);
            _names[name] = own;
        }
    }

    /// <summary>What a group is called here; null = nobody knows it.</summary>
    public string? Find(string name) => _names.GetValueOrDefault(name);

    /// <summary>What lets a user of that group into groups that not everybody may choose.</summary>
    public ImmutableArray<string> TagsOf(string userGroup)
    {
        var open = new List<string>();
        if (_names.ContainsKey(userGroup))
        {
            open.Add(userGroup);
        }

        if (_options.Texts("GroupSpecialUsableGroup")?.GetValueOrDefault(userGroup) is { } special && JsonMembers.Of(special) is { } rules)
        {
            open.AddRange(rules.Keys.Where(static name => !name.StartsWith("-:", StringComparison.Ordinal)).Select(static name => name.StartsWith("+:", StringComparison.Ordinal) ? name[2..] : name));
        }

        return [.. open.Where(_restricted.Contains).Select(TagOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public ImmutableArray<GroupDraft> All(ImmutableArray<PlannedChannel> channels)
    {
        var usable = _options.Texts("UserUsableGroups");
        var tiers = channels.Select(static one => one.Source.Priority).Distinct().OrderDescending().ToList();
        var step = tiers.Count <= 100 ? 10 : 1;
        if (tiers.Count > RoutingRules.MaxPriority)
        {
            _notes.Adjusted("priorities", string.Create(CultureInfo.InvariantCulture, $"{tiers.Count} different ones; the lowest share priority {RoutingRules.MaxPriority}"));
        }

        if (_options.GroupRatio is null)
        {
            _notes.Told("option GroupRatio", "it was never saved; all groups cost 1 times the price", "`aiohub groups set NAME --multiplier …` changes it");
        }

        TellOptions();
        var drafts = ImmutableArray.CreateBuilder<GroupDraft>();
        foreach (var (name, own) in _names)
        {
            drafts.Add(One(name, own, usable, channels, priority => Math.Min(tiers.IndexOf(priority) * step, RoutingRules.MaxPriority)));
        }

        return drafts.ToImmutable();
    }

    private GroupDraft One(string name, string own, IReadOnlyDictionary<string, string>? usable, ImmutableArray<PlannedChannel> channels, Func<long, int> priorityOf)
    {
        var what = $"group '{name}'";
        var present = _state.Groups.FirstOrDefault(one => one.Group.Name == own);
        if (own != name)
        {
            _notes.Adjusted(what, $"it is called '{own}' here: names of groups have small letters, digits and '-'");
        }

        var members = new List<MemberDraft>();
        foreach (var tier in channels.Where(one => one.Groups.Contains(name, StringComparer.Ordinal) || one.Groups.Contains("all", StringComparer.Ordinal)).GroupBy(one => priorityOf(one.Source.Priority)))
        {
            var most = tier.Max(static one => Math.Max(one.Source.Weight, 0));
            members.AddRange(tier.Select(one => new MemberDraft(one.Draft.Name, tier.Key, WeightOf(Math.Max(one.Source.Weight, 0), most))));
        }

        var imported = channels.Select(static one => one.Draft.Name).ToHashSet(StringComparer.Ordinal);
        // What stands in the group by hand (the sandbox too) stays where it is.
        var kept = (present?.Channels ?? []).Where(member => !imported.Contains(member.Channel));
        var draft = new GroupDraft { Name = own, DisplayName = name, Channels = [.. members, .. kept] };
        if (usable?.GetValueOrDefault(name) is { Length: > 0 } description && description != name)
        {
            draft = draft with { CommonUse = description };
        }

        var ratio = _options.GroupRatio is { } ratios ? ratios.GetValueOrDefault(name, NoRatio) : NoRatio;
        var rounded = decimal.Round(ratio, 6, MidpointRounding.AwayFromZero);
        if (ratio is < 0 or > RoutingRules.MaxMultiplier)
        {
            _notes.Left(what, string.Create(CultureInfo.InvariantCulture, $"its ratio {ratio} is none from 0 to {RoutingRules.MaxMultiplier}; it came paused, so that nobody is charged wrongly"), $"set it here (`aiohub groups set {own} --multiplier …`) and activate it");
            return draft with { Status = GroupStatus.Paused };
        }

        draft = draft with { Multiplier = rounded };
        if (rounded != ratio)
        {
            _notes.Adjusted(what, string.Create(CultureInfo.InvariantCulture, $"its ratio {ratio} is {rounded} here: six decimals"));
        }

        if (_options.GroupRatio is { } known && !known.ContainsKey(name))
        {
            _notes.Told(what, "it has no ratio in new-api, where 1 counts for it; so it does here", "");
        }

        // Who is not listed is for its own users; a group that was here before keeps its door as it is.
        var isOwn = present is null || present.Group.Tags.Contains(TagOf(name), StringComparer.Ordinal);
        if (usable is not null && !usable.ContainsKey(name) && isOwn)
        {
            _restricted.Add(name);
            draft = draft with { Visibility = GroupVisibility.Restricted, Tags = [.. (present?.Group.Tags ?? []).Append(TagOf(name)).Distinct(StringComparer.Ordinal)] };
        }

        return draft;
    }

    /// <summary>Those of one tier in proportion, at most 1000; where all have none, all have the same.</summary>
    private static int WeightOf(long weight, long most) => most == 0 ? 10 : most <= RoutingRules.MaxWeight ? (int)weight : weight == 0 ? 0 : (int)Math.Max(1, Math.Round((decimal)weight * RoutingRules.MaxWeight / most));

    private string TagOf(string name) => $"{_origin}:{_names.GetValueOrDefault(name, name)}";

    private void TellOptions()
    {
        foreach (var (userGroup, ratios) in _options.Texts("GroupGroupRatio") ?? ImmutableDictionary<string, string>.Empty)
        {
            foreach (var (group, ratio) in JsonMembers.Of(ratios) ?? [])
            {
                _notes.Left($"option GroupGroupRatio, users of '{userGroup}'", $"they paid {ratio} times the price in group '{group}'; here everybody pays the group's",
                    $"make a restricted group with the same channels and multiplier {ratio} for them, or set those users' own multiplier");
            }
        }

        foreach (var (userGroup, special) in _options.Texts("GroupSpecialUsableGroup") ?? ImmutableDictionary<string, string>.Empty)
        {
            foreach (var name in (JsonMembers.Of(special) ?? []).Keys.Where(static name => name.StartsWith("-:", StringComparison.Ordinal)))
            {
                _notes.Left($"option GroupSpecialUsableGroup, users of '{userGroup}'", $"they may not use group '{name[2..]}'; here a group is open to all, or to those with its tag", "restrict the group and give the others its tag");
            }
        }

        if (_options.Text("ModelRequestRateLimitGroup") is { } limits && limits != "{}")
        {
            _notes.Left("option ModelRequestRateLimitGroup", "its limits count each user's requests of a group", "set rpm on users or keys");
        }

        if (_options.Text("TopupGroupRatio") is not null)
        {
            _notes.Left("option TopupGroupRatio", "top-ups have no price by group here", "");
        }
    }
}
