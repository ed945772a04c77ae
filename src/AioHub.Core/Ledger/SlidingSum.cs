namespace AioHub.Core.Ledger;

/// <summary>
/// How much was taken in a window that slides: a row of buckets, of which the ones that lie inside the window are summed up in one number. Taking is one
/// compare-and-swap on that number, so what is let through never passes the limit in any stretch of the window's length; a bucket leaves as a whole,
/// so room comes back up to one bucket's width late (a 60th of a minute, a 96th of a day). No lock; some hundred bytes.
/// </summary>
/// <remarks>
/// A bucket holds its number (the low 23 bits) and its sum (40 bits). The sum of all is raised before a bucket is, and lowered after: at any moment it is at least
/// what the buckets hold.
/// </remarks>
internal sealed class SlidingSum
{
    private const int SumBits = 40;
    private const long SumMask = (1L << SumBits) - 1;
    private const long NumberMask = (1L << 23) - 1;

    /// <summary>More at once, or a higher limit, would not fit into a bucket.</summary>
    public const long MostTaken = 1L << 32;
    private const long MostLimit = 1L << 38;

    private readonly long[] _buckets;
    private readonly long _width;
    private long _used;
    private long _seen;

    /// <param name="window">In milliseconds; a multiple of <paramref name="count"/>.</param>
    /// <param name="count">Buckets that make a window; one more is kept, the one that is being filled.</param>
    public SlidingSum(long window, int count, long now)
    {
        _width = window / count;
        _buckets = new long[count + 1];
        Array.Fill(_buckets, -1L);
        _seen = (now / _width) - _buckets.Length;
    }

    /// <summary>What lies inside the window now.</summary>
    public long Used(long now)
    {
        Expire(now / _width);
        return Math.Max(0, Volatile.Read(ref _used));
    }

    /// <summary>Takes an amount when the window has room for it. More than the limit is as much as the limit: it needs an empty window.</summary>
    /// <param name="bucket">Where it was counted, for <see cref="Correct"/>.</param>
    public bool TryTake(long amount, long limit, long now, out long bucket, out TimeSpan wait)
    {
        bucket = now / _width;
        wait = TimeSpan.Zero;
        limit = Math.Min(limit, MostLimit);
        Expire(bucket);
        var ask = Math.Clamp(amount, 0, MostTaken);
        var need = Math.Min(ask, Math.Max(limit, 0));
        var seen = Volatile.Read(ref _used);
        while (seen + need <= limit && limit > 0)
        {
            var before = Interlocked.CompareExchange(ref _used, seen + ask, seen);
            if (before == seen)
            {
                Put(bucket, ask);
                return true;
            }

            seen = before;
        }

        wait = WaitFor(seen + need - limit, now);
        return false;
    }

    /// <summary>Whether the window has room, without taking it; momentary.</summary>
    public bool HasRoom(long amount, long limit, long now, out TimeSpan wait)
    {
        limit = Math.Min(limit, MostLimit);
        Expire(now / _width);
        var over = Volatile.Read(ref _used) + Math.Min(Math.Clamp(amount, 0, MostTaken), limit) - limit;
        wait = over > 0 || limit <= 0 ? WaitFor(over, now) : TimeSpan.Zero;
        return over <= 0 && limit > 0;
    }

    /// <summary>Puts right what was taken: by how much more (or, below zero, less) it was in truth. Nothing once the bucket has left the window.</summary>
    public void Correct(long bucket, long taken, long truly)
    {
        var change = Math.Clamp(truly, 0, MostTaken) - Math.Clamp(taken, 0, MostTaken);
        if (change > 0)
        {
            Interlocked.Add(ref _used, change);
            if (!TryAdd(bucket, change))
            {
                Interlocked.Add(ref _used, -change);
            }
        }
        else if (change < 0 && TryAdd(bucket, change))
        {
            Interlocked.Add(ref _used, change);
        }
    }

    /// <summary>Counts into a bucket what <see cref="_used"/> holds already.</summary>
    private void Put(long bucket, long amount)
    {
        if (!TryAdd(bucket, amount))
        {
            // So long ago, between two instructions, that it has left the window.
            Interlocked.Add(ref _used, -amount);
        }
    }

    private bool TryAdd(long bucket, long amount)
    {
        ref var slot = ref _buckets[bucket % _buckets.Length];
        var seen = Volatile.Read(ref slot);
        while (seen >= 0 && seen >> SumBits == (bucket & NumberMask))
        {
            var before = Interlocked.CompareExchange(ref slot, seen + amount, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Opens the buckets up to this one; what the former ones in their places held leaves the sum.</summary>
    private void Expire(long bucket)
    {
        var seen = Volatile.Read(ref _seen);
        if (bucket <= seen)
        {
            return;
        }

        for (var number = Math.Max(0, Math.Max(seen + 1, bucket - _buckets.Length + 1)); number <= bucket; number++)
        {
            ref var slot = ref _buckets[number % _buckets.Length];
            var old = Volatile.Read(ref slot);
            while (old < 0 || IsBefore(old >> SumBits, number & NumberMask))
            {
                var before = Interlocked.CompareExchange(ref slot, (number & NumberMask) << SumBits, old);
                if (before == old)
                {
                    if (old >= 0)
                    {
                        Interlocked.Add(ref _used, -(old & SumMask));
                    }

                    break;
                }

                old = before;
            }
        }

        // Several may have worked on it: the furthest counts.
        while (bucket > seen)
        {
            var before = Interlocked.CompareExchange(ref _seen, bucket, seen);
            if (before == seen)
            {
                break;
            }

            seen = before;
        }
    }

    private static bool IsBefore(long left, long right) => left != right && ((right - left) & NumberMask) <= NumberMask / 2;

    /// <summary>Until so much has left the window, if nothing else comes.</summary>
    private TimeSpan WaitFor(long over, long now)
    {
        var current = now / _width;
        for (var number = current - _buckets.Length + 1; number <= current; number++)
        {
            if (number < 0)
            {
                continue;
            }

            var held = Volatile.Read(ref _buckets[number % _buckets.Length]);
            over -= held >= 0 && held >> SumBits == (number & NumberMask) ? held & SumMask : 0;
            if (over <= 0)
            {
                return TimeSpan.FromMilliseconds(((number + _buckets.Length) * _width) - now);
            }
        }

        return TimeSpan.FromMilliseconds(_width * _buckets.Length);
    }
}
