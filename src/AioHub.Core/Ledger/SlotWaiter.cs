using System.Collections.Immutable;

namespace AioHub.Core.Ledger;

/// <summary>One waiting call, with all places that it would take. Under the lock of its line, but for what is awaited.</summary>
internal sealed class SlotWaiter(SlotLine line, long key, ImmutableArray<RateClaim> claims)
{
    // Not on the thread of whoever gave the place back: that one has a reply to bring.
    private readonly TaskCompletionSource<PlaceResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RateVerdict? _best;

    public long Key => key;

    public ImmutableArray<RateClaim> Claims => claims;

    /// <summary>In the order in which calls came.</summary>
    public long Number { get; set; }

    /// <summary>What it still waits for.</summary>
    public List<SlotWish> Wishes { get; } = [];

    public Task<PlaceResult> Result => _result.Task;

    /// <summary>No place, with the shortest wait that was told.</summary>
    public PlaceResult Refused => new(-1, null, _best ?? default);

    public void Note(in RateVerdict verdict)
    {
        if (_best is not { } best || verdict.RetryAfter < best.RetryAfter)
        {
            _best = verdict;
        }
    }

    public void GiveUp() => line.GiveUp(this);

    public void End(in PlaceResult result) => _result.SetResult(result);
}

/// <summary>One of the places that a call waits for.</summary>
/// <param name="index">Which of the call's claims.</param>
/// <param name="gate">Where it is full.</param>
/// <param name="full">What it said.</param>
/// <param name="until">In milliseconds of the line's clock.</param>
internal sealed class SlotWish(SlotWaiter waiter, int index, RateGate gate, in RateVerdict full, long until)
{
    public SlotWaiter Waiter { get; } = waiter;

    public int Index { get; } = index;

    public RateGate Gate { get; set; } = gate;

    public RateVerdict Full { get; set; } = full;

    public long Until { get; } = until;

    /// <summary>Its place in the line of <see cref="Gate"/>; null = it left.</summary>
    public LinkedListNode<SlotWish>? Node { get; set; }

    /// <summary>Why there was no place, with a wait that one may go by.</summary>
    public RateVerdict Verdict(long now) => Full with { RetryAfter = Gate.Line.Wait(now), Waiting = Gate.Waiting };
}
