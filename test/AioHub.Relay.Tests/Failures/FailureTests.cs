using AioHub.Core.Routing;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Tests.Failures;

public sealed class FailureTests
{
    [Theory]
    [InlineData(0.2, 1, 1)]
    [InlineData(7, 7, 7)]
    [InlineData(10, 10, 11)]
    [InlineData(60, 60, 66)]
    [InlineData(3599.5, 3600, 3960)]
    public void What_the_hub_tells_to_wait_is_spread_by_up_to_a_tenth_and_never_shortened(double seconds, int least, int most)
    {
        var failure = new Failure(429, "rate_limited", "") { RetryAfter = TimeSpan.FromSeconds(seconds) };
        var told = Enumerable.Range(0, 500).Select(i => (int)failure.ToldWait($"request-{i}")!.Value.TotalSeconds).ToList();
        told.Min().ShouldBeGreaterThanOrEqualTo(least);
        told.Max().ShouldBeLessThanOrEqualTo(most);
        told.Distinct().Count().ShouldBeGreaterThanOrEqualTo(Math.Min(2, most - least + 1));
    }

    [Fact]
    public void An_upstreams_own_word_stays()
    {
        var failure = new Failure(429, "upstream_rate_limited", "") { RetryAfter = TimeSpan.FromSeconds(100.5), Attempt = AttemptFailure.RateLimited, UpstreamStatus = 429 };
        Enumerable.Range(0, 50).ShouldAllBe(i => failure.ToldWait($"request-{i}") == TimeSpan.FromSeconds(100.5));
        new Failure(503, "x", "").ToldWait("r").ShouldBeNull();
    }
}
