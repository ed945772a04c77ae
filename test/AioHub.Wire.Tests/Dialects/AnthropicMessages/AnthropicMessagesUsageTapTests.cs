using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.AnthropicMessages;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

public sealed class AnthropicMessagesUsageTapTests
{
    private static ReplyTap Tap(Operation operation = Operation.Generate) => AnthropicMessagesDialect.Instance.CreateTap(operation);

    private static Usage UsageOf(params string[] usages)
    {
        var tap = Tap();
        for (var i = 0; i < usages.Length; i++)
        {
            Feed.Event(tap, i == 0
                ? $$$"""{"type":"message_start","message":{"type":"message","content":[],"usage":{{{usages[i]}}}}}"""
                : $$$"""{"type":"message_delta","delta":{},"usage":{{{usages[i]}}}}""");
        }

        return tap.Usage;
    }

    [Theory]
    [InlineData("""{"type":"message_start","message":{"content":[],"stop_reason":null}}""", EventKind.Handshake)]
    [InlineData("""{"type":"ping"}""", EventKind.Handshake)]
    [InlineData("""{"type":"content_block_start","content_block":{"type":"text","text":""}}""", EventKind.Handshake)]
    [InlineData("""{"type":"content_block_start","content_block":{"type":"thinking","thinking":"","signature":""}}""", EventKind.Handshake)]
    [InlineData("""{"type":"content_block_start","content_block":{"type":"compaction","content":null}}""", EventKind.Handshake)]
    [InlineData("""{"type":"content_block_delta","delta":{"type":"text_delta","text":""}}""", EventKind.Handshake)]
    [InlineData("""{"type":"content_block_stop","index":0}""", EventKind.Handshake)]
    [InlineData("""{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}""", EventKind.Handshake)]
    [InlineData("""{"type":"vertex_event"}""", EventKind.Handshake)]
    [InlineData("[DONE]", EventKind.Handshake)]
    [InlineData("""{"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}""", EventKind.Handshake)]
    [InlineData("""{"type":[],"delta":7,"message":"x","usage":[],"content_block":null}""", EventKind.Handshake)]
    [InlineData("""{"type":"content_block_start","content_block":{"type":"text","text":"Hi"}}""", EventKind.Content)]
    [InlineData("""{"type":"content_block_start","content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}""", EventKind.Content)]
    [InlineData("""{"type":"content_block_start","content_block":{"type":"redacted_thinking","data":"x"}}""", EventKind.Content)]
    [InlineData("""{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}""", EventKind.Content)]
    [InlineData("""{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"Hm"}}""", EventKind.Content)]
    [InlineData("""{"type":"content_block_delta","delta":{"type":"signature_delta","signature":"x"}}""", EventKind.Content)]
    [InlineData("""{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{"}}""", EventKind.Content)]
    [InlineData("""{"type":"content_block_delta","delta":{"type":"citations_delta","citation":{"a":1}}}""", EventKind.Content)]
    [InlineData("""{"type":"message_stop"}""", EventKind.End)]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", EventKind.Error)]
    [InlineData("""{"error":{"message":"no"}}""", EventKind.Error)]
    public void Tells_what_an_event_means(string data, EventKind kind)
    {
        var tap = Tap();
        Feed.Event(tap, data).ShouldBe(kind);
        (tap.HasContent, tap.Ended, tap.Error is not null).ShouldBe((kind == EventKind.Content, kind == EventKind.End, kind == EventKind.Error));
    }

    [Fact]
    public void The_event_line_serves_where_the_data_names_no_type() => Feed.Event(Tap(), "{}", "message_stop").ShouldBe(EventKind.End);

