using System.Text;
using System.Text.Json.Nodes;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

/// <summary>What callers of other dialects say, written for this one.</summary>
public sealed class OpenAiResponsesRequestWriterTests
{
    private static readonly byte[] Schema = """{"type":"object","properties":{"city":{"type":"string"}}}"""u8.ToArray();

    private static JsonText T(string text) => JsonText.Of(text);

    private static TextBlock Text(string text) => new(T(text));

    private static Turn User(params Block[] blocks) => new(Role.User, blocks);

    private static Turn Model(params Block[] blocks) => new(Role.Assistant, blocks);

    private static ToolCallBlock Call(string id, string name, string input = "{}") => new(id, name, ToolInput.FromText(T(input)));

    private static ToolResultBlock Result(string id, params Block[] content) => new(id, content);

    private static Conversation Of(params Turn[] turns) => new() { Dialect = Dialect.AnthropicMessages, Model = "asked", Turns = turns };

    private static JsonArray Input(JsonNode body) => body["input"]!.AsArray();

    private static string Compact(JsonNode? node) => node?.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "";

    [Fact]
    public void Text_and_instructions()
    {
        var (body, losses) = Responses.Write(Of(User(Text("Hello")), Model(Text("Hi \"you\"")), new Turn(Role.System, [Text("Be brief.")]), User(Text("And now?"))) with { System = [Text("One."), Text("Two.")] }, stream: true);
        Compact(body).ShouldBe(
            """{"model":"gpt-5.5","instructions":"One.\n\nTwo.","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi \"you\""}]},{"type":"message","role":"developer","content":[{"type":"input_text","text":"Be brief."}]},{"type":"message","role":"user","content":[{"type":"input_text","text":"And now?"}]}],"include":["reasoning.encrypted_content"],"store":false,"stream":true}""");
        losses.ShouldBeEmpty();
    }

    [Fact]
    public void Other_vendors_get_system_messages()
    {
        var (body, _) = Responses.Write(Of(User(Text("Hello")), new Turn(Role.System, [Text("Be brief.")])) with { System = [Text("One.")] }, "grok-4.3", "xai");
        body["instructions"].ShouldBeNull();
        Input(body).Select(item => item!["role"]!.GetValue<string>()).ShouldBe(["system", "user", "system"]);
    }

    [Fact]
    public void Calls_and_results()
    {
        var (body, losses) = Responses.Write(Of(
            User(Text("Weather?")),
            Model(new ThinkingBlock(T("hm")) { Sealed = new Sealed(Dialect.AnthropicMessages, T("sig")) }, Call("toolu_1", "weather", "{\"city\":\"Oslo\"}"), Call("toolu_2", "weather", "")),
            User(Result("toolu_1", Text("4")), Result("toolu_2", Text("19"), Text("warm")), Text("thanks"))));
        Input(body).Skip(1).Select(Compact).ShouldBe(
        [
            """{"type":"function_call","call_id":"toolu_1","name":"weather","arguments":"{\"city\":\"Oslo\"}"}""",
            """{"type":"function_call","call_id":"toolu_2","name":"weather","arguments":"{}"}""",
            """{"type":"function_call_output","call_id":"toolu_1","output":"4"}""",
            """{"type":"function_call_output","call_id":"toolu_2","output":[{"type":"input_text","text":"19"},{"type":"input_text","text":"warm"}]}""",
            """{"type":"message","role":"user","content":[{"type":"input_text","text":"thanks"}]}""",
        ]);
        losses.Select(loss => (loss.Path, loss.Severity)).ShouldBe([("turns[1].thinking", LossSeverity.Info)]);
    }

    [Fact]
    public void Own_reasoning_goes_back_as_it_came()
    {
        var (body, losses) = Responses.Write(Of(User(Text("x")), Model(new ThinkingBlock(T("short")) { Sealed = new Sealed(Dialect.OpenAiResponses, T("gAAA")) { Hides = true, Id = T("rs_1") } }, Text("y"))));
        Compact(Input(body)[1]).ShouldBe("""{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"short"}],"encrypted_content":"gAAA"}""");
        losses.ShouldBeEmpty();
    }

