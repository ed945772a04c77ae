using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

public sealed class AnthropicMessagesRequestReaderTests
{
    private static Conversation Golden(string name) => Messages.Read(Messages.Goldens("requests").Single(golden => golden.Name == $"{name}.json").Bytes);

    [Fact]
    public void Turns_and_their_text()
    {
        var read = Golden("turns");
        read.Stream.ShouldBeTrue();
        read.Sampling.MaxOutputTokens.ShouldBe(1024);
        read.Turns.Select(turn => turn.Role).ShouldBe([Role.User, Role.Assistant, Role.User]);
        read.Turns[2].Blocks.Cast<TextBlock>().Select(block => block.Text.ToString()).ShouldBe(["And a sea.", "Only one."]);
    }

    [Fact]
    public void Claude_Codes_billing_header_goes_to_Anthropic_alone()
    {
        var read = Golden("system-blocks");
        read.System.Cast<TextBlock>().Select(block => block.Text.ToString()).ShouldBe(["Be brief.", "Say it in Latin."]);
        read.System[1].Cache.ShouldBe(CacheMark.Default);
        var losses = new LossLog();
        PocketLosses.Record(read, Dialect.Gemini, losses);
        losses.Losses.ShouldBeEmpty();
        Messages.Write(read).Each("system").First().Str("text").ShouldBe("x-anthropic-billing-header: cc_version=1.0");
    }

    [Fact]
    public void Instructions_amid_the_turns()
    {
        var read = Golden("system-amid");
        read.Turns[^1].Role.ShouldBe(Role.System);
        var losses = new LossLog();
        PocketLosses.Record(read, Dialect.OpenAiChat, losses);
        losses.Losses.Single().Severity.ShouldBe(LossSeverity.Info);
    }

    [Fact]
    public void Pictures_and_documents()
    {
        ((ImageBlock)Golden("image-base64").Turns[0].Blocks[0]).MediaType.ShouldBe("image/png");
        ((ImageBlock)Golden("image-url").Turns[0].Blocks[0]).Source.Url.ToString().ShouldBe("https://pictures.example/red.png");
        var pdf = (FileBlock)Golden("pdf").Turns[0].Blocks[0];
        (pdf.MediaType, pdf.Name.ToString(), pdf.Source.Data.Inside.Length > 20).ShouldBe(("application/pdf", "Empty page", true));
        var text = (FileBlock)Golden("document-text-citations").Turns[0].Blocks[0];
        (text.Text.ToString(), text.Cite, text.Context.ToString()).ShouldBe(("The bridge was built in 1902.", true, "A town's chronicle."));
        var found = (FileBlock)Golden("search-result").Turns[0].Blocks[0];
        (found.Text.ToString(), found.Name.ToString(), found.Context.ToString()).ShouldBe(("Built in 1902.", "The bridge", "https://towns.example/bridge"));
        ((FileBlock)Golden("file-id").Turns[0].Blocks[0]).Source.FileId.ToString().ShouldBe("file_01");
    }

    [Fact]
    public void Tools_calls_and_results()
    {
        var read = Golden("tools-parallel");
        read.Tools.Select(tool => (tool.Name, tool.Kind)).ShouldBe([("get_weather", ToolKind.Function), ("get_time", ToolKind.Function)]);
        read.ToolChoice.ShouldSatisfyAllConditions(choice => choice.Duty.ShouldBe(ToolDuty.Auto), choice => choice.Parallel.ShouldBe(true));
        read.Turns[1].Blocks.OfType<ToolCallBlock>().Select(call => call.Id).ShouldBe(["toolu_01", "toolu_02"]);
        read.Turns[2].Blocks.OfType<ToolResultBlock>().Select(result => Messages.Say(result))
            .ShouldBe(["result toolu_01 False [text Rain. []]", "result toolu_02 False [text 09:30 []]"]);
        ((ToolResultBlock)Golden("tool-result-error").Turns[2].Blocks[0]).IsError.ShouldBeTrue();
        Messages.Say(Golden("tool-result-image").Turns[2].Blocks[0]).ShouldContain("image image/png iVBOR");
        Messages.Say(Golden("tool-result-reference").Turns[2].Blocks[0]).ShouldContain("This tool may be called: get_weather");
        var named = Golden("tool-choice-named").ToolChoice;
        (named.Duty, named.Name, named.Parallel).ShouldBe((ToolDuty.Named, "get_weather", false));
        var strict = Golden("tool-strict").Tools[0];
        (strict.Strict, strict.Cache).ShouldBe((true, CacheMark.OneHour));
    }

