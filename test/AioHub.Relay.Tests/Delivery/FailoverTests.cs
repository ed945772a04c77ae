using AioHub.Relay.Tests.Running;
using AioHub.Core.Routing;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Delivery;

public sealed class FailoverTests
{
    private static readonly ChannelTimeouts Impatient = new(FirstByte: TimeSpan.FromMilliseconds(200), Idle: TimeSpan.FromMilliseconds(200));

    [Fact]
    public async Task After_a_channel_that_never_answers_the_next_one_is_asked()
    {
        await using var silent = await FakeUpstream.StartAsync(_ => Reply.HangAtOnce());
        await using var good = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([silent, good], timeouts: Impatient);

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        body.ShouldBe(SmallHub.ChatReply);
        head.Headers.GetValues("x-aiohub-attempts").ShouldBe(["2"]);
    }

    [Fact]
    public async Task A_stream_that_opened_and_failed_before_its_first_content_is_taken_over_by_the_next_channel()
    {
        // Apart in time: together they would be read at once.
        await using var busy = await FakeUpstream.StartAsync(_ => Reply.Sse(
            """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_busy","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":7,"output_tokens":1}}}
            """)
            .Wait(TimeSpan.FromMilliseconds(200))
            .Send("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"));
        await using var good = await FakeUpstream.StartAsync(_ => Reply.Sse(
            """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_good","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":7,"output_tokens":1}}}
            """,
            """
            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
            """,
            """
            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}
            """,
            """
            event: content_block_stop
            data: {"type":"content_block_stop","index":0}
            """,
            """
            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}
            """,
            """
            event: message_stop
            data: {"type":"message_stop"}
            """));
        await using var hub = await SmallHub.StartAsync([busy, good]);

        var (head, body, _) = await hub.PostAsync("/v1/messages", $$"""{"model":"{{SmallHub.Model}}","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"hi"}]}""");

        ((int)head.StatusCode).ShouldBe(200);
        body.ShouldNotContain("msg_busy");
        body.ShouldStartWith("event: message_start");
        body.ShouldContain("message_stop");
        var receipt = await hub.ReceiptAsync(head);
        receipt.Charge.Total.Value.ShouldBe(((7 * 2) + (5 * 10)) * 1000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(4096)]
    public async Task Openings_that_waited_for_content_lose_no_byte_and_a_hidden_usage_chunk_stays_hidden(int piece)
    {
        var stream = string.Concat(SmallHub.ChatStream.Select(static one => one + "\n\n"));
        await using var upstream = await FakeUpstream.StartAsync(_ =>
            Reply.Status(200).Header("Content-Type", "text/event-stream").Chunked().SendInPieces(System.Text.Encoding.UTF8.GetBytes(stream), piece));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (_, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);

        body.ShouldBe(stream.Replace(SmallHub.ChatUsage + "\n\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_usage_chunk_that_comes_in_pieces_before_any_content_stays_hidden()
    {
        var pause = TimeSpan.FromMilliseconds(60);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Status(200).Header("Content-Type", "text/event-stream").Chunked()
            .Send(SmallHub.ChatOpening + "\n\n" + SmallHub.ChatFinish + "\n\n").Wait(pause)
            .Send(SmallHub.ChatUsage[..20]).Wait(pause).Send(SmallHub.ChatUsage[20..40]).Wait(pause).Send(SmallHub.ChatUsage[40..]).Wait(pause)
            .Send("\n\n").Wait(pause).Send(SmallHub.ChatDone + "\n\n"));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (_, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);

        body.ShouldBe(string.Concat(new[] { SmallHub.ChatOpening, SmallHub.ChatFinish, SmallHub.ChatDone }.Select(static one => one + "\n\n")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(4096)]
    public async Task An_answer_without_content_passes_too_and_costs_nothing(int piece)
    {
        var stream = string.Concat(new[] { SmallHub.ChatOpening, SmallHub.ChatFinish, SmallHub.ChatUsage, SmallHub.ChatDone }.Select(static one => one + "\n\n"));
        await using var upstream = await FakeUpstream.StartAsync(_ =>
            Reply.Status(200).Header("Content-Type", "text/event-stream").Chunked().SendInPieces(System.Text.Encoding.UTF8.GetBytes(stream), piece));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);

        body.ShouldBe(stream.Replace(SmallHub.ChatUsage + "\n\n", "", StringComparison.Ordinal));
        (await hub.ReceiptAsync(head)).Charge.Total.Value.ShouldBe(0);
    }
}
