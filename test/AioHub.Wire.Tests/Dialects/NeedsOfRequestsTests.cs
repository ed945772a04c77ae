using System.Text;
using System.Text.Json;
using AioHub.Wire.Dialects;
using AioHub.Wire.Tests.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>What a call needs, read from its body at depth.</summary>
public sealed class NeedsOfRequestsTests
{
    private const Needs AtDepth = Needs.Images | Needs.Documents | Needs.Audio | Needs.PromptCaching | Needs.ServerTools | Needs.ParallelTools | Needs.Stateful;

    private static RequestPeek Peek(Dialect dialect, string members) => PeekBody(dialect, Encoding.UTF8.GetBytes("{\"model\":\"m\"," + members + "}"));

    private static RequestPeek PeekBody(Dialect dialect, ReadOnlySpan<byte> body, Operation operation = Operation.Generate)
    {
        DialectRooms.Client(dialect).TryPeek(body, operation, out var peek, out var fault).ShouldBeTrue(fault.Message);
        return peek;
    }

    private static string Chat(string block) => $$"""
        "messages":[{"role":"system","content":"type"},{"role":"user","content":[{"type":"text","text":"a"},{{block}}]}]
        """;

    private static string Messages(string block) => $$"""
        "messages":[{"role":"user","content":"x"},{"role":"user","content":[{"type":"text","text":"image"},{{block}}]}]
        """;

    private static string Responses(string block) => $$"""
        "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"input_image"},{{block}}]}]
        """;