    [Fact]
    public void Tools_of_upstreams_and_tools_that_only_Claude_knows()
    {
        var search = Golden("web-search").Tools.Single();
        (search.Kind, search.Server, search.Name).ShouldBe((ToolKind.Server, ServerTool.WebSearch, "web_search"));
        Golden("own-client-tools").Tools.Select(tool => (tool.Kind, tool.Server, tool.Name))
            .ShouldBe([(ToolKind.Server, null, "bash"), (ToolKind.Server, null, "str_replace_based_edit_tool")]);
        var history = Golden("web-search-history").Turns[1].Blocks;
        history.Select(Messages.Say).Take(3).Select(said => said[..Math.Min(said.Length, 30)])
            .ShouldBe(["text I look. []", "call Server srvtoolu_01 web_se", "opaque web_search_tool_result "]);
    }

    [Theory]
    [InlineData("""{"thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"xhigh"}}""", Effort.XHigh, null, true, false)]
    [InlineData("""{"thinking":{"type":"enabled","budget_tokens":4096,"display":"summarized"}}""", Effort.Unsaid, 4096L, false, true)]
    [InlineData("""{"thinking":{"type":"enabled"}}""", Effort.Unsaid, null, true, null)]
    [InlineData("""{"thinking":{"type":"disabled"},"output_config":{"effort":"high"}}""", Effort.None, null, false, null)]
    [InlineData("""{"output_config":{"effort":"low"}}""", Effort.Low, null, false, null)]
    public void Thinking(string part, Effort effort, long? budget, bool adaptive, bool? show)
    {
        var read = Messages.Read($$"""{"model":"m","messages":[],{{part[1..]}}""").Reasoning;
        (read.Effort, read.Budget, read.Adaptive, read.Show).ShouldBe((effort, budget, adaptive, show));
    }

    [Fact]
    public void Sealed_reasoning_of_Anthropic_and_of_others()
    {
        Messages.Say(Golden("thinking-budget").Turns[1].Blocks[0]).ShouldBe("thinking A short thought. sealed by AnthropicMessages c2lnbmF0dXJl False");
        Messages.Say(Golden("thinking-redacted").Turns[1].Blocks[0]).ShouldBe("thinking  sealed by AnthropicMessages aGlkZGVu True");

        var seal = new PlainSeal();
        var token = new Sealed(Dialect.OpenAiResponses, JsonText.Of("gAAAA")) { Hides = true, Id = JsonText.Of("rs_1") };
        var closed = SealedEnvelope.Close(seal, token, JsonText.Of("All of it."))!.Value;
        foreach (var block in new[] { $$"""{"type":"thinking","thinking":"A part.","signature":"{{closed}}"}""", $$"""{"type":"redacted_thinking","data":"{{closed}}"}""" })
        {
            var read = (ThinkingBlock)Messages.Read($$"""{"model":"m","messages":[{"role":"assistant","content":[{{block}}]}]}""", seal).Turns[0].Blocks[0];
            read.Text.ToString().ShouldBe("All of it.");
            read.Sealed.ShouldBe(token);
            read.Origin.ShouldBeNull();
        }
    }

    [Fact]
    public void The_form_of_the_answer()
    {
        var read = Golden("json-schema").Format;
        read.Shape.ShouldBe(OutputShape.Schema);
        JsonDocument.Parse(read.Schema).RootElement.Each("required").Count().ShouldBe(2);
        Messages.Read("""{"messages":[],"output_format":{"type":"json_schema","schema":{"type":"object"}}}""").Format.Shape.ShouldBe(OutputShape.Schema);
        Messages.Read("""{"messages":[],"output_format":"markdown"}""").Format.Shape.ShouldBe(OutputShape.Text);
    }

