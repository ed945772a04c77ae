using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.OpenAiResponses;
using AioHub.Wire.Tests.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

public sealed class OpenAiResponsesStreamReaderTests
{
    private const string Completed = """{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":[]}}""";

    private static List<string> Told(params string[] events)
    {
        var told = new Responses.Told();
        var reader = OpenAiResponsesDialect.Instance.CreateStreamReader(told);
        foreach (var data in events)
            reader.OnEvent(default, Encoding.UTF8.GetBytes(data));
        return told.Lines;
    }

    private static string Delta(int index, string text, int part = 0) => $$"""{"type":"response.output_text.delta","output_index":{{index}},"content_index":{{part}},"delta":"{{text}}"}""";

    private static string Added(int index, string item) => $$"""{"type":"response.output_item.added","output_index":{{index}},"item":{{item}}}""";

    private static string Done(int index, string item) => $$"""{"type":"response.output_item.done","output_index":{{index}},"item":{{item}}}""";

    [Fact]
    public void Text_comes_as_it_came() =>
        Told("""{"type":"response.created","response":{"id":"resp_1","model":"gpt"}}""", Delta(0, "Hel"), Delta(0, "lo"), Done(0, """{"type":"message","content":[{"type":"output_text","text":"Hello"}]}"""), Completed)
            .ShouldBe(["begin \"resp_1\" \"gpt\"", "Text \"Hel\"", "Text \"lo\"", "BlockEnd ", "stop EndTurn "]);

    [Fact]
    public void Parts_are_blocks_of_their_own() =>
        Told(Delta(0, "a"), Delta(0, "b", 1), Done(0, """{"type":"message","content":[{"type":"output_text","text":"a"},{"type":"output_text","text":"b"},{"type":"output_text","text":"c"}]}"""), Completed)
            .ShouldBe(["begin  ", "Text \"a\"", "BlockEnd ", "Text \"b\"", "Text \"c\"", "BlockEnd ", "BlockEnd ", "stop EndTurn "]);

    [Fact]
    public void What_came_in_no_pieces_is_told_when_it_is_done() =>
        Told(Added(0, """{"type":"message","content":[]}"""), Done(0, """{"type":"message","content":[{"type":"output_text","text":"Hello"}]}"""), Completed).ShouldBe(["begin  ", "Text \"Hello\"", "BlockEnd ", "stop EndTurn "]);

    [Fact]
    public void Text_that_is_only_told_as_finished_is_told() =>
        Told("""{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Hello"}""", Done(0, """{"type":"message","content":[{"type":"output_text","text":"Hello"}]}"""), Completed)
            .ShouldBe(["begin  ", "Text \"Hello\"", "BlockEnd ", "stop EndTurn "]);

    [Fact]
    public void Reasoning_that_is_done_late_keeps_its_seal() =>
        Told(
            """{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"think"}""", Added(1, """{"type":"message"}"""), Delta(1, "Hi"),
            Done(1, """{"type":"message","content":[{"type":"output_text","text":"Hi"}]}"""), Done(0, """{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"think"}],"encrypted_content":"gAAA"}"""), Completed)
            .ShouldBe(["begin  ", "Thinking \"think\"", "BlockEnd ", "Text \"Hi\"", "BlockEnd ", "sealed OpenAiResponses gAAA", "stop EndTurn "]);

    [Fact]
    public void Items_wait_while_a_call_is_open() =>
        Told(
            Added(0, """{"type":"function_call","call_id":"a","name":"f"}"""), """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{"}""",
            Added(1, """{"type":"function_call","call_id":"b","name":"g"}"""), """{"type":"response.function_call_arguments.delta","output_index":1,"delta":"[]"}""", Delta(2, "te"),
            """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"}"}""", Done(1, """{"type":"function_call","call_id":"b","name":"g","arguments":"[]"}"""),
            Done(0, """{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}"""), Delta(2, "xt"), Done(2, """{"type":"message","content":[{"type":"output_text","text":"text"}]}"""), Completed)
            .ShouldBe(["begin  ", "call \"a\" \"f\"  Function", "ToolInput \"{\"", "ToolInput \"}\"", "BlockEnd ", "call \"b\" \"g\"  Function", "ToolInput \"[]\"", "BlockEnd ", "Text \"text\"", "BlockEnd ", "stop ToolUse "]);

    [Fact]
    public void A_call_without_pieces_of_input_is_told_whole() =>
        Told(Added(0, """{"type":"custom_tool_call","call_id":"a","name":"f","namespace":"n","input":""}"""), Done(0, """{"type":"custom_tool_call","call_id":"a","name":"f","namespace":"n","input":"x"}"""), Completed)
            .ShouldBe(["begin  ", "call \"a\" \"f\" n Freeform", "ToolInput \"x\"", "BlockEnd ", "stop ToolUse "]);

