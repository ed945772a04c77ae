using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing.Telling;

namespace AioHub.Core.Routing.Selection;

/// <summary>
/// One routing table and one catalogue, made ready for calls. Built once per change of either; what a (group, model) has is worked out at the
/// first call that asks and kept, so that later calls touch only the channels that can serve them.
/// </summary>
internal sealed class RouteIndex
{
    /// <summary>Kept lists of candidates; beyond it lists are worked out anew, which is slow but right.</summary>
    private const int MaxLists = 20_000;

    private readonly FrozenDictionary<string, GroupEntry> _groups;
    private readonly GroupEntry[] _autoOrder;
    private readonly ChannelEntry[] _channels;
    private readonly Func<ModelEntry, AutoWay[]> _buildAuto;
    private readonly Lazy<FrozenDictionary<string, string>> _namedOnly;
    private readonly DateTime[] _turns;
    private readonly ConcurrentDictionary<ModelInfo, ModelEntry> _models = new(ReferenceComparer.Instance);
    private readonly ConcurrentDictionary<string, ModelEntry> _uncatalogued = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(GroupEntry Group, ModelEntry Model), CandidateList> _lists = new();
    private int _listCount;

    public RouteIndex(RoutingTable table, ModelCatalog catalog, VitalsBook vitals)
    {
        Table = table;
        Catalog = catalog;
        var sets = new Dictionary<ImmutableArray<string>, GlobSet>(GlobListComparer.Instance);
        var channels = new Dictionary<ChannelId, ChannelEntry>();
        foreach (var channel in table.Channels)
            channels[channel.Id] = new ChannelEntry(channel, Shared(sets, channel.Models), vitals);
        _channels = [.. channels.Values];
        LeastWindow = _channels.Select(static channel => channel.Window).DefaultIfEmpty(int.MaxValue).Min();
        vitals.Keep(_channels.SelectMany(static channel => channel.Credentials).Select(static slot => slot.Credential.Id).ToHashSet());

        var groups = new Dictionary<string, GroupEntry>(StringComparer.Ordinal);
        foreach (var group in table.Groups)
        {
            var members = new List<MemberEntry>(group.Members.AsSpan().Length);
            foreach (var member in group.Members.AsSpan())
            {
                if (channels.TryGetValue(member.Channel, out var channel))
                    members.Add(new MemberEntry(channel, member.Priority, Math.Max(0, member.Weight)));
            }

            groups[group.Name] = new GroupEntry(group, [.. members], new GlobSet(group.Models, whenEmpty: true));
        }

        _groups = groups.ToFrozenDictionary(StringComparer.Ordinal);
        _turns = [.. table.Groups.SelectMany(Turns).Distinct().Order()];
        _autoOrder = [.. Table.Auto.Sort(_groups.Values, static entry => entry.Group)];
        _buildAuto = BuildAuto;
        _namedOnly = new Lazy<FrozenDictionary<string, string>>(NamesOutsideCatalog);
    }

    public RoutingTable Table { get; }

    public ModelCatalog Catalog { get; }

    public FigureBook Figures { get; } = new();

    /// <summary>Calls of so many tokens fit everywhere.</summary>
    public int LeastWindow { get; }

    /// <summary>How many members were looked at to build lists; for tests of complexity.</summary>
    internal long MembersExamined { get; private set; }

    /// <summary>Counts the moments so far at which groups end or their own prices change, all by themselves: what was told of groups holds as long as it is the same.</summary>
    public int StageAt(DateTime now)
    {
        var found = Array.BinarySearch(_turns, now);
        return found >= 0 ? found + 1 : ~found;
    }

    public GroupEntry? Find(string name) => _groups.GetValueOrDefault(name);

    /// <summary>
    /// The group that a key's owner gets by naming one: an expired group gives way to its replacement where an operator allowed it, whoever the
    /// replacement is open to. Null = unknown, or not open to this owner.
    /// </summary>
    /// <param name="name">As the key names it.</param>
    /// <param name="ownerTags">The key's owner's.</param>
    /// <param name="now">When the call began (UTC): groups may end by themselves.</param>
    public GroupEntry? Enter(string name, ImmutableArray<string> ownerTags, DateTime now)
    {
        var entry = Find(name);
        if (entry?.Admits(ownerTags) != true)
            return null;

        // Bounded: replacements may point in a circle.
        for (var hop = 0; hop < 4; hop++)
        {
            if (entry.StatusAt(now) != GroupStatus.Expired || entry.Group is not { ServeReplacement: true, Replacement: { } next } || Find(next) is not { Group.IsAuto: false } other)
                break;
            entry = other;
        }

        return entry;
    }

    /// <summary>By id or alias of the catalogue, or by a name that a channel lists without wildcards; null = nobody knows it.</summary>
    public ModelEntry? FindModel(string name)
    {
        if (Catalog.Find(name) is { } info)
            return _models.GetOrAdd(info, static model => new ModelEntry(model, inCatalog: true));

        if (_uncatalogued.TryGetValue(name, out var known))
            return known;

        // Bounded: only names that stand in the configuration get in.
        return _namedOnly.Value.TryGetValue(name, out var spelled)
            ? _uncatalogued.GetOrAdd(spelled, static id => new ModelEntry(new ModelInfo { Id = id, Vendor = "unknown", DisplayName = id }, inCatalog: false))
            : null;
    }