    [Fact]
    public void A_call_without_result_gets_one_and_a_result_without_call_is_text()
    {
        var (body, losses) = Responses.Write(Of(User(Text("x")), Model(Call("a", "f")), User(Result("b", Text("lost")))));
        Input(body).Skip(2).Select(Compact).ShouldBe(
        [
            """{"type":"function_call_output","call_id":"a","output":"The tool gave no result."}""",
            """{"type":"message","role":"user","content":[{"type":"input_text","text":"lost"}]}""",
        ]);
        losses.Count.ShouldBe(2);
    }

    [Fact]
    public void Long_and_odd_ids_are_cleaned_alike_in_call_and_result()
    {
        var id = new string('x', 90);
        var (body, _) = Responses.Write(Of(User(Text("x")), Model(Call(id, "f"), Call("", "f"), Call("a b", "f"), Call("run:0", "f")), User(Result(id), Result(""), Result("a b"), Result("run:0"))));
        var ids = Input(body).Skip(1).Select(item => item!["call_id"]!.GetValue<string>()).ToList();
        ids.Take(4).ShouldBe(ids.Skip(4));
        ids.Take(4).Distinct().Count().ShouldBe(4);
        ids.ShouldAllBe(one => one.Length <= 64 && one.Length > 0 && !one.Contains(' '));
        ids[3].ShouldBe("run:0");
    }

    [Fact]
    public void Pictures_files_and_sound()
    {
        var (body, losses) = Responses.Write(Of(
            User(
                new ImageBlock(new MediaSource { Data = T("AAAA") }, "image/jpeg") { Detail = "low" }, new ImageBlock(new MediaSource { Url = T("https://a.example/b.png") }, null),
                new FileBlock(new MediaSource { Data = T("BBBB") }, "application/pdf") { Cite = true }, new FileBlock(new MediaSource { Url = T("https://a.example/c.pdf") }, null),
                new FileBlock(default, "text/plain") { Text = T("Dear all"), Name = T("letter.txt") }, new AudioBlock(new MediaSource { Data = T("CCCC") }, "audio/mpeg")),
            Model(new ImageBlock(new MediaSource { Data = T("DDDD") }, "image/png"), Text("That was it."))));
        Input(body)[0]!["content"]!.AsArray().Select(Compact).ShouldBe(
        [
            """{"type":"input_image","image_url":"data:image/jpeg;base64,AAAA","detail":"low"}""",
            """{"type":"input_image","image_url":"https://a.example/b.png","detail":"auto"}""",
            """{"type":"input_file","filename":"document.pdf","file_data":"data:application/pdf;base64,BBBB"}""",
            """{"type":"input_file","file_url":"https://a.example/c.pdf"}""",
            """{"type":"input_text","text":"letter.txt\n\nDear all"}""",
            """{"type":"input_audio","input_audio":{"data":"CCCC","format":"mp3"}}""",
        ]);
        losses.Select(loss => loss.Severity).ShouldBe([LossSeverity.Info, LossSeverity.Warning]);
    }

    [Fact]
    public void A_picture_of_a_result_stays_in_it_or_follows_it()
    {
        var conversation = Of(User(Text("x")), Model(Call("a", "f"), Call("b", "f")), User(Result("a", Text("see"), new ImageBlock(new MediaSource { Data = T("AAAA") }, "image/png")), Result("b", Text("ok")) with { IsError = true }));
        Compact(Input(Responses.Write(conversation).Body)[3]!["output"]).ShouldBe("""[{"type":"input_text","text":"see"},{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"auto"}]""");
        var (body, losses) = Responses.Write(conversation, "grok-4.3", "xai");
        Input(body).Skip(3).Select(Compact).ShouldBe(
        [
            """{"type":"function_call_output","call_id":"a","output":"see"}""",
            """{"type":"function_call_output","call_id":"b","output":"ok"}""",
            """{"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"auto"}]}""",
        ]);
        losses.Count.ShouldBe(2);
    }

