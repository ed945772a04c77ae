namespace AioHub.Relay.Tests.Carriers.Sandbox;

/// <summary>A clock that stands still; its timers fire when they are told to.</summary>
internal sealed class StoppedClock : TimeProvider
{
    private readonly List<Timer> _timers = [];

    public IReadOnlyList<TimeSpan> Waiting { get { lock (_timers) return [.. _timers.Where(timer => timer.Armed).Select(timer => timer.Due)]; } }

    public override DateTimeOffset GetUtcNow() => new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state) { Due = dueTime };
        lock (_timers)
            _timers.Add(timer);
        return timer;
    }

    public void Fire()
    {
        List<Timer> due;
        lock (_timers)
            due = [.. _timers.Where(timer => timer.Armed)];
        foreach (var timer in due)
            timer.Fire();
    }

    private sealed class Timer(TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }
        public bool Armed { get; private set; } = true;

        public void Fire()
        {
            Armed = false;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            Armed = dueTime != Timeout.InfiniteTimeSpan;
            return true;
        }

        public void Dispose() => Armed = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
