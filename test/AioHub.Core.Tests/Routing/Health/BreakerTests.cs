using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing.Health;

/// <summary>Closed, resting, half-open while one call proves it, closed again.</summary>
public sealed class BreakerTests
{
    private static readonly CredentialId One = new(1);
    private readonly ManualTime _time = new(Start);
    private readonly LocalHealth _health;

    public BreakerTests() => _health = new LocalHealth(_time);

    [Fact]
    public void After_a_rest_one_call_probes_and_the_others_see_it_resting()
    {
        var probe = Probe();
        probe.Gate.ShouldBe(HealthGate.Probe);
        _health.CoolingUntil(One, "m").ShouldNotBeNull();
        _health.Enter(One, "m").Gate.ShouldBe(HealthGate.Resting);
        _health.Snapshot().ShouldHaveSingleItem().Phase.ShouldBe(HealthPhase.Probing);

        _health.Report(One, "m", AttemptFailure.None, null, new AttemptNotes(probe));
        _health.CoolingUntil(One, "m").ShouldBeNull();
        _health.Enter(One, "m").Gate.ShouldBe(HealthGate.Open);
        _health.Snapshot().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(AttemptFailure.RateLimited, 10)]
    [InlineData(AttemptFailure.Timeout, 10)]
    public void A_probe_that_fails_rests_it_again_whatever_the_failure(AttemptFailure failure, int seconds)
    {
        var probe = Probe();
        _health.Report(One, "m", failure, null, new AttemptNotes(probe));
        (_health.CoolingUntil(One, "m")!.Value - Now).TotalSeconds.ShouldBe(seconds);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _health.Enter(One, "m").Gate.ShouldBe(HealthGate.Probe);
    }

    [Theory]
    [InlineData(AttemptFailure.Abandoned)]
    [InlineData(AttemptFailure.CallerFault)]
    [InlineData(AttemptFailure.Misconfigured)]
    [InlineData(AttemptFailure.ModelUnknown)]
    public void A_probe_without_a_verdict_is_given_back(AttemptFailure failure)
    {
        var probe = Probe();
        _health.Report(One, "m", failure, null, new AttemptNotes(probe));
        if (failure == AttemptFailure.ModelUnknown)
            _health.Snapshot().Single(static state => state.Scope == HealthScope.Family).Phase.ShouldBe(HealthPhase.HalfOpen);
        else
            _health.Enter(One, "m").Gate.ShouldBe(HealthGate.Probe);
    }

    [Fact]
    public void A_probe_that_never_comes_back_holds_nobody_for_ever()
    {
        Probe();
        _time.Advance(TimeSpan.FromMinutes(5));
        _health.Enter(One, "m").Gate.ShouldBe(HealthGate.Probe);
    }

    [Fact]
    public void A_call_that_is_not_the_probe_does_not_give_it_back()
    {
        Probe();
        _health.Report(One, "m", AttemptFailure.Abandoned, null, new AttemptNotes(new HealthPass(HealthGate.Resting, Now)));
        _health.Enter(One, "m").Gate.ShouldBe(HealthGate.Resting);
    }