    [Fact]
    public void Tools_and_choices()
    {
        var conversation = Of(User(Text("x"))) with
        {
            Tools =
            [
                new ToolSpec("weather") { Description = T("Tells."), Schema = Schema, Strict = true }, new ToolSpec("bare"), new ToolSpec("any") { Schema = """{"type":"object"}"""u8.ToArray() },
                new ToolSpec("patch") { Kind = ToolKind.Freeform, Grammar = """{"type":"grammar","grammar":{"syntax":"regex","definition":".*"}}"""u8.ToArray() },
                new ToolSpec("web_search") { Kind = ToolKind.Server, Server = ServerTool.WebSearch }, new ToolSpec("memory") { Kind = ToolKind.Server },
            ],
            ToolChoice = new ToolChoice(ToolDuty.Any) { Parallel = false },
        };
        var (body, losses) = Responses.Write(conversation);
        body["tools"]!.AsArray().Select(Compact).ShouldBe(
        [
            """{"type":"function","name":"weather","description":"Tells.","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true}""",
            """{"type":"function","name":"bare","parameters":{"type":"object","properties":{}},"strict":false}""",
            """{"type":"function","name":"any","parameters":{"type":"object","properties":{}},"strict":false}""",
            """{"type":"custom","name":"patch","format":{"type":"grammar","syntax":"regex","definition":".*"}}""",
            """{"type":"web_search"}""",
        ]);
        Compact(body["tool_choice"]).ShouldBe("\"required\"");
        Compact(body["parallel_tool_calls"]).ShouldBe("false");
        losses.ShouldHaveSingleItem().Path.ShouldBe("tools.memory");

        Compact(Responses.Write(conversation with { ToolChoice = new ToolChoice(ToolDuty.Named, "patch") }).Body["tool_choice"]).ShouldBe("""{"type":"custom","name":"patch"}""");
        Compact(Responses.Write(conversation with { ToolChoice = new ToolChoice(ToolDuty.Any) { Allowed = ["weather", "bare"] } }).Body["tool_choice"])
            .ShouldBe("""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"weather"},{"type":"function","name":"bare"}]}""");
        Responses.Write(conversation with { Tools = [] }).Body["tool_choice"].ShouldBeNull();
    }

    [Fact]
    public void Freeform_tools_become_functions_where_only_functions_are_known()
    {
        var conversation = Of(User(Text("x")), Model(Call("a", "patch", "say \"hi\"") with { Kind = ToolKind.Freeform }), User(Result("a", Text("ok")) with { Kind = ToolKind.Freeform })) with
        {
            Tools = [new ToolSpec("patch") { Kind = ToolKind.Freeform, Description = T("Edits.") }],
        };
        var (body, losses) = Responses.Write(conversation, "grok-4.3", "xai");
        body["tools"]![0]!["type"]!.GetValue<string>().ShouldBe("function");
        body["tools"]![0]!["parameters"]!["required"]![0]!.GetValue<string>().ShouldBe(ToolRestorer.InputName);
        JsonNode.Parse(Input(body)[1]!["arguments"]!.GetValue<string>())!["input"]!.GetValue<string>().ShouldBe("say \"hi\"");
        Input(body)[2]!["type"]!.GetValue<string>().ShouldBe("function_call_output");
        losses.ShouldHaveSingleItem().Severity.ShouldBe(LossSeverity.Info);
        Input(Responses.Write(conversation).Body)[1]!["input"]!.GetValue<string>().ShouldBe("say \"hi\"");
    }

