namespace AioHub.Core.Ledger;

/// <summary>Who asks for a place.</summary>
internal enum Place
{
    /// <summary>A call that comes: those who wait go before it.</summary>
    New,
    /// <summary>A call that enters the line.</summary>
    Entering,
    /// <summary>A call whose turn has come.</summary>
    First,
}

/// <summary>Up to three places, given back once.</summary>
internal sealed class LocalRatePass(long estimate, SlotLine line) : RatePass
{
    private readonly (RateGate? Gate, bool Ran, long Bucket)[] _places = new (RateGate?, bool, long)[3];
    private int _count;
    private int _ended;

    public long Estimate { get; } = estimate;

    /// <param name="ran">A place among the calls at a time was taken.</param>
    /// <param name="bucket">Where tokens were taken; below zero: none were.</param>
    public void Add(RateGate gate, bool ran, long bucket) => _places[_count++] = (gate, ran, bucket);

    public override void Settle(long tokens)
    {
        if (!GiveBack(tokens))
        {
            return;
        }

        // Only when all of them are free: who is next may need each.
        foreach (var (gate, ran, _) in _places.AsSpan(0, _count))
        {
            if (ran && gate!.Waiting != 0)
            {
                line.Serve(gate);
            }
        }
    }

    /// <summary>As <see cref="Settle"/>, but nobody in line is told. False: it has ended before.</summary>
    public bool GiveBack(long tokens)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        foreach (var (gate, ran, bucket) in _places.AsSpan(0, _count))
        {
            if (bucket >= 0)
            {
                gate!.Correct(bucket, Estimate, tokens);
            }

            if (ran)
            {
                gate!.EndRun();
            }
        }

        return true;
    }
}
