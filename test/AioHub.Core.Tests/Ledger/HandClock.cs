namespace AioHub.Core.Tests.Ledger;

/// <summary>Stands still, and its timers fire only when told.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly List<HandTimer> _timers = [];
    private Action? _onRead;
    private int _reads;

    public long Milliseconds { get; set; } = 1_000_000;

    public override long TimestampFrequency => 1_000;

    /// <summary>Does something once, when somebody reads the clock after so many others did.</summary>
    public void OnRead(int after, Action? once) => (_reads, _onRead) = (after, once);

    public override long GetTimestamp()
    {
        if (_onRead is { } once && --_reads < 0)
        {
            _onRead = null;
            once();
        }

        return Milliseconds;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, () => callback(state));
        lock (_timers)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    public void FireAll()
    {
        HandTimer[] all;
        lock (_timers)
        {
            all = [.. _timers];
        }

        foreach (var timer in all)
        {
            timer.Fire();
        }
    }

    private sealed class HandTimer(HandClock clock, Action fire) : ITimer
    {
        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (clock._timers)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
