namespace AioHub.Core.Tests.Routing;

/// <summary>A clock that stands still until the next thing happens.</summary>
internal sealed class VirtualTime(DateTime start) : TimeProvider
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private long _order;

    public DateTime Now { get; private set; } = start;

    public override DateTimeOffset GetUtcNow() => new(Now, TimeSpan.Zero);

    public override long GetTimestamp() => Now.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void At(DateTime moment, Action happen) => _events.Enqueue(happen, (moment.Ticks, _order++));

    public void In(TimeSpan span, Action happen) => At(Now + span, happen);

    public void Run()
    {
        while (_events.TryDequeue(out var happen, out var place))
        {
            Now = new DateTime(place.At, DateTimeKind.Utc);
            happen();
        }
    }
}
