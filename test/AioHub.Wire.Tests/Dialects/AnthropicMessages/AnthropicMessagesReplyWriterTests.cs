using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.AnthropicMessages;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

/// <summary>Answers of other vendors for callers of this dialect, whole and streamed: both must say the same.</summary>
public sealed class AnthropicMessagesReplyWriterTests
{
    private static readonly PlainSeal Seal = new();

    private static TextBlock Said(string text) => new(JsonText.Of(text));

    private static Reply Answered(StopReason stop, params Block[] blocks) => new() { Answers = [new Answer(blocks, stop)] };

    /// <summary>The content as it is written whole, after the stream was found to say the same.</summary>
    private static (JsonElement Body, string[] Losses) Write(Reply reply, Usage usage = default, IReasoningSeal? seal = null)
    {
        var terms = Messages.ReplyTerms(seal: seal);
        var written = Messages.WriteReply(reply, terms, usage);
        var streamTerms = Messages.ReplyTerms(seal: seal);
        var stream = Messages.WriteStream(sink => ReplyPlay.Play(reply, sink), streamTerms, usage);
        Messages.Say(Messages.Fold(Messages.Bytes(stream))).ShouldBe(Messages.Say(Messages.ReadReply(written)));
        streamTerms.Losses.Losses.ShouldBe(terms.Losses.Losses);
        var end = Feed.Objects(Messages.Bytes(stream), streamed: true)[^2];
        var body = JsonDocument.Parse(written).RootElement;
        Messages.Normal(end.At("usage")!.Value).ShouldBe(Messages.Normal(body.At("usage")!.Value));
        end.Str("delta", "stop_reason").ShouldBe(body.Str("stop_reason"));
        return (body, [.. terms.Losses.Losses.Select(loss => $"{loss.Severity} {loss.Path}")]);
    }

    private static string[] Content(JsonElement body) => [.. body.Each("content").Select(block => block.GetRawText())];

    [Fact]
    public void The_frame()
    {
        var (body, losses) = Write(Answered(StopReason.EndTurn, Said("Hi")) with { Id = JsonText.Of("chatcmpl-1"), Model = "gpt-6" }, new Usage { Input = 3, Output = 5, Source = UsageSource.Reported });
        body.GetRawText().ShouldBe(
            """{"id":"msg_req-1","type":"message","role":"assistant","model":"public","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":5}}""");
        losses.ShouldBeEmpty();
        Write(new Reply()).Body.Each("content").ShouldBeEmpty();
    }

