using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.Gemini;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.Gemini;

public sealed class GeminiUsageTapTests
{
    private static ReplyTap Tap(Operation operation = Operation.Generate) => GeminiDialect.Instance.CreateTap(operation);

    private static Usage UsageOf(string usage)
    {
        var tap = Tap();
        Feed.Event(tap, $$"""{"candidates":[],"usageMetadata":{{usage}}}""").ShouldBe(EventKind.Handshake);
        return tap.Usage;
    }

    [Theory]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"}}]}""", EventKind.Handshake)]
    [InlineData("""{"candidates":[{"content":{"role":"model"},"finishReason":"STOP"}]}""", EventKind.Handshake)]
    [InlineData("""{"usageMetadata":{"promptTokenCount":3}}""", EventKind.Handshake)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"Hi"}""", EventKind.Handshake)]
    [InlineData("""{"candidates":{"a":1},"usageMetadata":[],"modelVersion":3}""", EventKind.Handshake)]
    [InlineData("7", EventKind.Handshake)]
    [InlineData("[DONE]", EventKind.Handshake)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}""", EventKind.Content)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}]}}]}""", EventKind.Content)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]}}]}""", EventKind.Content)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AA"}}]}}]}""", EventKind.Content)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"executableCode":{"code":"1"}}]}}]}""", EventKind.Content)]
    [InlineData("""[{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}]""", EventKind.Content)]
    [InlineData("""{"error":{"code":503,"message":"no","status":"UNAVAILABLE"}}""", EventKind.Error)]
    [InlineData("""[{"error":{"code":503,"message":"no","status":"UNAVAILABLE"}}]""", EventKind.Error)]
    public void Tells_what_an_event_means(string data, EventKind kind)
    {
        var tap = Tap();
        Feed.Event(tap, data).ShouldBe(kind);
        (tap.HasContent, tap.Error is not null).ShouldBe((kind == EventKind.Content, kind == EventKind.Error));
    }

    [Theory]
    [InlineData("STOP", StopReason.EndTurn)]
    [InlineData("MAX_TOKENS", StopReason.MaxTokens)]
    [InlineData("SAFETY", StopReason.ContentFilter)]
    [InlineData("PROHIBITED_CONTENT", StopReason.ContentFilter)]
    [InlineData("MALFORMED_FUNCTION_CALL", StopReason.Other)]
    [InlineData("FINISH_REASON_UNSPECIFIED", StopReason.None)]
    [InlineData("", StopReason.None)]
    public void A_finish_reason_ends_it(string reason, StopReason stop)
    {
        var tap = Tap();
        Feed.Event(tap, $$"""{"candidates":[{"finishReason":"{{reason}}"}]}""");
        (tap.Stop, tap.Ended).ShouldBe((stop, stop != StopReason.None));
    }

    [Fact]
    public void STOP_after_a_function_call_is_a_tool_use()
    {
        var tap = Tap();
        Feed.Event(tap, """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]}}]}""");
        tap.Ended.ShouldBeFalse();
        Feed.Event(tap, """{"candidates":[{"finishReason":"STOP"}]}""");
        (tap.Stop, tap.Ended).ShouldBe((StopReason.ToolUse, true));
    }

    [Fact]
    public void A_blocked_prompt_is_an_answer()
    {
        var tap = Tap();
        Feed.Reply(tap, """{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}}""").ShouldBeTrue();
        (tap.Stop, tap.Ended, tap.HasContent, tap.Usage.Input).ShouldBe((StopReason.ContentFilter, true, false, 9L));
    }

    [Fact]
    public void Makes_the_buckets_disjoint() =>
        UsageOf("""
            {"promptTokenCount":1000,"cachedContentTokenCount":300,"candidatesTokenCount":50,"thoughtsTokenCount":70,"toolUsePromptTokenCount":11,"totalTokenCount":1131,
             "promptTokensDetails":[{"modality":"TEXT","tokenCount":500},{"modality":"AUDIO","tokenCount":200},{"modality":"IMAGE","tokenCount":258},{"modality":"VIDEO","tokenCount":42}],
             "cacheTokensDetails":[{"modality":"TEXT","tokenCount":200},{"modality":"AUDIO","tokenCount":100}],"serviceTier":"flex"}
            """).ShouldBe(new Usage
        {
            Input = 311, CacheRead = 200, CacheReadAudio = 100, InputAudio = 100, InputImage = 258, InputVideo = 42, Output = 120, Reasoning = 70, Source = UsageSource.Reported,
        });

    [Fact]
    public void Output_of_other_kinds_stands_apart() =>
        UsageOf("""
            {"promptTokenCount":10,"candidatesTokenCount":1300,"totalTokenCount":1310,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290},{"modality":"TEXT","tokenCount":10}]}
            """).ShouldBe(new Usage { Input = 10, Output = 10, OutputImage = 1290, Source = UsageSource.Reported });

    [Fact]
    public void Thoughts_that_the_total_has_no_room_for_lie_inside() =>
        UsageOf("""{"promptTokenCount":10,"candidatesTokenCount":100,"thoughtsTokenCount":70,"totalTokenCount":110}""")
            .ShouldBe(new Usage { Input = 10, Output = 100, Reasoning = 70, Source = UsageSource.Reported });

    [Fact]
    public void Clamps_and_marks_contradictions() =>
        UsageOf("""{"promptTokenCount":10,"cachedContentTokenCount":25,"candidatesTokenCount":1}""")
            .ShouldBe(new Usage { CacheRead = 10, Output = 1, Source = UsageSource.Reported, Clamped = true });

    [Fact]
    public void The_last_usage_holds()
    {
        var tap = Tap();
        Feed.Event(tap, """{"usageMetadata":{"promptTokenCount":10,"totalTokenCount":10},"modelVersion":"g"}""");
        Feed.Event(tap, """{"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4,"totalTokenCount":14},"modelVersion":"g"}""");
        Feed.Event(tap, """{"usage_metadata":null}""");
        (tap.Usage.Input, tap.Usage.Output, tap.Model).ShouldBe((10L, 4L, "g"));
    }

    [Fact]
    public void Counts_searches_and_images()
    {
        var tap = Tap();
        Feed.Event(tap, """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AA"}}]},"groundingMetadata":{"webSearchQueries":["a"]}}]}""");
        Feed.Event(tap, """{"candidates":[{"groundingMetadata":{"webSearchQueries":["a","b"]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}}""");
        (tap.Usage.ToolCalls.WebSearch, tap.Usage.Images).ShouldBe((2, 1));
    }

    [Fact]
    public void Reads_a_stream_without_SSE_as_one_array()
    {
        var tap = Tap();
        Feed.Reply(tap, """
            [{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}],"usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":1}},
             {"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":2}}]
            """).ShouldBeTrue();
        (tap.Stop, tap.OutputBytes, tap.Usage.Output).ShouldBe((StopReason.EndTurn, 5L, 2L));
    }

    [Fact]
    public void Embeddings()
    {
        var tap = Tap(Operation.Embed);
        Feed.Reply(tap, """{"embedding":{"values":[0.1]},"usageMetadata":{"promptTokenCount":261,"promptTokenDetails":[{"modality":"IMAGE","tokenCount":258}]}}""").ShouldBeTrue();
        tap.Usage.ShouldBe(new Usage { Input = 3, InputImage = 258, Source = UsageSource.Reported });
        tap.HasContent.ShouldBeTrue();
    }

    [Fact]
    public void Pictures_by_prediction()
    {
        var tap = Tap(Operation.GenerateImage);
        Feed.Reply(tap, """{"predictions":[{"bytesBase64Encoded":"AA"},{"bytesBase64Encoded":"BB"}]}""").ShouldBeTrue();
        (tap.Usage.Images, tap.HasContent).ShouldBe((2, true));
    }

    [Fact]
    public void A_count_of_tokens_is_free()
    {
        var tap = Tap(Operation.CountTokens);
        Feed.Reply(tap, """{"totalTokens":17}""").ShouldBeTrue();
        (tap.Ended, tap.HasContent, tap.Usage.Source).ShouldBe((true, false, UsageSource.None));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("<html>", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    [InlineData("""{"error":{"code":429,"message":"no"}}""", "no")]
    public void Knows_what_is_no_reply(string body, string? message)
    {
        var tap = Tap();
        Feed.Reply(tap, body).ShouldBeFalse();
        tap.Error?.Message.ShouldBe(message);
        (tap.Error is null).ShouldBe(message is null);
    }
}
