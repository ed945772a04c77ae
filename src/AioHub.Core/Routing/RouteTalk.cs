using AioHub.Core.Primitives;
using AioHub.Core.Routing.Affinity;
using AioHub.Core.Routing.Selection;

namespace AioHub.Core.Routing;

/// <summary>A call's conversation: where it was answered last, what it gets there, and what is remembered of this answer.</summary>
internal sealed class RouteTalk
{
    /// <summary>So many decisions in a row must find its credential slow before a conversation leaves it.</summary>
    private const int SlowInARow = 3;

    private readonly Router _router;
    private readonly Picker _picker;
    private readonly ulong _conversation;
    private readonly Binding? _bound;
    private readonly bool _preview;
    private bool _isFree;
    private bool _waitsForHome;

    public RouteTalk(Router router, Picker picker, ulong conversation, bool preview)
    {
        (_router, _picker, _conversation, _preview) = (router, picker, conversation, preview);
        _bound = router.Affinity.Find(conversation);
    }

    public AffinityOutcome Outcome { get; private set; }

    /// <summary>The group that answered it last; null = nobody knows it.</summary>
    public GroupId? Home => _bound?.Group;

    /// <summary>Inside a group it goes where it was answered last, if it can; else the group's policy decides.</summary>
    public Candidate? Pick(GroupEntry group, CandidateList candidates, out CredentialSlot? slot)
    {
        var policy = group.Group.Policy;
        if (!policy.Affinity)
        {
            Outcome = AffinityOutcome.None;
            return _picker.PickHealthy(group, candidates, out slot);
        }

        if (_bound is { } bound && bound.Group == group.Group.Id)
        {
            if (_picker.PickBound(bound, candidates, out slot, out var tier) is { } home)
            {
                CredentialSlot? other = null;
                var sooner = policy.AffinityBreakAt > 0 && !_preview ? _picker.PickSooner(slot!, tier!, policy.AffinityBreakAt, out other) : null;
                if (_preview || bound.NoteSlow(sooner is not null) < SlowInARow)
                {
                    Outcome = AffinityOutcome.Hit;
                    return home;
                }

                Outcome = AffinityOutcome.Broken;
                slot = other;
                return sooner;
            }

            // What rests, is full or cannot take this one call will be there for the next; what is gone will not.
            _waitsForHome = tier is not null && !_isFree;
        }

        Outcome = _waitsForHome ? AffinityOutcome.Fallback : AffinityOutcome.Cold;
        return _picker.PickHealthy(group, candidates, out slot);
    }

    /// <summary>An answer binds it; a failure that will not pass by itself sets it free.</summary>
    public void Remember(RouteAttempt attempt, AttemptFailure failure)
    {
        if (!attempt.Group.Policy.Affinity)
            return;

        if (failure == AttemptFailure.None)
        {
            var until = _router.Time.GetUtcNow().UtcDateTime + attempt.Group.Policy.AffinityTtl;
            if (_bound is not null && _bound.Group == attempt.Group.Id && _bound.Credential == attempt.Credential.Id && _bound.Channel == attempt.Channel.Id)
                _bound.Renew(until);
            else if (attempt.Affinity != AffinityOutcome.Fallback)
                _router.Affinity.Bind(_conversation, new Binding(attempt.Group.Id, attempt.Channel.Id, attempt.Credential.Id, until));
        }
        else if (failure is AttemptFailure.Unauthorized or AttemptFailure.QuotaExhausted or AttemptFailure.Forbidden or AttemptFailure.ModelUnknown
            && _bound is not null && _bound.Credential == attempt.Credential.Id)
        {
            _router.Affinity.Drop(_conversation);
            (_isFree, _waitsForHome) = (true, false);
        }
    }
}
