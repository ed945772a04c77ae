using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>
/// Picks channels and credentials for one call and remembers which it gave out. Tiers ascend; inside a tier the draw is weighted, or, for calls
/// of a conversation, decided by rendezvous hashing: the highest score of (conversation, channel) wins, so that a new channel takes over only
/// the conversations that it wins and all others stay where their prompt cache is warm.
/// </summary>
internal sealed class Picker(IHealth health, Random random, string model, Dialect dialect, Needs needs, ulong? conversation)
{
    /// <summary>Draws before all candidates are looked at: nearly always the first one does.</summary>
    private const int Draws = 4;

    private CredentialSlot?[] _tried = [];
    private int _triedCount;
    private List<ChannelEntry>? _troubled;

    public Dialect Dialect => dialect;

    public Needs Needs => needs;

    /// <summary>Candidates looked at so far; for tests of complexity.</summary>
    public int Evaluated { get; private set; }

    public bool IsTried(CredentialSlot slot)
    {
        for (var i = 0; i < _triedCount; i++)
        {
            if (ReferenceEquals(_tried[i], slot))
                return true;
        }

        return false;
    }

    /// <summary>A (channel, credential) is given out once per call, whatever group leads to it.</summary>
    public void MarkTried(CredentialSlot slot)
    {
        if (_triedCount == _tried.Length)
            Array.Resize(ref _tried, Math.Max(2, _tried.Length * 2));
        _tried[_triedCount++] = slot;
    }

    /// <summary>The channel itself did not answer: its other credentials come after the tier's other channels.</summary>
    public void Avoid(ChannelEntry channel) => (_troubled ??= []).Add(channel);

    /// <summary>Asked when a credential is given out: after a rest one call proves it, the others stay away meanwhile.</summary>
    public HealthPass Enter(CredentialSlot slot) => health.Enter(slot.Credential.Id, model);

    public DateTime? CoolingUntil(CredentialSlot slot) => health.CoolingUntil(slot.Credential.Id, model);

    /// <summary>The best pair that is neither tried nor cooling; null = none.</summary>
    public Candidate? PickHealthy(GroupEntry group, CandidateList list, out CredentialSlot? slot)
    {
        foreach (var tier in list.Tiers)
        {
            if (PickIn(group, tier, avoid: true, out slot) is { } first)
                return first;
            if (_troubled is not null && PickIn(group, tier, avoid: false, out slot) is { } second)
                return second;
        }

        slot = null;
        return null;
    }

    /// <summary>Of the pairs left over, cooling ones, the one whose rest ends first: a call is never stranded because everything rests.</summary>
    public Candidate? PickCooling(CandidateList list, out CredentialSlot? slot)
    {
        Candidate? best = null;
        slot = null;
        var soonest = DateTime.MaxValue;
        foreach (var tier in list.Tiers)
        {
            foreach (var candidate in tier.Items)
            {
                Evaluated++;
                if (!candidate.Suits(dialect, needs))
                    continue;

                foreach (var credential in candidate.Channel.Credentials)
                {
                    if (IsTried(credential))
                        continue;
                    var until = CoolingUntil(credential) ?? DateTime.MinValue;
                    if (best is null || until < soonest)
                        (best, slot, soonest) = (candidate, credential, until);
                }
            }
        }

        return best;
    }

    private Candidate? PickIn(GroupEntry group, Tier tier, bool avoid, out CredentialSlot? slot)
    {
        if (conversation is { } seed)
            return Rendezvous(StableHash.Combine(seed, group.Seed), tier, avoid, out slot);

        if (tier.Weighted > 0)
        {
            for (var draw = 0; draw < Draws; draw++)
            {
                var candidate = tier.Weighted == 1 ? tier.Items[0] : tier.At(random.NextInt64(tier.TotalWeight));
                if (TryTake(candidate, avoid, out slot))
                    return candidate;
                if (tier.Weighted == 1)
                    break;
            }

            if (tier.Weighted > 1 && DrawAmong(tier.Items.AsSpan(0, tier.Weighted), weighted: true, avoid, out slot) is { } drawn)
                return drawn;
        }

        return DrawAmong(tier.Items.AsSpan(tier.Weighted), weighted: false, avoid, out slot);
    }

    /// <summary>The exact draw over what is left, in two passes over the candidates.</summary>
    private Candidate? DrawAmong(ReadOnlySpan<Candidate> items, bool weighted, bool avoid, out CredentialSlot? slot)
    {
        slot = null;
        var sum = 0L;
        foreach (var candidate in items)
        {
            if (IsAble(candidate, avoid))
                sum += weighted ? candidate.Weight : 1;
        }

        if (sum == 0)
            return null;

        var point = random.NextInt64(sum);
        foreach (var candidate in items)
        {
            if (!IsAble(candidate, avoid))
                continue;
            point -= weighted ? candidate.Weight : 1;
            if (point < 0 && TryTake(candidate, avoid, out slot))
                return candidate;
        }

        // Another call's failure sent the last ones to rest between the two passes.
        slot = null;
        return null;
    }

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

    private bool IsAble(Candidate candidate, bool avoid)
    {
        Evaluated++;
        if (!candidate.Suits(dialect, needs) || (avoid && IsTroubled(candidate.Channel)))
            return false;

        foreach (var credential in candidate.Channel.Credentials)
        {
            if (IsFree(credential))
                return true;
        }

        return false;
    }

    private bool TryTake(Candidate candidate, bool avoid, out CredentialSlot? slot)
    {
        Evaluated++;
        slot = null;
        if (!candidate.Suits(dialect, needs) || (avoid && IsTroubled(candidate.Channel)))
            return false;

        var credentials = candidate.Channel.Credentials;
        var start = candidate.Channel.NextStart();
        for (var i = 0; i < credentials.Length; i++)
        {
            var credential = credentials[(start + i) % credentials.Length];
            if (IsFree(credential))
            {
                slot = credential;
                return true;
            }
        }

        return false;
    }

    private bool IsFree(CredentialSlot slot) => !IsTried(slot) && CoolingUntil(slot) is null;

    private bool IsTroubled(ChannelEntry channel) => _troubled is not null && _troubled.Contains(channel);
}
