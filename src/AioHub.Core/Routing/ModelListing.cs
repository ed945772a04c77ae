using System.Collections.Concurrent;
using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>One model that a key can reach.</summary>
/// <param name="Id">As callers write it, with <c>[1m]</c> for the variant.</param>
/// <param name="Group">The first group of the key that serves it.</param>
public sealed record ListedModel(string Id, string DisplayName, ModelInfo Model, bool LongContext, string Group)
{
    /// <summary>The window that a call by this name gets, in tokens; null = unknown.</summary>
    public int? ContextWindow => Model.WindowFor(LongContext);
}

/// <summary>Which models a key can reach: what <c>GET /v1/models</c> shows.</summary>
public sealed class ModelListing(Router router)
{
    /// <summary>Prices begin and end with time alone, so a list is not kept for ever.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private const int MostKept = 1_000;
    private const string LongContextName = " (1M context)";

    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <summary>Group after group, each in the catalogue's order; a model that several groups serve stands at the first.</summary>
    public ImmutableArray<ListedModel> Of(ApiKey key) => ListFor(key).Models;

    /// <summary>One of them by name, in any case; an alias finds its model.</summary>
    public ListedModel? Find(ApiKey key, string name)
    {
        var parsed = ModelName.Parse(name);
        // One configuration for both: a change between the two would hide every model for a moment.
        var list = ListFor(key);
        if (list.Index.FindModel(parsed.Base) is not { } model)
            return null;
        foreach (var listed in list.Models)
        {
            if (ReferenceEquals(listed.Model, model.Info) && listed.LongContext == parsed.LongContext)
                return listed;
        }

        return null;
    }

    /// <summary>What one group serves, whoever asks: for the public price list.</summary>
    public ImmutableArray<ModelInfo> OfGroup(Group group)
    {
        var index = router.Index();
        return index.Find(group.Name) is { Group.IsAuto: false } entry
            ? [.. Everything(index).Where(model => !index.Candidates(entry, model).IsEmpty).Select(static model => model.Info)]
            : [];
    }

    /// <summary>Names that a key can reach and that are spelled much like another.</summary>
    internal static ImmutableArray<string> Near(RouteIndex index, ApiKey key, string name, DateTime now)
    {
        var groups = Groups(index, key, now).ToArray();
        return NearNames.Of(name, index.Catalog.Models.Select(static model => model.Id).Concat(index.UncataloguedNames), near =>
            index.FindModel(near) is { } model && Route.Allows(key.Models, model) && Array.Exists(groups, group => !index.Candidates(group, model).IsEmpty));
    }

    private Kept ListFor(ApiKey key)
    {
        var index = router.Index();
        var now = router.Time.GetUtcNow().UtcDateTime;
        var signature = string.Join('\n', [.. key.Groups, "\t", .. Some(key.OwnerTags), "\t", .. Some(key.Models)]);
        if (_kept.TryGetValue(signature, out var kept) && ReferenceEquals(kept.Index, index) && now - kept.At < KeptFor)
            return kept;

        if (_kept.Count >= MostKept)
            _kept.Clear();
        return _kept[signature] = new Kept(index, now, Build(index, key, now));
    }

    private ImmutableArray<ListedModel> Build(RouteIndex index, ApiKey key, DateTime now)
    {
        var fallback = router.Settings.FallbackPrice;
        var list = ImmutableArray.CreateBuilder<ListedModel>();
        var seen = new HashSet<(ModelEntry, bool)>();
        foreach (var (group, model) in Reachable(index, key, now))
        {
            // A model that would be refused for want of a price is not offered.
            var info = model.Info;
            if ((info.PriceAt(now) ?? fallback) is null)
                continue;

            if (seen.Add((model, false)))
                list.Add(new ListedModel(info.Id, info.DisplayName, info, LongContext: false, group.Group.Name));
            if (info.LongContextWindow is not null && index.Candidates(group, model).Able(Needs.LongContext) && seen.Add((model, true)))
                list.Add(new ListedModel(info.Id + ModelName.LongContextSuffix, info.DisplayName + LongContextName, info, LongContext: true, group.Group.Name));
        }

        return list.ToImmutable();
    }

    private static IEnumerable<(GroupEntry Group, ModelEntry Model)> Reachable(RouteIndex index, ApiKey key, DateTime now)
    {
        var models = Everything(index).Where(model => Route.Allows(key.Models, model)).ToArray();
        foreach (var group in Groups(index, key, now))
        {
            foreach (var model in models)
            {
                if (!index.Candidates(group, model).IsEmpty)
                    yield return (group, model);
            }
        }
    }

    private static IEnumerable<GroupEntry> Groups(RouteIndex index, ApiKey key, DateTime now)
    {
        foreach (var name in key.Groups)
        {
            var entry = index.Enter(name, key.OwnerTags, now);
            if (entry is null ? string.Equals(name, Group.AutoName, StringComparison.Ordinal) && index.Find(name) is null : entry.Group.IsAuto && entry.StatusAt(now) == GroupStatus.Active)
            {
                foreach (var other in index.AutoOrder(rule: null))
                {
                    if (other.StatusAt(now) == GroupStatus.Active && other.Admits(key.OwnerTags))
                        yield return other;
                }
            }
            else if (entry?.StatusAt(now) == GroupStatus.Active)
            {
                yield return entry;
            }
        }
    }

    private static IEnumerable<ModelEntry> Everything(RouteIndex index) =>
        index.Catalog.Models.Select(static model => model.Id).Concat(index.UncataloguedNames).Select(index.FindModel).OfType<ModelEntry>().Distinct();

    private static ImmutableArray<string> Some(ImmutableArray<string> list) => list.IsDefault ? [] : list;

    private sealed record Kept(RouteIndex Index, DateTime At, ImmutableArray<ListedModel> Models);
}
