using AioHub.Relay.Counting;
using System.Text.Json;
using AioHub.Relay.Carriers.Sandbox;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Carriers.Sandbox;

/// <summary>Every dialect, every model, streamed and not: told apart by nothing but their grammar.</summary>
public sealed class SandboxHandlerTests
{
    private const string Prompt = "Please say:  Grüße aus Köln, 你好 😀\nand a second line with several more words";

    public static TheoryData<Dialect> Dialects => [.. SandboxCaller.Dialects];

    [Theory, MemberData(nameof(Dialects))]
    public async Task Echo_answers_with_the_last_user_text(Dialect dialect)
    {
        var whole = await SandboxCaller.AskAsync(dialect, "sandbox/echo", Prompt, stream: false);
        var streamed = await SandboxCaller.AskAsync(dialect, "sandbox/echo", Prompt, stream: true);
        whole.Text.ShouldBe(Prompt);
        whole.Finish.ShouldBe(dialect switch { Dialect.OpenAiChat => "stop", Dialect.OpenAiResponses => "completed", Dialect.AnthropicMessages => "end_turn", _ => "STOP" });
        whole.Input.ShouldBe(TextTokens.Count("Be brief.") + TextTokens.Count(Prompt));
        whole.Output.ShouldBe(TextTokens.Count(Prompt));
        streamed.ShouldBe(whole);
        (await SandboxCaller.AskAsync(dialect, "claude-of-some-kind", Prompt, stream: false)).ShouldBe(whole);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task Tool_calls_the_first_declared_tool(Dialect dialect)
    {
        var whole = await SandboxCaller.AskAsync(dialect, "sandbox/tool", Prompt, stream: false, tool: true);
        whole.Tool.ShouldBe("weather");
        whole.Arguments.ShouldBe("""{"city":"sandbox","days":3}""");
        whole.Text.ShouldBe("");
        whole.Finish.ShouldBe(dialect switch { Dialect.OpenAiChat => "tool_calls", Dialect.OpenAiResponses => "completed", Dialect.AnthropicMessages => "tool_use", _ => "STOP" });
        whole.Input.ShouldNotBeNull().ShouldBeGreaterThan(TextTokens.Count(SandboxCaller.Schema));
        (await SandboxCaller.AskAsync(dialect, "sandbox/tool", Prompt, stream: true, tool: true)).ShouldBe(whole);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task Think_thinks_then_answers(Dialect dialect)
    {
        var whole = await SandboxCaller.AskAsync(dialect, "sandbox/think", Prompt, stream: false);
        whole.Thinking.ShouldContain(Prompt);
        whole.Text.ShouldBe(Prompt);
        whole.Output.ShouldBe(TextTokens.Count(whole.Thinking) + TextTokens.Count(Prompt));
        (await SandboxCaller.AskAsync(dialect, "sandbox/think", Prompt, stream: true)).ShouldBe(whole);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"sandbox/tool","tools":[TOOL],"messages":[{"role":"user","content":"go"},{"role":"assistant","tool_calls":[]},{"role":"tool","tool_call_id":"c","content":"12 °C"}]}""")]
    [InlineData("/v1/responses", """{"model":"sandbox/tool","tools":[TOOL],"input":[{"role":"user","content":"go"},{"type":"function_call_output","call_id":"c","output":"12 °C"}]}""")]
    [InlineData("/v1/messages", """{"model":"sandbox/tool","max_tokens":99,"tools":[TOOL],"messages":[{"role":"user","content":"go"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[{"type":"text","text":"12 °C"}]}]}]}""")]
    [InlineData("/v1beta/models/sandbox%2Ftool:generateContent", """{"tools":[TOOL],"contents":[{"parts":[{"text":"go"}]},{"role":"user","parts":[{"functionResponse":{"name":"weather","response":{"output":"12 °C"}}}]}]}""")]
    public async Task A_tool_result_is_told(string path, string body)
    {
        var dialect = SandboxCaller.Dialects.First(dialect => SandboxCaller.Path(dialect, "m", false)[..7] == path[..7] && (dialect != Dialect.OpenAiChat || path.Contains("chat")));
        var reply = await SandboxCaller.JsonAsync(path, body.Replace("TOOL", SandboxCaller.Tool(dialect).ToJsonString(), StringComparison.Ordinal));
        SandboxFolding.Whole(dialect, reply).Text.ShouldBe("tool said: 12 °C");
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task The_token_limit_ends_an_answer(Dialect dialect)
    {
        var whole = await SandboxCaller.AskAsync(dialect, "m", "[sandbox tokens=50]", stream: false, max: 7);
        whole.Output.ShouldBe(7);
        whole.Text.ShouldBe("one two three four five six seven");
        whole.Finish.ShouldBe(dialect switch { Dialect.OpenAiChat => "length", Dialect.OpenAiResponses => "incomplete", Dialect.AnthropicMessages => "max_tokens", _ => "MAX_TOKENS" });
        (await SandboxCaller.AskAsync(dialect, "m", "[sandbox tokens=50]", stream: true, max: 7)).ShouldBe(whole);
        (await SandboxCaller.AskAsync(dialect, "sandbox/think", Prompt, stream: true, max: 2)).Output.ShouldBe(2);
    }

    [Theory]
    [InlineData(Dialect.OpenAiChat, "stop")]
    [InlineData(Dialect.AnthropicMessages, "stop_sequence")]
    [InlineData(Dialect.Gemini, "STOP")]
    public async Task A_stop_sequence_ends_an_answer(Dialect dialect, string finish)
    {
        var whole = await SandboxCaller.AskAsync(dialect, "m", "alpha beta HALT gamma", stream: false, stop: "HALT");
        (whole.Text, whole.Finish).ShouldBe(("alpha beta ", finish));
        (await SandboxCaller.AskAsync(dialect, "m", "alpha beta HALT gamma", stream: true, stop: "HALT")).ShouldBe(whole);
    }

    [Fact]
    public async Task The_same_request_gets_the_same_bytes()
    {
        var clock = new StoppedClock();
        foreach (var dialect in SandboxCaller.Dialects)
        {
            var bodies = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < 3; i++)
            {
                using var reply = await SandboxCaller.PostAsync(SandboxCaller.Path(dialect, "m", true), SandboxCaller.Ask(dialect, "m", i == 2 ? "other" : "same", true), clock);
                bodies.Add(await reply.Content.ReadAsStringAsync());
            }

            bodies.Count.ShouldBe(2);
        }
    }

    [Fact]
    public async Task Chat_gives_as_many_choices_as_asked_for()
    {
        var reply = await SandboxCaller.JsonAsync("/v1/chat/completions", """{"model":"m","n":3,"messages":[{"role":"user","content":"hello there"}]}""");
        reply.GetProperty("choices").GetArrayLength().ShouldBe(3);
        reply.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(3 * TextTokens.Count("hello there"));
        var (_, stream) = await SandboxCaller.TextAsync("/v1/chat/completions", """{"model":"m","n":3,"stream":true,"messages":[{"role":"user","content":"hello there"}]}""");
        var events = SandboxCaller.Events(stream);
        stream.ShouldNotContain("usage");
        events[..^1].Select(item => JsonElement.Parse(item.Data).GetProperty("choices")[0].GetProperty("index").GetInt32()).Distinct().ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task Gemini_without_sse_streams_one_array()
    {
        var (_, text) = await SandboxCaller.TextAsync("/v1beta/models/sandbox/echo:streamGenerateContent", SandboxCaller.Ask(Dialect.Gemini, "", Prompt, true));
        var chunks = JsonElement.Parse(text).EnumerateArray().ToList();
        chunks.Count.ShouldBeGreaterThan(2);
        string.Concat(chunks.Select(chunk => chunk.GetProperty("candidates")[0].GetProperty("content").GetProperty("parts")[0].GetProperty("text").GetString())).ShouldBe(Prompt);
    }

    [Fact]
    public async Task Codex_tools_are_called_as_they_were_declared()
    {
        const string freeform = """{"model":"sandbox/tool","stream":true,"include":["reasoning.encrypted_content"],"input":[{"type":"additional_tools","tools":[{"type":"web_search","name":"x"},{"type":"namespace","name":"fs","tools":[{"type":"custom","name":"exec"}]}]},{"role":"user","content":"ls -l"}]}""";
        var (_, text) = await SandboxCaller.TextAsync("/v1/responses", freeform);
        var item = SandboxCaller.Events(text).Select(item => JsonElement.Parse(item.Data)).Single(item => item.GetProperty("type").GetString() == "response.output_item.done").GetProperty("item");
        item.GetProperty("type").GetString().ShouldBe("custom_tool_call");
        item.GetProperty("name").GetString().ShouldBe("exec");
        item.GetProperty("namespace").GetString().ShouldBe("fs");
        item.GetProperty("input").GetString().ShouldBe("ls -l");
    }

    [Fact]
    public async Task Compaction_gives_one_item_both_ways()
    {
        var compacted = await SandboxCaller.JsonAsync("/v1/responses/compact", """{"model":"m","input":[{"role":"user","content":"keep me"}]}""");
        compacted.GetProperty("object").GetString().ShouldBe("response.compaction");
        compacted.GetProperty("output")[1].GetProperty("type").GetString().ShouldBe("compaction");
        var triggered = await SandboxCaller.JsonAsync("/v1/responses", """{"model":"m","input":[{"role":"user","content":"keep me"},{"type":"compaction_trigger"}]}""");
        triggered.GetProperty("output").GetArrayLength().ShouldBe(1);
        triggered.GetProperty("output")[0].GetProperty("type").GetString().ShouldBe("compaction");
    }

    [Fact]
    public async Task Counts_are_the_same_in_every_dialect()
    {
        var expected = TextTokens.Count("Be brief.") + TextTokens.Count(Prompt);
        (await Count("/v1/messages/count_tokens", Dialect.AnthropicMessages, "input_tokens")).ShouldBe(expected);
        (await Count("/v1/responses/input_tokens", Dialect.OpenAiResponses, "input_tokens")).ShouldBe(expected);
        (await Count("/v1beta/models/m:countTokens", Dialect.Gemini, "totalTokens")).ShouldBe(expected);

        static async Task<int> Count(string path, Dialect dialect, string member) =>
            (await SandboxCaller.JsonAsync(path, SandboxCaller.Ask(dialect, "m", Prompt, false))).GetProperty(member).GetInt32();
    }

    [Theory]
    [InlineData("/v1/chat/completions", "{", "error")]
    [InlineData("/v1/chat/completions", "[]", "error")]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"\ud800"}]}""", "error")]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[]}""", "error")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"x"}]}""", "error")]
    [InlineData("/v1/chat/completions", """{"model":"m","max_tokens":0,"messages":[{"role":"user","content":"x"}]}""", "error")]
    [InlineData("/v1/responses", """{"model":"m","input":"x","metadata":{"a":"\udc00"}}""", "error")]
    [InlineData("/v1/messages", """{"model":"m","messages":[{"role":"user","content":"x"}]}""", "max_tokens: Field required")]
    [InlineData("/v1beta/models/m:generateContent", "{}", "INVALID_ARGUMENT")]
    public async Task Bad_requests_are_refused(string path, string body, string saying)
    {
        var (status, text) = await SandboxCaller.TextAsync(path, body);
        status.ShouldBe(400);
        JsonElement.Parse(text).TryGetProperty("error", out _).ShouldBeTrue();
        text.ShouldContain(saying);
    }

    [Fact]
    public async Task Depth_is_bounded()
    {
        var deep = $$"""{"model":"m","messages":[{"role":"user","content":"x"}],"x":{{new string('[', 255)}}{{new string(']', 255)}}}""";
        (await SandboxCaller.TextAsync("/v1/chat/completions", deep)).Status.ShouldBe(200);
        (await SandboxCaller.TextAsync("/v1/chat/completions", deep.Replace("[]", "[[]]", StringComparison.Ordinal))).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("/v1/nothing", "\"code\":\"unknown_url\"")]
    [InlineData("/v1/messages/nothing", "\"type\":\"not_found_error\"")]
    [InlineData("/v1beta/models/m:nothing", "\"status\":\"NOT_FOUND\"")]
    public async Task Other_paths_are_not_found_in_the_dialect(string path, string saying)
    {
        var (status, text) = await SandboxCaller.TextAsync(path, "{}");
        status.ShouldBe(404);
        text.ShouldContain(saying);
    }
}
