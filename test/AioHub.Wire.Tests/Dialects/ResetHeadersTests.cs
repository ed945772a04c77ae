using AioHub.Wire.Dialects;

namespace AioHub.Wire.Tests.Dialects;

public sealed class ResetHeadersTests
{
    private static readonly DateTime Now = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);

    private const string InAMinute = "1795435260";

    [Theory]
    [InlineData(7d, "retry-after: 7")]
    [InlineData(1.5, "Retry-After: 1.5")]
    [InlineData(0.25, "retry-after-ms: 250|retry-after: 7")]
    [InlineData(90d, "retry-after: Mon, 23 Nov 2026 12:01:30 GMT")]
    [InlineData(20d, "anthropic-ratelimit-requests-remaining: 0|anthropic-ratelimit-requests-reset: 2026-11-23T12:00:20Z|anthropic-ratelimit-tokens-remaining: 5|anthropic-ratelimit-tokens-reset: 2026-11-23T12:59:00Z")]
    [InlineData(3540d, "anthropic-ratelimit-input-tokens-remaining: 0|anthropic-ratelimit-input-tokens-reset: 2026-11-23T12:59:00Z|anthropic-ratelimit-requests-remaining: 0|anthropic-ratelimit-requests-reset: 2026-11-23T12:00:20Z")]
    [InlineData(60d, "anthropic-ratelimit-unified-status: rejected|anthropic-ratelimit-unified-reset: " + InAMinute)]
    [InlineData(60d, "anthropic-ratelimit-unified-5h-status: rejected|anthropic-ratelimit-unified-5h-reset: " + InAMinute + "|anthropic-ratelimit-unified-7d-status: allowed|anthropic-ratelimit-unified-7d-reset: 1795935260")]
    [InlineData(360d, "x-ratelimit-remaining-tokens: 0|x-ratelimit-reset-tokens: 6m0s|x-ratelimit-remaining-requests: 3|x-ratelimit-reset-requests: 1h")]
    [InlineData(0.02, "x-ratelimit-remaining-requests: 0|x-ratelimit-reset-requests: 20ms")]
    [InlineData(179.56, "x-ratelimit-remaining-requests: 0|x-ratelimit-reset-requests: 2m59.56s")]
    [InlineData(12.5, "x-ratelimit-remaining-tokens-minute: 0|x-ratelimit-reset-tokens-minute: 12.5")]
    [InlineData(60d, "X-RateLimit-Remaining: 0|X-RateLimit-Reset: " + InAMinute)]
    [InlineData(60d, "X-RateLimit-Remaining: 0|X-RateLimit-Reset: " + InAMinute + "000")]
    [InlineData(42d, "ratelimit-remaining: 0|ratelimit-reset: 42")]
    [InlineData(60d, "x-codex-primary-used-percent: 100|x-codex-primary-reset-at: " + InAMinute + "|x-codex-secondary-used-percent: 40|x-codex-secondary-reset-at: 1795935260")]
    [InlineData(604_800d, "x-codex-primary-used-percent: 100|x-codex-primary-reset-after-seconds: 300|x-codex-secondary-used-percent: 100.0|x-codex-secondary-reset-after-seconds: 604800")]
    [InlineData(5d, "retry-after: 5|x-ratelimit-remaining-tokens: 0|x-ratelimit-reset-tokens: 6m0s")]
    public void Every_vendors_way_is_read(double seconds, string headers) => Wait(headers).ShouldNotBeNull().TotalSeconds.ShouldBe(seconds, 0.001);

    [Theory]
    [InlineData("")]
    [InlineData("retry-after: soon")]
    [InlineData("retry-after: -4")]
    [InlineData("retry-after: NaN")]
    [InlineData("retry-after: Mon, 23 Nov 2020 12:00:00 GMT")]
    [InlineData("x-ratelimit-remaining-tokens: 5|x-ratelimit-reset-tokens: 6m0s")]
    [InlineData("x-ratelimit-reset-tokens: 6m0s")]
    [InlineData("x-ratelimit-remaining: 0|x-ratelimit-reset: 1600000000")]
    [InlineData("x-ratelimit-remaining: 0|x-ratelimit-reset: garbage")]
    [InlineData("x-codex-primary-used-percent: 99.9|x-codex-primary-reset-after-seconds: 300")]
    [InlineData("anthropic-ratelimit-unified-status: allowed_warning|anthropic-ratelimit-unified-reset: " + InAMinute)]
    public void What_says_nothing_is_passed_over(string headers) => Wait(headers).ShouldBeNull();

    [Theory]
    [InlineData("retry-after: 99999999999999999999999999")]
    [InlineData("retry-after: 1e308")]
    [InlineData("retry-after-ms: 1e308")]
    [InlineData("retry-after: 9999-12-31T23:59:59Z")]
    [InlineData("x-ratelimit-remaining: 0|x-ratelimit-reset: 99999999999")]
    [InlineData("x-ratelimit-remaining: 0|x-ratelimit-reset: 99999999999999999999d")]
    public void Nothing_overflows_and_nothing_is_longer_than_a_month(string headers) => (Wait(headers) ?? TimeSpan.Zero).ShouldBeLessThanOrEqualTo(TimeSpan.FromDays(31));

    [Fact]
    public void Bodies_name_a_moment_too()
    {
        Error("""{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","resets_at":1795435260}}""").ResetsAt.ShouldBe(Now.AddMinutes(1));
        Error("""{"error":{"type":"x","message":"m","resets_at":"2026-11-23T12:01:00Z"}}""").ResetsAt.ShouldBe(Now.AddMinutes(1));
        Error("""{"message":"You have reached the limit.","reason":"MONTHLY_REQUEST_COUNT","nextDateReset":1.79543526E9}""").ResetsAt.ShouldBe(Now.AddMinutes(1));
        Error("""{"error":{"message":"m","resets_at":1e300}}""").ResetsAt.ShouldBeNull();
        Error("""{"error":{"message":"m","resets_at":"never"}}""").ResetsAt.ShouldBeNull();
    }

    private static UpstreamError Error(string body) => DialectRooms.Upstream(AioHub.Wire.Vocabulary.Dialect.OpenAiChat).ReadError(429, System.Text.Encoding.UTF8.GetBytes(body));

    private static TimeSpan? Wait(string headers) => ResetHeaders.Wait(
        headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(static header => header.Split(": ", 2)).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.OrdinalIgnoreCase), Now);
}
