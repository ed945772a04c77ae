using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

public sealed class OpenAiResponsesRequestReaderTests
{
    private static string Golden(string name) => System.Text.Encoding.UTF8.GetString(OpenAiResponsesGoldensTests.Read("requests", name, ".json"));

    private static string Said(Turn turn) => $"{turn.Role}: {string.Join(" + ", turn.Blocks.Select(Responses.Say))}";

    [Fact]
    public void Instructions_and_leading_messages_stand_before_all_turns()
    {
        var conversation = Responses.Read(Golden("instructions-and-developer"));
        conversation.System.Cast<TextBlock>().Select(text => text.Text.ToString()).ShouldBe(["Answer in one short sentence.", "Names of places stay in their own language.", "Be polite."]);
        conversation.Turns.Select(Said).ShouldBe(["User: text False Which river flows through Bremen? []"]);
        conversation.Model.ShouldBe("asked");
    }

    [Fact]
    public void A_later_instruction_is_a_turn()
    {
        var conversation = Responses.Read(Golden("instruction-amid-turns"));
        conversation.Turns.Select(turn => turn.Role).ShouldBe([Role.User, Role.Assistant, Role.System, Role.User]);
        conversation.System.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_model_said_in_a_row_is_one_turn_and_so_are_results()
    {
        var conversation = Responses.Read(Golden("parallel-calls-and-results"));
        conversation.Turns.Select(turn => (turn.Role, turn.Blocks.Count)).ShouldBe([(Role.User, 1), (Role.Assistant, 2), (Role.User, 2)]);
        Said(conversation.Turns[1]).ShouldBe("Assistant: call call_oslo Function  weather {\"city\":\"Oslo\"}  + call call_rome Function  weather {\"city\":\"Rome\"} ");
        Said(conversation.Turns[2]).ShouldBe("User: result call_oslo Function False text False 4 degrees [] + result call_rome Function False text False 19 degrees []");
        conversation.ToolChoice.Parallel.ShouldBe(true);
    }

    [Theory]
    [InlineData("image-data", "image image/png iVBOR")]
    [InlineData("image-address", "image   https://images.example/bridge.jpg  ")]
    [InlineData("pdf", "file application/pdf letter.pdf JVBERi0xLjQKJSBzbWFsbAo=")]
    [InlineData("file-kept-upstream", "file    ")]
    [InlineData("audio", "audio audio/wav UklGR")]
    [InlineData("result-with-image", "result call_cam Function False text False One picture. []|image image/png")]
    public void Pictures_files_and_sound(string name, string said) =>
        Responses.Read(Golden(name)).Turns.SelectMany(turn => turn.Blocks).Select(Responses.Say).ShouldContain(block => block.StartsWith(said, StringComparison.Ordinal));

    [Fact]
    public void Reasoning_that_is_sent_back_is_the_vendors_own()
    {
        var thinking = Responses.Read(Golden("sealed-reasoning-sent-back")).Turns[1].Blocks[0].ShouldBeOfType<ThinkingBlock>();
        thinking.Text.ToString().ShouldBe("The weather has to be looked up.\n\nThere is a tool for it.");
        thinking.IsSummary.ShouldBeTrue();
        thinking.Sealed.ShouldNotBeNull();
        thinking.Sealed.By.ShouldBe(Dialect.OpenAiResponses);
        thinking.Sealed.Hides.ShouldBeTrue();
        thinking.Sealed.Id.ToString().ShouldBe("rs_1");
    }

    [Fact]
    public void Envelopes_are_opened()
    {
        var seal = new Responses.Seal();
        var thinking = SealedEnvelope.Close(seal, new Sealed(Dialect.AnthropicMessages, JsonText.Of("sig")), JsonText.Of("long thoughts"))!.Value;
        var call = SealedEnvelope.Close(seal, new Sealed(Dialect.Gemini, JsonText.Of("thought")) { Id = JsonText.Of("call_1") }, default)!.Value;
        var conversation = Responses.Read(
            $$$"""
            {"input":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"short"}],"encrypted_content":{{{thinking.Json()}}}},
             {"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":{{{call.Json()}}}},{"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"}]}
            """,
            seal);

        conversation.Turns[0].Blocks.Select(Responses.Say).ShouldBe(["thinking long thoughts AnthropicMessages sig", "call call_1 Function  f {} thought"]);
        conversation.Turns[0].Blocks.ShouldAllBe(block => block is ToolCallBlock || block.Origin == null);
    }

    [Fact]
    public void Without_the_seal_an_envelope_is_a_token_like_any_other()
    {
        var conversation = Responses.Read("""{"input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"hub.AAAA"}]}""", new Responses.Seal());
        conversation.Turns[0].Blocks[0].ShouldBeOfType<ThinkingBlock>().Sealed!.Token.ToString().ShouldBe("hub.AAAA");
    }

    [Fact]
    public void Tools_of_groups_of_the_input_and_of_searches_are_all_declared()
    {
        Responses.Read(Golden("namespaces")).Tools.Select(tool => (tool.Namespace, tool.Name)).ShouldBe([("crm", "find"), ("crm", "note"), ("mail", "find")]);
        var added = Responses.Read(Golden("additional-tools"));
        added.Tools.Select(tool => (tool.Namespace, tool.Name, tool.Kind)).ShouldBe([("functions", "exec", ToolKind.Freeform)]);
        added.System.Count.ShouldBe(1);
        Responses.Read(Golden("tool-search")).Tools.Select(tool => tool.Name).ShouldBe(["tool_search", "clock", "rate"]);
        Responses.Read("""{"tools":[{"type":"function","name":"f","description":"first"}],"input":[{"type":"additional_tools","tools":[{"type":"function","name":"f","description":"second"}]}]}""")
            .Tools.ShouldHaveSingleItem().Description.ToString().ShouldBe("first");
    }

    [Fact]
    public void A_group_that_only_the_vendor_made_is_none()
    {
        var conversation = Responses.Read("""{"tools":[{"type":"function","name":"rate"}],"input":[{"type":"function_call","call_id":"1","name":"rate","namespace":"rate","arguments":"{}"}]}""");
        conversation.Turns[0].Blocks[0].ShouldBeOfType<ToolCallBlock>().Namespace.ShouldBeNull();
    }

    [Fact]
    public void Freeform_tools_and_shells_have_calls_like_others()
    {
        var patch = Responses.Read(Golden("freeform-tool"));
        patch.Tools[0].Kind.ShouldBe(ToolKind.Freeform);
        System.Text.Encoding.UTF8.GetString(patch.Tools[0].Grammar.Span).ShouldContain("lark");
        patch.Turns[1].Blocks[0].ShouldBeOfType<ToolCallBlock>().Kind.ShouldBe(ToolKind.Freeform);
        var shell = Responses.Read(Golden("local-shell"));
        shell.Tools[0].Kind.ShouldBe(ToolKind.Function);
        var call = shell.Turns[1].Blocks[0].ShouldBeOfType<ToolCallBlock>();
        call.Name.ShouldBe("local_shell");
        call.Input.TryObject(out var input).ShouldBeTrue();
        System.Text.Encoding.UTF8.GetString(input.Span).ShouldContain("\"ls\"");
        shell.Turns[2].Blocks[0].ShouldBeOfType<ToolResultBlock>().CallId.ShouldBe("call_sh");
    }

    [Fact]
    public void A_wish_for_compaction_is_a_question_without_tools()
    {
        var conversation = Responses.Read(Golden("compaction-asked-for"));
        conversation.ToolChoice.Duty.ShouldBe(ToolDuty.None);
        conversation.Turns[^1].Role.ShouldBe(Role.User);
        conversation.Turns[^1].Blocks[0].ShouldBeOfType<TextBlock>().Text.IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public void A_compaction_of_the_hubs_own_is_said_again()
    {
        var seal = new Responses.Seal();
        var envelope = SealedEnvelope.Close(seal, new Sealed(Dialect.OpenAiResponses, JsonText.Of("")) { Hides = true }, JsonText.Of("All is done."))!.Value;
        var conversation = Responses.Read($$"""{"input":[{"type":"compaction","id":"cmp_1","encrypted_content":{{envelope.Json()}}}]}""", seal);
        conversation.Turns[0].Blocks[0].ShouldBeOfType<TextBlock>().Text.ToString().ShouldEndWith("All is done.");
        Responses.Read(Golden("compaction-sent-back")).Turns[0].Blocks[0].ShouldBeOfType<OpaqueBlock>().Type.ShouldBe("compaction");
    }

    [Fact]
    public void Sampling_reasoning_format_and_labels()
    {
        var sampling = Responses.Read(Golden("sampling")).Sampling;
        (sampling.Temperature, sampling.TopP, sampling.MaxOutputTokens).ShouldBe((0.7m, 0.9m, 200L));
        Responses.Read(Golden("stops")).Sampling.Stops.Select(stop => stop.ToString()).ShouldBe(["seven\n", "END"]);
        var reasoning = Responses.Read(Golden("reasoning-effort")).Reasoning;
        (reasoning.Effort, reasoning.Summary, reasoning.Show, reasoning.WantsSealed).ShouldBe((Effort.High, "auto", true, true));
        var format = Responses.Read(Golden("json-schema")).Format;
        (format.Shape, format.Name, format.Strict, format.Description.ToString()).ShouldBe((OutputShape.Schema, "river", true, "A river."));
        var labels = Responses.Read(Golden("metadata-user-tier"));
        (labels.User.ToString(), labels.ServiceTier, labels.Store).ShouldBe(("user-5", "flex", true));
        labels.Metadata.IsEmpty.ShouldBeFalse();
        Responses.Read(Golden("cache-key-and-breakpoints")).CacheKey.ToString().ShouldBe("reader-17");
        Responses.Read(Golden("cache-key-and-breakpoints")).Turns[0].Blocks[0].Cache.ShouldBe(CacheMark.Default);
        Responses.Read("""{"input":[{"type":"configuration_update","reasoning":{"effort":"low"}},{"role":"user","content":"x"}]}""").Reasoning.Effort.ShouldBe(Effort.Low);
    }

    [Theory]
    [InlineData("\"auto\"", ToolDuty.Auto, null)]
    [InlineData("\"none\"", ToolDuty.None, null)]
    [InlineData("\"required\"", ToolDuty.Any, null)]
    [InlineData("""{"type":"function","name":"f"}""", ToolDuty.Named, "f")]
    [InlineData("""{"type":"custom","name":"g"}""", ToolDuty.Named, "g")]
    [InlineData("""{"type":"web_search_preview"}""", ToolDuty.Named, "web_search")]
    [InlineData("null", ToolDuty.Unsaid, null)]
    public void Choices_of_tools(string choice, ToolDuty duty, string? name)
    {
        var read = Responses.Read($$"""{"input":"x","tool_choice":{{choice}}}""").ToolChoice;
        (read.Duty, read.Name).ShouldBe((duty, name));
    }

    [Fact]
    public void What_only_this_dialect_knows_is_lost_by_its_rule()
    {
        var losses = new LossLog();
        PocketLosses.Record(Responses.Read(Golden("unknown-field")), Dialect.Gemini, losses);
        losses.Losses.Select(loss => (loss.Path, loss.Severity)).ShouldBe([("shiny_new_setting", LossSeverity.Warning), ("max_tool_calls", LossSeverity.Info)]);
        losses = new LossLog();
        PocketLosses.Record(Responses.Read(Golden("web-search")), Dialect.Gemini, losses);
        losses.Losses.ShouldAllBe(loss => loss.Severity == LossSeverity.Info);
        losses.Count.ShouldBe(3);
        losses = new LossLog();
        PocketLosses.Record(Responses.Read("""{"input":"x","truncation":"disabled","background":false,"prompt":null,"previous_response_id":null,"client_metadata":{"a":"b"}}"""), Dialect.Gemini, losses);
        losses.Count.ShouldBe(0);
        Responses.Read(Golden("unknown-item-and-part")).Turns.SelectMany(turn => turn.Blocks).OfType<OpaqueBlock>().Select(block => block.Type).ShouldBe(["input_hologram", "dream_call"]);
    }

    [Theory]
    [InlineData("""{"input":"x","previous_response_id":"resp_1"}""", "unsupported_field", "previous_response_id")]
    [InlineData("""{"input":"x","conversation":{"id":"conv_1"}}""", "unsupported_field", "conversation")]
    [InlineData("""{"input":"x","background":true}""", "unsupported_field", "background")]
    [InlineData("""{"input":"x","prompt":{"id":"pmpt_1"}}""", "unsupported_field", "prompt")]
    [InlineData("""{"input":[{"type":"item_reference","id":"msg_1"}]}""", "invalid_field", "input[0]")]
    [InlineData("""{"input":7}""", "invalid_field", "input")]
    [InlineData("""{"input":[7]}""", "invalid_field", "input[0]")]
    [InlineData("""{"input":[{"role":"tool","content":"x"}]}""", "invalid_field", "input[0].role")]
    [InlineData("""{"input":"x","instructions":[]}""", "invalid_field", "instructions")]
    [InlineData("""{"input":"x","tools":{}}""", "invalid_field", "tools")]
    [InlineData("""{"input":"x","temperature":"hot"}""", "invalid_field", "temperature")]
    [InlineData("""{"input":"x","temperature":1e400}""", "invalid_field", "temperature")]
    [InlineData("""{"input":"x","max_output_tokens":1.5}""", "invalid_field", "max_output_tokens")]
    [InlineData("""{"input":"x","max_output_tokens":-1}""", "invalid_field", "max_output_tokens")]
    [InlineData("""{"input":"x","top_logprobs":99}""", "invalid_field", "top_logprobs")]
    [InlineData("""{"input":"x","stop":[1]}""", "invalid_field", "stop")]
    [InlineData("""{"input":"x","store":"yes"}""", "invalid_field", "store")]
    [InlineData("""{"input":"x","parallel_tool_calls":1}""", "invalid_field", "parallel_tool_calls")]
    [InlineData("""{"input":"x","tool_choice":"maybe"}""", "invalid_field", "tool_choice")]
    [InlineData("""{"input":"x","tool_choice":{}}""", "invalid_field", "tool_choice")]
    [InlineData("""{"input":"x","text":{"format":{"type":"json_schema"}}}""", "invalid_field", "text.format.schema")]
    [InlineData("""{"input":"x","text":{"format":{"type":"poem"}}}""", "invalid_field", "text.format.type")]
    [InlineData("""{"input":"x","text":[]}""", "invalid_field", "text")]
    [InlineData("""{"input":"x","reasoning":"high"}""", "invalid_field", "reasoning")]
    [InlineData("""{"input":"x","include":"all"}""", "invalid_field", "include")]
    [InlineData("""{"input":"x","metadata":[]}""", "invalid_field", "metadata")]
    [InlineData("""{"input":"x","user":5}""", "invalid_field", "user")]
    [InlineData("""{"input":"x","service_tier":5}""", "invalid_field", "service_tier")]
    [InlineData("[]", "invalid_json", null)]
    [InlineData("{", "invalid_json", null)]
    public void Refuses_by_name(string body, string code, string? param)
    {
        var fault = Responses.Refused(body);
        (fault.Code, fault.Param).ShouldBe((code, param));
        fault.Message.Length.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"input":null,"tools":null,"text":null,"reasoning":null,"include":null,"stop":null,"metadata":null,"tool_choice":null,"instructions":null}""")]
    [InlineData("""{"input":[]}""")]
    [InlineData("""{"input":[{"role":"user"},{"role":"assistant","content":null},{"type":"message","role":"developer","content":[]},{"type":"function_call"},{"type":"function_call_output"}]}""")]
    [InlineData("""{"input":[{"type":5},{"type":"reasoning"},{"type":"reasoning","summary":"x","content":7},{"type":"web_search_call"},{"type":"image_generation_call","result":null}]}""")]
    [InlineData("""{"input":[{"role":"user","content":[null,7,"x",{},{"type":"input_image"},{"type":"input_file"},{"type":"input_audio"},{"type":"input_image","image_url":{"url":5}}]}]}""")]
    [InlineData("""{"tools":[null,7,{},{"type":"function"},{"type":"namespace"},{"type":"namespace","name":"n","tools":[{"type":"namespace","name":"m","tools":[]}]},{"type":"custom"},{"type":5}]}""")]
    [InlineData("""{"input":[{"type":"additional_tools"},{"type":"tool_search_output","tools":7},{"type":"function_call_output","call_id":"a","output":{"x":1}},"plain"]}""")]
    public void Odd_bodies_are_read_and_written(string body)
    {
        var conversation = Responses.Read(body);
        foreach (var dialect in new[] { Dialect.OpenAiResponses, Dialect.Gemini })
        {
            foreach (var channel in new[] { "openai", "codex", "xai" })
                Responses.Write(conversation with { Dialect = dialect }, "gpt-5.5", channel);
        }
    }
}
