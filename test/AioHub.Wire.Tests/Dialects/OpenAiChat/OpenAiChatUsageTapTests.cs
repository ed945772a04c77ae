using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.OpenAiChat;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatUsageTapTests
{
    private static ReplyTap Tap(Operation operation = Operation.Generate) => OpenAiChatDialect.Instance.CreateTap(operation);

    private static Usage UsageOf(string usage)
    {
        var tap = Tap();
        Feed.Event(tap, $$"""{"choices":[],"usage":{{usage}}}""").ShouldBe(EventKind.UsageOnly);
        return tap.Usage;
    }

    [Theory]
    [InlineData("""{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""", EventKind.Handshake)]
    [InlineData("""{"choices":[{"index":0,"delta":{}}]}""", EventKind.Handshake)]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":null,"tool_calls":null}}]}""", EventKind.Handshake)]
    [InlineData("""{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""", EventKind.Handshake)]
    [InlineData("""{"choices":[],"prompt_filter_results":[]}""", EventKind.Handshake)]
    [InlineData("""{"choices":[],"usage":null}""", EventKind.Handshake)]
    [InlineData("""{"error":null,"choices":[]}""", EventKind.Handshake)]
    [InlineData("", EventKind.Handshake)]
    [InlineData("nonsense", EventKind.Handshake)]
    [InlineData("""{"choices":[{"delta":{"content":"x"}""", EventKind.Handshake)]
    [InlineData("""{"choices":[{"delta":{"content":"x"}}]} {}""", EventKind.Handshake)]
    [InlineData("[]", EventKind.Handshake)]
    [InlineData("""{"choices":7,"usage":"x","model":{}}""", EventKind.Handshake)]
    [InlineData("""{"choices":[{"delta":{"content":"Hi"}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"reasoning_content":"Hm"}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"reasoning":"Hm"}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"x"}]}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"refusal":"No"}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"function_call":{"name":"f","arguments":""}}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"audio":{"id":"a","data":"UklG"}}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"audio":{"expires_at":1}}}]}""", EventKind.Handshake)]
    [InlineData("""{"choices":[{"delta":{"images":[{"image_url":{"url":"data:"}}]}}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"text":"Hi"}]}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{"content":"Hi"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""", EventKind.Content)]
    [InlineData("""{"choices":[{"delta":{}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""", EventKind.Handshake)]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}""", EventKind.UsageOnly)]
    [InlineData("""{"usage":{"prompt_tokens":1,"completion_tokens":1}}""", EventKind.UsageOnly)]
    [InlineData("""{"error":{"message":"busy"}}""", EventKind.Error)]
    [InlineData("""{"choices":[{"delta":{"content":""},"finish_reason":"error"}]}""", EventKind.Error)]
    [InlineData("""{"base_resp":{"status_code":1002,"status_msg":"rate limit"}}""", EventKind.Error)]
    [InlineData("""{"base_resp":{"status_code":0,"status_msg":""}}""", EventKind.Handshake)]
    [InlineData("[DONE]", EventKind.End)]
    [InlineData(" [DONE]", EventKind.End)]
    public void Tells_what_an_event_means(string data, EventKind kind)
    {
        var tap = Tap();
        Feed.Event(tap, data).ShouldBe(kind);
        tap.HasContent.ShouldBe(kind == EventKind.Content);
        tap.Ended.ShouldBe(kind == EventKind.End);
        (tap.Error is not null).ShouldBe(kind == EventKind.Error);
    }

    [Theory]
    [InlineData("stop", StopReason.EndTurn)]
    [InlineData("eos", StopReason.EndTurn)]
    [InlineData("length", StopReason.MaxTokens)]
    [InlineData("tool_calls", StopReason.ToolUse)]
    [InlineData("function_call", StopReason.ToolUse)]
    [InlineData("content_filter", StopReason.ContentFilter)]
    [InlineData("model_context_window_exceeded", StopReason.ContextOverflow)]
    [InlineData("", StopReason.None)]
    [InlineData("brand_new", StopReason.Other)]
    public void Reads_the_finish_reason(string reason, StopReason stop)
    {
        var tap = Tap();
        Feed.Event(tap, $$"""{"choices":[{"delta":{},"finish_reason":"{{reason}}"}]}""");
        tap.Stop.ShouldBe(stop);
        tap.Ended.ShouldBeFalse();
    }

    [Fact]
    public void Keeps_a_finish_reason_that_later_chunks_leave_out()
    {
        var tap = Tap();
        Feed.Event(tap, """{"choices":[{"delta":{},"finish_reason":"length"}]}""");
        Feed.Event(tap, """{"choices":[{"delta":{},"finish_reason":null}]}""");
        tap.Stop.ShouldBe(StopReason.MaxTokens);
    }

    [Fact]
    public void Makes_the_buckets_of_OpenAI_disjoint() =>
        UsageOf("""
            {"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,
             "prompt_tokens_details":{"cached_tokens":300,"cache_write_tokens":200,"audio_tokens":50},
             "completion_tokens_details":{"reasoning_tokens":100,"audio_tokens":40,"accepted_prediction_tokens":9,"rejected_prediction_tokens":9}}
            """).ShouldBe(new Usage
        {
            Input = 450, CacheRead = 300, CacheWriteOther = 200, InputAudio = 50, Output = 460, OutputAudio = 40, Reasoning = 100, Source = UsageSource.Reported,
        });

    [Fact]
    public void Adds_the_reasoning_that_xAI_counts_beside_the_completion() =>
        UsageOf("""{"prompt_tokens":401,"completion_tokens":44,"total_tokens":702,"prompt_tokens_details":{"cached_tokens":400},"completion_tokens_details":{"reasoning_tokens":257}}""")
            .ShouldBe(new Usage { Input = 1, CacheRead = 400, Output = 301, Reasoning = 257, Source = UsageSource.Reported });

    [Fact]
    public void Adds_and_marks_reasoning_that_is_larger_than_its_whole() =>
        UsageOf("""{"prompt_tokens":28,"completion_tokens":5,"total_tokens":33,"completion_tokens_details":{"reasoning_tokens":49}}""")
            .ShouldBe(new Usage { Input = 28, Output = 54, Reasoning = 49, Source = UsageSource.Reported, Clamped = true });

    [Fact]
    public void Reads_DeepSeeks_hits_and_misses() =>
        UsageOf("""{"prompt_tokens":100,"completion_tokens":7,"total_tokens":107,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36}""")
            .ShouldBe(new Usage { Input = 36, CacheRead = 64, Output = 7, Source = UsageSource.Reported });

    [Fact]
    public void Reads_Moonshots_cached_tokens_on_top() =>
        UsageOf("""{"prompt_tokens":100,"completion_tokens":7,"cached_tokens":80}""")
            .ShouldBe(new Usage { Input = 20, CacheRead = 80, Output = 7, Source = UsageSource.Reported });

    [Fact]
    public void Reads_Qwens_cache_creation_as_five_minutes() =>
        UsageOf("""{"prompt_tokens":100,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":10,"cache_creation_input_tokens":30}}""")
            .ShouldBe(new Usage { Input = 60, CacheRead = 10, CacheWrite5m = 30, Output = 7, Source = UsageSource.Reported });

    [Fact]
    public void Adds_audio_that_the_total_counts_beside_the_prompt() =>
        UsageOf("""{"prompt_tokens":3,"completion_tokens":11,"total_tokens":389,"prompt_tokens_details":{"audio_tokens":375}}""")
            .ShouldBe(new Usage { Input = 3, InputAudio = 375, Output = 11, Source = UsageSource.Reported });

    [Fact]
    public void Adds_cached_tokens_that_the_total_counts_beside_the_prompt() =>
        UsageOf("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115,"prompt_tokens_details":{"cached_tokens":100}}""")
            .ShouldBe(new Usage { Input = 10, CacheRead = 100, Output = 5, Source = UsageSource.Reported });

    [Fact]
    public void Counts_cached_audio_once() =>
        UsageOf("""{"prompt_tokens":100,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":40,"audio_tokens":50,"audio_cached_tokens":30}}""")
            .ShouldBe(new Usage { Input = 40, CacheRead = 10, CacheReadAudio = 30, InputAudio = 20, Output = 1, Source = UsageSource.Reported });

    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":25}}""", 0, 10, 5)]
    [InlineData("""{"prompt_tokens":-4,"completion_tokens":5}""", 0, 0, 5)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":-5}""", 10, 0, 0)]
    public void Clamps_and_marks_contradictions(string usage, long input, long cached, long output)
    {
        var read = UsageOf(usage);
        (read.Input, read.CacheRead, read.Output, read.Clamped).ShouldBe((input, cached, output, true));
    }

    [Fact]
    public void Absurd_figures_are_bounded()
    {
        var read = UsageOf("""{"prompt_tokens":9223372036854775807,"completion_tokens":1e300,"total_tokens":12.5}""");
        read.Clamped.ShouldBeTrue();
        read.TotalInput.ShouldBeLessThan(long.MaxValue / 1000);
        read.TotalOutput.ShouldBePositive();
    }

    [Theory]
    [InlineData("""{"prompt_tokens":"12","completion_tokens":[],"total_tokens":{}}""")]
    [InlineData("{}")]
    [InlineData("""{"cost":0.5}""")]
    public void Figures_of_a_wrong_type_are_no_figures(string usage)
    {
        var tap = Tap();
        Feed.Event(tap, $$"""{"choices":[],"usage":{{usage}}}""").ShouldBe(EventKind.Handshake);
        tap.Usage.ShouldBe(default);
    }

    [Fact]
    public void The_last_usage_that_is_there_holds()
    {
        var tap = Tap();
        Feed.Event(tap, """{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":9,"completion_tokens":1}}""");
        Feed.Event(tap, """{"choices":[{"delta":{"content":"b"}}],"usage":{"prompt_tokens":9,"completion_tokens":2}}""");
        Feed.Event(tap, """{"choices":[{"delta":{}}],"usage":null}""");
        tap.Usage.Output.ShouldBe(2);
    }

    [Fact]
    public void An_inner_usage_serves_only_where_there_is_no_other()
    {
        var tap = Tap();
        Feed.Event(tap, """{"choices":[{"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":1,"completion_tokens":1}}]}""");
        tap.Usage.Input.ShouldBe(1);
        Feed.Event(tap, """{"choices":[],"x_groq":{"usage":{"prompt_tokens":2,"completion_tokens":2}}}""");
        tap.Usage.Input.ShouldBe(2);
        Feed.Event(tap, """{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":3},"x_groq":{"usage":{"prompt_tokens":4,"completion_tokens":4}}}""");
        tap.Usage.Input.ShouldBe(3);
        Feed.Event(tap, """{"choices":[],"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":5}}}""");
        tap.Usage.Input.ShouldBe(3);
    }

    [Fact]
    public void Tool_calls_that_the_host_bills_are_counted() =>
        UsageOf("""{"prompt_tokens":1,"completion_tokens":1,"server_tool_use_details":{"web_search_requests":3}}""").ToolCalls.WebSearch.ShouldBe(3);

    [Fact]
    public void A_delta_counts_once_when_the_whole_message_stands_beside_it()
    {
        var tap = Tap();
        Feed.Event(tap, """{"choices":[{"message":{"content":"all of it so far"},"delta":{"content":"far"}}]}""");
        tap.OutputBytes.ShouldBe(3);
    }

    [Fact]
    public void Names_what_was_served()
    {
        var tap = Tap();
        Feed.Event(tap, """{"model":"m-1","service_tier":"auto","choices":[]}""");
        Feed.Event(tap, """{"model":"m-1","service_tier":"flex","choices":[]}""");
        (tap.Model, tap.ServiceTier).ShouldBe(("m-1", "flex"));
    }

    [Fact]
    public void An_error_chunk_is_read_with_its_usage()
    {
        var tap = Tap();
        Feed.Event(tap, """{"error":{"code":429,"message":"slow down, try again in 2s"},"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}""").ShouldBe(EventKind.Error);
        tap.Error.ShouldBe(new UpstreamError(null, null, "slow down, try again in 2s", TimeSpan.FromSeconds(2), 429));
        tap.Stop.ShouldBe(StopReason.Error);
        tap.Usage.Input.ShouldBe(3);
    }

    [Fact]
    public void An_error_may_be_named_by_the_event_alone()
    {
        var tap = Tap();
        Feed.Event(tap, """{"message":"gone"}""", "error").ShouldBe(EventKind.Error);
        tap.Error!.Message.ShouldBe("gone");
    }

    [Fact]
    public void Reads_a_whole_reply()
    {
        var tap = Tap();
        Feed.Reply(tap, """
            {"model":"m","choices":[{"message":{"content":"Hi","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],
             "usage":{"prompt_tokens":3,"completion_tokens":1}}
            """).ShouldBeTrue();
        (tap.Stop, tap.Ended, tap.HasContent, tap.OutputBytes, tap.Model).ShouldBe((StopReason.ToolUse, true, true, 5L, "m"));
        tap.Usage.ShouldBe(new Usage { Input = 3, Output = 1, Source = UsageSource.Reported });
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("<html><body>502</body></html>", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    [InlineData("""{"choices":null}""", null)]
    [InlineData("""{"error":{"message":"no"}}""", "no")]
    [InlineData("""{"error":"no"}""", "no")]
    [InlineData("""{"code":20012,"message":"no","data":null}""", "no")]
    [InlineData("""{"choices":[{"message":{"content":""},"finish_reason":"error","error":{"message":"no"}}],"error":{"message":"no"}}""", "no")]
    [InlineData("""{"choices":[],"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}""", "insufficient balance")]
    public void Knows_what_is_no_reply(string body, string? message)
    {
        var tap = Tap();
        Feed.Reply(tap, body).ShouldBeFalse();
        tap.Error?.Message.ShouldBe(message);
        (tap.Error is null).ShouldBe(message is null);
        tap.HasContent.ShouldBeFalse();
    }
}
