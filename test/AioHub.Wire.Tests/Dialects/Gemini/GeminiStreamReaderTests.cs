using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Tests.Dialects.Gemini.GeminiTalk;

namespace AioHub.Wire.Tests.Dialects.Gemini;

public sealed class GeminiStreamReaderTests
{
    private static string Chunk(string parts, string rest = "") => $$"""{"candidates":[{"content":{"parts":[{{parts}}],"role":"model"}{{rest}}}],"modelVersion":"m","responseId":"r-1_x"}""";

    [Fact]
    public void Text_and_the_reason() => EventsOf(Chunk("""{"text":"Hel"}"""), Chunk("""{"text":"lo"}"""), Chunk("""{"text":""}""", ""","finishReason":"STOP","index":0"""))
        .ShouldBe(["Begin r-1_x m", "Text 0: Hello", "Stop 0: EndTurn"]);

    [Fact]
    public void A_reason_in_every_chunk_is_one_reason() =>
        EventsOf(Chunk("""{"text":"a"}""", ""","finishReason":"STOP" """), Chunk("""{"text":"b"}""", ""","finishReason":"MAX_TOKENS" """)).ShouldBe(["Begin r-1_x m", "Text 0: ab", "Stop 0: MaxTokens"]);

    [Fact]
    public void A_stream_without_a_reason_has_none() => EventsOf(Chunk("""{"text":"a"}""")).ShouldBe(["Begin r-1_x m", "Text 0: a"]);

    [Theory]
    [InlineData("STOP", StopReason.EndTurn)]
    [InlineData("MAX_TOKENS", StopReason.MaxTokens)]
    [InlineData("SAFETY", StopReason.ContentFilter)]
    [InlineData("PROHIBITED_CONTENT", StopReason.ContentFilter)]
    [InlineData("MALFORMED_FUNCTION_CALL", StopReason.Other)]
    [InlineData("TOMORROW", StopReason.Other)]
    public void Reasons(string reason, StopReason stop) => EventsOf(Chunk("""{"text":"a"}""", $$""","finishReason":"{{reason}}" """))[^1].ShouldBe($"Stop 0: {stop}");

    [Fact]
    public void Calls_and_their_ids() => EventsOf(
            Chunk("""{"functionCall":{"name":"a","args":{"x": "1"},"id":"q1"},"thoughtSignature":"c2ln"}"""), Chunk("""{"functionCall":{"name":"a"}},{"functionCall":{"name":"b","args":null,"id":"not plain"}}"""),
            Chunk("""{"functionCall":{"args":{}}},{"functionCall":{"name":7}}""", ""","finishReason":"STOP" """))
        .ShouldBe(
        [
            "Begin r-1_x m", "ToolCall 0: q1 a Function sealed(gemini,c2ln)", "ToolInput 0: {\"x\": \"1\"}", "ToolCall 0: call_r1_x_0 a Function", "ToolInput 0: {}",
            "ToolCall 0: call_r1_x_1 b Function", "ToolInput 0: {}", "Stop 0: ToolUse",
        ]);

