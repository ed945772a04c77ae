using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>
/// Where calls wait for places that are all taken (decision 0029). A place is given to its next call together with all others that the call needs, by whoever gives one
/// back: nobody is woken in vain, nobody overtakes, and no timer is needed to go on. Only calls that wait, and ends of calls at places that somebody waits for,
/// come here, so a lock may guard it.
/// </summary>
internal sealed class SlotLine(LocalRateLimits rates, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly HashSet<SlotWaiter> _all = [];
    private long _numbers;
    private bool _isClosed;
    private volatile int _waiting;

    /// <summary>Calls that wait.</summary>
    public int Waiting => _waiting;

    /// <inheritdoc cref="IRateLimits.WaitAsync"/>
    public async ValueTask<PlaceResult> WaitAsync(long key, ImmutableArray<RateClaim> claims, LineTerms terms, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var waiter = new SlotWaiter(this, key, claims);
        var longest = Enter(waiter, terms);
        if (!waiter.Result.IsCompleted)
        {
            await using var patience = time.CreateTimer(static state => ((SlotWaiter)state!).GiveUp(), waiter, longest, Timeout.InfiniteTimeSpan);
            await using var leaving = cancellation.UnsafeRegister(static state => ((SlotWaiter)state!).GiveUp(), waiter);
            await waiter.Result;
        }

        var result = await waiter.Result;
        if (cancellation.IsCancellationRequested)
        {
            result.Pass?.Settle(0);
            throw new OperationCanceledException(cancellation);
        }

        return result;
    }

    /// <summary>A place came free: it goes to whoever is next.</summary>
    public void Serve(RateGate gate)
    {
        lock (_lock)
        {
            ServeNext(gate);
        }
    }

    /// <summary>Nobody waits any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var waiter in _all.ToArray())
            {
                End(waiter, new PlaceResult(-1, null, default) { IsClosed = true });
            }
        }
    }

    /// <summary>The caller left, or waits no longer.</summary>
    public void GiveUp(SlotWaiter waiter)
    {
        lock (_lock)
        {
            if (_all.Contains(waiter))
            {
                foreach (var wish in waiter.Wishes)
                {
                    waiter.Note(wish.Verdict(Now()));
                }

                End(waiter, waiter.Refused);
            }
        }
    }

    /// <returns>How long to wait, unless the answer is there already.</returns>
    private TimeSpan Enter(SlotWaiter waiter, in LineTerms terms)
    {
        lock (_lock)
        {
            waiter.Number = ++_numbers;
            if (_isClosed)
            {
                waiter.End(new PlaceResult(-1, null, default) { IsClosed = true });
                return TimeSpan.Zero;
            }

            for (var i = 0; i < waiter.Claims.Length; i++)
            {
                var verdict = rates.TryBegin(waiter.Claims[i], Place.Entering, out var pass);
                if (verdict.Allowed)
                {
                    End(waiter, new PlaceResult(i, pass, verdict));
                    return TimeSpan.Zero;
                }

                if (IsFull(verdict))
                {
                    Line(waiter, i, verdict, terms);
                }
                else
                {
                    waiter.Note(verdict);
                }
            }

            if (waiter.Wishes.Count == 0)
            {
                waiter.End(waiter.Refused);
                return TimeSpan.Zero;
            }

            _all.Add(waiter);
            _waiting = _all.Count;
            var longest = waiter.Wishes.Max(static wish => wish.Until) - Now();

            // It stands in line now, so whatever comes free is seen; what came free just before is seen here.
            foreach (var gate in waiter.Wishes.ConvertAll(static wish => wish.Gate))
            {
                ServeNext(gate);
            }

            return TimeSpan.FromMilliseconds(Math.Max(1, longest));
        }
    }

    /// <summary>Puts a call into a place's line, if that has room.</summary>
    private void Line(SlotWaiter waiter, int index, in RateVerdict verdict, in LineTerms terms)
    {
        ref readonly var claim = ref waiter.Claims.ItemRef(index);
        var gate = rates.GateOf(verdict.Owner, claim);
        var (most, longest) = terms.At(verdict, claim);
        var now = Now();
        if (most <= 0 || longest == TimeSpan.Zero)
        {
            waiter.Note(verdict);
            return;
        }

        if (gate.Line.Count >= most)
        {
            if (gate.Line.ToMakeRoomFor(waiter.Key) is not { } last)
            {
                waiter.Note(verdict with { RetryAfter = gate.Line.Wait(now) });
                return;
            }

            // A full line has room for a key that has fewer calls in it.
            Drop(last, last.Verdict(now));
        }

        var wish = new SlotWish(waiter, index, gate, verdict, now + (long)Math.Ceiling(longest.TotalMilliseconds));
        waiter.Wishes.Add(wish);
        Join(wish, gate);
    }

    private void ServeNext(RateGate gate)
    {
        while (gate.Line.First is { } wish)
        {
            Try(wish);
            if (wish.Node is not null && ReferenceEquals(wish.Gate, gate))
            {
                // There is no place left.
                return;
            }
        }
    }

    /// <summary>Gives a call its places, or finds out which of them is taken and has it wait for that one.</summary>
    private void Try(SlotWish wish)
    {
        while (true)
        {
            ref readonly var claim = ref wish.Waiter.Claims.ItemRef(wish.Index);
            if (Now() >= wish.Until)
            {
                Drop(wish, wish.Verdict(Now()));
                return;
            }

            var verdict = rates.TryBegin(claim, Place.First, out var pass);
            if (verdict.Allowed)
            {
                wish.Gate.Line.NoteServed(wish, Now());
                End(wish.Waiter, new PlaceResult(wish.Index, pass, verdict));
                return;
            }

            if (!IsFull(verdict))
            {
                Drop(wish, verdict);
                return;
            }

            var full = rates.GateOf(verdict.Owner, claim);
            if (ReferenceEquals(full, wish.Gate))
            {
                return;
            }

            // In line first, then another look: what comes free between the two is seen.
            Part(wish);
            wish.Full = verdict;
            Join(wish, full);
        }
    }

    private void Join(SlotWish wish, RateGate gate)
    {
        wish.Gate = gate;
        gate.Line.Add(wish, Now());
        gate.NoteWaiting(1);
    }

    private static void Part(SlotWish wish)
    {
        wish.Gate.Line.Remove(wish);
        wish.Gate.NoteWaiting(-1);
    }

    private void Drop(SlotWish wish, in RateVerdict verdict)
    {
        Part(wish);
        wish.Waiter.Wishes.Remove(wish);
        wish.Waiter.Note(verdict);
        if (wish.Waiter.Wishes.Count == 0 && _all.Contains(wish.Waiter))
        {
            End(wish.Waiter, wish.Waiter.Refused);
        }
    }

    private void End(SlotWaiter waiter, in PlaceResult result)
    {
        foreach (var wish in waiter.Wishes)
        {
            Part(wish);
        }

        waiter.Wishes.Clear();
        _all.Remove(waiter);
        _waiting = _all.Count;
        waiter.End(result);
    }

    private static bool IsFull(in RateVerdict verdict) => string.Equals(verdict.Limit, LimitNames.Concurrency, StringComparison.Ordinal);

    private long Now() => (long)time.GetElapsedTime(0).TotalMilliseconds;
}