    [Fact]
    public void What_only_Anthropic_knows_is_lost_by_rule_elsewhere()
    {
        static string[] Lost(string name)
        {
            var losses = new LossLog();
            PocketLosses.Record(Golden(name), Dialect.OpenAiResponses, losses);
            return [.. losses.Losses.Select(loss => $"{loss.Severity} {loss.Path}")];
        }

        Lost("claude-code-extras").ShouldBe(["Info context_management"]);
        Lost("unknown-field").ShouldBe(["Warning some_new_field"]);
        Lost("mcp-servers").ShouldBe(["Warning mcp_servers"]);
        Lost("web-search").ShouldBe(["Info tools.web_search.max_uses"]);
        Lost("tool-result-reference").ShouldBe(["Info tools.get_weather.defer_loading"]);
        Lost("text").ShouldBeEmpty();
        Lost("effort").ShouldBeEmpty();
        Golden("unknown-block").Turns[0].Blocks[0].ShouldBeOfType<OpaqueBlock>().Type.ShouldBe("hologram");
        Golden("user-and-tier").ShouldSatisfyAllConditions(read => read.User.ToString().ShouldBe("user-7"), read => read.ServiceTier.ShouldBe("standard_only"));
    }

    [Theory]
    [InlineData("""[]""", null)]
    [InlineData("""{"messages":""", null)]
    [InlineData("""{}""", "messages")]
    [InlineData("""{"messages":null}""", "messages")]
    [InlineData("""{"messages":{}}""", "messages")]
    [InlineData("""{"messages":["x"]}""", "messages[0]")]
    [InlineData("""{"messages":[{"content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"tool","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":7,"content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":7}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":["x"]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":"x"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image"}]}]}""", "messages[0].content[1].source")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"document","source":"x"}]}]}""", "messages[0].content[0].source")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"tool_result"}]}]}""", "messages[0].content[0].tool_use_id")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":1}]}]}]}""", "messages[0].content[0].content[0].text")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"tool_use","name":"f","input":{}}]}]}""", "messages[0].content[0].id")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"","input":{}}]}]}""", "messages[0].content[0].name")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":[1]}]}]}""", "messages[0].content[0].input")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":1}]}]}""", "messages[0].content[0].thinking")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"redacted_thinking"}]}]}""", "messages[0].content[0].data")]
    [InlineData("""{"messages":[],"system":5}""", "system")]
    [InlineData("""{"messages":[],"system":[{"type":"text"}]}""", "system[0].text")]
    [InlineData("""{"messages":[],"tools":{}}""", "tools")]
    [InlineData("""{"messages":[],"tools":[1]}""", "tools[0]")]
    [InlineData("""{"messages":[],"tools":[{"input_schema":{}}]}""", "tools[0].name")]
    [InlineData("""{"messages":[],"tools":[{"name":"f","input_schema":[]}]}""", "tools[0].input_schema")]
    [InlineData("""{"messages":[],"tools":[{"type":3}]}""", "tools[0].type")]
    [InlineData("""{"messages":[],"tool_choice":"auto"}""", "tool_choice")]
    [InlineData("""{"messages":[],"tool_choice":{"type":"tool"}}""", "tool_choice.name")]
    [InlineData("""{"messages":[],"temperature":"hot"}""", "temperature")]
    [InlineData("""{"messages":[],"top_p":1e999}""", "top_p")]
    [InlineData("""{"messages":[],"max_tokens":1.5}""", "max_tokens")]
    [InlineData("""{"messages":[],"stop_sequences":"x"}""", "stop_sequences")]
    [InlineData("""{"messages":[],"stop_sequences":["x",1]}""", "stop_sequences[1]")]
    [InlineData("""{"messages":[],"metadata":[]}""", "metadata")]
    [InlineData("""{"messages":[],"thinking":"on"}""", "thinking")]
    [InlineData("""{"messages":[],"thinking":{"type":"enabled","budget_tokens":"many"}}""", "thinking.budget_tokens")]
    [InlineData("""{"messages":[],"output_config":[]}""", "output_config")]
    [InlineData("""{"prompt":"x","messages":[]}""", "prompt")]
    public void What_cannot_be_meant_is_refused_by_its_place(string body, string? param) => Messages.Refused(body).Param.ShouldBe(param);

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":[]}],"system":null,"tools":null,"tool_choice":null,"thinking":null,"output_config":null,"metadata":null,"stop_sequences":null,"temperature":null}""")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":null}]}]}""")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"x","signature":""},{"type":"text","text":"","citations":null}]}],"tools":[],"system":[]}""")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"telepathy"}},{"type":"document","source":{"type":"content","content":[{"type":"image"}]}}]}]}""")]
    [InlineData("""{"m\u0065ssages":[{"role":"us\u0065r","content":[{"type":"t\u0065xt","text":"\ud800"}]}]}""")]
    public void What_says_little_is_taken_as_it_is(string body) => Messages.Read(body).ShouldNotBeNull();
}