    [Fact]
    public void Groups_are_flattened_where_nobody_knows_them()
    {
        var asked = Responses.Read(Encoding.UTF8.GetString(OpenAiResponsesGoldensTests.Read("requests", "namespaces", ".json")));
        var (body, _) = Responses.Write(asked, "grok-4.3", "xai");
        body["tools"]!.AsArray().Select(tool => tool!["name"]!.GetValue<string>()).ShouldBe(["crm__find", "crm__note", "mail__find"]);
        Input(body)[1]!["name"]!.GetValue<string>().ShouldBe("crm__find");
        Input(body)[1]!["namespace"].ShouldBeNull();

        var lite = Responses.Read(Encoding.UTF8.GetString(OpenAiResponsesGoldensTests.Read("requests", "additional-tools", ".json")));
        var (flat, _) = Responses.Write(lite, "grok-4.3", "xai");
        flat["tools"]![0]!["name"]!.GetValue<string>().ShouldBe("functions__exec");
        Input(flat).ShouldAllBe(item => item!["type"]!.GetValue<string>() == "message");
    }

    [Theory]
    [InlineData("gpt-4.1", Effort.High, null, null)]
    [InlineData("gpt-5", Effort.Minimal, "minimal", null)]
    [InlineData("gpt-5", Effort.None, "minimal", null)]
    [InlineData("gpt-5", Effort.Max, "high", null)]
    [InlineData("gpt-5.1", Effort.None, "none", null)]
    [InlineData("gpt-5.5", Effort.XHigh, "xhigh", null)]
    [InlineData("gpt-6.2-sol", Effort.None, "low", null)]
    [InlineData("gpt-6.2-sol", Effort.Max, "max", null)]
    [InlineData("openai/gpt-5-pro", Effort.Low, "high", null)]
    [InlineData("o3", Effort.XHigh, "high", null)]
    [InlineData("deepseek-v4-pro", Effort.Low, "high", null)]
    [InlineData("my-own-model", Effort.Max, "max", null)]
    [InlineData("gpt-5.5", Effort.Unsaid, "low", 2_000L)]
    [InlineData("gpt-5.5", Effort.Unsaid, "xhigh", 60_000L)]
    [InlineData("gpt-5.5", Effort.Unsaid, "none", 0L)]
    [InlineData("gpt-5.5", Effort.Unsaid, null, null)]
    public void Efforts_and_budgets(string model, Effort effort, string? written, long? budget)
    {
        var (body, _) = Responses.Write(Of(User(Text("x"))) with { Reasoning = new ReasoningWish { Effort = effort, Budget = budget } }, model);
        body["reasoning"]?["effort"]?.GetValue<string>().ShouldBe(written);
        (body["reasoning"] is null).ShouldBe(written is null);
    }

    [Theory]
    [InlineData("gpt-4.1", Effort.Unsaid, true)]
    [InlineData("gpt-5", Effort.Unsaid, false)]
    [InlineData("gpt-5.1", Effort.None, true)]
    [InlineData("gpt-5.1", Effort.Low, false)]
    [InlineData("grok-4.3", Effort.Low, true)]
    public void Sampling_goes_where_the_model_takes_it(string model, Effort effort, bool goes)
    {
        var (body, losses) = Responses.Write(
            Of(User(Text("x"))) with { Sampling = new Sampling { Temperature = 0.5m, TopP = 2m, LogProbs = true, TopLogProbs = 3 }, Reasoning = new ReasoningWish { Effort = effort } }, model);
        (body["temperature"] is not null).ShouldBe(goes);
        (body["top_p"]?.GetValue<decimal>()).ShouldBe(goes ? 1m : null);
        (body["top_logprobs"] is not null).ShouldBe(goes);
        losses.Any(loss => loss.Path == "temperature").ShouldBe(!goes);
    }