    [Theory]
    [InlineData("end_turn", StopReason.EndTurn)]
    [InlineData("max_tokens", StopReason.MaxTokens)]
    [InlineData("stop_sequence", StopReason.StopSequence)]
    [InlineData("tool_use", StopReason.ToolUse)]
    [InlineData("pause_turn", StopReason.Pause)]
    [InlineData("refusal", StopReason.Refusal)]
    [InlineData("model_context_window_exceeded", StopReason.ContextOverflow)]
    [InlineData("brand_new", StopReason.Other)]
    public void Reads_the_stop_reason(string reason, StopReason stop)
    {
        var tap = Tap();
        Feed.Event(tap, $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{reason}}}"}}""");
        (tap.Stop, tap.Ended).ShouldBe((stop, false));
    }

    [Fact]
    public void Takes_the_buckets_as_they_are_and_splits_cache_writes() =>
        UsageOf("""
            {"input_tokens":10,"cache_creation_input_tokens":300,"cache_read_input_tokens":4000,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200},
             "output_tokens":50,"output_tokens_details":{"thinking_tokens":20},"server_tool_use":{"web_search_requests":2,"web_fetch_requests":1},"service_tier":"standard"}
            """).ShouldBe(new Usage
        {
            Input = 10, CacheRead = 4000, CacheWrite5m = 100, CacheWrite1h = 200, Output = 50, Reasoning = 20, ToolCalls = new ToolCalls(2, 1, 0, 0, 0),
            Source = UsageSource.Reported,
        });

    [Fact]
    public void Writes_without_a_split_last_five_minutes() =>
        UsageOf("""{"input_tokens":1,"cache_creation_input_tokens":300,"output_tokens":1}""").CacheWrite5m.ShouldBe(300);

    [Fact]
    public void A_split_without_a_sum_counts() =>
        UsageOf("""{"input_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4},"output_tokens":1}""")
            .ShouldBe(new Usage { Input = 1, CacheWrite5m = 3, CacheWrite1h = 4, Output = 1, Source = UsageSource.Reported });

    [Fact]
    public void A_split_that_does_not_add_up_is_filled_with_five_minutes() =>
        UsageOf("""{"input_tokens":1,"cache_creation_input_tokens":10,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":4},"output_tokens":1}""")
            .ShouldBe(new Usage { Input = 1, CacheWrite5m = 6, CacheWrite1h = 4, Output = 1, Source = UsageSource.Reported });

    [Fact]
    public void More_hours_than_writes_are_clamped() =>
        UsageOf("""{"input_tokens":1,"cache_creation_input_tokens":10,"cache_creation":{"ephemeral_1h_input_tokens":40},"output_tokens":1}""")
            .ShouldBe(new Usage { Input = 1, CacheWrite1h = 10, Output = 1, Source = UsageSource.Reported, Clamped = true });

    [Fact]
    public void The_end_overrides_the_start_field_by_field() =>
        UsageOf(
            """{"input_tokens":100,"cache_read_input_tokens":50,"cache_creation_input_tokens":8,"cache_creation":{"ephemeral_1h_input_tokens":8},"output_tokens":1}""",
            """{"input_tokens":120,"cache_creation_input_tokens":8,"output_tokens":77}""")
            .ShouldBe(new Usage { Input = 120, CacheRead = 50, CacheWrite1h = 8, Output = 77, Source = UsageSource.Reported });

    [Fact]
    public void Zeros_for_the_whole_input_override_nothing() =>
        UsageOf("""{"input_tokens":100,"cache_read_input_tokens":50,"output_tokens":1}""", """{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":9}""")
            .ShouldBe(new Usage { Input = 100, CacheRead = 50, Output = 9, Source = UsageSource.Reported });

    [Fact]
    public void Nulls_override_nothing() =>
        UsageOf("""{"input_tokens":100,"output_tokens":1}""", """{"input_tokens":null,"cache_read_input_tokens":null,"output_tokens":9,"server_tool_use":null}""")
            .ShouldBe(new Usage { Input = 100, Output = 9, Source = UsageSource.Reported });

    [Fact]
    public void Compactions_are_billed_beside_the_message_and_advisors_are_not() =>
        UsageOf("""
            {"input_tokens":181,"output_tokens":8,"iterations":[
              {"type":"compaction","input_tokens":100,"output_tokens":83,"cache_read_input_tokens":55096,"cache_creation_input_tokens":5},
              {"type":"advisor_message","model":"other","input_tokens":9999,"output_tokens":9999},
              {"type":"message","input_tokens":181,"output_tokens":8}]}
            """).ShouldBe(new Usage { Input = 281, CacheRead = 55096, CacheWrite5m = 5, Output = 91, Source = UsageSource.Reported });

    [Fact]
    public void Reads_a_whole_message()
    {
        var tap = Tap();
        Feed.Reply(tap, """
            {"id":"m","type":"message","model":"claude","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"text","text":"Hello"},
             {"type":"tool_use","id":"t","name":"f","input":{"a":1}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":5,"service_tier":"priority"}}
            """).ShouldBeTrue();
        (tap.Stop, tap.Ended, tap.HasContent, tap.OutputBytes, tap.Model, tap.ServiceTier).ShouldBe((StopReason.ToolUse, true, true, 15L, "claude", "priority"));
        tap.Usage.ShouldBe(new Usage { Input = 3, Output = 5, Source = UsageSource.Reported });
    }

    [Fact]
    public void A_count_of_tokens_is_free()
    {
        var tap = Tap(Operation.CountTokens);
        Feed.Reply(tap, """{"input_tokens":17}""").ShouldBeTrue();
        (tap.Ended, tap.HasContent, tap.Usage.Source).ShouldBe((true, false, UsageSource.None));
        Feed.Reply(Tap(), """{"input_tokens":17}""").ShouldBeFalse();
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("<html>", null)]
    [InlineData("{}", null)]
    [InlineData("""{"type":"error","error":{"type":"api_error","message":"no"}}""", "no")]
    [InlineData("""{"message":"no"}""", "no")]
    public void Knows_what_is_no_reply(string body, string? message)
    {
        var tap = Tap();
        Feed.Reply(tap, body).ShouldBeFalse();
        (tap.Error?.Message, tap.HasContent).ShouldBe((message, false));
    }

    [Fact]
    public void Reads_the_error_event()
    {
        var tap = Tap();
        Feed.Event(tap, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}""", "error");
        tap.Error.ShouldBe(new UpstreamError("overloaded_error", null, "Overloaded"));
    }
}
