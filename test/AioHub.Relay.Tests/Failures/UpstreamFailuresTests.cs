using AioHub.Relay.Tests.Running;
using System.Text.Json;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Failures;

public sealed class UpstreamFailuresTests
{
    [Theory]
    [InlineData(401, "upstream_unauthorized")]
    [InlineData(403, "upstream_forbidden")]
    [InlineData(402, "upstream_quota_exhausted")]
    public async Task What_is_wrong_with_the_hubs_own_account_is_not_blamed_on_the_callers_key(int status, string code)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(status, """{"error":{"message":"Bad account","type":"account_error","code":null}}"""));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(status);
        head.Headers.GetValues("x-should-retry").ShouldBe(["false"]);
        head.Headers.GetValues("x-aiohub-error").ShouldBe([code]);
        JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("code").GetString().ShouldBe(code);
    }

    [Theory]
    [InlineData("/v1beta/models/small-model:generateContent", """{"contents":[{"parts":[{"text":"hi"}]}]}""",
        """{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}""")]
    [InlineData("/v1/messages", """{"model":"small-model","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""",
        """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}}""")]
    public async Task A_400_about_the_hubs_own_account_goes_to_the_next_channel(string path, string body, string error)
    {
        await using var broke = await FakeUpstream.StartAsync(_ => Reply.Json(400, error));
        await using var good = await FakeUpstream.StartAsync(_ => Reply.Json(200, path.Contains("beta", StringComparison.Ordinal)
            ? """{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5}}"""
            : """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":7,"output_tokens":5}}"""));
        await using var hub = await SmallHub.StartAsync([broke, good]);

        var (head, answer, _) = await hub.PostAsync(path, body);

        ((int)head.StatusCode).ShouldBe(200, answer);
        answer.ShouldContain("Hello");
    }

    [Theory]
    [InlineData("""{"error":{"message":"No","type":"invalid_request_error","code":"\u6a21\u578b\u4e0d\u5b58\u5728"}}""")]
    [InlineData("""{"error":{"message":"No","type":"invalid_request_error","code":"a\r\nset-cookie: b"}}""")]
    public async Task A_vendors_own_code_that_is_no_header_value_does_not_break_the_reply(string error)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(400, error));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(400);
        body.ShouldBe(error);
        head.Headers.GetValues("x-aiohub-error").ShouldBe(["upstream_refused"]);
    }

    [Fact]
    public async Task An_error_that_quotes_the_hubs_credential_does_not_show_it()
    {
        var secret = SmallHub.UpstreamSecret(0);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(400, $$$"""{"error":{"message":"Wrong key {{{secret}}} here","type":"t","code":"c"}}"""));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(400);
        body.ShouldNotContain(secret);
        (await hub.ReceiptAsync(head)).Attempts[0].Detail.ShouldNotBeNull().ShouldNotContain(secret);
    }
}
