using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.AnthropicMessages;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

/// <summary>What Bedrock adds to the last event: it fills what the usage left open, and overrides nothing that was told for good.</summary>
public sealed class InvocationMetricsTests
{
    private const string Metrics = """{"inputTokenCount":3,"outputTokenCount":13,"invocationLatency":3037,"firstByteLatency":2635,"cacheReadInputTokenCount":40,"cacheWriteInputTokenCount":25037}""";

    private static ReplyTap Stream(string? start, string? delta, string? metrics)
    {
        var tap = AnthropicMessagesDialect.Instance.CreateTap(Operation.Generate);
        Feed.Event(tap, $$$"""{"type":"message_start","message":{"model":"m","content":[]{{{(start is null ? "" : ",\"usage\":" + start)}}}}}""");
        Feed.Event(tap, """{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hello"}}""");
        Feed.Event(tap, $$$"""{"type":"message_delta","delta":{"stop_reason":"end_turn"}{{{(delta is null ? "" : ",\"usage\":" + delta)}}}}""");
        Feed.Event(tap, $$"""{"type":"message_stop"{{(metrics is null ? "" : ",\"amazon-bedrock-invocationMetrics\":" + metrics)}}}""").ShouldBe(EventKind.End);
        return tap;
    }

    [Theory]
    // Usage was told: it holds, lifetimes included, whatever the metrics say.
    [InlineData("""{"input_tokens":3,"cache_creation_input_tokens":25037,"cache_read_input_tokens":40,"cache_creation":{"ephemeral_1h_input_tokens":25000},"output_tokens":1}""", """{"output_tokens":13}""", Metrics, 3, 40, 37, 25000, 13)]
    [InlineData("""{"input_tokens":9,"cache_creation_input_tokens":8,"cache_read_input_tokens":7,"output_tokens":1}""", """{"output_tokens":6}""", Metrics, 9, 7, 8, 0, 6)]
    [InlineData("""{"input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":3},"cache_read_input_tokens":7,"output_tokens":1}""", """{"output_tokens":6}""", Metrics, 9, 7, 2, 3, 6)]
    // The cache was left out: the metrics tell it.
    [InlineData("""{"input_tokens":3,"output_tokens":1}""", """{"output_tokens":13}""", Metrics, 3, 40, 25037, 0, 13)]
    // No final output: message_start's is a placeholder.
    [InlineData("""{"input_tokens":3,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":1}""", null, Metrics, 3, 0, 0, 0, 13)]
    [InlineData("""{"input_tokens":3,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":8}""", null, """{"inputTokenCount":3,"outputTokenCount":0}""", 3, 0, 0, 0, 8)]
    // Zeros for the whole input are no input.
    [InlineData("""{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}""", """{"output_tokens":5}""", Metrics, 3, 40, 25037, 0, 5)]
    // The metrics alone.
    [InlineData(null, null, Metrics, 3, 40, 25037, 0, 13)]
    [InlineData(null, """{"output_tokens":13}""", Metrics, 3, 40, 25037, 0, 13)]
    [InlineData(null, null, """{"inputTokenCount":16,"outputTokenCount":21}""", 16, 0, 0, 0, 21)]
    // Nothing of use in them.
    [InlineData("""{"input_tokens":3,"output_tokens":1}""", """{"output_tokens":13}""", "null", 3, 0, 0, 0, 13)]
    [InlineData("""{"input_tokens":3,"output_tokens":1}""", """{"output_tokens":13}""", """{"inputTokenCount":"9","outputTokenCount":null}""", 3, 0, 0, 0, 13)]
    [InlineData("""{"input_tokens":3,"output_tokens":1}""", """{"output_tokens":13}""", "[7]", 3, 0, 0, 0, 13)]
    public void Which_source_holds(string? start, string? delta, string metrics, long input, long read, long write5m, long write1h, long output)
    {
        using var tap = Stream(start, delta, metrics);
        tap.Usage.ShouldBe(new Usage { Input = input, CacheRead = read, CacheWrite5m = write5m, CacheWrite1h = write1h, Output = output, Source = UsageSource.Reported });
    }

    /// <summary>Half a report would make the other half free: it is counted instead.</summary>
    [Theory]
    [InlineData("""{"inputTokenCount":0,"outputTokenCount":0}""")]
    [InlineData("""{"inputTokenCount":16}""")]
    [InlineData("""{"outputTokenCount":16}""")]
    [InlineData("""{"inputTokenCount":"16","outputTokenCount":21}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void Half_a_report_is_none(string metrics)
    {
        using var tap = Stream(null, null, metrics);
        tap.Usage.ShouldBe(default);
    }

    [Theory]
    [InlineData("""{"inputTokenCount":16,"outputTokenCount":-21}""", 16, 0)]
    [InlineData("""{"inputTokenCount":1e300,"outputTokenCount":21}""", 1_000_000_000_000, 21)]
    public void Absurd_figures_are_clamped(string metrics, long input, long output)
    {
        using var tap = Stream(null, null, metrics);
        tap.Usage.ShouldBe(new Usage { Input = input, Output = output, Source = UsageSource.Reported, Clamped = true });
    }

    /// <summary>In the middle of a stream, inside a message or inside a tool's input the name means nothing.</summary>
    [Theory]
    [InlineData("""{"type":"content_block_delta","delta":{"type":"text_delta","text":"x"},"amazon-bedrock-invocationMetrics":METRICS}""")]
    [InlineData("""{"type":"message_delta","delta":{"stop_reason":"end_turn"},"amazon-bedrock-invocationMetrics":METRICS}""")]
    [InlineData("""{"type":"message_start","message":{"content":[],"amazon-bedrock-invocationMetrics":METRICS},"amazon-bedrock-invocationMetrics":METRICS}""")]
    [InlineData("""{"type":"content_block_start","content_block":{"type":"tool_use","name":"f","input":{"amazon-bedrock-invocationMetrics":METRICS}}}""")]
    public void Only_the_last_event_tells_them(string data)
    {
        using var tap = AnthropicMessagesDialect.Instance.CreateTap(Operation.Generate);
        Feed.Event(tap, data.Replace("METRICS", Metrics, StringComparison.Ordinal));
        (tap.Usage, tap.UpstreamMilliseconds).ShouldBe((default, null));
    }

    [Fact]
    public void Whole_replies_of_invoke()
    {
        using var both = AnthropicMessagesDialect.Instance.CreateTap(Operation.Generate);
        Feed.Reply(both, $$"""{"type":"message","content":[{"type":"text","text":"x"}],"usage":{"input_tokens":3,"cache_read_input_tokens":9511,"cache_creation_input_tokens":0,"output_tokens":5},"amazon-bedrock-invocationMetrics":{{Metrics}}}""").ShouldBeTrue();
        both.Usage.ShouldBe(new Usage { Input = 3, CacheRead = 9511, Output = 5, Source = UsageSource.Reported });
        using var alone = AnthropicMessagesDialect.Instance.CreateTap(Operation.Generate);
        Feed.Reply(alone, $$"""{"type":"message","amazon-bedrock-invocationMetrics":{{Metrics}},"content":[{"type":"text","text":"x"}]}""").ShouldBeTrue();
        (alone.Usage.Input, alone.Usage.CacheRead, alone.Usage.CacheWrite5m, alone.Usage.Output, alone.UpstreamMilliseconds).ShouldBe((3, 40, 25037, 13, 3037));
    }
}
