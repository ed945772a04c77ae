using System.Text;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;
using CsCheck;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>Nothing throws on foreign bytes, and no figure turns negative.</summary>
public sealed class DialectFuzzTests
{
    private static readonly string[] Seeds =
    [
        """{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":1},"completion_tokens_details":{"reasoning_tokens":3}}}""",
        """{"type":"response.completed","sequence_number":9,"response":{"id":"r","status":"completed","model":"m","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]},{"type":"web_search_call","action":{"type":"search"}}],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":3},"output_tokens":4}}}""",
        """{"type":"response.output_item.done","item":{"type":"function_call","name":"f","arguments":"{}"}}""",
        """{"type":"message_start","message":{"type":"message","model":"m","content":[{"type":"text","text":"Hi"}],"usage":{"input_tokens":9,"cache_creation_input_tokens":5,"cache_creation":{"ephemeral_1h_input_tokens":2},"output_tokens":1,"iterations":[{"type":"compaction","input_tokens":3}]}}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}""",
        """{"candidates":[{"content":{"parts":[{"text":"Hi"},{"functionCall":{"name":"f","args":{"a":[1]}}},{"inlineData":{"mimeType":"image/png","data":"AA"}}]},"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["q"]}}],"usageMetadata":{"promptTokenCount":9,"cachedContentTokenCount":3,"candidatesTokenCount":5,"thoughtsTokenCount":2,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":4}]}}""",
        """{"data":[{"b64_json":"AA"}],"usage":{"input_tokens":3,"output_tokens":7},"results":[{}],"text":"x","meta":{"tokens":{"input_tokens":3}}}""",
        """{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":13,"invocationLatency":3037,"cacheReadInputTokenCount":5,"cacheWriteInputTokenCount":25037}}""",
        """{"output":{"message":{"content":[{"text":"Hi"},{"toolUse":{"name":"f","input":{"a":1}}},{"reasoningContent":{"reasoningText":{"text":"x"}}}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":5,"totalTokens":9,"cacheWriteInputTokens":7,"cacheDetails":[{"ttl":"1h","inputTokens":4}]},"serviceTier":{"type":"flex"},"metrics":{"latencyMs":5}}""",
        """{"metadata":{"usage":{"inputTokens":3,"outputTokens":5}},"contentBlockDelta":{"delta":{"text":"Hi","citation":{"a":1}}}}""",
        """{"assistantResponseEvent":{"content":"Hi"},"toolUseEvent":{"name":"f","input":"{}"},"contextUsageEvent":{"contextUsagePercentage":10.8},"meteringEvent":{"unit":"credit","usage":0.0897},"metadataEvent":{"tokenUsage":{"uncachedInputTokens":3,"outputTokens":4,"cacheReadInputTokens":5}}}""",
        """[{"error":{"code":429,"message":"try again in 1.5s","status":"RESOURCE_EXHAUSTED","details":[{"reason":"X","retryDelay":"2s"}],"metadata":{"raw":"x"}}}]""",
        """{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":3,"n":2,"metadata":{"user_id":"{\"session_id\":\"s\"}"},"generationConfig":{"maxOutputTokens":3},"text":{"format":{"type":"json_schema"}},"tools":[{}]}""",
    ];

    private static readonly string[] Splinters = ["{", "}", "[", "]", "\"", ",", ":", "null", "-1", "1e400", "99999999999999999999", "\\ud800", "\\", "\0", "true", "{}", "[]", "\"x\"", "é", " "];

    private static readonly Gen<byte[]> Mutated =
        from seed in Gen.Int[0, Seeds.Length - 1]
        from edits in Gen.Select(Gen.Double[0, 1], Gen.Int[0, Splinters.Length - 1], Gen.Int[0, 12]).Array[1, 4]
        select Mutate(Seeds[seed], edits);

    [Fact]
    public void Random_bytes() => Gen.Byte.Array[0, 300].Sample(Try, iter: 500);

    [Fact]
    public void Mutated_events() => Mutated.Sample(Try, iter: 2000);

    [Fact]
    public void Beginnings_and_missing_bytes()
    {
        foreach (var seed in Seeds)
        {
            for (var i = 0; i < seed.Length; i++)
            {
                Try(Encoding.UTF8.GetBytes(i % 2 == 0 ? seed[..i] : seed.Remove(i, 1)));
            }
        }
    }

    private static byte[] Mutate(string seed, (double At, int Splinter, int Cut)[] edits)
    {
        var bytes = seed;
        foreach (var (at, splinter, cut) in edits)
        {
            var start = (int)(at * bytes.Length);
            bytes = string.Concat(bytes.AsSpan(0, start), Splinters[splinter], bytes.AsSpan(Math.Min(start + cut, bytes.Length)));
        }

        return Encoding.UTF8.GetBytes(bytes);
    }

    private static void Try(byte[] bytes)
    {
        foreach (var dialect in Rooms.Upstream)
        {
            var room = DialectRooms.Upstream(dialect);
            foreach (var operation in new[] { Operation.Generate, Operation.CountTokens, Operation.Compact, Operation.Embed, Operation.GenerateImage, Operation.Transcribe, Operation.Rerank })
            {
                var stream = room.CreateTap(operation);
                stream.OnEvent(bytes.AsSpan(0, bytes.Length / 8), bytes);
                stream.OnEvent("error"u8, bytes);
                stream.OnEvent("response.completed"u8, bytes);
                stream.OnEvent("metadata"u8, bytes);
                stream.OnEvent("assistantResponseEvent"u8, bytes);
                stream.OnEvent("meteringEvent"u8, bytes);
                stream.OnEvent("metadataEvent"u8, bytes);
                stream.OnEvent(default, bytes);
                Sound(stream);
                var whole = room.CreateTap(operation);
                whole.OnReply(bytes);
                Sound(whole);
                if (Rooms.All.Contains(dialect))
                {
                    DialectRooms.Client(dialect).TryPeek(bytes, operation, out _, out var fault);
                    (fault.Message is null || fault.Message.Length > 10).ShouldBeTrue();
                }
            }

            var error = room.ReadError(500, bytes);
            error.Message.Length.ShouldBeInRange(1, 2000);
            (error.RetryAfter is { } wait && wait < TimeSpan.Zero).ShouldBeFalse();
        }
    }

    private static void Sound(ReplyTap tap)
    {
        var usage = tap.Usage;
        foreach (var figure in new[]
                 {
                     usage.Input, usage.CacheRead, usage.CacheWrite5m, usage.CacheWrite1h, usage.CacheWriteOther, usage.Output, usage.Reasoning, usage.InputAudio,
                     usage.OutputAudio, usage.InputImage, usage.OutputImage, usage.InputVideo, usage.CacheReadAudio, usage.NanoCredits, usage.Images, usage.ToolCalls.WebSearch, tap.OutputBytes,
                 })
            figure.ShouldBeGreaterThanOrEqualTo(0);

        usage.Reasoning.ShouldBeLessThanOrEqualTo(usage.Output);
        (tap.Error is not null && tap.Error.Message.Length == 0).ShouldBeFalse();
    }
}
