using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.Wire.Conversations;
using AioHub.Wire.Tests.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatStreamWriterTests
{
    private delegate void Told(IStreamSink sink);

    private static List<string> Tell(ReplyTerms terms, Told told)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = ChatRoom.Room.CreateStreamWriter(output, terms);
        told(writer);
        writer.End(ChatRoom.Some);
        return [.. Encoding.UTF8.GetString(output.WrittenSpan).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)];
    }

    private static List<string> Deltas(ReplyTerms terms, Told told) =>
        [.. Tell(terms, told)[..^1].Select(static part => JsonNode.Parse(part[6..])!["choices"]!.AsArray()).Where(static choices => choices.Count > 0)
            .Select(static choices => $"{choices[0]!["delta"]!.ToJsonString(Plain)} {choices[0]!["finish_reason"]}")];

    private static System.Text.Json.JsonSerializerOptions Plain { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Nothing_is_written_before_the_first_content()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = ChatRoom.Room.CreateStreamWriter(output, ChatRoom.Terms());
        writer.On(new StreamEvent(StreamEventKind.Begin) { Id = "\"x\""u8 });
        output.WrittenCount.ShouldBe(0);
    }

    [Fact]
    public void The_whole_order()
    {
        var parts = Tell(ChatRoom.Terms(), static sink =>
        {
            sink.On(new StreamEvent(StreamEventKind.Begin));
            sink.On(new StreamEvent(StreamEventKind.Text) { Text = "\"Hi \\\" there\""u8 });
            sink.On(new StreamEvent(StreamEventKind.Stop) { Stop = StopReason.EndTurn });
        });
        parts.ShouldBe([
            """data: {"id":"chatcmpl-req-1","object":"chat.completion.chunk","created":1790000000,"model":"public-model","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}""",
            """data: {"id":"chatcmpl-req-1","object":"chat.completion.chunk","created":1790000000,"model":"public-model","choices":[{"index":0,"delta":{"content":"Hi \" there"},"logprobs":null,"finish_reason":null}],"usage":null}""",
            """data: {"id":"chatcmpl-req-1","object":"chat.completion.chunk","created":1790000000,"model":"public-model","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}""",
            """data: {"id":"chatcmpl-req-1","object":"chat.completion.chunk","created":1790000000,"model":"public-model","choices":[],"usage":{"prompt_tokens":21,"completion_tokens":9,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":0}}}""",
            "data: [DONE]",
        ]);
    }

    [Fact]
    public void Usage_is_told_only_to_who_asked() => Tell(ChatRoom.Terms(usage: false), static sink => sink.On(new StreamEvent(StreamEventKind.Text) { Text = "\"a\""u8 }))
        .ShouldAllBe(static part => !part.Contains("usage", StringComparison.Ordinal));

    [Fact]
    public void Calls_are_numbered_and_an_empty_one_is_given_an_empty_object() => Deltas(ChatRoom.Terms(), static sink =>
    {
        sink.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"a\""u8, Name = "\"f\""u8 });
        sink.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"\""u8, Name = "\"g\""u8, ToolKind = ToolKind.Freeform });
        sink.On(new StreamEvent(StreamEventKind.ToolInput) { Text = "\"raw\""u8 });
        sink.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"s\""u8, Name = "\"web_search\""u8, ToolKind = ToolKind.Server });
        sink.On(new StreamEvent(StreamEventKind.ToolInput) { Text = "\"hidden\""u8 });
        sink.On(new StreamEvent(StreamEventKind.Stop) { Stop = StopReason.EndTurn });
    }).ShouldBe([
        """{"role":"assistant","content":null} """,
        """{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]} """,
        """{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]} """,
        """{"tool_calls":[{"index":1,"id":"call_req-1_1","type":"custom","custom":{"name":"g","input":""}}]} """,
        """{"tool_calls":[{"index":1,"custom":{"input":"raw"}}]} """,
        "{} tool_calls",
    ]);

    [Fact]
    public void Callers_of_the_older_form_get_it_back() => Deltas(
        ChatRoom.Terms(conversation: ChatRoom.With("\"messages\":[],\"functions\":[{\"name\":\"f\"}]")), static sink =>
        {
            sink.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"a\""u8, Name = "\"f\""u8 });
            sink.On(new StreamEvent(StreamEventKind.ToolInput) { Text = "\"{}\""u8 });
            sink.On(new StreamEvent(StreamEventKind.Stop) { Stop = StopReason.ToolUse });
        }).ShouldBe(["""{"role":"assistant","content":null} """, """{"function_call":{"name":"f","arguments":""}} """, """{"function_call":{"arguments":"{}"}} """, "{} function_call"]);

    [Fact]
    public void Another_vendor_s_seal_goes_out_in_the_hub_s_envelope_and_comes_back_with_its_text()
    {
        var seal = new ChatRoom.OpenSeal();
        var deltas = Deltas(ChatRoom.Terms(seal), static sink =>
        {
            sink.On(new StreamEvent(StreamEventKind.Thinking) { Text = "\"all \""u8 });
            sink.On(new StreamEvent(StreamEventKind.Thinking) { Text = "\"of it\""u8 });
            sink.On(new StreamEvent(StreamEventKind.ThinkingSealed) { Sealed = new Sealed(Dialect.AnthropicMessages, JsonText.Of("sig")) });
            sink.On(new StreamEvent(StreamEventKind.Text) { Text = "\"done\""u8 });
        });
        deltas[1].ShouldBe("""{"reasoning_content":"all "} """);
        var details = JsonNode.Parse(deltas[3][..deltas[3].LastIndexOf('}')] + "}")!["reasoning_details"]!.ToJsonString(Plain);
        var again = ChatRoom.Messages($$"""{"role":"assistant","content":"done","reasoning_content":"all of it","reasoning_details":{{details}}}""", seal);
        ChatRoom.Say(again.Turns[0].Blocks[0]).ShouldBe("thinking all of it [AnthropicMessages sig]");

        // Without a seal nothing is made up.
        Deltas(ChatRoom.Terms(), static sink => sink.On(new StreamEvent(StreamEventKind.ThinkingSealed) { Sealed = new Sealed(Dialect.AnthropicMessages, JsonText.Of("sig")) }))
            .ShouldBe(["""{"role":"assistant","content":""} """, "{} stop"]);
    }

    [Fact]
    public void Gemini_s_signature_of_a_call_goes_out_where_google_puts_it()
    {
        var seal = new ChatRoom.OpenSeal();
        var deltas = Deltas(ChatRoom.Terms(seal), static sink => sink.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"a\""u8, Name = "\"f\""u8, Sealed = new Sealed(Dialect.Gemini, JsonText.Of("thought")) }));
        var call = JsonNode.Parse(deltas[1][..^1])!["tool_calls"]![0]!.ToJsonString(Plain);
        var again = ChatRoom.Messages($$"""{"role":"assistant","content":null,"tool_calls":[{{call}}]}""", seal);
        var token = again.Turns[0].Blocks.OfType<ToolCallBlock>().Single().Sealed!;
        (token.By, token.Token.ToString()).ShouldBe((Dialect.Gemini, "thought"));
        again.Turns[0].Origin.ShouldBeNull();
    }

    [Fact]
    public void Several_answers_each_end() => Deltas(ChatRoom.Terms(), static sink =>
    {
        sink.On(new StreamEvent(StreamEventKind.Text) { Text = "\"a\""u8 });
        sink.On(new StreamEvent(StreamEventKind.Text) { Answer = 1, Text = "\"b\""u8 });
        sink.On(new StreamEvent(StreamEventKind.Stop) { Answer = 1, Stop = StopReason.MaxTokens });
        sink.On(new StreamEvent(StreamEventKind.Stop) { Stop = StopReason.Refusal });
    })[^2..].ShouldBe(["{} content_filter", "{} length"]);

    [Fact]
    public void An_answer_without_content_has_a_role_and_an_end() => Deltas(ChatRoom.Terms(), static _ => { }).ShouldBe(["""{"role":"assistant","content":""} """, "{} stop"]);

    [Fact]
    public void Warm_deltas_allocate_nothing()
    {
        var output = new Room();
        var writer = ChatRoom.Room.CreateStreamWriter(output, ChatRoom.Terms());
        Allocations.Of(() =>
        {
            output.Clear();
            writer.On(new StreamEvent(StreamEventKind.Text) { Text = "\"a piece of text\""u8 });
            writer.On(new StreamEvent(StreamEventKind.Thinking) { Text = "\"a thought\""u8 });
            writer.On(new StreamEvent(StreamEventKind.Refusal) { Text = "\"no\""u8 });
        }).ShouldBe(0);

        writer.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"a\""u8, Name = "\"f\""u8 });
        Allocations.Of(() =>
        {
            output.Clear();
            writer.On(new StreamEvent(StreamEventKind.ToolInput) { Text = "\"{\\\"a\\\":\""u8 });
        }).ShouldBe(0);
    }

    private sealed class Room : IBufferWriter<byte>
    {
        private readonly byte[] _bytes = new byte[64 * 1024];
        private int _length;

        public void Clear() => _length = 0;

        public void Advance(int count) => _length += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(_length);

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(_length);
    }
}
