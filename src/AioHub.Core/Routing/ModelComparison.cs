using AioHub.Core.Catalog;
using AioHub.Core.Routing.Probes;
using AioHub.Core.Routing.Selection;

namespace AioHub.Core.Routing;

/// <summary>A model of an upstream.</summary>
/// <param name="OfferedAs">Public names under which the channel offers it; empty = under none.</param>
public sealed record ComparedModel(string UpstreamModel, IReadOnlyList<string> OfferedAs);

/// <summary>An upstream's list beside what a channel offers.</summary>
/// <param name="Listed">What the upstream lists, in its order.</param>
/// <param name="Missing">What the channel names without a wildcard and the upstream does not list.</param>
public sealed record ModelComparison(IReadOnlyList<ComparedModel> Listed, IReadOnlyList<ComparedModel> Missing)
{
    /// <summary>Vertex' list may leave out the version that calls name behind the <c>@</c>, or say one that calls do not name.</summary>
    private static readonly IEqualityComparer<string> VertexNames = EqualityComparer<string>.Create(
        static (one, other) => string.Equals(Plain(one), Plain(other), StringComparison.OrdinalIgnoreCase), static name => StringComparer.OrdinalIgnoreCase.GetHashCode(Plain(name)));

    /// <param name="channel">Its models and its map.</param>
    /// <param name="catalog">Which names there are.</param>
    /// <param name="upstream">What the upstream lists.</param>
    public static ModelComparison Of(Channel channel, ModelCatalog catalog, IReadOnlyList<string> upstream)
    {
        var offered = ProbeTarget.All(channel, catalog).ToLookup(static target => target.UpstreamModel, static target => target.Model.Id, Alike(channel.Type));
        var listed = upstream.ToHashSet(Alike(channel.Type));
        var named = channel.Models.Where(static glob => !Glob.IsWild(glob)).Concat(channel.ModelMap.Keys).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new ModelComparison(
            [.. upstream.Select(id => new ComparedModel(id, [.. offered[id].Distinct(StringComparer.OrdinalIgnoreCase)]))],
            [.. offered.Where(group => !listed.Contains(group.Key) && group.Any(named.Contains)).Select(static group => new ComparedModel(group.Key, [.. group])).OrderBy(static line => line.UpstreamModel, StringComparer.Ordinal)]);
    }

    private static IEqualityComparer<string> Alike(ChannelType type) => type == ChannelType.Vertex ? VertexNames : StringComparer.OrdinalIgnoreCase;

    private static string Plain(string? name) => name is null ? "" : name[(name.LastIndexOf('/') + 1)..].Split('@')[0];
}
