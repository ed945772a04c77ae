using System.Text;
using AioHub.Wire.Dialects;
using AioHub.Wire.Tests.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>A warm tap allocates nothing, whatever kind of event passes.</summary>
public sealed class DialectAllocationTests
{
    [Theory]
    [InlineData(Dialect.OpenAiChat, new[]
    {
        """{"id":"c","object":"chat.completion.chunk","model":"m","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
        """{"id":"c","model":"m","service_tier":"default","choices":[{"index":0,"delta":{"content":"Hello","reasoning":"x","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":null}""",
        """{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4}}}""",
        "[DONE]",
    })]
    [InlineData(Dialect.OpenAiResponses, new[]
    {
        """{"type":"response.created","response":{"id":"r","model":"m","service_tier":"auto","status":"in_progress","output":[]}}""",
        """{"type":"response.output_text.delta","delta":"Hello","sequence_number":4}""",
        """{"type":"response.output_item.done","item":{"type":"function_call","name":"f","arguments":"{}"},"sequence_number":5}""",
        """{"type":"response.completed","response":{"status":"completed","model":"m","service_tier":"auto","output":[{"type":"message","content":[{"text":"Hello"}]}],"usage":{"input_tokens":9,"output_tokens":4}}}""",
    })]
    [InlineData(Dialect.AnthropicMessages, new[]
    {
        """{"type":"message_start","message":{"model":"m","content":[],"usage":{"input_tokens":9,"output_tokens":1,"service_tier":"standard"}}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}""",
        """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}""",
        """{"type":"message_stop"}""",
    })]
    [InlineData(Dialect.Gemini, new[]
    {
        """{"candidates":[{"content":{"parts":[{"text":"Hello"},{"functionCall":{"name":"f","args":{}}}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9}],"serviceTier":"standard"},"modelVersion":"m"}""",
        """{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"serviceTier":"standard"},"modelVersion":"m"}""",
    })]
    [InlineData(Dialect.BedrockConverse, new[]
    {
        """{"contentBlockIndex":0,"delta":{"text":"Hello"},"p":"ab"}""",
        """{"contentBlockIndex":1,"start":{"toolUse":{"name":"f","toolUseId":"t"}}}""",
        """{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{}"}}}""",
        """{"stopReason":"end_turn"}""",
        """{"metadata":{"usage":{"inputTokens":9,"outputTokens":4,"totalTokens":13},"metrics":{"latencyMs":5},"serviceTier":{"type":"default"}}}""",
    })]
    // Credits stand apart from tokens and take their room once, at the stream's end.
    [InlineData(Dialect.Kiro, new[]
    {
        """{"assistantResponseEvent":{"content":"Hello"}}""",
        """{"toolUseEvent":{"toolUseId":"t","name":"f","input":"{}"}}""",
        """{"contextUsageEvent":{"contextUsagePercentage":1.25}}""",
        """{"metadataEvent":{"tokenUsage":{"uncachedInputTokens":9,"outputTokens":4,"totalTokens":13},"stopReason":"END_TURN"}}""",
    })]
    public void Events(Dialect dialect, string[] events)
    {
        var tap = DialectRooms.Upstream(dialect).CreateTap(Operation.Generate);
        var bytes = events.Select(Encoding.UTF8.GetBytes).ToArray();
        Allocations.Of(() =>
        {
            foreach (var data in bytes)
                tap.OnEvent(dialect == Dialect.Kiro ? default : "event"u8, data);
        }).ShouldBe(0);
        tap.HasContent.ShouldBeTrue();
    }
}
