using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>How long attempts may take, when the same credential is asked again, and what is told when all is lost.</summary>
public sealed class DeadlineTests
{
    private static readonly string[] Pings = [.. Enumerable.Repeat(": ping\n\n", 100)];

    [Fact]
    public async Task Signs_of_life_do_not_put_off_the_wait_for_content()
    {
        await using var pinging = await FakeUpstream.StartAsync(_ => Pinging());
        await using var good = await FakeUpstream.StartAsync(_ => Reply.Sse(SmallHub.ChatStream));
        await using var hub = await SmallHub.StartAsync([pinging, good], timeouts: new ChannelTimeouts(FirstByte: TimeSpan.FromMilliseconds(400), Idle: TimeSpan.FromSeconds(30)));
        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody).WaitAsync(TimeSpan.FromSeconds(20));
        body.ShouldContain("Hello");
        head.Headers.GetValues("x-aiohub-attempts").ShouldBe(["2"]);
        (await hub.ReceiptAsync(head)).Attempts[0].Result.ShouldBe("upstream_timeout");
    }

    [Fact]
    public async Task The_calls_own_deadline_ends_an_attempt_that_is_under_way_and_blames_nobody()
    {
        await using var silent = await FakeUpstream.StartAsync(_ => Reply.HangAtOnce());
        await using var hub = await SmallHub.StartAsync([silent], static relay => relay.AttemptsDeadline = TimeSpan.FromSeconds(1));
        var (head, _, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody).WaitAsync(TimeSpan.FromSeconds(20));
        ((int)head.StatusCode).ShouldBe(504);
        ((LocalHealth)hub.Services.GetRequiredService<IHealth>()).Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task Content_that_has_begun_may_take_longer_than_the_deadline()
    {
        await using var slow = await FakeUpstream.StartAsync(_ =>
            Reply.Sse(SmallHub.ChatOpening, SmallHub.ChatContent).Wait(TimeSpan.FromSeconds(1.5)).Send(string.Join("\n\n", SmallHub.ChatFinish, SmallHub.ChatUsage, SmallHub.ChatDone) + "\n\n"));
        await using var hub = await SmallHub.StartAsync([slow], static relay => relay.AttemptsDeadline = TimeSpan.FromSeconds(1), timeouts: new ChannelTimeouts(FirstByte: TimeSpan.FromSeconds(1)));
        var (_, body, broken) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);
        broken.ShouldBeFalse();
        body.ShouldEndWith("data: [DONE]\n\n");
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task The_only_credential_is_asked_once_more_after_what_passes_by_itself(int status)
    {
        var calls = 0;
        await using var shaky = await FakeUpstream.StartAsync(_ => ++calls == 1 ? Reply.Json(status, "{}") : Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([shaky]);
        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        body.ShouldBe(SmallHub.ChatReply);
        (await hub.ReceiptAsync(head)).Attempts.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(500, null)]
    [InlineData(429, null)]
    [InlineData(503, "30")]
    public async Task Other_failures_and_upstreams_that_ask_for_peace_are_not_asked_again(int status, string? retryAfter)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => retryAfter is null ? Reply.Json(status, "{}") : Reply.Json(status, "{}").Header("retry-after", retryAfter));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task With_another_channel_left_none_is_asked_twice()
    {
        await using var shaky = await FakeUpstream.StartAsync(_ => Reply.Json(503, "{}"));
        await using var good = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([shaky, good]);
        (await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody)).Body.ShouldBe(SmallHub.ChatReply);
        shaky.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_opening_of_a_stream_may_go_out_at_once()
    {
        await using var slow = await FakeUpstream.StartAsync(_ => Reply.Sse(SmallHub.ChatOpening).Wait(TimeSpan.FromMilliseconds(300)).Send("data: {\"error\":{\"message\":\"gone\",\"type\":\"server_error\"}}\n\n"));
        await using var good = await FakeUpstream.StartAsync(_ => Reply.Sse(SmallHub.ChatStream));
        await using var hub = await SmallHub.StartAsync([slow, good], static relay => relay.HoldHandshake = false);
        var (_, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);
        body.ShouldContain("\"role\":\"assistant\"");
        body.ShouldContain("gone");
        good.Requests.ShouldBeEmpty();
        (await hub.ReceiptAsync((await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody)).Head)).Charge.Total.Value.ShouldBe(0);
    }

    [Theory]
    [InlineData("content_policy_violation", 400)]
    [InlineData("safety_block", 400)]
    [InlineData("invalid_request_error", 400)]
    public async Task A_refusal_of_content_inside_a_200_is_final(string type, int status)
    {
        await using var strict = await FakeUpstream.StartAsync(_ => Reply.Json(200, $$"""{"error":{"message":"not that","type":"{{type}}"} }"""));
        await using var other = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([strict, other]);
        var (head, _, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        ((int)head.StatusCode).ShouldBe(status);
        other.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("permission_error", HealthScope.Family)]
    [InlineData("billing_error", HealthScope.Credential)]
    [InlineData("authentication_error", HealthScope.Credential)]
    [InlineData("not_found_error", HealthScope.Model)]
    public async Task Other_errors_inside_a_200_are_blamed_as_by_status(string type, HealthScope scope)
    {
        await using var first = await FakeUpstream.StartAsync(_ => Reply.Json(200, $$"""{"error":{"message":"no","type":"{{type}}"} }"""));
        await using var other = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([first, other]);
        (await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody)).Body.ShouldBe(SmallHub.ChatReply);
        ((LocalHealth)hub.Services.GetRequiredService<IHealth>()).Snapshot().ShouldHaveSingleItem().Scope.ShouldBe(scope);
    }

    [Fact]
    public async Task Of_equal_failures_the_one_that_ends_soonest_is_told()
    {
        await using var one = await FakeUpstream.StartAsync(_ => Limited("7"));
        await using var two = await FakeUpstream.StartAsync(_ => Limited("90"));
        await using var hub = await SmallHub.StartAsync([one, two]);
        var (head, _, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        head.Headers.GetValues("retry-after").ShouldBe(["7"]);

        static Reply Limited(string seconds) => Reply.Json(429, """{"error":{"message":"slow","type":"rate_limit_error"}}""").Header("retry-after", seconds);
    }

    [Fact]
    public async Task A_failed_call_says_where_it_went_last()
    {
        await using var one = await FakeUpstream.StartAsync(_ => Reply.Sse(SmallHub.ChatOpening));
        await using var two = await FakeUpstream.StartAsync(_ => Reply.Json(500, "{}"));
        await using var hub = await SmallHub.StartAsync([one, two]);
        var (head, _, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);
        ((int)head.StatusCode).ShouldBeGreaterThanOrEqualTo(500);
        head.Headers.GetValues("x-aiohub-group").ShouldBe(["first"]);
        head.Headers.GetValues("x-aiohub-model").ShouldBe([SmallHub.Model]);
        head.Headers.GetValues("x-aiohub-attempts").ShouldBe(["2"]);
    }

    [Fact]
    public async Task An_upstreams_account_is_not_told_to_callers()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ =>
            Reply.Json(429, """{"error":{"message":"Rate limit reached for gpt in organization org-AbCdEfGh12345678 on tokens","type":"tokens","code":"rate_limit_exceeded"}}"""));
        await using var hub = await SmallHub.StartAsync([upstream]);
        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        body.ShouldNotContain("org-AbC");
        body.ShouldContain("[upstream]");
        (await hub.ReceiptAsync(head)).Attempts[0].Detail.ShouldNotBeNull().ShouldContain("org-AbCdEfGh12345678");
    }

    private static Reply Pinging()
    {
        var reply = Reply.Sse(": ping");
        foreach (var ping in Pings)
        {
            reply.Wait(TimeSpan.FromMilliseconds(100)).Send(ping);
        }

        return reply.Hang();
    }
}