    [Fact]
    public void Ids_are_made_even_of_nothing()
    {
        var events = EventsOf("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"a"}},{"functionCall":{"name":"a"}}]}}]}""");
        events[0].ShouldBe("Begin - -");
        var ids = events.Where(one => one.StartsWith("ToolCall", StringComparison.Ordinal)).Select(one => one.Split(' ')[2]).ToList();
        ids.Count.ShouldBe(2);
        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => id.Length <= 64 && id.All(sign => char.IsAsciiLetterOrDigit(sign) || sign == '_'));
    }

    [Fact]
    public void Thoughts_and_what_seals_them() => EventsOf(
            Chunk("""{"text":"Hm ","thought":true}"""), Chunk("""{"text":"yes","thought":true}"""), Chunk("""{"text":"Hi"}"""), Chunk("""{"text":"","thoughtSignature":"c2ln"}""", ""","finishReason":"STOP" """))
        .ShouldBe(["Begin r-1_x m", "Thinking 0: Hm yes", "Text 0: Hi", "ThinkingSealed 0: sealed(gemini,c2ln)", "Stop 0: EndTurn"]);

    [Fact]
    public void A_thought_that_is_signed_itself() => EventsOf(Chunk("""{"text":"Hm","thought":true,"thoughtSignature":"c2ln"}"""), Chunk("""{"text":"Hi","thoughtSignature":"eA=="}"""))
        .ShouldBe(["Begin r-1_x m", "Thinking 0: Hm", "ThinkingSealed 0: sealed(gemini,c2ln)", "Text 0: Hi", "ThinkingSealed 0: sealed(gemini,eA==)"]);

    [Fact]
    public void Sources_stand_with_the_text_even_where_a_signature_ends_it() => EventsOf(
            Chunk("""{"text":"Hi"}""", ""","groundingMetadata":{}"""),
            Chunk(
                """{"text":"","thoughtSignature":"c2ln"}""",
                ""","finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}},{"retrievedContext":{"title":"d","text":"q"}}],"groundingSupports":[{"segment":{"endIndex":2},"groundingChunkIndices":[0,7]}]}"""))
        .ShouldBe(["Begin r-1_x m", "Text 0: Hi", "Citation 0: cites(u,t,-,0-2)", "Citation 0: cites(-,d,q,-)", "ThinkingSealed 0: sealed(gemini,c2ln)", "Stop 0: EndTurn"]);

    [Fact]
    public void Recited_sources() => EventsOf(Chunk("""{"text":"Hi"}""", ""","citationMetadata":{"citationSources":[{"startIndex":1,"endIndex":2,"uri":"u"}]}"""))[^1].ShouldBe("Citation 0: cites(u,-,-,1-2)");

    [Fact]
    public void Pictures_code_and_kinds_of_tomorrow() => EventsOf(
            Chunk("""{"text":"See:"},{"inlineData":{"mimeType":"image/png","data":"AA=="},"thoughtSignature":"c2ln"},{"executableCode":{"code":"1"}},{"codeExecutionResult":{"output":"1"}},{"tomorrow":7},{},null,7"""))
        .ShouldBe(
        [
            "Begin r-1_x m", "Text 0: See:", "Whole 0: image image/png data AA==", "ThinkingSealed 0: sealed(gemini,c2ln)", "Whole 0: opaque executableCode {\"executableCode\":{\"code\":\"1\"}}",
            "Whole 0: opaque codeExecutionResult {\"codeExecutionResult\":{\"output\":\"1\"}}", "Whole 0: opaque tomorrow {\"tomorrow\":7}",
        ]);

    [Fact]
    public void A_blocked_prompt() => EventsOf("""{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3},"modelVersion":"m"}""").ShouldBe(["Begin - m", "Stop 0: ContentFilter"]);

    [Fact]
    public void Several_answers() => EventsOf(
            """{"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]}},{"index":0,"content":{"parts":[{"text":"a"}]}},{"index":-1,"content":{"parts":[{"text":"x"}]}},{"index":9999,"content":{}},{"content":{"parts":[{"text":"e"}]}}]}""",
            """{"candidates":[{"finishReason":"STOP"},{"index":1,"finishReason":"MAX_TOKENS"}]}""")
        .ShouldBe(["Begin - -", "Text 1: b", "Text 0: a", "Text 4: e", "Stop 0: EndTurn", "Stop 1: MaxTokens"]);

    [Fact]
    public void Log_probabilities_in_OpenAIs_form() => EventsOf(Chunk(
            """{"text":"Hi"}""",
            ""","logprobsResult":{"topCandidates":[{"candidates":[{"token":"Hi","logProbability":-0.1},{"token":"Ho","logProbability":-2}]}],"chosenCandidates":[{"token":"Hi","tokenId":1,"logProbability":-0.1}]}"""))[^1]
        .ShouldBe("""LogProbs 0: [{"token":"Hi","logprob":-0.1,"bytes":null,"top_logprobs":[{"token":"Hi","logprob":-0.1,"bytes":null},{"token":"Ho","logprob":-2,"bytes":null}]}]""");

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("[DONE]")]
    [InlineData("{")]
    [InlineData("""{"error":{"code":503}}""")]
    [InlineData("""{"candidates":{},"promptFeedback":7}""")]
    [InlineData("""{"usageMetadata":{"promptTokenCount":3}}""")]
    public void What_says_nothing_is_passed_over(string data) => EventsOf(data, Chunk("""{"text":"a"}""")).ShouldBe(["Begin r-1_x m", "Text 0: a"]);

    [Fact]
    public void A_stream_without_alt_sse_is_an_array() => EventsOf("""[{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"responseId":"r"},{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}]""")
        .ShouldBe(["Begin r -", "Text 0: ab", "Stop 0: EndTurn"]);

    [Fact]
    public void A_whole_reply()
    {
        var reply = ReadReply("""{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true},{"text":"Hi"},{"functionCall":{"name":"f","args":{"a":1},"id":"c"}}],"role":"model"},"finishReason":"STOP"}],"modelVersion":"m","responseId":"r"}""");
        (reply.Model, reply.Id.ToString()).ShouldBe(("m", "r"));
        Lines(reply).ShouldBe(["thinking Hm", "text Hi", "call c f {\"a\":1}", "stop ToolUse"]);
        Room.TryReadReply("{\"choices\":[]}"u8.ToArray(), out _).ShouldBeFalse();
        Room.TryReadReply("<html>"u8.ToArray(), out _).ShouldBeFalse();
        Room.TryReadReply("{\"usageMetadata\":{}}"u8.ToArray(), out var empty).ShouldBeTrue();
        empty!.Answers.ShouldBeEmpty();
    }
}