    [Fact]
    public void What_this_dialect_has_no_word_for_is_lost_in_words()
    {
        var (body, losses) = Responses.Write(Of(User(Text("x"))) with
        {
            Sampling = new Sampling { TopK = 40, Seed = 1, FrequencyPenalty = 0.5m, PresencePenalty = 0, Answers = 3, Stops = [T("END")], MaxOutputTokens = 5, Verbosity = "high" }, ServiceTier = "batch",
        }, "gpt-4.1");
        losses.Select(loss => loss.Path).ShouldBe(["max_output_tokens", "top_k", "frequency_penalty", "seed", "n", "stop", "verbosity", "service_tier"], ignoreOrder: true);
        body["max_output_tokens"]!.GetValue<int>().ShouldBe(16);
        Responses.Write(Of(User(Text("x"))) with { Sampling = new Sampling { MaxOutputTokens = 128_000 } }, most: 8_000).Body["max_output_tokens"]!.GetValue<int>().ShouldBe(8_000);
    }

    [Fact]
    public void Formats_labels_and_keys()
    {
        var conversation = Of(User(Text("x"))) with
        {
            Format = new OutputFormat(OutputShape.Schema) { Schema = Schema, Name = "bad name!" }, Sampling = new Sampling { Verbosity = "low" }, User = T(new string('u', 80)), ServiceTier = "standard_only",
            Metadata = """{"a":"b"}"""u8.ToArray(),
        };
        var (body, losses) = Responses.Write(conversation, session: "session-1");
        Compact(body["text"]).ShouldBe("""{"format":{"type":"json_schema","name":"answer","schema":{"type":"object","properties":{"city":{"type":"string"}}}},"verbosity":"low"}""");
        body["prompt_cache_key"]!.GetValue<string>().ShouldBe("session-1");
        body["service_tier"]!.GetValue<string>().ShouldBe("default");
        body["safety_identifier"]!.GetValue<string>().Length.ShouldBe(64);
        Compact(body["metadata"]).ShouldBe("""{"a":"b"}""");
        losses.ShouldBeEmpty();

        var (json, _) = Responses.Write(Of(User(Text("x"))) with { Format = new OutputFormat(OutputShape.Json), CacheKey = T("mine") }, session: "session-1");
        json["prompt_cache_key"]!.GetValue<string>().ShouldBe("mine");
        // OpenAI refuses this form of answer unless the input speaks of JSON.
        Compact(Input(json)[0]).ShouldContain("JSON");
    }

    [Fact]
    public void The_codex_backend_is_sent_only_what_it_takes()
    {
        var (body, losses) = Responses.Write(
            Of(User(Text("x"))) with { Sampling = new Sampling { MaxOutputTokens = 100, Temperature = 1 }, User = T("u"), Store = true, Tools = [new ToolSpec("py") { Kind = ToolKind.Server, Server = ServerTool.CodeExecution }] }, "gpt-5.5", "codex", stream: true);
        body.AsObject().Select(member => member.Key).ShouldBe(["model", "instructions", "input", "include", "store", "stream"], ignoreOrder: true);
        body["store"]!.GetValue<bool>().ShouldBeFalse();
        losses.Count.ShouldBe(4);

        var (own, lost) = Responses.Write(Responses.Read("""{"input":"x","max_output_tokens":5,"temperature":0.5,"store":true,"include":["reasoning.encrypted_content"]}"""), "gpt-5.5", "codex", stream: true);
        own.AsObject().Select(member => member.Key).ShouldBe(["model", "instructions", "input", "include", "store", "stream"], ignoreOrder: true);
        lost.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(Dialect.AnthropicMessages, "gpt-5.5", true)]
    [InlineData(Dialect.Gemini, "grok-4.3", true)]
    [InlineData(Dialect.OpenAiChat, "gpt-5.5", false)]
    [InlineData(Dialect.AnthropicMessages, "gpt-4.1", false)]
    public void Sealed_reasoning_is_asked_for_where_somebody_can_carry_it(Dialect dialect, string model, bool asked) =>
        (Responses.Write(Of(User(Text("x"))) with { Dialect = dialect }, model).Body["include"] is not null).ShouldBe(asked);
}
