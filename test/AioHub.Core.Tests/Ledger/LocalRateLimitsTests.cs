using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Ledger;

namespace AioHub.Core.Tests.Ledger;

public sealed class LocalRateLimitsTests
{
    private readonly StoppedTime _time = new();

    [Fact]
    public void No_sixty_seconds_hold_more_calls_than_the_limit()
    {
        var limits = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new Limits { Rpm = 10 });
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
        var key = OnLedger.Key(limits: new Limits { Rpm = 2 });
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        _time.Milliseconds += 20_000;
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        var refused = limits.TryEnter(key);
        refused.ShouldBe(new RateVerdict(false, "rpm", TimeSpan.FromSeconds(40)) { Most = 2 });
        _time.Milliseconds += 39_999;
        limits.TryEnter(key).Allowed.ShouldBeFalse();
        _time.Milliseconds += 1;
        limits.TryEnter(key).Allowed.ShouldBeTrue();
    }

    [Fact]
    public void Racing_calls_fill_the_minute_exactly()
    {
        var limits = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new Limits { Rpm = 100 });
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
        var key = OnLedger.Key(limits: new Limits { Concurrency = 2 });
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        limits.TryEnter(key).Limit.ShouldBe("concurrency");
        limits.Leave(key);
        limits.TryEnter(key).Allowed.ShouldBeTrue();
        limits.TryEnter(OnLedger.Key(2, limits: new Limits { Concurrency = 0 })).Allowed.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(120_000, 60_000)]
    public void Odd_limits_hold(int rpm, int atOnce)
    {
        var limits = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new Limits { Rpm = rpm });
        Enumerable.Range(0, 70_000).Count(_ => limits.TryEnter(key).Allowed).ShouldBe(atOnce);
        _time.Milliseconds += 30_000;
        Enumerable.Range(0, 70_000).Count(_ => limits.TryEnter(key).Allowed).ShouldBe(rpm > 60_000 ? 60_000 : 0);
    }

    /// <summary>200 callers at once where 50 fit, for whoever sets the limit.</summary>
    [Theory]
    [InlineData(LimitOwner.User, "rpm")]
    [InlineData(LimitOwner.User, "rpd")]
    [InlineData(LimitOwner.User, "concurrency")]
    [InlineData(LimitOwner.Key, "rpd")]
    [InlineData(LimitOwner.Group, "rpm")]
    [InlineData(LimitOwner.Group, "rpd")]
    [InlineData(LimitOwner.Group, "tpm")]
    [InlineData(LimitOwner.Group, "concurrency")]
    [InlineData(LimitOwner.Channel, "rpm")]
    [InlineData(LimitOwner.Channel, "tpm")]
    [InlineData(LimitOwner.Channel, "concurrency")]
    [InlineData(LimitOwner.Credential, "rpm")]
    [InlineData(LimitOwner.Credential, "rpd")]
    [InlineData(LimitOwner.Credential, "tpm")]
    [InlineData(LimitOwner.Credential, "concurrency")]
    public void A_race_of_200_on_a_limit_for_50_lets_50_through(LimitOwner owner, string limit)
    {
        const int tokens = 1_000;
        var rates = new LocalRateLimits(_time);
        var bound = limit switch
        {
            "rpm" => new Limits { Rpm = 50 },
            "rpd" => new Limits { Rpd = 50 },
            "tpm" => new Limits { Tpm = 50 * tokens },
            _ => new Limits { Concurrency = 50 },
        };
        var key = OnLedger.Key(limits: owner == LimitOwner.Key ? bound : null) with { OwnerLimits = owner == LimitOwner.User ? bound : Limits.None };
        var claim = new RateClaim(PayerOf(LimitOwner.Group), PayerOf(LimitOwner.Channel), PayerOf(LimitOwner.Credential), tokens);
        var allowed = 0;
        var passes = new System.Collections.Concurrent.ConcurrentBag<RatePass>();
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ =>
        {
            var verdict = rates.TryEnter(key);
            RatePass? pass = null;
            verdict = verdict.Allowed ? rates.TryBegin(claim, out pass) : verdict;
            if (verdict.Allowed)
            {
                Interlocked.Increment(ref allowed);
                if (pass is not null)
                {
                    passes.Add(pass);
                }
            }
            else
            {
                (verdict.Limit, verdict.Owner, verdict.Most).ShouldBe((limit, owner, limit == "tpm" ? 50 * tokens : 50));
                verdict.RetryAfter.ShouldBeGreaterThan(TimeSpan.Zero);
            }
        });
        allowed.ShouldBe(50);
        if (owner > LimitOwner.User)
        {
            rates.Look(claim).Allowed.ShouldBeFalse();
            foreach (var pass in passes)
            {
                pass.Settle(0);
                pass.Settle(0);
            }

            rates.Running(owner, 5).ShouldBe(0);
            rates.Look(claim).Allowed.ShouldBe(limit is "tpm" or "concurrency", "requests stay counted, tokens that were not used do not");
        }

        Payer PayerOf(LimitOwner one) => new(5, one == owner ? bound : Limits.None, false);
    }

    [Fact]
    public void The_true_usage_replaces_the_estimate()
    {
        var rates = new LocalRateLimits(_time);
        var key = OnLedger.Key(limits: new Limits { Tpm = 1_000 });
        rates.TryTake(key, 900, out var pass).Allowed.ShouldBeTrue();
        rates.TryTake(key, 200, out _).Limit.ShouldBe("tpm");
        pass!.Settle(100);
        rates.TryTake(key, 200, out pass).Allowed.ShouldBeTrue();
        pass!.Settle(5_000);
        rates.TryTake(key, 1, out _).Allowed.ShouldBeFalse("it outgrew its estimate");
        _time.Milliseconds += 61_000;
        rates.TryTake(key, 5_000, out _).Allowed.ShouldBeTrue("a call larger than the limit gets an empty minute");
        rates.TryTake(key, 1, out var none).Allowed.ShouldBeFalse();
        none.ShouldBeNull();
    }

    [Fact]
    public void What_one_refuses_costs_the_others_nothing()
    {
        var rates = new LocalRateLimits(_time);
        var group = new Payer(1, new Limits { Rpm = 3, Rpd = 3, Tpm = 3, Concurrency = 3 }, false);
        var full = new Payer(2, new Limits { Rpm = 1 }, false);
        rates.TryBegin(new RateClaim(Payer.None, full, Payer.None, 1), out _).Allowed.ShouldBeTrue();
        for (var i = 0; i < 10; i++)
        {
            rates.TryBegin(new RateClaim(group, full, Payer.None, 1), out _).Owner.ShouldBe(LimitOwner.Channel);
        }

        for (var i = 0; i < 3; i++)
        {
            rates.TryBegin(new RateClaim(group, Payer.None, Payer.None, 1), out _).Allowed.ShouldBeTrue();
        }

        rates.TryBegin(new RateClaim(group, Payer.None, Payer.None, 1), out _).Allowed.ShouldBeFalse();
    }

    [Fact]
    public void A_call_without_limits_allocates_nothing()
    {
        var rates = new LocalRateLimits(_time);
        var key = OnLedger.Key();
        for (var i = 0; i < 100; i++)
        {
            Call();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Call();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Call()
        {
            rates.TryEnter(key);
            rates.TryTake(key, 100, out var tokens);
            rates.TryBegin(new RateClaim(Payer.None, Payer.None, Payer.None, 100), out var pass);
            pass?.Settle(1);
            tokens?.Settle(1);
            rates.Leave(key);
        }
    }

    private sealed class StoppedTime : TimeProvider
    {
        public long Milliseconds { get; set; } = 1_000_000;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Milliseconds;
    }
}