    [Fact]
    public void Sources_are_told_once_wherever_they_stand()
    {
        const string One = """{"type":"url_citation","url":"https://a.example","title":"A","start_index":0,"end_index":2}""";
        const string Two = """{"type":"url_citation","url":"https://b.example","title":"B","start_index":0,"end_index":2}""";
        Told(Delta(0, "Hi"), $$"""{"type":"response.output_text.annotation.added","output_index":0,"content_index":0,"annotation":{{One}}}""", Done(0, $$"""{"type":"message","content":[{"type":"output_text","text":"Hi","annotations":[{{One}},{{Two}}]}]}"""), Completed)
            .ShouldBe(["begin  ", "Text \"Hi\"", "citation https://a.example A", "citation https://b.example B", "BlockEnd ", "stop EndTurn "]);
    }

    [Fact]
    public void A_refusal_is_told_as_one() =>
        Told("""{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"No."}""", Done(0, """{"type":"message","content":[{"type":"refusal","refusal":"No."}]}"""), Completed).ShouldBe(["begin  ", "Refusal \"No.\"", "BlockEnd ", "stop Refusal "]);

    [Fact]
    public void Hosts_that_number_nothing_are_understood() =>
        Told(
            """{"type":"response.output_text.delta","delta":"a"}""", """{"type":"response.output_item.done","item":{"type":"message","content":[{"type":"output_text","text":"a"}]}}""",
            """{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}}""", Completed)
            .ShouldBe(["begin  ", "Text \"a\"", "BlockEnd ", "call \"c\" \"f\"  Function", "ToolInput \"{}\"", "BlockEnd ", "stop ToolUse "]);

    [Fact]
    public void A_call_cut_short_stays_a_call() =>
        Told(Added(0, """{"type":"function_call","call_id":"a","name":"f"}"""), """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"a"}""",
            """{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}""")
            .ShouldBe(["begin  ", "call \"a\" \"f\"  Function", "ToolInput \"{\\\"a\"", "BlockEnd ", "stop MaxTokens "]);

    [Theory]
    [InlineData("")]
    [InlineData("[DONE]")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"type":"response.output_text.delta"}""")]
    [InlineData("""{"type":"response.output_text.delta","delta":7,"output_index":"x"}""")]
    [InlineData("""{"type":"response.output_item.done","item":7}""")]
    [InlineData("""{"type":"response.output_item.added","item":null}""")]
    [InlineData("""{"type":"response.shiny.new","x":1}""")]
    [InlineData("""{"type":"codex.rate_limits"}""")]
    [InlineData("""{"type":"error","message":"x"}""")]
    [InlineData("""{"type":"response.failed","response":{"error":{"message":"x"}}}""")]
    public void Odd_events_say_nothing(string data) => Told(data).ShouldBeEmpty();

    [Fact]
    public void The_type_may_stand_in_the_event_line_alone()
    {
        var told = new Responses.Told();
        OpenAiResponsesDialect.Instance.CreateStreamReader(told).OnEvent("response.output_text.delta"u8, """{"output_index":0,"delta":"x"}"""u8);
        told.Lines.ShouldBe(["begin  ", "Text \"x\""]);
    }

    [Fact]
    public void A_piece_of_text_is_read_and_written_without_allocating()
    {
        var quiet = new Quiet();
        var reader = OpenAiResponsesDialect.Instance.CreateStreamReader(quiet);
        var delta = Encoding.UTF8.GetBytes("""{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hello there","logprobs":[],"obfuscation":"x"}""");
        Allocations.Of(() => reader.OnEvent("response.output_text.delta"u8, delta)).ShouldBe(0);
        quiet.Count.ShouldBeGreaterThan(50);

        var output = new Ring();
        var writer = OpenAiResponsesDialect.Instance.CreateStreamWriter(output, Responses.Terms());
        var piece = Encoding.UTF8.GetBytes("\"Hello there\"");
        foreach (var kind in new[] { StreamEventKind.Text, StreamEventKind.Thinking })
            Allocations.Of(() => writer.On(new StreamEvent(kind) { Text = piece })).ShouldBe(0);

        writer.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"a\""u8, Name = "\"f\""u8 });
        Allocations.Of(() => writer.On(new StreamEvent(StreamEventKind.ToolInput) { Text = piece })).ShouldBe(0);
    }

    private sealed class Quiet : IStreamSink
    {
        public int Count { get; private set; }

        public void On(in StreamEvent happening) => Count++;
    }

    /// <summary>Room that is used over and over.</summary>
    private sealed class Ring : System.Buffers.IBufferWriter<byte>
    {
        private readonly byte[] _room = new byte[65_536];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _room;

        public Span<byte> GetSpan(int sizeHint = 0) => _room;
    }
}