    [Fact]
    public void Usage_in_the_dialects_own_terms()
    {
        var usage = new Usage
        {
            Input = 1, InputAudio = 2, InputImage = 3, CacheRead = 10, CacheReadAudio = 1, CacheWrite5m = 20, CacheWrite1h = 30, Output = 40, OutputImage = 5, Reasoning = 8,
            ToolCalls = new ToolCalls(2, 0, 0, 0, 0), Source = UsageSource.Reported,
        };
        Write(Answered(StopReason.EndTurn, Said("x")), usage).Body.At("usage")!.Value.GetRawText().ShouldBe(
            """{"input_tokens":6,"cache_creation_input_tokens":50,"cache_read_input_tokens":11,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":30},"output_tokens":45,"output_tokens_details":{"thinking_tokens":8},"server_tool_use":{"web_search_requests":2,"web_fetch_requests":0}}""");
        Write(Answered(StopReason.EndTurn, Said("x")), new Usage { CacheWriteOther = 7 }).Body.At("usage", "cache_creation").ShouldBeNull();

        // The tap reads what was written as what it was.
        foreach (var told in new[] { usage with { InputAudio = 0, InputImage = 0, CacheReadAudio = 0, OutputImage = 0 }, new Usage { Input = 5, Output = 1, Source = UsageSource.Reported } })
        {
            var tap = Messages.Room.CreateTap(Operation.Generate);
            tap.OnReply(Messages.WriteReply(Answered(StopReason.EndTurn, Said("x")), Messages.ReplyTerms(), told)).ShouldBeTrue();
            tap.Usage.ShouldBe(told);
            var streamed = Messages.Room.CreateTap(Operation.Generate);
            Feed.Stream(streamed, Messages.Bytes(Messages.WriteStream(sink => ReplyPlay.Play(Answered(StopReason.EndTurn, Said("x")), sink), Messages.ReplyTerms(estimate: 99), told)));
            streamed.Usage.ShouldBe(told);
            streamed.Ended.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(StopReason.None, "end_turn")]
    [InlineData(StopReason.MaxTokens, "max_tokens")]
    [InlineData(StopReason.StopSequence, "stop_sequence")]
    [InlineData(StopReason.ContentFilter, "refusal")]
    [InlineData(StopReason.Refusal, "refusal")]
    [InlineData(StopReason.Pause, "pause_turn")]
    [InlineData(StopReason.ContextOverflow, "model_context_window_exceeded")]
    [InlineData(StopReason.Other, "end_turn")]
    public void Reasons(StopReason stop, string word) => Write(Answered(stop, Said("x"))).Body.Str("stop_reason").ShouldBe(word);

    [Fact]
    public void What_was_said_decides_where_the_reason_does_not()
    {
        var call = new ToolCallBlock("c", "f", ToolInput.FromText(JsonText.Of("{}")));
        Write(Answered(StopReason.EndTurn, call)).Body.Str("stop_reason").ShouldBe("tool_use");
        Write(Answered(StopReason.MaxTokens, call)).Body.Str("stop_reason").ShouldBe("max_tokens");
        Write(Answered(StopReason.EndTurn, Said("No.") with { IsRefusal = true })).Body.Str("stop_reason").ShouldBe("refusal");
        Write(new Reply { Answers = [new Answer([Said("x")], StopReason.StopSequence) { StopSequence = JsonText.Of("EN\"D") }] }).Body.Str("stop_sequence").ShouldBe("EN\"D");
    }

    [Fact]
    public void Calls()
    {
        var (body, losses) = Write(Answered(StopReason.ToolUse,
            new ToolCallBlock("call:1", "f", ToolInput.FromText(JsonText.Of("{\"a\":\"b\\n\"}"))),
            new ToolCallBlock("", "g", ToolInput.FromText(default)),
            new ToolCallBlock("c3", "h", ToolInput.FromText(JsonText.Of("free \"text\""))) { Kind = ToolKind.Freeform },
            new ToolCallBlock("ws_1", "web_search", ToolInput.FromText(JsonText.Of("{}"))) { Kind = ToolKind.Server }));
        body.Each("content").Select(block => $"{block.Str("id")} {block.Str("name")} {block.At("input")}").ShouldBe(
            [$"{AnthropicMessagesIds.Fitted("call:1")} f {{\"a\":\"b\\n\"}}", "toolu_req-1_1 g {}", "c3 h {\"input\":\"free \\\"text\\\"\"}"]);
        losses.ShouldBe(["Info content.tool_call"]);
    }

    [Fact]
    public void Reasoning_of_another_vendor_goes_in_the_hubs_envelope_and_comes_back()
    {
        Block[] blocks =
        [
            new ThinkingBlock(JsonText.Of("Shown.")) { IsSummary = true, Sealed = new Sealed(Dialect.OpenAiResponses, JsonText.Of("enc")) { Hides = true, Id = JsonText.Of("rs_1") } },
            new ThinkingBlock(default) { Sealed = new Sealed(Dialect.OpenAiResponses, JsonText.Of("enc2")) { Hides = true } },
            new ThinkingBlock(default) { Sealed = new Sealed(Dialect.Gemini, JsonText.Of("ts")) },
            new ThinkingBlock(JsonText.Of("Open.")),
            new ToolCallBlock("c1", "f", ToolInput.FromText(JsonText.Of("{}"))) { Sealed = new Sealed(Dialect.Gemini, JsonText.Of("call's")) },
        ];
        var (body, losses) = Write(Answered(StopReason.ToolUse, blocks), seal: Seal);
        losses.ShouldBeEmpty();
        body.Each("content").Select(block => $"{block.Str("type")} {block.Str("thinking")}").ShouldBe(
            ["thinking Shown.", "redacted_thinking ", "thinking ", "thinking Open.", "redacted_thinking ", "tool_use "]);
        body.Each("content").ElementAt(3).Str("signature").ShouldBe("");

        var read = Messages.Read($$"""{"messages":[{"role":"assistant","content":{{body.At("content")!.Value.GetRawText()}}}]}""", Seal).Turns[0].Blocks;
        read.Select(Messages.Say).ShouldBe(blocks.Select(Messages.Say));
        ((ThinkingBlock)read[0]).Sealed!.Id.ToString().ShouldBe("rs_1");

        // Anthropic's own writer leaves it out.
        var again = Messages.Read($$"""{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":{{body.At("content")!.Value.GetRawText()}}}]}""", Seal);
        var terms = Messages.Terms(again);
        Messages.Write(again, terms).Each("messages").Last().Each("content").Select(block => block.Str("type")).ShouldBe(["thinking", "tool_use"]);
        terms.Losses.Losses.Single().Severity.ShouldBe(LossSeverity.Info);
    }

    [Fact]
    public void Without_a_seal_nothing_is_made_up()
    {
        var (body, losses) = Write(Answered(StopReason.EndTurn,
            new ThinkingBlock(JsonText.Of("Shown.")) { Sealed = new Sealed(Dialect.Kiro, JsonText.Of("s")) },
            new ThinkingBlock(default) { Sealed = new Sealed(Dialect.Kiro, JsonText.Of("s")) { Hides = true } }, Said("x")));
        Content(body).ShouldBe(["""{"type":"thinking","thinking":"Shown.","signature":""}""", """{"type":"text","text":"x"}"""]);
        losses.ShouldBe(["Info thinking"]);
    }

    [Fact]
    public void Citations_of_other_vendors_need_no_token_of_Anthropics()
    {
        var cited = Said("Snow.") with
        {
            Citations = [new Citation(JsonText.Of("https://a.example"), JsonText.Of("A")) { Quote = JsonText.Of("It snows.") }, new Citation(JsonText.Of("https://b.example"), default) { Start = 0, End = 5 }],
        };
        Write(Answered(StopReason.EndTurn, cited)).Body.Each("content").Single().Each("citations").Select(citation => citation.GetRawText()).ShouldBe(
        [
            """{"type":"search_result_location","cited_text":"It snows.","source":"https://a.example","title":"A","search_result_index":0,"start_block_index":0,"end_block_index":1}""",
            """{"type":"search_result_location","cited_text":"","source":"https://b.example","title":"","search_result_index":1,"start_block_index":0,"end_block_index":1}""",
        ]);
    }

    [Fact]
    public void What_the_dialect_has_no_place_for_is_lost()
    {
        var (body, losses) = Write(new Reply
        {
            Answers =
            [
                new Answer([new ImageBlock(default, "image/png"), new AudioBlock(default, "audio/wav") { Transcript = JsonText.Of("spoken") }, new OpaqueBlock("x") { Origin = new Origin(Dialect.Gemini, Messages.Bytes("{}")) }], StopReason.EndTurn),
            ],
        });
        Content(body).ShouldBe(["""{"type":"text","text":"spoken"}"""]);
        losses.ShouldBe(["Warning content", "Warning content.audio"]);

        var terms = Messages.ReplyTerms();
        var two = new Reply { Answers = [new Answer([Said("a")], StopReason.EndTurn), new Answer([Said("b")], StopReason.EndTurn)] };
        Messages.Text(Messages.WriteReply(two, terms)).ShouldNotContain("\"b\"");
        Messages.WriteStream(sink => ReplyPlay.Play(two, sink), terms).ShouldNotContain("\"b\"");
        terms.Losses.Losses.Single().Path.ShouldBe("n");
    }
}
