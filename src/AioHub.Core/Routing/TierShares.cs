using System.Globalization;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>What part of a group's calls each of its channels gets, for explanations. Conversations are not drawn: they have no shares.</summary>
internal sealed class TierShares
{
    private readonly Route _route;
    private readonly GroupEntry _entry;
    private readonly Dictionary<int, (long Weight, Needs Wish)> _shared = [];

    public TierShares(Route route, GroupEntry entry)
    {
        (_route, _entry) = (route, entry);
        if (route.Model is not { } model || route.Picker.IsConversation || route.Attempts > 0 || entry.Group.Policy.Selection is SelectionPolicy.LeastLatency or SelectionPolicy.Cheapest)
            return;

        foreach (var tier in route.Index.Candidates(entry, model).Tiers)
        {
            var free = tier.Items.Where(candidate => candidate.Weight > 0 && IsFree(candidate)).ToList();
            var wish = route.Needs & tier.Some & ~tier.All;
            var willing = free.FindAll(candidate => (candidate.Gladly & wish) == wish);
            if (free.Count > 1)
            {
                _shared[entry.Members.First(member => ReferenceEquals(member.Channel, free[0].Channel)).Priority] = willing.Count > 0
                    ? (willing.Sum(static candidate => (long)candidate.Weight), wish)
                    : (free.Sum(static candidate => (long)candidate.Weight), Needs.None);
            }
        }
    }

    /// <summary>A channel's place in its tier, and its share of the calls that come to the tier.</summary>
    public string Place(MemberEntry member, ModelEntry model)
    {
        var place = $"priority {member.Priority}, weight {member.Weight}{AbilityWords.ByProbe(_route, member.Channel, model)}";
        var (weight, wish) = _shared.GetValueOrDefault(member.Priority);
        var without = wish & ~Abilities.Of(_entry, member.Channel, model).Gladly;
        return without != Needs.None ? $"{place}, after those with {RouteCodes.Describe(without)}"
            : weight > 0 && member.Weight > 0 ? string.Create(CultureInfo.InvariantCulture, $"{place}, share {100.0 * member.Weight / weight:0.#} %")
            : place;
    }

    private bool IsFree(Candidate candidate) =>
        candidate.Suits(_route.Picker.Form, _route.Needs) && candidate.Window >= _route.Picker.Size
        && Array.Exists(candidate.Channel.Credentials, slot => !_route.Picker.IsTried(slot) && _route.Picker.CoolingUntil(slot) is null);
}
