using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

/// <summary>Requests of other dialects, for Anthropic's models.</summary>
public sealed class AnthropicMessagesRequestWriterTests
{
    private static readonly ToolSpec Weather = new("get_weather")
    {
        Description = JsonText.Of("The weather."),
        Schema = Messages.Bytes("""{"type":"object","properties":{"place":{"type":"string"}},"required":["place"],"additionalProperties":false}"""),
    };

    private static Conversation Asked(params Turn[] turns) => new() { Dialect = Dialect.OpenAiResponses, Model = "m", Turns = turns };

    private static TextBlock Said(string text) => new(JsonText.Of(text));

    private static Turn User(params Block[] blocks) => new(Role.User, blocks);

    private static Turn Assistant(params Block[] blocks) => new(Role.Assistant, blocks);

    private static Turn Instruction(string text) => new(Role.System, [Said(text)]);

    private static ToolCallBlock Call(string id, string arguments = "{}", string name = "get_weather") => new(id, name, ToolInput.FromText(JsonText.Of(arguments)));

    private static (JsonElement Body, string[] Losses) Write(Conversation conversation, string model = "claude-sonnet-4-5", string channel = "anthropic", string? session = null, long? most = null)
    {
        var terms = Messages.Terms(conversation, model, channel: channel, session: session, most: most);
        var body = Messages.Write(conversation, terms);
        return (body, [.. terms.Losses.Losses.Select(loss => $"{loss.Severity} {loss.Path}")]);
    }

    private static RequestFault Refused(Conversation conversation)
    {
        var output = new ArrayBufferWriter<byte>();
        Messages.Room.TryWriteRequest(output, conversation, Messages.Terms(conversation), out var fault).ShouldBeFalse();
        output.WrittenCount.ShouldBe(0);
        return fault;
    }

    private static string Turns(JsonElement body) => string.Join(" | ", body.Each("messages").Select(message =>
        message.Str("role") + ": " + (message.Str("content") ?? string.Join(", ", message.Each("content").Select(block => block.Str("text") ?? block.Str("type") + (block.Str("tool_use_id") ?? block.Str("id")))))));

