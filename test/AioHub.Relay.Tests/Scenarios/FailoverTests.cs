using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>Before the first content another channel takes over; after it, and for the caller's own faults, none does.</summary>
public sealed class FailoverTests(SharedHub shared)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    private readonly HubUnderTest _hub = shared.Hub;

    /// <summary>What a first upstream may do that a second one makes good: streamed and not.</summary>
    public static TheoryData<string> Failures { get; } =
    [
        "refused", "reset", "close", "500", "503", "529", "429", "401", "402", "403", "404", "408", "silent", "html", "empty", "error in a 200", "redirect", "endless headers", "no http",
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public Task The_next_channel_answers_for_a_whole_reply(string failure) => MakesGoodAsync(failure, stream: false);

    [Theory]
    [MemberData(nameof(Failures))]
    public Task The_next_channel_answers_for_a_stream(string failure) => MakesGoodAsync(failure, stream: true);

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task An_error_as_the_first_event_is_made_good(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await ServedBySecondAsync(sample, Reply.Sse(ErrorEvent(dialect)));
    }

    [Theory]
    [InlineData(Dialect.OpenAiChat)]
    [InlineData(Dialect.OpenAiResponses)]
    [InlineData(Dialect.AnthropicMessages)]
    public async Task An_error_after_the_handshake_is_made_good(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await ServedBySecondAsync(sample, Reply.Sse(sample.Events[0]).Wait(TimeSpan.FromMilliseconds(50)).Send(ErrorEvent(dialect)));
    }

    [Fact]
    public async Task An_error_after_comments_is_made_good()
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await ServedBySecondAsync(sample, Reply.Sse(": PROCESSING").Wait(TimeSpan.FromMilliseconds(50)).Send(": PROCESSING\n\n").Wait(TimeSpan.FromMilliseconds(50)).Send(ErrorEvent(Dialect.OpenAiChat)));
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_stream_that_ends_before_its_content_is_made_good(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await ServedBySecondAsync(sample, Reply.Sse(sample.Events[..(sample.Content - 1)]));
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_stream_that_falls_silent_before_its_content_is_made_good(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await ServedBySecondAsync(sample, Reply.Sse(sample.Events[..(sample.Content - 1)]).Hang());
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task The_callers_own_fault_is_not_tried_elsewhere(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        const string Refusal = """{"error":{"message":"messages: too long","type":"invalid_request_error","code":"context_length_exceeded","status":"INVALID_ARGUMENT"}}""";
        await using var first = await FakeUpstream.StartAsync(_ => Reply.Json(400, Refusal));
        await using var second = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer(), first, second);
        foreach (var (path, body) in new[] { (sample.Path, sample.Body), (sample.StreamPath, sample.StreamBody) })
        {
            var answer = await customer.PostAsync(path, body);
            answer.Status.ShouldBe(400);
            answer.Text.ShouldBe(Refusal);
            answer.Error.ShouldBe("context_length_exceeded");
            (await customer.ReceiptAsync(answer)).Outcome.ShouldBe(CallOutcome.Failed);
        }

        second.Requests.ShouldBeEmpty();
        first.Requests.Count.ShouldBe(2);
        await customer.ShouldHavePaidNothingAsync();
    }

    [Fact]
    public async Task When_all_fail_the_most_telling_failure_is_told()
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var first = await FakeUpstream.StartAsync(_ => Reply.Json(429, """{"error":{"message":"slow down","type":"rate_limit","code":"rate_limited"}}""").Header("retry-after", "7"));
        await using var second = await FakeUpstream.StartAsync(_ => Reply.Status(500).Header("Content-Type", "text/html").Send("<html>oops"));
        var customer = await _hub.CustomerAsync(new Offer(), first, second);
        var answer = await customer.PostAsync(sample.Path, sample.Body);
        answer.Status.ShouldBe(429);
        answer.Error.ShouldBe("upstream_rate_limited");
        answer.Header("retry-after").ShouldBe("7");
        var receipt = await customer.ReceiptAsync(answer);
        receipt.Attempts.Select(static attempt => attempt.Status).ShouldBe([429, 500]);
        await customer.ShouldHavePaidNothingAsync();
    }

    private async Task MakesGoodAsync(string failure, bool stream)
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var first = await FakeUpstream.StartAsync(_ => ReplyOf(failure));
        await using var second = await FakeUpstream.StartAsync(_ => stream ? sample.StreamReply() : sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer { Timeouts = new ChannelTimeouts(FirstByte: Short, Idle: Short) }, first, second);
        if (failure == "refused")
        {
            await first.DisposeAsync();
        }

        var answer = stream ? await customer.PostAsync(sample.StreamPath, sample.StreamBody) : await customer.PostAsync(sample.Path, sample.Body);
        await ShouldBeServedAsync(customer, answer, stream ? sample.Stream : sample.Reply, second);
    }

    private async Task ServedBySecondAsync(Sample sample, Reply bad)
    {
        await using var first = await FakeUpstream.StartAsync(_ => bad);
        await using var second = await FakeUpstream.StartAsync(_ => sample.StreamReply());
        var customer = await _hub.CustomerAsync(new Offer { Timeouts = new ChannelTimeouts(Idle: Short) }, first, second);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        await ShouldBeServedAsync(customer, answer, sample.Stream, second);
    }

    private static async Task ShouldBeServedAsync(Customer customer, Answer answer, string text, FakeUpstream second)
    {
        answer.Text.ShouldBe(text);
        answer.Status.ShouldBe(200);
        answer.Broken.ShouldBeFalse();
        second.Requests.Count.ShouldBe(1);
        var receipt = await customer.ReceiptAsync(answer);
        receipt.Outcome.ShouldBe(CallOutcome.Completed);
        receipt.Channel.ShouldBe(customer.Name + "-1");
        receipt.Attempts.Length.ShouldBeGreaterThanOrEqualTo(2);
        receipt.Attempts[0].Channel.ShouldBe(customer.Name + "-0");
        receipt.Attempts[0].Result.ShouldNotBe("ok");
        receipt.Attempts[^1].Result.ShouldBe("ok");
        receipt.Attempts[^1].Channel.ShouldBe(customer.Name + "-1");
        receipt.Charge.Total.Value.ShouldBe(Sample.Nano);
        await customer.ShouldHoldNothingAsync();
        customer.Spent.ShouldBe(new NanoUsd(Sample.Nano));
    }

    private static Reply ReplyOf(string failure) => failure switch
    {
        "reset" => Reply.ResetAtOnce(),
        "close" => Reply.CloseAtOnce(),
        "silent" => Reply.HangAtOnce(),
        "html" => Reply.Status(200).Header("Content-Type", "text/html").Send("<!doctype html><h1>Welcome</h1>"),
        "empty" => Reply.Status(200).Header("Content-Type", "application/json"),
        "error in a 200" => Reply.Json(200, """{"error":{"message":"backend is gone","type":"server_error","code":null}}"""),
        "redirect" => Reply.Status(302).Header("Location", "http://127.0.0.1:1/"),
        "endless headers" => EndlessHeaders(),
        "no http" => Reply.Bytes("SSH-2.0-OpenSSH_9.9\r\n"),
        "429" => Reply.Json(429, """{"error":{"message":"slow down","type":"rate_limit_error"}}""").Header("retry-after", "1"),
        _ when int.TryParse(failure, out var status) => Reply.Json(status, """{"error":{"message":"no","type":"some_error"}}"""),
        _ => Reply.Json(500, "{}"),
    };

    private static Reply EndlessHeaders()
    {
        var reply = Reply.Status(200);
        for (var i = 0; i < 2000; i++)
        {
            reply.Header($"x-filler-{i}", new string('a', 100));
        }

        return reply.Send("{}");
    }

    private static string ErrorEvent(Dialect dialect) => dialect switch
    {
        Dialect.OpenAiChat => "data: {\"error\":{\"message\":\"backend is gone\",\"type\":\"server_error\",\"code\":502}}\n\n",
        Dialect.OpenAiResponses => "event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"backend is gone\",\"sequence_number\":1}\n\n",
        Dialect.AnthropicMessages => "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
        _ => "data: {\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n",
    };
}
