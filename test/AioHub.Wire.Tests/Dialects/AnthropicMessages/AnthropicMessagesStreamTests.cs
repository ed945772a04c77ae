using System.Buffers;
using AioHub.Wire.Conversations;
using AioHub.Wire.Tests.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

public sealed class AnthropicMessagesStreamTests
{
    private static string[] Golden(string name) => [.. Messages.Events(Messages.Goldens("streams").Single(golden => golden.Name == $"{name}.sse").Bytes)];

    [Fact]
    public void Events_in_order()
    {
        Golden("tool-call").ShouldBe(
        [
            "Begin \"msg_tool_call\" \"claude-sonnet-4-5-20250929\"", "Text I ask.", "BlockEnd", "ToolCall Function \"toolu_01\" \"get_weather\"", "ToolInput {\"place\"", "ToolInput : \"Oslo\"}",
            "BlockEnd", "Stop ToolUse",
        ]);
        Golden("thinking").ShouldBe(
        [
            "Begin \"msg_thinking\" \"claude-sonnet-4-5-20250929\"", "Thinking Rivers", "Thinking of Spain…", "ThinkingSealed AnthropicMessages c2lnbmF0dXJl False", "BlockEnd", "Text The Ebro.", "BlockEnd",
            "Stop EndTurn",
        ]);
        Golden("web-search").ShouldContain("ToolCall Server \"srvtoolu_01\" \"web_search\"");
        Golden("web-search").ShouldContain("Citation https://news.example/1|Snow|Snow fell on Monday.");
        Golden("web-search").ShouldContain(line => line.StartsWith("Whole opaque web_search_tool_result", StringComparison.Ordinal));
        Golden("stop-sequence")[^1].ShouldBe("Stop StopSequence \"five\"");
    }

    [Fact]
    public void Careless_upstreams_and_unknown_events()
    {
        Golden("careless-upstream").ShouldBe(
            ["Begin \"m\" \"other-model\"", "Text Be", "Text gun.", "BlockEnd", "ToolCall Function \"call:1\" \"get_weather\"", "ToolInput {\"place\":\"Oslo\"}", "BlockEnd", "Stop ToolUse"]);
        Golden("unknown-event").ShouldContain("Text Fine.");
        Golden("unfinished").ShouldBe(["Begin \"msg_unfinished\" \"claude-sonnet-4-5-20250929\"", "Text Half of an", "BlockEnd"]);
        Golden("error-inside")[^1].ShouldBe("BlockEnd");
        Messages.Events(Messages.Bytes("data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\ndata: [DONE]\n\ndata: 5\n\ndata:\n\n")).ShouldBe(["Begin", "Text x"]);
    }

    [Fact]
    public void Nothing_is_written_before_the_first_content()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Messages.Room.CreateStreamWriter(output, Messages.ReplyTerms(estimate: 123));
        writer.On(new StreamEvent(StreamEventKind.Begin) { Id = "\"x\""u8 });
        writer.On(Messages.Event(StreamEventKind.Text, ""));
        writer.On(new StreamEvent(StreamEventKind.BlockEnd));
        output.WrittenCount.ShouldBe(0);
        writer.On(Messages.Event(StreamEventKind.Text, "Hi"));
        Messages.Text(output.WrittenSpan).ShouldBe(
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_req-1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"public\",\"content\":[],\"stop_reason\":null,"
            + "\"stop_sequence\":null,\"usage\":{\"input_tokens\":123,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":0}}}\n\n"
            + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n");
        output.ResetWrittenCount();
        writer.On(new StreamEvent(StreamEventKind.Stop) { Stop = StopReason.EndTurn });
        writer.End(new Usage { Input = 120, Output = 2, Source = UsageSource.Reported });
        Messages.Text(output.WrittenSpan).ShouldBe(
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
            + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"input_tokens\":120,\"cache_creation_input_tokens\":0,"
            + "\"cache_read_input_tokens\":0,\"output_tokens\":2}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    [Fact]
    public void An_answer_of_nothing_is_whole_as_well()
    {
        var written = Messages.WriteStream(_ => { }, Messages.ReplyTerms());
        Feed.Objects(Messages.Bytes(written), streamed: true).Select(told => told.Str("type")).ShouldBe(["message_start", "message_delta", "message_stop"]);
    }

    [Fact]
    public void A_kind_that_begins_ends_the_one_before()
    {
        var written = Messages.WriteStream(sink =>
        {
            sink.On(Messages.Event(StreamEventKind.Thinking, "t"));
            sink.On(Messages.Event(StreamEventKind.Text, "x"));
            sink.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"c\""u8, Name = "\"f\""u8 });
            sink.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"d\""u8, Name = "\"g\""u8 });
            sink.On(Messages.Event(StreamEventKind.Refusal, "No."));
        }, Messages.ReplyTerms());
        Messages.Events(Messages.Bytes(written)).ShouldBe(
        [
            "Begin \"msg_req-1\" \"public\"", "Thinking t", "BlockEnd", "Text x", "BlockEnd", "ToolCall Function \"c\" \"f\"", "ToolInput {}", "BlockEnd", "ToolCall Function \"d\" \"g\"", "ToolInput {}",
            "BlockEnd", "Text No.", "BlockEnd", "Stop ToolUse",
        ]);
    }

    [Fact]
    public void Blocks_written_over_several_lines_stay_in_one_event()
    {
        var raw = Messages.Bytes("{\r\n  \"type\": \"hologram\",\n  \"x\": \"a\\nb\"\n}");
        var written = Messages.WriteStream(sink => sink.On(new StreamEvent(StreamEventKind.Whole) { Block = new OpaqueBlock("hologram") { Origin = new Origin(Dialect.AnthropicMessages, raw) } }), Messages.ReplyTerms());
        Messages.Events(Messages.Bytes(written)).ShouldContain("Whole opaque hologram {\"type\":\"hologram\",\"x\":\"a\\nb\"}");
    }

    [Theory]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"A few words of an answer \u00e9 \" end."}}""")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"A few words of thought."}}""")]
    [InlineData("""{"type":"ping"}""")]
    public void Reading_a_delta_allocates_nothing(string data)
    {
        var reader = Messages.Room.CreateStreamReader(new Deaf());
        var bytes = Messages.Bytes(data);
        Allocations.Of(() => reader.OnEvent("content_block_delta"u8, bytes)).ShouldBe(0);
    }

    [Theory]
    [InlineData(StreamEventKind.Text)]
    [InlineData(StreamEventKind.Thinking)]
    [InlineData(StreamEventKind.ToolInput)]
    public void Writing_a_delta_allocates_nothing(StreamEventKind kind)
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        var writer = Messages.Room.CreateStreamWriter(output, Messages.ReplyTerms());
        var text = JsonText.Of("A few words of an answer.");
        if (kind == StreamEventKind.ToolInput)
            writer.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"c\""u8, Name = "\"f\""u8 });

        Allocations.Of(() =>
        {
            writer.On(new StreamEvent(kind) { Text = text.Quoted });
            output.ResetWrittenCount();
        }).ShouldBe(0);
    }

    /// <summary>Hears nothing.</summary>
    private sealed class Deaf : IStreamSink
    {
        public void On(in StreamEvent happening)
        {
        }
    }
}
