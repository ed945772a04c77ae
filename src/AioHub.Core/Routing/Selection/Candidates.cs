using AioHub.Core.Catalog;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>One channel of a group that serves a model.</summary>
internal sealed class Candidate(ChannelEntry channel, int weight, string upstreamModel, Abilities abilities)
{
    public ChannelEntry Channel { get; } = channel;

    public int Weight { get; } = weight;

    public string UpstreamModel { get; } = upstreamModel;

    /// <summary>What type, channel, model and group allow together.</summary>
    public Needs Able { get; } = abilities.Able;

    /// <summary>Of the wishes that a call may have, those which it is known to fulfil.</summary>
    public Needs Gladly { get; } = abilities.Gladly & NeedsExtensions.Soft;

    /// <inheritdoc cref="ChannelEntry.Window"/>
    public int Window { get; } = channel.Window;

    public bool Suits(Dialect dialect, Needs needs) => Channel.Dialects.Has(dialect) && (needs & ~Able) == Needs.None;

    /// <summary>
    /// The name to send: the upstream's, save that a dated spelling of the id (<c>gpt-5-2025-08-07</c> of <c>gpt-5</c>) stays as the caller
    /// pinned it where the channel serves that spelling under its own name.
    /// </summary>
    public string UpstreamFor(ModelInfo model, string requested)
    {
        if (requested.Length <= model.Id.Length || !requested.StartsWith(model.Id, StringComparison.OrdinalIgnoreCase))
            return UpstreamModel;

        foreach (var alias in model.Aliases)
        {
            if (!string.Equals(alias, requested, StringComparison.OrdinalIgnoreCase))
                continue;
            if (Channel.Channel.ModelMap.TryGetValue(alias, out var mapped))
                return mapped;
            return !Channel.Channel.ModelMap.ContainsKey(model.Id) && Channel.Models.Matches(alias) ? alias : UpstreamModel;
        }

        return UpstreamModel;
    }
}

/// <summary>Candidates of equal priority: those with a weight first, then those without.</summary>
internal sealed class Tier
{
    private readonly long[] _upTo;

    public Tier(IEnumerable<Candidate> candidates)
    {
        Items = [.. candidates.OrderByDescending(static candidate => candidate.Weight > 0)];
        Weighted = Items.Count(static candidate => candidate.Weight > 0);
        _upTo = new long[Weighted];
        var sum = 0L;
        var even = true;
        for (var i = 0; i < Weighted; i++)
        {
            sum += Items[i].Weight;
            _upTo[i] = sum;
            even &= Items[i].Weight == Items[0].Weight;
        }

        foreach (var candidate in Items)
        {
            Some |= candidate.Gladly;
            All &= candidate.Gladly;
        }

        TotalWeight = sum;
        Even = even;
    }

    public Candidate[] Items { get; }

    /// <summary>How many of <see cref="Items"/>, from the start, have a weight.</summary>
    public int Weighted { get; }

    public long TotalWeight { get; }

    /// <summary>All weights are equal.</summary>
    public bool Even { get; }

    /// <summary>Wishes that at least one of them fulfils.</summary>
    public Needs Some { get; }

    /// <summary>Wishes that every one of them fulfils.</summary>
    public Needs All { get; } = NeedsExtensions.Soft;

    /// <summary>The candidate at a point of the summed weights.</summary>
    /// <param name="point">From 0 to below <see cref="TotalWeight"/>.</param>
    public Candidate At(long point)
    {
        var found = Array.BinarySearch(_upTo, point + 1);
        return Items[found >= 0 ? found : ~found];
    }
}

/// <summary>All channels of a group that can serve a model, by tier: what a call reads instead of the whole configuration.</summary>
internal sealed class CandidateList(Tier[] tiers)
{
    public static CandidateList None { get; } = new([]);

    /// <summary>Ascending by priority.</summary>
    public Tier[] Tiers { get; } = tiers;

    public bool IsEmpty => Tiers.Length == 0;

    /// <summary>Whether a channel meets the needs, whatever it speaks.</summary>
    public bool Able(Needs needs) => Array.Exists(Tiers, tier => Array.Exists(tier.Items, candidate => (needs & ~candidate.Able) == Needs.None));

    public bool Suits(Dialect dialect, Needs needs)
    {
        foreach (var tier in Tiers)
        {
            foreach (var candidate in tier.Items)
            {
                if (candidate.Suits(dialect, needs))
                    return true;
            }
        }

        return false;
    }
}