    /// <summary>Names that channels list without wildcards and that the catalogue does not know.</summary>
    public IEnumerable<string> UncataloguedNames => _namedOnly.Value.Values;

    public CandidateList Candidates(GroupEntry group, ModelEntry model)
    {
        if (_lists.TryGetValue((group, model), out var list))
            return list;

        list = Build(group, model);
        if (Volatile.Read(ref _listCount) < MaxLists && _lists.TryAdd((group, model), list))
            Interlocked.Increment(ref _listCount);
        return list;
    }

    /// <summary>The groups of <c>auto</c> that serve a model, in order. Restricted ones are among them: the caller checks the tags.</summary>
    public AutoStop[] Auto(ModelEntry model, RouteQuestion question)
    {
        var ways = model.Auto(_buildAuto);
        var i = 0;
        while (ways[i].Rule is { } rule && !rule.Holds(question))
            i++;
        return ways[i].Stops;
    }

    /// <summary>All groups in <c>auto</c>'s order for a call, able or not; hidden ones never.</summary>
    public IEnumerable<GroupEntry> AutoOrder(ModelEntry? model, RouteQuestion question) =>
        AutoOrder(model is null ? null : RulesFor(model).FirstOrDefault(rule => rule.Holds(question)));

    /// <summary>All groups in <c>auto</c>'s order by a rule, able or not; hidden ones never.</summary>
    /// <param name="rule">Null = none.</param>
    public IEnumerable<GroupEntry> AutoOrder(AutoRule? rule)
    {
        var seen = new HashSet<GroupEntry>(ReferenceEqualityComparer.Instance);
        if (rule is not null)
        {
            foreach (var name in rule.Groups.IsDefault ? [] : rule.Groups)
            {
                if (Find(name) is { Group: { IsAuto: false, Visibility: not GroupVisibility.Hidden } } entry && seen.Add(entry))
                    yield return entry;
            }
        }

        foreach (var entry in _autoOrder)
        {
            if (seen.Add(entry))
                yield return entry;
        }
    }

    /// <summary>The rules whose model matches, in order.</summary>
    private IEnumerable<AutoRule> RulesFor(ModelEntry model) =>
        (Table.Auto.Rules.IsDefault ? [] : Table.Auto.Rules).Where(rule => Array.Exists(model.Names, name => Glob.Matches(rule.Model, name)));

    private AutoWay[] BuildAuto(ModelEntry model) => [.. RulesFor(model).Append(null).Select(rule => new AutoWay(rule, Stops(rule, model)))];

    private AutoStop[] Stops(AutoRule? rule, ModelEntry model) =>
    [
        .. AutoOrder(rule)
            // One that ends by itself is left out at the call: lists outlive the day.
            .Where(static entry => entry.Group.Status == GroupStatus.Active)
            .Select(entry => new AutoStop(entry, Candidates(entry, model)))
            .Where(static stop => !stop.Candidates.IsEmpty),
    ];

    private CandidateList Build(GroupEntry group, ModelEntry model)
    {
        if (!group.Allows(model))
            return CandidateList.None;

        // By price, where that is what the group goes by: dearer channels are a later tier.
        var tiers = new SortedDictionary<(int Priority, decimal Cost), List<Candidate>>();
        foreach (var member in group.Members)
        {
            if (!member.Channel.Usable || member.Channel.UpstreamName(model) is not { } upstream)
                continue;
            var place = (member.Priority, group.Group.Policy.Selection == SelectionPolicy.Cheapest ? member.Channel.Channel.CostFactor : 0);
            if (!tiers.TryGetValue(place, out var tier))
                tiers[place] = tier = [];
            tier.Add(new Candidate(member.Channel, member.Weight, upstream, Abilities.Of(group, member.Channel, model), group.Translated));
        }

        MembersExamined += group.Members.Length;
        return tiers.Count == 0 ? CandidateList.None : new CandidateList([.. tiers.Values.Select(static tier => new Tier(tier))], group.Group.Prices.For(model.Info));
    }

    private static IEnumerable<DateTime> Turns(Group group)
    {
        if (group.EndsAt is { } end)
            yield return end;

        foreach (var price in group.Prices.All)
        {
            yield return price.Row.From;
            if (price.Row.To is { } to)
                yield return to;
        }
    }

    private FrozenDictionary<string, string> NamesOutsideCatalog()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<GlobSet>(ReferenceEqualityComparer.Instance);
        foreach (var channel in _channels)
        {
            if (seen.Add(channel.Models))
            {
                foreach (var name in channel.Models.Names)
                    Add(name);
            }

            foreach (var name in channel.Channel.ModelMap.Keys)
                Add(name);
        }

        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

        void Add(string name)
        {
            if (Catalog.Find(name) is null)
                names.TryAdd(name, name);
        }
    }

    private static GlobSet Shared(Dictionary<ImmutableArray<string>, GlobSet> sets, ImmutableArray<string> patterns)
    {
        var list = patterns.IsDefault ? [] : patterns;
        if (!sets.TryGetValue(list, out var set))
            sets[list] = set = new GlobSet(list, whenEmpty: true);
        return set;
    }

    // Models are records: their value equality would hash every price row.
    private sealed class ReferenceComparer : IEqualityComparer<ModelInfo>
    {
        public static ReferenceComparer Instance { get; } = new();

        public bool Equals(ModelInfo? x, ModelInfo? y) => ReferenceEquals(x, y);

        public int GetHashCode(ModelInfo obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