    private static string Gemini(string part) => $$"""
        "contents":[{"role":"user","parts":[{"text":"image/png"},{{part}}]}]
        """;

    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}""", Needs.Images)]
    [InlineData("""{"image_url":{"url":"data:image/png;base64,AAAA"},"type":"image_url"}""", Needs.Images)]
    [InlineData("""{"t\u0079pe":"image\u005furl"}""", Needs.Images)]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}""", Needs.Audio)]
    [InlineData("""{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AA"}}""", Needs.Documents)]
    [InlineData("""{"type":"file","file":{"file_data":"data:application\/pdf;base64,AA"}}""", Needs.Documents)]
    [InlineData("""{"type":"file","file":{"file_data":"data:text\/plain;base64,AA"}}""", Needs.None)]
    [InlineData("""{"type":"file","file":{"file_data":"data:text/plain;base64,AA"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,AA"}}""", Needs.Documents)]
    [InlineData("""{"type":"file","file":{"file_id":"file-1"}}""", Needs.Documents | Needs.Stateful)]
    [InlineData("""{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}""", Needs.PromptCaching)]
    [InlineData("""{"type":"text","text":"x","cache_control":null}""", Needs.None)]
    [InlineData("""{"type":"text","text":{"type":"image_url"}}""", Needs.None)]
    [InlineData("""{"type":"image_urls"}""", Needs.None)]
    [InlineData("""{"type":["image_url"]}""", Needs.None)]
    public void Chat_blocks(string block, Needs needs) => Peek(Dialect.OpenAiChat, Chat(block)).Needs.ShouldBe(needs);

    [Theory]
    [InlineData("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA"}}""", Needs.Images)]
    [InlineData("""{"type":"image","source":{"type":"file","file_id":"file_1"}}""", Needs.Images | Needs.Stateful)]
    [InlineData("""{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AA"}}""", Needs.Documents)]
    [InlineData("""{"source":{"data":"AA","type":"url"},"type":"document"}""", Needs.Documents)]
    [InlineData("""{"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}}""", Needs.None)]
    [InlineData("""{"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"},{"type":"image","source":{}}]}}""", Needs.Images)]
    [InlineData("""{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{}},{"type":"document","source":{"type":"base64"}}]}""", Needs.Images | Needs.Documents)]
    [InlineData("""{"type":"tool_result","content":"{\"type\":\"image\"}"}""", Needs.None)]
    [InlineData("""{"type":"tool_use","id":"t","name":"draw","input":{"type":"image","content":[{"type":"image"}],"source":{"type":"url"},"cache_control":{"a":1}}}""", Needs.None)]
    [InlineData("""{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}""", Needs.PromptCaching)]
    [InlineData("""{"type":"tool_result","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]}""", Needs.PromptCaching)]
    [InlineData("""{"type":"container_upload","file_id":"file_1"}""", Needs.Stateful)]
    [InlineData("""{"type":"thinking","thinking":"image","signature":"type"}""", Needs.None)]
    public void Messages_blocks(string block, Needs needs) => Peek(Dialect.AnthropicMessages, Messages(block)).Needs.ShouldBe(needs);

    [Theory]
    [InlineData("""{"type":"input_image","image_url":"data:image/png;base64,AA"}""", Needs.Images)]
    [InlineData("""{"type":"input_image","file_id":"file-1"}""", Needs.Images | Needs.Stateful)]
    [InlineData("""{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,AA"}""", Needs.Documents)]
    [InlineData("""{"type":"input_file","filename":"a.csv","file_data":"data:text/csv;base64,AA"}""", Needs.None)]
    [InlineData("""{"type":"input_file","file_url":"https://example.com/a.pdf"}""", Needs.Documents)]
    [InlineData("""{"type":"input_audio","input_audio":{}}""", Needs.Audio)]
    [InlineData("""{"type":"output_text","text":"input_file"}""", Needs.None)]
    public void Responses_blocks(string block, Needs needs) => Peek(Dialect.OpenAiResponses, Responses(block)).Needs.ShouldBe(needs);

    [Theory]
    [InlineData("""{"inlineData":{"mimeType":"image/png","data":"AA"}}""", Needs.Images)]
    [InlineData("""{"inline_data":{"data":"AA","mime_type":"application/pdf"}}""", Needs.Documents)]
    [InlineData("""{"inlineData":{"mimeType":"application\/pdf"}}""", Needs.Documents)]
    [InlineData("""{"inlineData":{"mimeType":"text/plain","data":"AA"}}""", Needs.None)]
    [InlineData("""{"inlineData":{"mimeType":"audio/wav","data":"AA"}}""", Needs.Audio)]
    [InlineData("""{"fileData":{"mimeType":"image/png","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/x"}}""", Needs.Images | Needs.Stateful)]
    [InlineData("""{"file_data":{"mime_type":"application/pdf","file_uri":"gs://bucket/a.pdf"}}""", Needs.Documents)]
    [InlineData("""{"functionResponse":{"name":"f","response":{"parts":[{"inlineData":{"mimeType":"image/png"}}]},"parts":[{"inlineData":{"mimeType":"audio/mp3"}}]}}""", Needs.Audio)]
    [InlineData("""{"functionCall":{"name":"f","args":{"inlineData":{"mimeType":"image/png"},"parts":[{"inlineData":{"mimeType":"image/png"}}]}}}""", Needs.None)]
    public void Geminis_parts(string part, Needs needs) => Peek(Dialect.Gemini, Gemini(part)).Needs.ShouldBe(needs);

    [Theory]
    [InlineData(Dialect.OpenAiChat, """{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"type":{"const":"image_url"}},"content":[{"type":"image_url"}]}}}""", Needs.None)]
    [InlineData(Dialect.OpenAiChat, """{"type":"custom","custom":{"name":"f"}}""", Needs.None)]
    [InlineData(Dialect.OpenAiChat, """{"type":"web_search","web_search":{"enable":true}}""", Needs.ServerTools)]
    [InlineData(Dialect.OpenAiResponses, """{"type":"function","name":"f","parameters":{"type":"web_search"}}""", Needs.None)]
    [InlineData(Dialect.OpenAiResponses, """{"type":"custom","name":"apply_patch"},{"type":"tool_search"},{"type":"local_shell"}""", Needs.None)]
    [InlineData(Dialect.OpenAiResponses, """{"type":"web_search","external_web_access":true}""", Needs.ServerTools)]
    [InlineData(Dialect.OpenAiResponses, """{"type":"namespace","name":"n","tools":[{"type":"mcp"}]}""", Needs.ServerTools)]
    [InlineData(Dialect.OpenAiResponses, """{"type":"file_search","vector_store_ids":["vs_1"]}""", Needs.ServerTools | Needs.Stateful)]
    [InlineData(Dialect.OpenAiResponses, """{"type":"code_interpreter","container":{"type":"auto","file_ids":[]}}""", Needs.ServerTools)]
    [InlineData(Dialect.OpenAiResponses, """{"type":"code_interpreter","container":"cntr_1"}""", Needs.ServerTools | Needs.Stateful)]
    [InlineData(Dialect.AnthropicMessages, """{"name":"f","input_schema":{"type":"object","properties":{"type":{"enum":["image"]},"source":{"type":"web_search"}}}}""", Needs.None)]
    [InlineData(Dialect.AnthropicMessages, """{"type":"bash_20250124","name":"bash"},{"type":"text_editor_20250728","name":"e"}""", Needs.None)]
    [InlineData(Dialect.AnthropicMessages, """{"type":"web_search_20250305","name":"web_search"}""", Needs.ServerTools)]
    [InlineData(Dialect.AnthropicMessages, """{"name":"f","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}""", Needs.PromptCaching)]
    [InlineData(Dialect.Gemini, """{"functionDeclarations":[{"name":"googleSearch","parameters":{"googleSearch":{}}}]}""", Needs.None)]
    [InlineData(Dialect.Gemini, """{"googleSearch":{}}""", Needs.ServerTools)]
    [InlineData(Dialect.Gemini, """{"code_execution":{}}""", Needs.ServerTools)]
    [InlineData(Dialect.Gemini, """{"url_context":null}""", Needs.None)]
    public void Tools(Dialect dialect, string tools, Needs needs) => Peek(dialect, $"\"tools\":[{tools}]").Needs.ShouldBe(needs | Needs.Tools);

    [Theory]
    [InlineData(Dialect.OpenAiChat, "\"parallel_tool_calls\":true", Needs.ParallelTools)]
    [InlineData(Dialect.OpenAiChat, "\"parallel_tool_calls\":false", Needs.None)]
    [InlineData(Dialect.OpenAiChat, "\"web_search_options\":{}", Needs.ServerTools)]
    [InlineData(Dialect.OpenAiChat, """ "messages":[{"role":"assistant","audio":{"id":"audio_1"}}]""", Needs.Stateful)]
    [InlineData(Dialect.OpenAiResponses, "\"parallel_tool_calls\" : true", Needs.ParallelTools)]
    [InlineData(Dialect.OpenAiResponses, "\"input\":\"input_image\"", Needs.None)]
    [InlineData(Dialect.OpenAiResponses, """ "input":[{"type":"item_reference","id":"msg_1"}]""", Needs.Stateful)]
    [InlineData(Dialect.OpenAiResponses, """ "input":[{"type":"function_call_output","output":[{"type":"input_image"}]},{"type":"computer_call_output","output":{"type":"computer_screenshot"}}]""", Needs.Images)]
    [InlineData(Dialect.OpenAiResponses, """ "input":[{"type":"additional_tools","tools":[{"type":"namespace","tools":[{"type":"web_search"}]}]}]""", Needs.ServerTools)]
    [InlineData(Dialect.OpenAiResponses, """ "prompt":{"id":"pmpt_1"}""", Needs.Stateful)]
    [InlineData(Dialect.AnthropicMessages, """ "system":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]""", Needs.PromptCaching)]
    [InlineData(Dialect.AnthropicMessages, """ "tool_choice":{"type":"auto","disable_parallel_tool_use":false}""", Needs.ParallelTools)]
    [InlineData(Dialect.AnthropicMessages, """ "metadata":{"content":[{"type":"image"}]},"output_config":{"messages":[{"content":[{"type":"image"}]}]}""", Needs.None)]
    [InlineData(Dialect.Gemini, """ "system_instruction":{"parts":[{"inlineData":{"mimeType":"image/png"}}]}""", Needs.Images)]
    [InlineData(Dialect.Gemini, """ "contents":{"parts":{"inlineData":{"mimeType":"image/png"}}}""", Needs.Images)]
    public void Elsewhere(Dialect dialect, string members, Needs needs) => Peek(dialect, members).Needs.ShouldBe(needs);

    [Fact]
    public void Images_are_counted()
    {
        var image = """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA"}}""";
        Peek(Dialect.AnthropicMessages, Messages(string.Join(',', Enumerable.Repeat(image, 3)) + $$""",{"type":"tool_result","content":[{{image}},{{image}}]}""")).Images.ShouldBe(5);
        Peek(Dialect.AnthropicMessages, Messages(string.Join(',', Enumerable.Repeat(image, 70_000)))).Images.ShouldBe(65_535);
        Peek(Dialect.OpenAiChat, Chat("""{"type":"text","text":"image_url"}""")).Images.ShouldBe(0);
    }

    [Fact]
    public void What_is_nested_deeper_than_anybody_nests_it_is_passed_by()
    {
        var nested = """{"type":"image"}""";
        for (var i = 0; i < 60; i++)
            nested = $$"""{"type":"tool_result","content":[{{nested}}]}""";
        Peek(Dialect.AnthropicMessages, Messages(nested)).Needs.ShouldBe(Needs.None);
        Peek(Dialect.AnthropicMessages, Messages(nested + """,{"type":"image"}""")).Images.ShouldBe(1);
    }

    [Fact]
    public void Broken_bodies_break_nothing()
    {
        foreach (var dialect in Rooms.All)
        {
            var body = Encoding.UTF8.GetBytes($$"""
                {"model":"m",{{dialect switch
                {
                    Dialect.OpenAiChat => Chat("""{"t\u0079pe":"image\u005furl"},{"type":"file","file":{"file_data":"data:application\/pdf;base64,AA"}}"""),
                    Dialect.OpenAiResponses => Responses("""{"type":"input\u005fimage"},{"type":"input_file","file_data":"data:application\/pdf;base64,AA"}"""),
                    Dialect.AnthropicMessages => Messages("""{"type":"im\u0061ge","source":{"type":"base64"}},{"type":"tool_result","content":[{"type":"document"}]}"""),
                    _ => Gemini("""{"inlineData":{"mimeType":"image\/png"}}"""),
                }}}}
                """);
            for (var length = 0; length < body.Length; length++)
            {
                if (!DialectRooms.Client(dialect).TryPeek(body.AsSpan(0, length), Operation.Generate, out var peek, out _))
                    peek.ShouldBe(default);
            }
        }
    }

    [Fact]
    public void Looking_for_marks_allocates_nothing()
    {
        var body = Encoding.UTF8.GetBytes("{" + Gemini("""{"inlineData":{"mimeType":"image\/png","data":"AA"}},{"fileData":{"mimeType":"application/pdf"}}""") + ""","tools":[{"googleSearch":{}}]}""");
        var needs = Needs.None;
        Allocations.Of(() =>
        {
            DialectRooms.Client(Dialect.Gemini).TryPeek(body, Operation.Generate, out var peek, out _);
            needs = peek.Needs;
        }).ShouldBe(0);
        needs.ShouldBe(Needs.Images | Needs.Documents | Needs.ServerTools | Needs.Tools);
    }

    /// <summary>All that recorded and real clients sent: the marks are those that a walk over the tree finds, written a second time by other means.</summary>
    [Fact]
    public void The_marks_are_those_of_a_tree()
    {
        var (seen, marked) = (0, 0);
        foreach (var (dialect, name, body) in Bodies())
        {
            if (!DialectRooms.Client(dialect).TryPeek(body, Operation.Generate, out var peek, out _))
                continue;

            using var tree = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 256 });
            var (needs, images) = TreeNeeds.Of(dialect, tree.RootElement);
            seen++;
            marked += needs == Needs.None ? 0 : 1;
            // Some of these needs are also read at the root: what the tree shows must be there, and all that is there at depth must be in the tree.
            (peek.Needs & AtDepth & ~TreeNeeds.AtRoot(dialect, tree.RootElement) & ~needs, needs & ~peek.Needs, peek.Images).ShouldBe((Needs.None, Needs.None, images), name);
        }

        if (seen > 0)
            (seen, marked).ShouldBeGreaterThan((300, 60));
    }

    private static IEnumerable<(Dialect Dialect, string Name, byte[] Body)> Bodies()
    {
        foreach (var (format, dialect) in ((string, Dialect)[])
        [
            ("openai-chat", Dialect.OpenAiChat), ("openai-responses", Dialect.OpenAiResponses), ("openai-responses-other", Dialect.OpenAiResponses),
            ("anthropic", Dialect.AnthropicMessages), ("anthropic-other", Dialect.AnthropicMessages), ("bedrock-invoke", Dialect.AnthropicMessages), ("gemini", Dialect.Gemini), ("gemini-other", Dialect.Gemini),
        ])
        {
            foreach (var file in Recordings.Folder($"recorded/{format}") is { } folder ? Directory.GetFiles(folder, "request.json", SearchOption.AllDirectories) : [])
                yield return (dialect, file, File.ReadAllBytes(file));
        }

        foreach (var file in Recordings.Folder("captures") is { } captures ? Directory.GetFiles(captures, "*.json", SearchOption.AllDirectories) : [])
        {
            using var capture = JsonDocument.Parse(File.ReadAllBytes(file));
            var url = capture.RootElement.Str("url") ?? "";
            if (capture.RootElement.At("body") is { ValueKind: JsonValueKind.Object } body)
            {
                yield return (url.Contains("/responses", StringComparison.Ordinal) ? Dialect.OpenAiResponses : url.Contains("/messages", StringComparison.Ordinal) || url.Contains("/model/", StringComparison.Ordinal) ? Dialect.AnthropicMessages : Dialect.Gemini,
                    file, Encoding.UTF8.GetBytes(body.GetRawText()));
            }
        }
    }
}
