using System.Buffers;
using System.Text;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.OpenAiResponses;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

/// <summary>What callers of this dialect are told, streamed and whole.</summary>
public sealed class OpenAiResponsesStreamWriterTests
{
    private static JsonText T(string text) => JsonText.Of(text);

    private static Reply Of(StopReason stop, params Block[] blocks) => new() { Answers = [new Answer(blocks, stop)] };

    private static Reply Of(params Block[] blocks) => Of(StopReason.EndTurn, blocks);

    private static List<string> Types(byte[] stream) => [.. Responses.Parse(stream).Select(e => e.Str("type")!["response.".Length..])];

    /// <summary>The last response: the same streamed and whole, and taken by the strictest clients.</summary>
    private static JsonElement Last(Reply reply, ReplyTerms? terms = null, Usage? usage = null)
    {
        var last = StrictClient.Take(Responses.WriteStream(reply, terms, usage));
        var whole = JsonDocument.Parse(Responses.WriteReply(reply, terms, usage).ToJsonString()).RootElement;
        JsonElement.DeepEquals(last, whole).ShouldBeTrue();
        return last;
    }

    private static string Output(JsonElement last, int index) => last.Each("output").ElementAt(index).GetRawText();

    [Fact]
    public void Nothing_is_written_before_the_first_content()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = OpenAiResponsesDialect.Instance.CreateStreamWriter(output, Responses.Terms());
        writer.On(new StreamEvent(StreamEventKind.Begin) { Id = "\"x\""u8 });
        writer.On(new StreamEvent(StreamEventKind.Text) { Text = "\"\""u8 });
        writer.On(new StreamEvent(StreamEventKind.BlockEnd));
        writer.On(new StreamEvent(StreamEventKind.Stop) { Stop = StopReason.EndTurn });
        output.WrittenCount.ShouldBe(0);
        writer.Sequence.ShouldBe(0);
        writer.On(new StreamEvent(StreamEventKind.Text) { Text = "\"a\""u8 });
        writer.Sequence.ShouldBe(5);
    }

    [Fact]
    public void Events_stand_in_their_order()
    {
        Types(Responses.WriteStream(Of(new ThinkingBlock(T("hm")), new TextBlock(T("Hi")), new ToolCallBlock("c", "f", ToolInput.FromText(T("{}")))))).ShouldBe(
        [
            "created", "in_progress",
            "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done",
            "output_item.added", "content_part.added", "output_text.delta", "output_text.done", "content_part.done", "output_item.done",
            "output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
            "completed",
        ]);
    }

    [Fact]
    public void An_empty_answer_is_one_as_well()
    {
        var last = Last(new Reply());
        last.Str("status").ShouldBe("completed");
        last.Each("output").ShouldBeEmpty();
        last.Str("id").ShouldBe("resp_req-1");
        last.Str("model").ShouldBe("asked");
        last.Long("created_at").ShouldBe(1_800_000_000);
    }

    [Theory]
    [InlineData(StopReason.EndTurn, "completed", null)]
    [InlineData(StopReason.ToolUse, "completed", null)]
    [InlineData(StopReason.StopSequence, "completed", null)]
    [InlineData(StopReason.Refusal, "completed", null)]
    [InlineData(StopReason.Pause, "completed", null)]
    [InlineData(StopReason.None, "completed", null)]
    [InlineData(StopReason.MaxTokens, "incomplete", "max_output_tokens")]
    [InlineData(StopReason.ContextOverflow, "incomplete", "max_output_tokens")]
    [InlineData(StopReason.ContentFilter, "incomplete", "content_filter")]
    public void Reasons_to_stop(StopReason stop, string status, string? reason)
    {
        var last = Last(Of(stop, new TextBlock(T("x"))));
        last.Str("status").ShouldBe(status);
        last.Str("incomplete_details", "reason").ShouldBe(reason);
    }

    [Fact]
    public void Texts_in_a_row_are_parts_of_one_message()
    {
        var last = Last(Of(new TextBlock(T("a")), new TextBlock(T("b")), new TextBlock(T("no")) { IsRefusal = true }));
        last.Each("output").ShouldHaveSingleItem().Each("content").Select(part => part.Str("type")).ShouldBe(["output_text", "output_text", "refusal"]);
    }

    [Fact]
    public void Sources_of_other_dialects_stand_for_the_whole_text()
    {
        var terms = Responses.Terms();
        var last = Last(Of(new TextBlock(T("Größe")) { Citations = [new Citation(T("https://a.example"), T("A")) { Quote = T("said so") }, new Citation(default, T("letter.pdf"))] }), terms);
        last.Each("output").First().Each("content").First().Each("annotations").ShouldHaveSingleItem().GetRawText()
            .ShouldBe("""{"type":"url_citation","start_index":0,"end_index":5,"url":"https://a.example","title":"A"}""");
        terms.Losses.Losses.ShouldAllBe(loss => loss.Severity == LossSeverity.Info);
        terms.Losses.Losses.Count.ShouldBe(2);
    }

    [Fact]
    public void Own_seals_go_out_as_they_are_and_others_in_an_envelope()
    {
        var seal = new Responses.Seal();
        var reply = Of(
            new ThinkingBlock(T("mine")) { Sealed = new Sealed(Dialect.OpenAiResponses, T("gAAA")) { Hides = true } }, new ThinkingBlock(T("theirs")) { Sealed = new Sealed(Dialect.AnthropicMessages, T("sig")) },
            new ThinkingBlock(default) { Sealed = new Sealed(Dialect.AnthropicMessages, T("redacted")) { Hides = true } }, new TextBlock(T("done")));
        var last = Last(reply, Responses.Terms(seal: seal));
        last.Each("output").Select(item => item.Str("type")).ShouldBe(["reasoning", "reasoning", "reasoning", "message"]);
        last.Each("output").First().Str("encrypted_content").ShouldBe("gAAA");

        var again = Responses.Read($$"""{"input":{{last.At("output")!.Value.GetRawText()}}}""", seal);
        again.Turns[0].Blocks.Select(Responses.Say).ShouldBe(["thinking mine OpenAiResponses gAAA", "thinking theirs AnthropicMessages sig", "thinking  AnthropicMessages redacted", "text False done []"]);

        var terms = Responses.Terms();
        Last(reply, terms).Each("output").Select(item => item.Str("encrypted_content")).ShouldBe(["gAAA", null, null]);
        terms.Losses.Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void The_seal_of_a_call_comes_back_to_its_call()
    {
        var seal = new Responses.Seal();
        var reply = Of(
            StopReason.ToolUse, new ToolCallBlock("a", "f", ToolInput.FromText(T("{}"))) { Sealed = new Sealed(Dialect.Gemini, T("one")) },
            new ToolCallBlock("", "g", ToolInput.FromText(T("{}"))) { Sealed = new Sealed(Dialect.Gemini, T("two")) });
        var last = Last(reply, Responses.Terms(seal: seal));
        last.Each("output").Select(item => item.Str("type")).ShouldBe(["reasoning", "function_call", "reasoning", "function_call"]);
        var calls = Responses.Read($$"""{"input":{{last.At("output")!.Value.GetRawText()}}}""", seal).Turns[0].Blocks.Cast<ToolCallBlock>().ToList();
        calls.Select(call => call.Sealed!.Token.ToString()).ShouldBe(["one", "two"]);
        calls.ShouldAllBe(call => !call.Sealed!.Id.Exists);
    }

    [Fact]
    public void Calls_have_ids_of_their_own_and_arguments()
    {
        var last = Last(Of(StopReason.ToolUse, new ToolCallBlock("a", "f", ToolInput.FromText(T(""))), new ToolCallBlock("a", "f", ToolInput.FromText(T("{\"x\":1}"))), new ToolCallBlock("", "g", default)));
        last.Each("output").Select(item => item.Str("call_id")).ShouldBe(["a", "call_req-1_1", "call_req-1_2"]);
        last.Each("output").Select(item => item.Str("arguments")).ShouldBe(["{}", "{\"x\":1}", "{}"]);
    }

    [Fact]
    public void Calls_have_the_form_that_their_tool_was_declared_in()
    {
        var asked = Responses.Read("""{"input":"x","tools":[{"type":"local_shell"},{"type":"tool_search","execution":"client"},{"type":"custom","name":"patch"},{"type":"namespace","name":"crm","tools":[{"type":"function","name":"find"}]}]}""");
        var last = Last(
            Of(
                StopReason.ToolUse, new ToolCallBlock("1", "local_shell", ToolInput.FromText(T("{\"command\":[\"ls\"]}"))), new ToolCallBlock("2", "tool_search", ToolInput.FromText(T("{\"query\":\"x\"}"))),
                new ToolCallBlock("3", "patch", ToolInput.FromText(T("free \"text\""))) { Kind = ToolKind.Freeform }, new ToolCallBlock("4", "find", ToolInput.FromText(T("{}"))) { Namespace = "crm" },
                new ToolCallBlock("5", "web_search", ToolInput.FromText(T("{\"query\":\"news\"}"))) { Kind = ToolKind.Server }, new ToolCallBlock("6", "local_shell", ToolInput.FromText(T("broken")))),
            Responses.Terms(asked));
        Output(last, 0).ShouldBe("""{"id":"lsh_req-1_0","type":"local_shell_call","status":"completed","call_id":"1","action":{"command":["ls"],"type":"exec"}}""");
        Output(last, 1).ShouldBe("""{"id":"tsc_req-1_1","type":"tool_search_call","status":"completed","call_id":"2","execution":"client","arguments":{"query":"x"}}""");
        Output(last, 2).ShouldBe("""{"id":"ctc_req-1_2","type":"custom_tool_call","status":"completed","input":"free \"text\"","call_id":"3","name":"patch"}""");
        Output(last, 3).ShouldBe("""{"id":"fc_req-1_3","type":"function_call","status":"completed","arguments":"{}","call_id":"4","name":"find","namespace":"crm"}""");
        Output(last, 4).ShouldBe("""{"id":"ws_req-1_4","type":"web_search_call","status":"completed","action":{"query":"news","type":"search"}}""");
        Output(last, 5).ShouldBe("""{"id":"lsh_req-1_5","type":"local_shell_call","status":"completed","call_id":"6","action":{"type":"exec","command":[]}}""");
    }

    [Fact]
    public void A_function_of_that_name_that_the_caller_declared_stays_one()
    {
        var asked = Responses.Read("""{"input":"x","tools":[{"type":"function","name":"local_shell"}]}""");
        Last(Of(new ToolCallBlock("1", "local_shell", ToolInput.FromText(T("{}")))), Responses.Terms(asked)).Each("output").First().Str("type").ShouldBe("function_call");
    }

    [Fact]
    public void Pictures_and_what_only_this_dialect_knows()
    {
        var terms = Responses.Terms();
        var own = new OpaqueBlock("file_search_call") { Origin = new Origin(Dialect.OpenAiResponses, """{"type":"file_search_call","id":"fs_1","queries":[]}"""u8.ToArray()) };
        var foreign = new OpaqueBlock("x") { Origin = new Origin(Dialect.Gemini, "{}"u8.ToArray()) };
        var last = Last(Of(new ImageBlock(new MediaSource { Data = T("AAAA") }, "image/webp"), own, foreign, new AudioBlock(default, null)), terms);
        Output(last, 0).ShouldBe("""{"id":"ig_req-1_0","type":"image_generation_call","status":"completed","output_format":"webp","result":"AAAA"}""");
        Output(last, 1).ShouldBe("""{"type":"file_search_call","id":"fs_1","queries":[]}""");
        last.Each("output").Count().ShouldBe(2);
        terms.Losses.Losses.Count.ShouldBe(2);
    }

    [Fact]
    public void Usage_is_written_as_this_dialect_counts()
    {
        var usage = new Usage { Input = 10, CacheRead = 4, CacheWrite5m = 3, CacheWrite1h = 2, InputImage = 5, Output = 7, Reasoning = 2, OutputAudio = 1, Source = UsageSource.Reported };
        Last(Of(new TextBlock(T("x"))), usage: usage).At("usage")!.Value.GetRawText().ShouldBe(
            """{"input_tokens":24,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":5},"output_tokens":8,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":32}""");
        Last(Of(new TextBlock(T("x"))), usage: default(Usage)).At("usage").ShouldBeNull();
    }

    [Fact]
    public void What_was_written_is_read_as_the_same_usage()
    {
        var usage = new Usage { Input = 10, CacheRead = 4, CacheWriteOther = 5, Output = 7, Reasoning = 2, Source = UsageSource.Reported };
        using var tap = OpenAiResponsesDialect.Instance.CreateTap(Operation.Generate);
        Feed.Stream(tap, Responses.WriteStream(Of(new TextBlock(T("x"))), usage: usage));
        tap.Usage.ShouldBe(usage);
        tap.Stop.ShouldBe(StopReason.EndTurn);
        tap.Ended.ShouldBeTrue();
    }

    [Fact]
    public void The_answer_repeats_what_was_asked()
    {
        var asked = Responses.Read(
            """{"model":"m","input":"x","instructions":"Be brief.","temperature":0.25,"metadata":{"a":"b"},"reasoning":{"effort":"low"},"tools":[{"type":"function","name":"f"},{"type":"namespace","name":"n","tools":[{"type":"function","name":"g"},{"type":"function","name":"h"}]}],"tool_choice":"required","prompt_cache_key":"k"}""");
        var stream = Responses.WriteStream(Of(new TextBlock(T("x"))), Responses.Terms(asked));
        var last = StrictClient.Take(stream);
        last.Str("instructions").ShouldBe("Be brief.");
        last.At("temperature")!.Value.GetRawText().ShouldBe("0.25");
        last.Str("metadata", "a").ShouldBe("b");
        last.Str("reasoning", "effort").ShouldBe("low");
        last.Str("tool_choice").ShouldBe("required");
        last.Str("prompt_cache_key").ShouldBe("k");
        last.Each("tools").Count().ShouldBe(2);
        Responses.Parse(stream)[0].Each("response", "tools").ShouldBeEmpty();
    }

    [Fact]
    public void A_caller_who_asked_for_a_compaction_gets_that_alone()
    {
        var seal = new Responses.Seal();
        var asked = Responses.Read("""{"input":[{"role":"user","content":"x"},{"type":"compaction_trigger"}]}""", seal);
        var last = Last(Of(new ThinkingBlock(T("hm")), new TextBlock(T("All ")), new TextBlock(T("done.")), new ToolCallBlock("1", "f", default)), Responses.Terms(asked, seal));
        var item = last.Each("output").ShouldHaveSingleItem();
        item.Str("type").ShouldBe("compaction");
        Responses.Read($$"""{"input":[{{item.GetRawText()}}]}""", seal).Turns[0].Blocks[0].ShouldBeOfType<TextBlock>().Text.ToString().ShouldEndWith("All done.");

        var native = new OpaqueBlock("compaction") { Origin = new Origin(Dialect.OpenAiResponses, """{"type":"compaction","id":"cmp_1","encrypted_content":"gAAA"}"""u8.ToArray()) };
        Output(Last(Of(native), Responses.Terms(asked, seal)), 0).ShouldContain("gAAA");
        Last(Of(new TextBlock(T("plain"))), Responses.Terms(asked)).Each("output").ShouldHaveSingleItem().Str("type").ShouldBe("message");
    }

    [Fact]
    public void Only_the_first_of_several_answers_is_told()
    {
        var terms = Responses.Terms();
        Last(new Reply { Answers = [new Answer([new TextBlock(T("a"))], StopReason.EndTurn), new Answer([new TextBlock(T("b"))], StopReason.MaxTokens)] }, terms).Each("output").ShouldHaveSingleItem();
        terms.Losses.Losses.ShouldHaveSingleItem().Path.ShouldBe("n");
    }

    [Fact]
    public void Log_probabilities_stand_with_the_text()
    {
        var last = Last(new Reply { Answers = [new Answer([new TextBlock(T("Yes"))], StopReason.EndTurn) { LogProbs = """[{"token":"Yes","logprob":-0.1,"top_logprobs":[]}]"""u8.ToArray() }] });
        last.Each("output").First().Each("content").First().Each("logprobs").ShouldHaveSingleItem().Str("token").ShouldBe("Yes");
    }

    [Fact]
    public void A_failure_goes_on_where_the_stream_stands()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = OpenAiResponsesDialect.Instance.CreateStreamWriter(output, Responses.Terms());
        writer.On(new StreamEvent(StreamEventKind.Text) { Text = "\"a\""u8 });
        OpenAiResponsesDialect.Instance.WriteStreamError(output, new WireError(502, "upstream_error", "It broke.", "req-1"), writer.Sequence);
        Responses.Parse(output.WrittenSpan.ToArray()).Select(e => e.Long("sequence_number")).ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    [Fact]
    public void Long_request_ids_make_no_ids_that_are_too_long()
    {
        var terms = Responses.Terms() with { RequestId = new string('a', 200) };
        Last(Of(new TextBlock(T("x")), new ToolCallBlock("", "f", default)), terms).Each("output").ShouldAllBe(item => item.Str("id")!.Length <= 64);
    }

    [Fact]
    public void Signs_are_escaped_as_they_came()
    {
        var last = Last(Of(new TextBlock(JsonText.FromQuoted(Encoding.UTF8.GetBytes("\"a\\u00e9\\n\\\"\\\\ é 😀\"")))));
        last.Each("output").First().Each("content").First().Str("text").ShouldBe("aé\n\"\\ é 😀");
    }
}
