using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.BedrockConverse;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.BedrockConverse;

public sealed class BedrockConverseUsageTapTests
{
    private static ReplyTap Tap(Operation operation = Operation.Generate) => BedrockConverseDialect.Instance.CreateTap(operation);

    [Theory]
    // Disjoint as told; what has no lifetime lives for five minutes.
    [InlineData("""{"inputTokens":458,"outputTokens":4,"totalTokens":2560,"cacheReadInputTokens":2098,"cacheWriteInputTokens":0}""", 458, 2098, 0, 0, 0, 4, false)]
    [InlineData("""{"inputTokens":3,"outputTokens":7,"cacheWriteInputTokens":100}""", 3, 0, 100, 0, 0, 7, false)]
    [InlineData("""{"inputTokens":3,"outputTokens":7,"cacheWriteInputTokens":100,"cacheDetails":[{"ttl":"5m","inputTokens":60},{"ttl":"1h","inputTokens":40}]}""", 3, 0, 60, 40, 0, 7, false)]
    [InlineData("""{"inputTokens":3,"outputTokens":7,"cacheWriteInputTokens":100,"cacheDetails":[{"ttl":"1h","inputTokens":30},{"inputTokens":20},{"ttl":"24h","inputTokens":10}]}""", 3, 0, 60, 30, 10, 7, false)]
    [InlineData("""{"inputTokens":3,"outputTokens":7,"cacheDetails":[{"ttl":"1h","inputTokens":40},{"ttl":"5m","inputTokens":2}]}""", 3, 0, 2, 40, 0, 7, false)]
    [InlineData("""{"inputTokens":3,"outputTokens":7,"cacheWriteInputTokens":10,"cacheDetails":[{"ttl":"1h","inputTokens":40}]}""", 3, 0, 0, 10, 0, 7, true)]
    // Other hosts: the other spelling, a part left out, the order of members.
    [InlineData("""{"cacheReadInputTokenCount":5,"cacheWriteInputTokenCount":6,"outputTokens":7,"inputTokens":3}""", 3, 5, 6, 0, 0, 7, false)]
    [InlineData("""{"outputTokens":7,"totalTokens":110,"cacheReadInputTokens":3}""", 100, 3, 0, 0, 0, 7, false)]
    [InlineData("""{"outputTokens":7,"totalTokens":5}""", 0, 0, 0, 0, 0, 7, true)]
    [InlineData("""{"inputTokens":3}""", 3, 0, 0, 0, 0, 0, false)]
    [InlineData("""{"inputTokens":3.2,"outputTokens":1e2}""", 4, 0, 0, 0, 0, 100, false)]
    // Wrong, negative and absurd figures.
    [InlineData("""{"inputTokens":-3,"outputTokens":7}""", 0, 0, 0, 0, 0, 7, true)]
    [InlineData("""{"inputTokens":3,"outputTokens":7,"cacheReadInputTokens":-1}""", 3, 0, 0, 0, 0, 7, true)]
    [InlineData("""{"inputTokens":99999999999999999999,"outputTokens":7}""", 1_000_000_000_000, 0, 0, 0, 0, 7, true)]
    [InlineData("""{"inputTokens":3,"outputTokens":"7","cacheReadInputTokens":null,"cacheWriteInputTokens":[1],"cacheDetails":{"ttl":"1h"}}""", 3, 0, 0, 0, 0, 0, false)]
    [InlineData("""{"inputTokens":3,"outputTokens":7,"cacheWriteInputTokens":9,"cacheDetails":["x",{"ttl":5,"inputTokens":"y"},{"ttl":"1h","inputTokens":-4},null]}""", 3, 0, 9, 0, 0, 7, true)]
    public void Buckets(string usage, long input, long read, long write5m, long write1h, long writeOther, long output, bool clamped)
    {
        var expected = new Usage
        {
            Input = input, CacheRead = read, CacheWrite5m = write5m, CacheWrite1h = write1h, CacheWriteOther = writeOther, Output = output, Source = UsageSource.Reported, Clamped = clamped,
        };
        using var stream = Tap();
        Feed.Event(stream, $$$"""{"usage":{{{usage}}},"metrics":{"latencyMs":5}}""", "metadata").ShouldBe(EventKind.End);
        using var wrapped = Tap();
        Feed.Event(wrapped, $$$"""{"metadata":{"usage":{{{usage}}}}}""").ShouldBe(EventKind.End);
        using var whole = Tap();
        Feed.Reply(whole, $$$"""{"output":{"message":{"role":"assistant","content":[{"text":"x"}]}},"stopReason":"end_turn","usage":{{{usage}}}}""").ShouldBeTrue();
        foreach (var tap in new[] { stream, wrapped, whole })
            tap.Usage.ShouldBe(expected);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"usage":{}}""")]
    [InlineData("""{"usage":null}""")]
    [InlineData("""{"usage":[1]}""")]
    [InlineData("""{"usage":{"inputTokens":null,"outputTokens":"x","totalTokens":5}}""")]
    [InlineData("""{"trace":{"guardrail":{"usage":{"inputTokens":9}}}}""")]
    public void What_tells_no_usage_reports_none(string metadata)
    {
        using var tap = Tap();
        Feed.Event(tap, metadata, "metadata").ShouldBe(EventKind.End);
        tap.Usage.ShouldBe(default);
    }

    [Theory]
    [InlineData("messageStart", """{"role":"assistant","p":"abc"}""", EventKind.Handshake, 0)]
    [InlineData("contentBlockStart", """{"contentBlockIndex":0,"start":{}}""", EventKind.Handshake, 0)]
    [InlineData("contentBlockStart", """{"start":{"toolUse":{"name":"look","toolUseId":"t"}}}""", EventKind.Content, 4)]
    [InlineData("contentBlockDelta", """{"delta":{"text":""}}""", EventKind.Handshake, 0)]
    [InlineData("contentBlockDelta", """{"delta":{"text":"Hi"},"p":"abcdefgh"}""", EventKind.Content, 2)]
    [InlineData("contentBlockDelta", """{"delta":{"toolUse":{"input":""}}}""", EventKind.Handshake, 0)]
    [InlineData("contentBlockDelta", """{"delta":{"toolUse":{"input":"{}"}}}""", EventKind.Content, 2)]
    [InlineData("contentBlockDelta", """{"delta":{"toolResult":[{"text":"found"}]}}""", EventKind.Content, 0)]
    [InlineData("contentBlockDelta", """{"delta":{"citation":{"title":"x"}}}""", EventKind.Content, 0)]
    [InlineData("contentBlockDelta", """{"delta":{"reasoningContent":{"text":"Hm"}}}""", EventKind.Content, 2)]
    [InlineData("contentBlockDelta", """{"delta":{"reasoningContent":{"signature":"s"}}}""", EventKind.Content, 0)]
    [InlineData("contentBlockDelta", """{"delta":{"reasoningContent":{"redactedContent":"QQ=="}}}""", EventKind.Content, 0)]
    [InlineData("contentBlockStop", """{"contentBlockIndex":0}""", EventKind.Handshake, 0)]
    [InlineData("messageStop", """{"stopReason":"end_turn"}""", EventKind.Handshake, 0)]
    [InlineData("", """{"contentBlockDelta":{"delta":{"text":"Hi"}}}""", EventKind.Content, 2)]
    [InlineData("somethingNew", """{"a":[1,{"usage":{"inputTokens":5}}]}""", EventKind.Handshake, 0)]
    [InlineData("contentBlockDelta", "not json", EventKind.Handshake, 0)]
    [InlineData("metadata", "", EventKind.Handshake, 0)]
    public void Tells_what_an_event_means(string type, string data, EventKind kind, long bytes)
    {
        using var tap = Tap();
        Feed.Event(tap, data, type).ShouldBe(kind);
        (tap.HasContent, tap.OutputBytes, tap.Ended).ShouldBe((kind == EventKind.Content, bytes, false));
    }

    [Theory]
    [InlineData("end_turn", StopReason.EndTurn)]
    [InlineData("tool_use", StopReason.ToolUse)]
    [InlineData("max_tokens", StopReason.MaxTokens)]
    [InlineData("stop_sequence", StopReason.StopSequence)]
    [InlineData("guardrail_intervened", StopReason.ContentFilter)]
    [InlineData("content_filtered", StopReason.ContentFilter)]
    [InlineData("model_context_window_exceeded", StopReason.ContextOverflow)]
    [InlineData("malformed_model_output", StopReason.Other)]
    public void Reads_the_stop_reason(string reason, StopReason stop)
    {
        using var tap = Tap();
        Feed.Event(tap, $$"""{"stopReason":"{{reason}}"}""", "messageStop");
        (tap.Stop, tap.Ended).ShouldBe((stop, false));
    }

    [Theory]
    [InlineData("throttlingException", """{"message":"Too many tokens, please wait."}""", "throttlingException", "Too many tokens, please wait.")]
    [InlineData("modelStreamErrorException", """{"message":"broken","originalStatusCode":500}""", "modelStreamErrorException", "broken")]
    [InlineData("internalServerException", "", "internalServerException", null)]
    [InlineData("", """{"throttlingException":{"message":"slow"}}""", null, null)]
    public void Reads_exceptions(string type, string data, string? said, string? message)
    {
        using var tap = Tap();
        Feed.Event(tap, data, type).ShouldBe(EventKind.Error);
        (tap.Stop, tap.Ended, tap.Error!.Type).ShouldBe((StopReason.Error, false, said));
        tap.Error.Message.ShouldBe(message ?? tap.Error.Message);
        tap.Error.Message.Length.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void The_tier_and_the_time_that_it_took()
    {
        using var tap = Tap();
        Feed.Event(tap, """{"usage":{"inputTokens":3,"outputTokens":1},"serviceTier":{"type":"priority"},"metrics":{"latencyMs":821}}""", "metadata");
        (tap.ServiceTier, tap.UpstreamMilliseconds).ShouldBe(("priority", 821L));
        using var odd = Tap();
        Feed.Event(odd, """{"usage":{"inputTokens":3,"outputTokens":1},"serviceTier":7,"metrics":{"latencyMs":-5}}""", "metadata");
        (odd.ServiceTier, odd.UpstreamMilliseconds).ShouldBe((null, null));
    }

    [Fact]
    public void A_whole_reply_keeps_its_text_only_when_somebody_must_count_it()
    {
        const string body = """{"output":{"message":{"content":[{"reasoningContent":{"reasoningText":{"text":"Hm","signature":"s"}}},{"text":"Hello"},{"citationsContent":{"content":[{"text":"cited"}]}},{"toolUse":{"name":"f","input":{"a":1}}}]}},"stopReason":"tool_use"USAGE}""";
        using var told = Tap();
        Feed.Reply(told, body.Replace("USAGE", ",\"usage\":{\"inputTokens\":1,\"outputTokens\":2}", StringComparison.Ordinal)).ShouldBeTrue();
        (told.OutputBytes, told.KeptText.Length, told.Stop).ShouldBe((20L, 0, StopReason.ToolUse));
        using var untold = Tap();
        Feed.Reply(untold, body.Replace("USAGE", "", StringComparison.Ordinal)).ShouldBeTrue();
        (untold.Usage.Source, System.Text.Encoding.UTF8.GetString(untold.KeptText)).ShouldBe((UsageSource.None, "HmHellocitedf"));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("<html>", null)]
    [InlineData("{}", null)]
    [InlineData("""{"message":"The provided model identifier is invalid."}""", "The provided model identifier is invalid.")]
    [InlineData("""{"output":"x"}""", null)]
    public void Knows_what_is_no_reply(string body, string? message)
    {
        using var tap = Tap();
        Feed.Reply(tap, body).ShouldBeFalse();
        (tap.Error?.Message, tap.HasContent).ShouldBe((message, false));
    }

    [Fact]
    public void A_count_of_tokens_is_free()
    {
        using var tap = Tap(Operation.CountTokens);
        Feed.Reply(tap, """{"inputTokens":11}""").ShouldBeTrue();
        (tap.Ended, tap.Usage).ShouldBe((true, default));
        Feed.Reply(Tap(), """{"inputTokens":11}""").ShouldBeFalse();
    }
}
