namespace AioHub.Relay.Delivery;

/// <summary>
/// Cancels a token at a moment that may be moved as often as one likes. Putting it off costs one write: the timer runs to the earlier moment, and is
/// set anew only there. Setting is for one thread at a time.
/// </summary>
internal sealed class Alarm : IDisposable
{
    private const long Never = long.MaxValue;
    private const long Rung = long.MinValue;

    private readonly Lock _arming = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _source = new();

    /// <summary>When to ring, as a timestamp of the clock.</summary>
    private long _due = Never;

    /// <summary>When the timer will look.</summary>
    private long _looksAt = Never;

    public Alarm(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((Alarm)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;

    public bool HasRung => _source.IsCancellationRequested;

    /// <summary>Rings after <paramref name="wait"/> from now, and not before, unless it has rung.</summary>
    public void SetTo(TimeSpan wait)
    {
        var due = _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);

        // A full fence between this write and the next read: a timer that looks at this moment sees the one or leaves the other to be seen.
        if (Interlocked.Exchange(ref _due, due) != Rung)
        {
            if (due < Volatile.Read(ref _looksAt))
            {
                Arm();
            }

            return;
        }

        Volatile.Write(ref _due, Rung);
    }

    /// <summary>Rings now.</summary>
    public void Ring()
    {
        Volatile.Write(ref _due, Rung);
        _source.Cancel();
    }

    /// <summary>Silences it for another use. False: it rings or rang, and can only be disposed of.</summary>
    public bool TryReset() => Interlocked.Exchange(ref _due, Never) != Rung && _source.TryReset();

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void Arm()
    {
        lock (_arming)
        {
            var due = Volatile.Read(ref _due);
            _looksAt = due is Rung ? Never : due;
            if (_looksAt != Never)
            {
                var wait = _time.GetElapsedTime(_time.GetTimestamp(), due);

                // Rounded up: a timer of whole milliseconds must not look a moment too early.
                _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Look()
    {
        Interlocked.Exchange(ref _looksAt, Never);
        var due = Volatile.Read(ref _due);
        if (due is Never or Rung)
        {
            return;
        }

        if (due > _time.GetTimestamp())
        {
            Arm();
        }
        else if (Interlocked.CompareExchange(ref _due, Rung, due) != due)
        {
            Arm();
        }
        else
        {
            try
            {
                _source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // What was waited for ended at this very moment.
            }
        }
    }
}
