using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Tests.Dialects.Gemini.GeminiTalk;

namespace AioHub.Wire.Tests.Dialects.Gemini;

public sealed class GeminiRequestReaderTests
{
    private static List<string> Blocks(Conversation conversation) => [.. conversation.Turns.SelectMany(turn => turn.Blocks).Select(Show)];

    private static List<string> Lost(Conversation conversation)
    {
        var losses = new LossLog();
        PocketLosses.Record(conversation, Dialect.OpenAiChat, losses);
        return [.. losses.Losses.Select(loss => loss.Path)];
    }

    [Fact]
    public void Roles_texts_and_the_instruction()
    {
        var read = Read("""{"systemInstruction":{"role":"user","parts":[{"text":"Be brief."},{"text":"Be kind."}]},"contents":[{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"text":"Hello"}]},{"parts":[{"text":"So?"}]}]}""");
        read.System.Select(Show).ShouldBe(["text Be brief.", "text Be kind."]);
        read.Turns.Select(turn => turn.Role).ShouldBe([Role.User, Role.Assistant, Role.User]);
        Blocks(read).ShouldBe(["text Hi", "text Hello", "text So?"]);
        Lost(read).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"contents":"Hi"}""")]
    [InlineData("""{"contents":{"parts":"Hi"}}""")]
    [InlineData("""{"contents":["Hi"]}""")]
    [InlineData("""{"contents":[{"parts":["Hi"]}]}""")]
    [InlineData("""{"contents":[{"parts":{"text":"Hi"},"role":null}],"tools":null,"systemInstruction":null,"generationConfig":null,"toolConfig":null}""")]
    [InlineData("""{"generateContentRequest":{"model":"models/m","contents":[{"parts":[{"text":"Hi"}]}]}}""")]
    public void Shorter_ways_of_saying_it(string body) => Blocks(Read(body)).ShouldBe(["text Hi"]);

    [Theory]
    [InlineData("""{}""", "contents")]
    [InlineData("""{"contents":null}""", "contents")]
    [InlineData("""{"contents":[]}""", "contents")]
    [InlineData("""{"contents":7}""", "contents")]
    [InlineData("""{"contents":[7]}""", "contents[0]")]
    [InlineData("""{"contents":[{"role":"assistant","parts":[]}]}""", "contents[0].role")]
    [InlineData("""{"contents":[{"role":["user"],"parts":[]}]}""", "contents[0].role")]
    [InlineData("""{"contents":[{"parts":7}]}""", "contents[0].parts")]
    [InlineData("""{"contents":[{"parts":[{"text":"a"},false]}]}""", "contents[0].parts[1]")]
    [InlineData("""{"contents":[{"role":"user","parts":[{"functionCall":{"name":"f"}}]}]}""", "contents[0].parts[0]")]
    [InlineData("""{"contents":[{"role":"model","parts":[{"functionResponse":{"name":"f"}}]}]}""", "contents[0].parts[0]")]
    [InlineData("""{"contents":"Hi","systemInstruction":7}""", "systemInstruction")]
    [InlineData("""{"contents":"Hi","systemInstruction":{"parts":[{"text":"x","thought":true}]}}""", "systemInstruction.parts")]
    [InlineData("""{"contents":"Hi","tools":7}""", "tools")]
    [InlineData("""{"contents":"Hi","tools":[7]}""", "tools[0]")]
    [InlineData("""{"contents":"Hi","tools":[{"functionDeclarations":7}]}""", "tools[0].functionDeclarations")]
    [InlineData("""{"contents":"Hi","tools":[{"functionDeclarations":[{"description":"x"}]}]}""", "tools[0].functionDeclarations[0].name")]
    [InlineData("""{"contents":"Hi","toolConfig":[]}""", "toolConfig")]
    [InlineData("""{"contents":"Hi","toolConfig":{"functionCallingConfig":1}}""", "toolConfig.functionCallingConfig")]
    [InlineData("""{"contents":"Hi","generationConfig":"hot"}""", "generationConfig")]
    [InlineData("""{"contents":"Hi","generationConfig":{"temperature":"hot"}}""", "generationConfig.temperature")]
    [InlineData("""{"contents":"Hi","generationConfig":{"temperature":1e400}}""", "generationConfig.temperature")]
    [InlineData("""{"contents":"Hi","generation_config":{"max_output_tokens":-1}}""", "generationConfig.maxOutputTokens")]
    [InlineData("""{"contents":"Hi","generationConfig":{"candidateCount":99999999999}}""", "generationConfig.candidateCount")]
    [InlineData("""{"contents":"Hi","generationConfig":{"stopSequences":[1]}}""", "generationConfig.stopSequences")]
    [InlineData("""{"contents":"Hi","generationConfig":{"stopSequences":7}}""", "generationConfig.stopSequences")]
    [InlineData("""{"contents":"Hi","generationConfig":{"thinkingConfig":7}}""", "generationConfig.thinkingConfig")]
    [InlineData("""{"contents":"Hi","generationConfig":{"thinkingConfig":{"thinkingBudget":"much"}}}""", "generationConfig.thinkingConfig.thinkingBudget")]
    [InlineData("""{"contents":"Hi","generationConfig":{"responseModalities":["IMAGE"]}}""", "generationConfig.responseModalities")]
    [InlineData("""{"contents":"Hi","cachedContent":"cachedContents/x"}""", "cachedContent")]
    [InlineData("""{"contents":"Hi","cached_content":"cachedContents/x"}""", "cachedContent")]
    public void What_cannot_be_meant_is_refused_by_name(string body, string param)
    {
        var fault = Refused(body);
        fault.Param.ShouldBe(param);
        fault.Message.ShouldContain(param);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("\"x\"")]
    public void What_is_no_object_is_refused(string body) => Refused(body).Code.ShouldBe("invalid_json");

    [Fact]
    public void Both_spellings()
    {
        var read = Read("""
            {"system_instruction":{"parts":[{"text":"S"}]},"contents":[{"role":"user","parts":[{"inline_data":{"mime_type":"image/png","data":"AAAA"}}]},
             {"role":"model","parts":[{"function_call":{"name":"f","args":{"a":1}},"thought_signature":"c2ln"}]},
             {"role":"user","parts":[{"function_response":{"name":"f","response":{"output":"ok"}}}]}],
             "tools":[{"function_declarations":[{"name":"f","parameters_json_schema":{"type":"object"}}]},{"google_search":{}},{"url_context":{}},{"code_execution":{}}],
             "tool_config":{"function_calling_config":{"mode":"any","allowed_function_names":["f"]}},
             "generation_config":{"max_output_tokens":"64","top_p":0.5,"top_k":40,"stop_sequences":["END"],"candidate_count":2,"response_mime_type":"application/json","response_json_schema":{"type":"object"},
              "thinking_config":{"include_thoughts":true,"thinking_budget":100},"presence_penalty":1,"frequency_penalty":-1,"seed":7,"response_logprobs":true,"logprobs":3},"service_tier":"flex"}
            """);
        Blocks(read).ShouldBe(["image image/png data AAAA", "call call_0 f {\"a\":1} sealed(gemini,c2ln)", "result call_0 f [text ok]"]);
        read.Tools.Select(tool => (tool.Name, tool.Kind, tool.Server)).ShouldBe(
        [
            ("f", ToolKind.Function, null), ("googleSearch", ToolKind.Server, ServerTool.WebSearch), ("urlContext", ToolKind.Server, ServerTool.WebFetch), ("codeExecution", ToolKind.Server, ServerTool.CodeExecution),
        ]);
        read.ToolChoice.ShouldBe(read.ToolChoice with { Duty = ToolDuty.Named, Name = "f" });
        read.Sampling.ShouldBe(read.Sampling with
        {
            MaxOutputTokens = 64, TopP = 0.5m, TopK = 40, Answers = 2, PresencePenalty = 1, FrequencyPenalty = -1, Seed = 7, LogProbs = true, TopLogProbs = 3,
        });
        read.Sampling.Stops.ShouldBe([JsonText.Of("END")]);
        read.Format.Shape.ShouldBe(OutputShape.Schema);
        read.Reasoning.ShouldBe(new ReasoningWish { Show = true, Budget = 100 });
        read.ServiceTier.ShouldBe("flex");
        Lost(read).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"thinkingLevel":"HIGH"}""", Effort.High, null, false)]
    [InlineData("""{"thinkingLevel":"minimal","includeThoughts":false}""", Effort.Minimal, null, false)]
    [InlineData("""{"thinkingBudget":0}""", Effort.None, 0L, false)]
    [InlineData("""{"thinkingBudget":-1}""", Effort.Unsaid, null, true)]
    [InlineData("""{"thinkingBudget":8192}""", Effort.Unsaid, 8192L, false)]
    [InlineData("""{}""", Effort.Unsaid, null, false)]
    public void What_the_caller_wants_of_thinking(string config, Effort effort, long? budget, bool adaptive)
    {
        var wish = Read($$$"""{"contents":"Hi","generationConfig":{"thinkingConfig":{{{config}}}}}""").Reasoning;
        (wish.Effort, wish.Budget, wish.Adaptive).ShouldBe((effort, budget, adaptive));
    }

    [Theory]
    [InlineData("""{"mode":"AUTO"}""", ToolDuty.Auto, null, "")]
    [InlineData("""{"mode":"NONE"}""", ToolDuty.None, null, "")]
    [InlineData("""{"mode":"ANY"}""", ToolDuty.Any, null, "")]
    [InlineData("""{"mode":"ANY","allowedFunctionNames":["a"]}""", ToolDuty.Named, "a", "")]
    [InlineData("""{"mode":"ANY","allowedFunctionNames":["a","b"]}""", ToolDuty.Any, null, "a b")]
    [InlineData("""{"mode":"VALIDATED","allowedFunctionNames":["a"]}""", ToolDuty.Auto, null, "a")]
    [InlineData("""{"mode":"MODE_UNSPECIFIED"}""", ToolDuty.Unsaid, null, "")]
    public void Choice_of_functions(string config, ToolDuty duty, string? name, string allowed)
    {
        var choice = Read($$$"""{"contents":"Hi","toolConfig":{"functionCallingConfig":{{{config}}}}}""").ToolChoice;
        (choice.Duty, choice.Name, string.Join(' ', choice.Allowed)).ShouldBe((duty, name, allowed));
    }

    [Fact]
    public void Calls_without_ids_are_paired_by_name_and_order()
    {
        var read = Read("""
            {"contents":[{"role":"user","parts":[{"text":"Go"}]},
             {"role":"model","parts":[{"functionCall":{"name":"a"}},{"functionCall":{"name":"b"}},{"functionCall":{"name":"a","args":{"x":1}}}]},
             {"role":"function","parts":[{"functionResponse":{"name":"b","response":{"result":2}}},{"functionResponse":{"name":"a","response":{"error":"no"}}},{"functionResponse":{"name":"a","response":{"x":1,"y":2}}}]},
             {"role":"model","parts":[{"functionCall":{"id":"own","name":"a"}}]},
             {"role":"user","parts":[{"functionResponse":{"id":"own","name":"a","response":{}}},{"functionResponse":{"name":"z","response":{"output":""}}}]}]}
            """);
        Blocks(read).ShouldBe(
        [
            "text Go", "call call_0 a {}", "call call_1 b {}", "call call_2 a {\"x\":1}", "result call_1 b [text 2]", "result call_0 a error [text no]", "result call_2 a [text {\"x\":1,\"y\":2}]",
            "call own a {}", "result own a [text {}]", "result call_3 z []",
        ]);
    }

    [Fact]
    public void Media_by_bytes_and_by_address()
    {
        var read = Read("""
            {"contents":[{"parts":[{"inlineData":{"mimeType":"audio/wav","data":"AA=="}},{"inlineData":{"mimeType":"application/pdf","data":"AA==","displayName":"a.pdf"}},
             {"fileData":{"mimeType":"image/jpeg","fileUri":"https://example.com/a.jpg"}},{"fileData":{"mimeType":"video/mp4","fileUri":"gs://b/v.mp4"},"videoMetadata":{"startOffset":"1s"}},
             {"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/x"}},{"fileData":{"fileUri":"https://www.youtube.com/watch?v=x"}}]}]}
            """);
        Blocks(read).ShouldBe(
        [
            "audio audio/wav data AA==", "file application/pdf data AA== - a.pdf", "image image/jpeg url https://example.com/a.jpg", "file video/mp4 file gs://b/v.mp4 - -",
            "file  file https://generativelanguage.googleapis.com/v1beta/files/x - -", "file  url https://www.youtube.com/watch?v=x - -",
        ]);
        Lost(read).ShouldBe(["turns[0].file.videoMetadata"]);
    }

    [Fact]
    public void A_function_gives_pictures()
    {
        var read = Read("""
            {"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":[{"functionCall":{"id":"1","name":"a"}}]},
             {"role":"user","parts":[{"functionResponse":{"id":"1","name":"a","response":{"output":{"k":1}},"parts":[{"inlineData":{"mimeType":"image/png","data":"AA=="}}]}}]}]}
            """);
        Blocks(read)[^1].ShouldBe("result 1 a [text {\"k\":1}, image image/png data AA==]");
    }

    [Fact]
    public void What_only_Google_knows_is_carried_or_told()
    {
        var read = Read("""
            {"contents":[{"role":"user","parts":[{"text":"Hi","newFlag":1}]},{"role":"model","parts":[{"executableCode":{"language":"PYTHON","code":"1"},"thoughtSignature":"eA=="},{"toolCall":{"toolType":"X"},"text":""},{"tomorrow":{}},{}]}],
             "safetySettings":[{"category":"X"}],"labels":{"a":"b"},"newField":1,"toolConfig":{"retrievalConfig":{"languageCode":"de"},"functionCallingConfig":{"mode":"TOMORROW"}},
             "tools":[{"googleMaps":{},"googleSearch":{"timeRangeFilter":{}}},{"functionDeclarations":[{"name":"f","behavior":"NON_BLOCKING","response":{"type":"STRING"}}]}],
             "generationConfig":{"responseModalities":["TEXT","IMAGE"],"speechConfig":{},"mediaResolution":"MEDIA_RESOLUTION_LOW","responseMimeType":"text/x.enum","thinkingConfig":{"thinkingLevel":"TOMORROW"},"new_thing":1}}
            """);
        Blocks(read)[1..].ShouldBe(
        [
            "opaque executableCode {\"executableCode\":{\"language\":\"PYTHON\",\"code\":\"1\"},\"thoughtSignature\":\"eA==\"}", "opaque toolCall {\"toolCall\":{\"toolType\":\"X\"},\"text\":\"\"}",
            "opaque tomorrow {\"tomorrow\":{}}", "opaque part {}",
        ]);
        Lost(read).ShouldBe(
            [
                "generationConfig.mediaResolution", "generationConfig.newThing", "generationConfig.responseMimeType", "generationConfig.responseModalities", "generationConfig.speechConfig",
                "generationConfig.thinkingConfig.thinkingLevel", "labels", "newField", "safetySettings", "toolConfig.functionCallingConfig.mode", "toolConfig.retrievalConfig",
                "tools.f.behavior", "tools.f.response", "tools.googleSearch.timeRangeFilter", "turns[0].text.newFlag", "turns[1].executableCode.thoughtSignature",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void Signatures_are_Googles_own_unless_they_are_the_hubs()
    {
        var seal = new OpenSeal();
        var foreign = new Sealed(Dialect.AnthropicMessages, JsonText.Of("sig+/=")) { Hides = false };
        var envelope = AioHub.Wire.Dialects.Gemini.GeminiSeals.Close(seal, foreign, JsonText.Of("Let me think."))!.Value.ToString();
        envelope.ShouldNotStartWith("aiohub");
        foreach (var carried in new[] { envelope, envelope.TrimEnd('='), envelope.Replace('+', '-').Replace('/', '_') })
        {
            var read = Read(
                $$"""
                {"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":[{"text":"Let me ","thought":true},{"text":"think.","thought":true},{"text":"I call."},{"functionCall":{"id":"1","name":"a"},"thoughtSignature":"{{carried}}"}]}]}
                """,
                seal);

            // The reasoning stands where it stood, whole and sealed, once.
            Blocks(read).ShouldBe(["text Go", "thinking Let me think. sealed(anthropic,sig+/=)", "text I call.", "call 1 a {}"]);
        }

        // The SDK for Node keeps every chunk of a stream as a content of its own.
        Blocks(Read(
                $$"""
                {"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":[{"text":"Let me think.","thought":true}]},{"role":"model","parts":[{"text":"I call."}]},{"role":"model","parts":[{"functionCall":{"id":"1","name":"a"},"thoughtSignature":"{{envelope}}"}]}]}
                """,
                seal))
            .ShouldBe(["text Go", "thinking Let me think. sealed(anthropic,sig+/=)", "text I call.", "call 1 a {}"]);

        var own = Read("""{"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":[{"text":"","thoughtSignature":"b3du"},{"text":"x","thought":true,"thoughtSignature":"b3du"},{"thoughtSignature":"b3du"}]}]}""", seal);
        Blocks(own)[1..].ShouldBe(["thinking  sealed(gemini,b3du)", "thinking x sealed(gemini,b3du)", "thinking  sealed(gemini,b3du)"]);
        var placeholder = Read("""{"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":[{"functionCall":{"id":"1","name":"a"},"thoughtSignature":"skip_thought_signature_validator"}]}]}""", seal);
        Blocks(placeholder)[1].ShouldBe("call 1 a {}");
        Lost(placeholder).ShouldBeEmpty();
    }

    [Fact]
    public void Deep_and_wide_bodies_are_read()
    {
        var deep = new string('[', 200) + new string(']', 200);
        Read($$$$"""{"contents":[{"parts":[{"text":"Hi"},{"tomorrow":{{{{deep}}}}}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"x":{{{{deep}}}}}}}]}]}""").Tools.Count.ShouldBe(1);
        var wide = string.Join(',', Enumerable.Range(0, 5_000).Select(_ => """{"text":"x"}"""));
        Read(Encoding.UTF8.GetBytes($$$"""{"contents":[{"parts":[{{{wide}}}]}]}""")).Turns[0].Blocks.Count.ShouldBe(5_000);
    }
}