    [Fact]
    public void What_is_always_said()
    {
        var (body, losses) = Write(Asked(User(Said("Hi."))) with { System = [Said("Be brief."), Said("")] }, "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
        Messages.Normal(body).ShouldBe(Messages.Normal(Messages.Bytes(
            """{"model":"us.anthropic.claude-sonnet-4-5-20250929-v1:0","max_tokens":64000,"system":[{"type":"text","text":"Be brief."}],"messages":[{"role":"user","content":[{"type":"text","text":"Hi."}]}]}""")));
        losses.ShouldBeEmpty();
    }

    [Fact]
    public void Turns_alternate_and_the_user_has_the_last_word()
    {
        var (body, losses) = Write(Asked(Instruction("First."), Assistant(Said("Hello.")), User(Said("a")), User(Said("b")), Assistant(Said("c"), Said("  ")), Assistant(Said("d"))), "claude-opus-4-6");
        body.Each("system").Single().Str("text").ShouldBe("First.");
        Turns(body).ShouldBe("user: (the conversation goes on) | assistant: Hello. | user: a, b | assistant: c, d | user: (go on)");
        losses.ShouldBe(["Info turns", "Warning turns"]);
        Turns(Write(Asked(User(Said("a")), Assistant(Said("Once")))).Body).ShouldBe("user: a | assistant: Once");
        Turns(Write(Asked() with { System = [Said("Say something.")] }).Body).ShouldBe("user: (go on)");
    }

    [Theory]
    [InlineData("claude-opus-4-8", "anthropic", "user: a | system: Now. | assistant: b | user: c | system: Then.")]
    [InlineData("claude-opus-4-8", "bedrock", "user: a, <system-reminder>\nNow.\n</system-reminder> | assistant: b | user: c, <system-reminder>\nThen.\n</system-reminder>")]
    [InlineData("claude-sonnet-4-6", "anthropic", "user: a, <system-reminder>\nNow.\n</system-reminder> | assistant: b | user: c, <system-reminder>\nThen.\n</system-reminder>")]
    public void Instructions_amid_the_turns(string model, string channel, string turns)
    {
        var asked = Asked(User(Said("a")), Instruction("Now."), Assistant(Said("b")), User(Said("c")), Instruction("Then."));
        Turns(Write(asked, model, channel).Body).ShouldBe(turns);
    }

    [Fact]
    public void An_instruction_that_nothing_of_the_user_stands_before_is_said_in_the_users_turn()
    {
        var asked = Asked(User(Said("a")), Assistant(Said("b")), Instruction("Now."), User(Said("c")), Assistant(Said("d")), Instruction("End."));
        Turns(Write(asked, "claude-opus-5").Body)
            .ShouldBe("user: a | assistant: b | user: <system-reminder>\nNow.\n</system-reminder>, c | assistant: d | user: <system-reminder>\nEnd.\n</system-reminder>");
    }

    [Fact]
    public void Calls_and_results_are_paired_and_their_ids_cleaned()
    {
        var long_ = "call:1|fc/2";
        var (body, losses) = Write(Asked(
            User(Said("Weather?")),
            Assistant(Call(long_, "{\"place\":\"Oslo\"}"), Call("call_2", ""), Call("call_3", "not json")),
            User(new ToolResultBlock("call_2", [Said("B")]), new ToolResultBlock(long_, []) { IsError = true }, Said("So?"))) with { Tools = [Weather] });
        var calls = body.Each("messages").ElementAt(1).Each("content").ToArray();
        var results = body.Each("messages").ElementAt(2).Each("content").ToArray();
        calls[0].Str("id")!.ShouldMatch("^toolu_call_1_fc_2_[0-9a-f]{12}$");
        results[0].Str("tool_use_id").ShouldBe(calls[0].Str("id"));
        results[0].At("is_error")!.Value.GetBoolean().ShouldBeTrue();
        calls.Select(call => call.At("input")!.Value.GetRawText()).ShouldBe(["""{"place":"Oslo"}""", "{}", """{"input":"not json"}"""]);
        results.Select(result => result.Str("type")).ShouldBe(["tool_result", "tool_result", "tool_result", "text"]);
        losses.ShouldBe(["Warning turns[1].tool_call", "Warning turns"]);
    }

    [Fact]
    public void Freeform_tools_become_functions_and_come_back()
    {
        var patch = new ToolSpec("apply_patch") { Kind = ToolKind.Freeform, Description = JsonText.Of("Patches."), Grammar = Messages.Bytes("""{"syntax":"lark","definition":"start: x"}""") };
        var asked = Asked(User(Said("Patch.")), Assistant(new ToolCallBlock("c1", "apply_patch", ToolInput.FromText(JsonText.Of("*** \"x\"\n"))) { Kind = ToolKind.Freeform }),
            User(new ToolResultBlock("c1", [Said("done")]) { Kind = ToolKind.Freeform })) with { Tools = [patch] };
        var terms = Messages.Terms(asked);
        var body = Messages.Write(asked, terms);
        var tool = body.Each("tools").Single();
        tool.Str("description")!.ShouldContain("start: x");
        tool.At("input_schema", "properties", "input").ShouldNotBeNull();
        body.Each("messages").ElementAt(1).Each("content").Single().At("input")!.Value.Str("input").ShouldBe("*** \"x\"\n");

        var told = new Told();
        Messages.Stream(Messages.Bytes("""
            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"apply_patch","input":{}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"input\":\"a\\nb\"}"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}


            """.ReplaceLineEndings("\n")), new ToolRestorer(terms.Names, told));
        told.Lines.ShouldBe(["Begin", "ToolCall Freeform \"t\" \"apply_patch\"", "ToolInput a\nb", "BlockEnd"]);
    }

    [Fact]
    public void Tools_of_groups_and_schemas_without_a_type()
    {
        var (body, losses) = Write(Asked(User(Said("x"))) with
        {
            Tools = [new ToolSpec("f") { Namespace = "ns" }, new ToolSpec("g") { Schema = Messages.Bytes("""{"anyOf":[{"type":"object"}],"$defs":{}}""") }, Weather with { Strict = true }],
        });
        body.Each("tools").Select(tool => tool.Str("name")).ShouldBe(["ns__f", "g", "get_weather"]);
        body.Each("tools").Select(tool => tool.At("input_schema")!.Value.GetRawText()).Take(2).ShouldBe(["""{"type":"object"}""", """{"type":"object","$defs":{}}"""]);
        body.Each("tools").Last().At("strict")!.Value.GetBoolean().ShouldBeTrue();
        losses.ShouldBe(["Warning tools.g"]);
    }

    [Fact]
    public void Tools_of_upstreams()
    {
        ToolSpec[] tools =
        [
            new("") { Kind = ToolKind.Server, Server = ServerTool.WebSearch }, new("local_shell") { Kind = ToolKind.Server }, Weather,
        ];
        var (body, losses) = Write(Asked(User(Said("x"))) with { Tools = tools });
        body.Each("tools").Select(tool => tool.Str("type") ?? tool.Str("name")).ShouldBe(["web_search_20250305", "get_weather"]);
        losses.ShouldBe(["Warning tools.local_shell"]);
        Write(Asked(User(Said("x"))) with { Tools = tools }, channel: "bedrock").Body.Each("tools").Count().ShouldBe(1);
        Write(Asked(User(Said("x"))) with { Tools = tools }, "deepseek-v4").Body.Each("tools").Count().ShouldBe(1);
        Write(Asked(User(Said("x"))) with { Tools = [tools[0], Weather with { Name = "web_search" }] }).Body.Each("tools").Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(ToolDuty.Any, null, null, """{"type":"any"}""")]
    [InlineData(ToolDuty.Named, "get_weather", false, """{"type":"tool","name":"get_weather","disable_parallel_tool_use":true}""")]
    [InlineData(ToolDuty.Named, "other", null, """{"type":"any"}""")]
    [InlineData(ToolDuty.None, null, false, """{"type":"none"}""")]
    [InlineData(ToolDuty.Unsaid, null, false, """{"type":"auto","disable_parallel_tool_use":true}""")]
    [InlineData(ToolDuty.Unsaid, null, true, null)]
    public void The_choice_of_tools(ToolDuty duty, string? name, bool? parallel, string? choice)
    {
        var (body, _) = Write(Asked(User(Said("x"))) with { Tools = [Weather], ToolChoice = new ToolChoice(duty, name) { Parallel = parallel } });
        body.At("tool_choice")?.GetRawText().ShouldBe(choice);
    }

    [Fact]
    public void A_choice_without_tools_and_tools_of_older_turns()
    {
        var (none, losses) = Write(Asked(User(Said("x"))) with { ToolChoice = new ToolChoice(ToolDuty.Any) });
        none.At("tool_choice").ShouldBeNull();
        losses.ShouldBe(["Warning tool_choice"]);
        var (older, _) = Write(Asked(User(Said("x")), Assistant(Call("c1")), User(new ToolResultBlock("c1", [Said("y")]))));
        older.Each("tools").Single().Str("name").ShouldBe("get_weather");
        older.At("tool_choice")!.Value.Str("type").ShouldBe("none");
        var (some, _) = Write(Asked(User(Said("x"))) with { Tools = [Weather, Weather with { Name = "b" }], ToolChoice = new ToolChoice(ToolDuty.Any) { Allowed = ["b"] } });
        some.Each("tools").Single().Str("name").ShouldBe("b");
    }

    [Fact]
    public void Reasoning_of_Anthropic_goes_back_and_that_of_others_does_not()
    {
        var (body, losses) = Write(Asked(User(Said("x")), Assistant(
            new ThinkingBlock(JsonText.Of("mine")) { Sealed = new Sealed(Dialect.AnthropicMessages, JsonText.Of("sig")) },
            new ThinkingBlock(default) { Sealed = new Sealed(Dialect.AnthropicMessages, JsonText.Of("data")) { Hides = true } },
            new ThinkingBlock(JsonText.Of("theirs")) { Sealed = new Sealed(Dialect.OpenAiResponses, JsonText.Of("enc")) },
            new ThinkingBlock(JsonText.Of("nobody's")), Said("y")), User(Said("z"))));
        body.Each("messages").ElementAt(1).Each("content").Select(block => block.GetRawText()).ShouldBe(
            ["""{"type":"thinking","thinking":"mine","signature":"sig"}""", """{"type":"redacted_thinking","data":"data"}""", """{"type":"text","text":"y"}"""]);
        losses.ShouldBe(["Info turns[1].thinking"]);
    }

    [Fact]
    public void Blocks_that_only_another_dialect_knows_and_speakers_names_are_lost()
    {
        var (body, losses) = Write(Asked(
            User(Said("x"), new OpaqueBlock("hologram") { Origin = new Origin(Dialect.OpenAiResponses, Messages.Bytes("{}")) }) with { Name = JsonText.Of("Ada") },
            Assistant(Said("y"), new ImageBlock(new MediaSource { Data = JsonText.Of("AA") }, "image/png")), User(Said("z"))));
        Turns(body).ShouldBe("user: x | assistant: y | user: z");
        losses.ShouldBe(["Info turns[0].name", "Warning turns[0].hologram", "Warning turns[1].image"]);
    }

    [Fact]
    public void Files_are_sent_as_what_they_are()
    {
        static MediaSource Data(string text) => new() { Data = JsonText.Of(Convert.ToBase64String(Messages.Bytes(text))) };
        var (body, _) = Write(Asked(User(
            new ImageBlock(new MediaSource { Data = JsonText.Of("/9j/AA==") }, "image/jpg"),
            new FileBlock(Data("%PDF-1.4"), null) { Name = JsonText.Of("a.pdf") },
            new FileBlock(Data("a,b"), "text/csv"),
            new FileBlock(new MediaSource { Url = JsonText.Of("https://x.example/a.pdf") }, null),
            new AudioBlock(Data("x"), "audio/wav") { Transcript = JsonText.Of("spoken") })));
        body.Each("messages").Single().Each("content").Select(block => block.Str("source", "media_type") ?? block.Str("source", "url") ?? block.Str("text"))
            .ShouldBe(["image/jpeg", "application/pdf", "text/plain", "https://x.example/a.pdf", "spoken"]);
        body.Each("messages").Single().Each("content").ElementAt(2).Str("source", "data").ShouldBe("a,b");

        Refused(Asked(User(new AudioBlock(Data("x"), "audio/wav")))).Code.ShouldBe("audio_input_unsupported");
        Refused(Asked(User(new FileBlock(Data("x"), "video/mp4")))).Code.ShouldBe("file_type_unsupported");
        Refused(Asked(User(new FileBlock(new MediaSource { FileId = JsonText.Of("file-1") }, null)))).Code.ShouldBe("file_reference_unsupported");
        Refused(Asked(User(new ImageBlock(Data("x"), "image/tiff")))).Code.ShouldBe("image_type_unsupported");
    }

    [Fact]
    public void Prompts_are_marked_for_the_cache_where_their_own_vendor_would_cache_them_unasked()
    {
        var asked = Asked(User(Said("a")), Assistant(Said("b")), User(Said("c")), Assistant(Said("d")), User(Said("e"))) with { System = [Said("s"), Said("t")], Tools = [Weather] };
        var marked = Write(asked, session: "s").Body;
        marked.GetRawText().Split("cache_control").Length.ShouldBe(5);
        marked.Each("system").Last().At("cache_control").ShouldNotBeNull();
        marked.Each("messages").ElementAt(2).Each("content").Single().At("cache_control").ShouldNotBeNull();
        Write(Asked(User(Said("a"))) with { Tools = [Weather] }).Body.GetRawText().ShouldNotContain("cache_control");
        Write(asked, "glm-5.3", session: "s").Body.GetRawText().ShouldNotContain("cache_control");

        var own = Asked(User([.. Enumerable.Range(0, 6).Select(i => Said($"{i}") with { Cache = CacheMark.OneHour })]));
        var (body, losses) = Write(own, session: "s");
        body.Each("messages").Single().Each("content").Select(block => block.Str("cache_control", "ttl") ?? "-").ShouldBe(["-", "-", "1h", "1h", "1h", "1h"]);
        losses.ShouldBe(["Info cache"]);
    }

    [Fact]
    public void The_rest()
    {
        var (body, losses) = Write(Asked(User(Said("x"))) with
        {
            Sampling = new Sampling { Stops = [JsonText.Of("END"), JsonText.Of(" \n")], Answers = 3, LogProbs = true, Seed = 1, FrequencyPenalty = 0.5m, Verbosity = "low", MaxOutputTokens = 100_000 },
            User = JsonText.Of("u1"), ServiceTier = "default", Metadata = Messages.Bytes("""{"a":"b"}"""), CacheKey = JsonText.Of("k"), Store = true,
        });
        body.Long("max_tokens").ShouldBe(64_000);
        body.Each("stop_sequences").Select(stop => stop.GetString()).ShouldBe(["END"]);
        body.Str("metadata", "user_id").ShouldBe("u1");
        body.Str("service_tier").ShouldBe("standard_only");
        losses.ShouldBe(["Info max_tokens", "Warning stop", "Warning n", "Warning logprobs", "Warning penalties", "Info seed", "Info verbosity", "Info metadata"]);
    }

    [Fact]
    public void A_request_of_the_dialect_itself_keeps_what_had_to_be_written_anew()
    {
        var name = new string('a', 70);
        var own = Messages.Read($$$"""
            {"model":"m","tools":[{"name":"{{{name}}}","input_schema":{"type":"object"},"defer_loading":true,"cache_control":{"type":"ephemeral"}}],"tool_choice":{"type":"tool","name":"{{{name}}}"},
             "messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"{{{name}}}","input":{"a":1},"caller":{"type":"direct"}}]},
             {"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://x.example/a.png"},"cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}
            """);
        var picture = (ImageBlock)own.Turns[1].Blocks[0] with { Source = new MediaSource { Data = JsonText.Of("AAAA") }, MediaType = "image/png", Origin = null };
        var fetched = own with { Turns = [own.Turns[0], own.Turns[1] with { Blocks = [picture] }] };
        var body = Messages.Write(fetched, Messages.Terms(fetched));
        var outward = body.Each("tools").Single().Str("name")!;
        outward.Length.ShouldBe(64);
        body.Each("tools").Single().At("defer_loading")!.Value.GetBoolean().ShouldBeTrue();
        body.Str("tool_choice", "name").ShouldBe(outward);
        var call = body.Each("messages").First().Each("content").Single();
        (call.Str("name"), call.Str("caller", "type")).ShouldBe((outward, "direct"));
        body.Each("messages").Last().Each("content").Single().GetRawText()
            .ShouldBe("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"},"cache_control":{"type":"ephemeral","ttl":"1h"}}""");
    }
}
