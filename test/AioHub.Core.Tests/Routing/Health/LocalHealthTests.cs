using AioHub.Core.Routing.Health;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Core.Tests.Routing.Health;

public sealed class LocalHealthTests
{
    private static readonly CredentialId One = new(1);
    private static readonly CredentialId Two = new(2);
    private readonly ManualTime _time = new(RoutingWorld.Start);
    private readonly LocalHealth _health;

    public LocalHealthTests() => _health = new LocalHealth(_time);

    [Theory]
    [InlineData(AttemptFailure.RateLimited)]
    [InlineData(AttemptFailure.QuotaExhausted)]
    [InlineData(AttemptFailure.Unauthorized)]
    public void A_channel_may_bound_every_rest(AttemptFailure failure)
    {
        for (var i = 0; i < 5; i++)
        {
            _health.Report(One, "m", failure, TimeSpan.FromHours(3), new AttemptNotes(null) { LongestRest = TimeSpan.FromSeconds(20) });
            (_health.CoolingUntil(One, "m")!.Value - _time.GetUtcNow().UtcDateTime).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(20));
            _time.Advance(TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public void Retry_after_is_heeded_up_to_half_an_hour()
    {
        Rest(AttemptFailure.RateLimited, TimeSpan.FromSeconds(90)).ShouldBe(90);
        _health.Reset(One);
        Rest(AttemptFailure.RateLimited, TimeSpan.FromDays(3)).ShouldBe(1800);
        _health.Reset(One);
        Rest(AttemptFailure.RateLimited, TimeSpan.FromSeconds(-4)).ShouldBe(5);
    }

    [Theory]
    [InlineData(AttemptFailure.RateLimited)]
    [InlineData(AttemptFailure.Overloaded)]
    public void Limits_rest_5_seconds_doubling_to_60(AttemptFailure failure) => Rests(failure, 6).ShouldBe([5, 10, 20, 40, 60, 60]);

    [Theory]
    [InlineData(AttemptFailure.UpstreamError)]
    [InlineData(AttemptFailure.Unreachable)]
    [InlineData(AttemptFailure.Timeout)]
    public void Breakdowns_rest_after_three_in_a_row(AttemptFailure failure) => Rests(failure, 9).ShouldBe([0, 0, 10, 20, 40, 80, 160, 300, 300]);

    [Fact]
    public void Breakdowns_far_apart_or_healed_do_not_add_up()
    {
        for (var i = 0; i < 5; i++)
        {
            Rest(AttemptFailure.Timeout).ShouldBe(0);
            _time.Advance(TimeSpan.FromSeconds(61));
        }

        Rest(AttemptFailure.UpstreamError);
        Rest(AttemptFailure.Timeout);
        Rest(AttemptFailure.None);
        Rest(AttemptFailure.Unreachable).ShouldBe(0);
    }

    [Fact]
    public void A_refused_credential_rests_for_all_models()
    {
        Rests(AttemptFailure.Unauthorized, 7).ShouldBe([60, 120, 240, 480, 960, 1800, 1800]);
        _health.Report(One, "a", AttemptFailure.Unauthorized, null);
        _health.CoolingUntil(One, "b").ShouldNotBeNull();
        _health.CoolingUntil(Two, "a").ShouldBeNull();
    }

    [Fact]
    public void A_spent_credential_rests_for_all_models_until_its_quota_comes_back()
    {
        Rest(AttemptFailure.QuotaExhausted).ShouldBe(300);
        _health.CoolingUntil(One, "other").ShouldNotBeNull();
        _health.Reset(One);
        Rest(AttemptFailure.QuotaExhausted, TimeSpan.FromDays(9)).ShouldBe(9 * 86_400, "the date that the upstream named");
        _health.Reset(One);
        Rest(AttemptFailure.QuotaExhausted, TimeSpan.FromDays(4_000_000)).ShouldBe(31 * 86_400, "no quota runs longer than a month");
        _health.Reset(One);
        Rests(AttemptFailure.QuotaExhausted, 5).ShouldBe([300, 600, 1200, 1800, 1800], "no date: asked again, less and less often");
    }

    [Fact]
    public void Models_of_one_family_rest_together_and_an_unknown_one_alone()
    {
        _health.Report(One, "gpt-5-2025-08-07", AttemptFailure.RateLimited, null);
        _health.CoolingUntil(One, "gpt-5").ShouldNotBeNull();
        _health.CoolingUntil(One, "gpt-5-mini").ShouldBeNull();
        _health.Report(Two, "gpt-5-2025-08-07", AttemptFailure.ModelUnknown, null);
        _health.CoolingUntil(Two, "gpt-5-2025-08-07").ShouldNotBeNull();
        _health.CoolingUntil(Two, "gpt-5").ShouldBeNull();
    }

    [Theory]
    [InlineData(AttemptFailure.Abandoned)]
    [InlineData(AttemptFailure.Misconfigured)]
    [InlineData(AttemptFailure.Blocked)]
    public void What_says_nothing_of_the_credential_changes_nothing(AttemptFailure failure)
    {
        Rests(failure, 5).ShouldBe([0, 0, 0, 0, 0]);
        Rest(AttemptFailure.RateLimited).ShouldBe(5);
        Rest(failure).ShouldBe(5, "nor does it heal");
        _health.Snapshot().ShouldHaveSingleItem();
    }

    [Fact]
    public void Forbidden_counts_from_the_third() => Rests(AttemptFailure.Forbidden, 5).ShouldBe([0, 0, 60, 120, 240]);

    [Fact]
    public void An_unknown_model_rests_alone()
    {
        Rest(AttemptFailure.ModelUnknown).ShouldBe(300);
        _health.CoolingUntil(One, "other").ShouldBeNull();
    }

    [Fact]
    public void The_callers_fault_is_nobodys_else()
    {
        Rest(AttemptFailure.CallerFault).ShouldBe(0);
        _health.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public void A_success_ends_a_rest_at_once()
    {
        Rest(AttemptFailure.RateLimited);
        _health.Report(One, "other", AttemptFailure.Unauthorized, null);
        _health.Report(One, "m", AttemptFailure.None, null);
        _health.CoolingUntil(One, "m").ShouldBeNull();
        Rest(AttemptFailure.RateLimited).ShouldBe(5, "the row of failures is broken");
    }

    [Fact]
    public void Calls_that_were_under_way_do_not_make_a_rest_longer_step_by_step()
    {
        for (var i = 0; i < 20; i++)
            Rest(AttemptFailure.RateLimited).ShouldBe(5);
    }

    [Fact]
    public void A_shorter_rest_never_cuts_a_longer_one()
    {
        Rest(AttemptFailure.RateLimited, TimeSpan.FromSeconds(600));
        Rest(AttemptFailure.RateLimited, TimeSpan.FromSeconds(1)).ShouldBe(600);
        Rest(AttemptFailure.Timeout).ShouldBe(600);
    }

    [Fact]
    public void Operators_see_states_and_reset_them()
    {
        _health.Report(Two, "m", AttemptFailure.Timeout, null);
        _health.Report(One, "b", AttemptFailure.RateLimited, null);
        _health.Report(One, "b", AttemptFailure.Overloaded, null);
        _health.Report(One, "a", AttemptFailure.Unauthorized, null);

        _health.Snapshot().ShouldBe([
            State(One, HealthScope.Credential, "", HealthPhase.Resting, AttemptFailure.Unauthorized, 1, 1, 60),
            State(One, HealthScope.Family, "b", HealthPhase.Resting, AttemptFailure.Overloaded, 2, 1, 5),
            State(Two, HealthScope.Family, "m", HealthPhase.Closed, AttemptFailure.Timeout, 1, 0, null),
        ]);
        _health.Reset(One);
        _health.CoolingUntil(One, "a").ShouldBeNull();
        _health.Snapshot().ShouldHaveSingleItem().Credential.ShouldBe(Two);
    }

    [Fact]
    public void States_that_are_long_over_are_dropped_when_there_are_many()
    {
        for (var i = 0; i < 10_000; i++)
            _health.Report(new CredentialId(i), "m", AttemptFailure.RateLimited, null);
        _time.Advance(TimeSpan.FromHours(2));
        _health.Report(new CredentialId(-1), "m", AttemptFailure.RateLimited, null);
        _health.Snapshot().ShouldHaveSingleItem();
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        Rest(AttemptFailure.RateLimited);
        for (var i = 0; i < 100; i++)
            _health.CoolingUntil(One, "m");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            _health.CoolingUntil(One, "m");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static HealthState State(CredentialId credential, HealthScope scope, string subject, HealthPhase phase, AttemptFailure failure, int failures, int rests, int? seconds) => new(
        credential, scope, subject, phase, failure, failures, rests, RoutingWorld.Start, RoutingWorld.Start, seconds is { } rest ? RoutingWorld.Start.AddSeconds(rest) : null, null);

    /// <summary>Seconds from now that the credential rests after one more failure.</summary>
    private int Rest(AttemptFailure failure, TimeSpan? retryAfter = null)
    {
        _health.Report(One, "m", failure, retryAfter);
        return _health.CoolingUntil(One, "m") is { } until ? (int)(until - _time.GetUtcNow().UtcDateTime).TotalSeconds : 0;
    }

    /// <summary>The rests of failures one after the other, each at the end of the rest before.</summary>
    private List<int> Rests(AttemptFailure failure, int count)
    {
        var list = new List<int>();
        for (var i = 0; i < count; i++)
        {
            list.Add(Rest(failure));
            _time.Advance(TimeSpan.FromSeconds(list[^1]));
        }

        return list;
    }
}