    [Fact]
    public void A_success_that_began_before_the_failure_ends_no_rest_but_breaks_a_row()
    {
        var before = _health.Enter(One, "m");
        _time.Advance(TimeSpan.FromSeconds(1));
        _health.Report(One, "m", AttemptFailure.RateLimited, null);
        _health.Report(One, "m", AttemptFailure.None, null, new AttemptNotes(before));
        _health.CoolingUntil(One, "m").ShouldNotBeNull();

        _health.Reset(One);
        _health.Report(One, "m", AttemptFailure.Timeout, null);
        _health.Report(One, "m", AttemptFailure.None, null, new AttemptNotes(before));
        _health.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public void Of_calls_that_come_at_once_exactly_one_probes()
    {
        for (var round = 0; round < 50; round++)
        {
            _health.Report(One, "m", AttemptFailure.RateLimited, null);
            _time.Advance(TimeSpan.FromMinutes(1));
            var probes = 0;
            Parallel.For(0, 8, _ =>
            {
                if (_health.Enter(One, "m").Gate == HealthGate.Probe)
                    Interlocked.Increment(ref probes);
            });
            probes.ShouldBe(1);
            _health.Reset(One);
        }
    }

    [Fact]
    public void Every_change_is_an_event_with_a_reason()
    {
        _health.Report(One, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(5), new AttemptNotes(null, "slow down"));
        _health.Report(One, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(5), new AttemptNotes(null, "slow down"));
        _time.Advance(TimeSpan.FromSeconds(5));
        var probe = _health.Enter(One, "m");
        _health.Report(One, "m", AttemptFailure.None, null, new AttemptNotes(probe));
        _health.Report(One, "m", AttemptFailure.Unauthorized, null);
        var version = _health.Version;
        _health.Reset(One);
        _health.Version.ShouldBeGreaterThan(version);

        var events = _health.TakeEvents();
        events.Select(static change => $"{change.From}>{change.To}: {change.Reason}").ShouldBe([
            "Closed>Resting: slow down", "HalfOpen>Probing: its rest is over; one call proves it", "Probing>Closed: a call succeeded",
            "Closed>Resting: Unauthorized", "Resting>Closed: an operator reset it",
        ]);
        events[0].Until.ShouldBe(Start.AddSeconds(5));
        _health.TakeEvents().ShouldBeEmpty();
    }

    [Fact]
    public void States_survive_a_restart()
    {
        _health.Report(One, "m", AttemptFailure.QuotaExhausted, TimeSpan.FromDays(3));
        _health.Report(One, "m", AttemptFailure.Timeout, null);
        var later = new LocalHealth(_time);
        later.Restore(_health.Snapshot());
        later.Snapshot().ShouldBe(_health.Snapshot());
        later.CoolingUntil(One, "any").ShouldBe(Start.AddDays(3));
    }

    [Fact]
    public void Looking_and_entering_allocate_nothing_while_all_is_well_or_another_rests()
    {
        _health.Report(new CredentialId(2), "m", AttemptFailure.RateLimited, null);
        Look();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Look();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Look()
        {
            for (var i = 0; i < 100; i++)
            {
                _health.CoolingUntil(One, "m");
                _health.CoolingUntil(new CredentialId(2), "m");
                _health.Enter(One, "m");
            }
        }
    }

    [Fact]
    public void In_a_route_the_probe_goes_to_one_call_and_the_next_takes_the_other_channel()
    {
        var world = new RoutingWorld().Model("m");
        var (a, b) = (world.OpenAi("a"), world.OpenAi("b"));
        world.Group("g", group => group with { Members = [new GroupMember(a.Id, 0, 10), new GroupMember(b.Id, 1, 10)] });
        world.Health.Report(a.Credentials[0].Id, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(10));
        First(world.Ask("m", "g")).ShouldBe("g/b/b-0");
        world.Time.Advance(TimeSpan.FromSeconds(10));

        // Both see it half-open; who takes it first proves it.
        var (one, two) = (world.Ask("m", "g"), world.Ask("m", "g"));
        one.TryPeek(out var first).ShouldBeTrue();
        two.TryPeek(out var second).ShouldBeTrue();
        (first!.Channel.Name, second!.Channel.Name).ShouldBe(("a", "a"));
        one.TryTake().ShouldBeTrue();
        two.TryTake().ShouldBeFalse();
        First(two).ShouldBe("g/b/b-0");

        one.NoteContent();
        First(world.Ask("m", "g")).ShouldBe("g/a/a-0", "content came: the answer's end is not waited for");
    }

    [Fact]
    public void When_everything_rests_or_is_probed_calls_go_all_the_same()
    {
        var world = new RoutingWorld().Model("m");
        var a = world.OpenAi("a");
        world.Group("g", a);
        world.Health.Report(a.Credentials[0].Id, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(10));
        First(world.Ask("m", "g")).ShouldBe("g/a/a-0");
        world.Time.Advance(TimeSpan.FromSeconds(10));
        First(world.Ask("m", "g")).ShouldBe("g/a/a-0");
        First(world.Ask("m", "g")).ShouldBe("g/a/a-0", "another call probes it, and there is no other way");
    }

    [Fact]
    public void A_channel_whose_cooldown_is_off_never_rests()
    {
        var world = new RoutingWorld().Model("m");
        var a = world.OpenAi("a", change: static channel => channel with { Settings = RouteAssertions.Frozen("cooldown", "off") });
        world.Group("g", a);
        for (var i = 0; i < 5; i++)
            Drain(world.Ask("m", "g"), AttemptFailure.Unauthorized).ShouldBe(["g/a/a-0"]);
        world.Health.Snapshot().ShouldBeEmpty();
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>A rest of five seconds that is over, and the call that proves the credential.</summary>
    private HealthPass Probe()
    {
        _health.Report(One, "m", AttemptFailure.RateLimited, null);
        _time.Advance(TimeSpan.FromSeconds(5));
        return _health.Enter(One, "m");
    }
}
