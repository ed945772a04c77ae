using AioHub.Core.Routing;

namespace AioHub.Core.Tests.Routing;

/// <summary>How an attempt went at an upstream.</summary>
/// <param name="After">Until its first token, or until it failed.</param>
/// <param name="Whole">Until its last token.</param>
internal readonly record struct Answer(AttemptFailure Failure, TimeSpan After, TimeSpan Whole, TimeSpan? RetryAfter);

/// <summary>
/// One credential's upstream: answers in its own time, has outages, limits its requests a minute, is slow when it comes back, and may get slow for good. A prompt that
/// it has seen within five minutes is in its cache and starts in a third of the time.
/// </summary>
internal sealed class SimulatedUpstream(Random random, double firstTokenMs, int rpm)
{
    private static readonly TimeSpan CacheLife = TimeSpan.FromMinutes(5);

    private readonly Queue<DateTime> _minute = new();
    private readonly Dictionary<int, DateTime> _cache = [];

    /// <summary>From, until, and what it does meanwhile.</summary>
    public List<(DateTime From, DateTime Until, AttemptFailure Failure)> Outages { get; } = [];

    /// <summary>From when on it is so many times as slow.</summary>
    public (DateTime From, double Factor) Drift { get; set; } = (DateTime.MaxValue, 1);

    public int Served { get; private set; }

    public int Hits { get; private set; }

    public Answer Ask(int conversation, DateTime now)
    {
        foreach (var (from, until, failure) in Outages)
        {
            if (now >= from && now < until)
                return new Answer(failure, failure == AttemptFailure.Timeout ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(150), default, null);
        }

        while (_minute.TryPeek(out var oldest) && now - oldest >= TimeSpan.FromMinutes(1))
            _minute.Dequeue();
        if (_minute.Count >= rpm)
            return new Answer(AttemptFailure.RateLimited, TimeSpan.FromMilliseconds(80), default, _minute.Peek() + TimeSpan.FromMinutes(1) - now);

        _minute.Enqueue(now);
        var isWarm = _cache.TryGetValue(conversation, out var seen) && now - seen < CacheLife;
        _cache[conversation] = now;
        Served++;
        Hits += isWarm ? 1 : 0;

        // Busy upstreams answer later; one that has just come back is slow for two minutes.
        var load = 1 + (0.8 * _minute.Count / rpm);
        var waking = Outages.Exists(outage => now >= outage.Until && now - outage.Until < TimeSpan.FromMinutes(2)) ? 5 : 1;
        var drift = now >= Drift.From ? Drift.Factor : 1;
        var chance = Math.Exp(0.35 * Normal());
        var first = TimeSpan.FromMilliseconds(firstTokenMs * load * waking * drift * chance * (isWarm ? 0.35 : 1));
        return new Answer(AttemptFailure.None, first, first + TimeSpan.FromSeconds(2 + (random.NextDouble() * 12)), null);
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
