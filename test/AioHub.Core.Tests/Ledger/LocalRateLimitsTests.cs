using AioHub.Core.Identity;
using AioHub.Core.Ledger;

namespace AioHub.Core.Tests.Ledger;

public sealed class LocalRateLimitsTests
{
    private readonly StoppedTime _time = new();

    [Fact]
    public void No_sixty_seconds_hold_more_calls_than_the_limit()
    {
        var limits = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new KeyLimits { Rpm = 10 });
        var allowed = new List<long>();
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            _time.Milliseconds += random.Next(0, 1_500);
            if (limits.TryEnter(key).Allowed)
            {
                limits.Leave(key);
                allowed.Add(_time.Milliseconds);
            }
        }

        allowed.Count.ShouldBeGreaterThan(500);
        for (var i = 10; i < allowed.Count; i++)
        {
            (allowed[i] - allowed[i - 10]).ShouldBeGreaterThanOrEqualTo(60_000);
        }
    }

    [Fact]
    public void A_refusal_says_when_to_come_back()
    {
        var limits = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new KeyLimits { Rpm = 2 });
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        _time.Milliseconds += 20_000;
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        var refused = limits.TryEnter(key);
        refused.ShouldBe(new RateVerdict(false, "rpm", TimeSpan.FromSeconds(40)));
        _time.Milliseconds += 39_999;
        limits.TryEnter(key).Allowed.ShouldBeFalse();
        _time.Milliseconds += 1;
        limits.TryEnter(key).Allowed.ShouldBeTrue();
    }

    [Fact]
    public void Racing_calls_fill_the_minute_exactly()
    {
        var limits = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new KeyLimits { Rpm = 100 });
        var allowed = 0;
        Parallel.For(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            if (limits.TryEnter(key).Allowed)
            {
                Interlocked.Increment(ref allowed);
            }
        });
        allowed.ShouldBe(100);
        limits.Running(key).ShouldBe(100);
    }

    [Fact]
    public void Calls_at_a_time_are_counted_and_given_back()
    {
        var limits = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new KeyLimits { Concurrency = 2 });
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        limits.TryEnter(key).Limit.ShouldBe("concurrency");
        limits.Leave(key);
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        limits.TryEnter(OnLedger.Key(2, limits: new KeyLimits { Concurrency = 0 })).Allowed.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(120_000, 60_000)]
    public void Odd_limits_hold(int rpm, int atOnce)
    {
        var limits = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new KeyLimits { Rpm = rpm });
        Enumerable.Range(0, 70_000).Count(_ => limits.TryEnter(key).Allowed).ShouldBe(atOnce);
        _time.Milliseconds += 30_000;
        Enumerable.Range(0, 70_000).Count(_ => limits.TryEnter(key).Allowed).ShouldBe(rpm > 60_000 ? 60_000 : 0);
    }

    private sealed class StoppedTime : TimeProvider
    {
        public long Milliseconds { get; set; } = 1_000_000;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Milliseconds;
    }
}
