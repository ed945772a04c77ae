using System.Text.Json;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Review.Failures;

public sealed class UpstreamFailuresTests
{
    [Theory]
    [InlineData(401, "upstream_unauthorized")]
    [InlineData(403, "upstream_forbidden")]
    [InlineData(402, "upstream_quota_exhausted")]
    public async Task What_is_wrong_with_the_hubs_own_account_is_not_blamed_on_the_callers_key(int status, string code)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(status, """{"error":{"message":"Bad account","type":"account_error","code":null}}"""));
        await using var hub = await ReviewHub.StartAsync([upstream]);

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", ReviewHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(502);
        head.Headers.GetValues("x-aiohub-error").ShouldBe([code]);
        JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("code").GetString().ShouldBe(code);
    }
}
