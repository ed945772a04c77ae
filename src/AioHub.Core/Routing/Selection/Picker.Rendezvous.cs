namespace AioHub.Core.Routing.Selection;

/// <summary>Where a conversation goes that is bound to nothing yet: by a hash, so that every process and every node finds the same place.</summary>
internal sealed partial class Picker
{
    private Candidate? Rendezvous(ulong seed, Tier tier, bool avoid, out CredentialSlot? slot) =>
        Highest(seed, tier.Items.AsSpan(0, tier.Weighted), tier.Even, avoid, out slot) ?? Highest(seed, tier.Items.AsSpan(tier.Weighted), even: true, avoid, out slot);

    private Candidate? Highest(ulong seed, ReadOnlySpan<Candidate> items, bool even, bool avoid, out CredentialSlot? slot)
    {
        Candidate? best = null;
        slot = null;
        var highest = double.NegativeInfinity;
        foreach (var candidate in items)
        {
            var hash = StableHash.Combine(seed, candidate.Channel.Seed);
            // Weighted rendezvous: -w/ln(u) wins with a probability in proportion to w.
            var score = even ? hash : -candidate.Weight / Math.Log(((hash >> 11) + 0.5) / (1UL << 53));
            if (score > highest && IsAble(candidate, avoid) && Highest(seed, candidate.Channel) is { } credential)
                (best, slot, highest) = (candidate, credential, score);
        }

        return best;
    }

    private CredentialSlot? Highest(ulong seed, ChannelEntry channel)
    {
        CredentialSlot? best = null;
        var highest = 0UL;
        foreach (var credential in channel.Credentials)
        {
            var score = StableHash.Combine(seed, credential.Seed);
            if ((best is null || score > highest) && IsFree(credential))
                (best, highest) = (credential, score);
        }

        return best;
    }
}
