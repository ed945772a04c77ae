using System.Text;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.Kiro;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.Kiro;

public sealed class KiroUsageTapTests
{
    /// <summary>The end of a stream as an account with an API key gets it: no tokens.</summary>
    private static readonly (string Type, string Data)[] WithoutTokens =
    [
        ("assistantResponseEvent", """{"content":"Hel","modelId":"auto"}"""),
        ("assistantResponseEvent", """{"content":"lo"}"""),
        ("metadataEvent", """{"stopReason":"END_TURN"}"""),
        ("contextUsageEvent", """{"contextUsagePercentage":10.867}"""),
        ("meteringEvent", """{"unit":"credit","unitPlural":"credits","usage":0.02730794364842454}"""),
    ];

    private static readonly (string Type, string Data)[] WithTokens =
    [
        ("assistantResponseEvent", """{"content":"Hello"}"""),
        ("toolUseEvent", """{"toolUseId":"t","name":"look"}"""),
        ("toolUseEvent", """{"toolUseId":"t","name":"look","input":"{\"a\":1}"}"""),
        ("toolUseEvent", """{"toolUseId":"t","name":"look","stop":true}"""),
        ("contextUsageEvent", """{"contextUsagePercentage":1.5}"""),
        ("meteringEvent", """{"unit":"credit","usage":0.0897}"""),
        ("metadataEvent", """{"tokenUsage":{"uncachedInputTokens":10,"outputTokens":5,"totalTokens":20,"cacheReadInputTokens":2,"cacheWriteInputTokens":3}}"""),
    ];

    private static ReplyTap Tap() => KiroDialect.Instance.CreateTap(Operation.Generate);

    private static ReplyTap Fed(params (string Type, string Data)[] events)
    {
        var tap = Tap();
        foreach (var (type, data) in events)
            Feed.Event(tap, data, type);

        return tap;
    }

    [Fact]
    public void Without_tokens_the_context_and_the_credits_are_told()
    {
        using var tap = Fed(WithoutTokens);
        tap.Usage.ShouldBe(new Usage { NanoCredits = 27_307_944 });
        (tap.ContextPercent, tap.Stop, tap.Ended, tap.OutputBytes, Encoding.UTF8.GetString(tap.KeptText)).ShouldBe((10.867m, StopReason.EndTurn, true, 5L, "Hello"));
    }

    [Fact]
    public void Tokens_are_disjoint_as_told_and_credits_stand_beside_them()
    {
        using var tap = Fed(WithTokens);
        tap.Usage.ShouldBe(new Usage { Input = 10, CacheRead = 2, CacheWrite5m = 3, Output = 5, NanoCredits = 89_700_000, Source = UsageSource.Reported });
        (tap.ContextPercent, tap.Stop, tap.Ended).ShouldBe((1.5m, StopReason.ToolUse, true));
    }

    [Fact]
    public void The_order_at_the_end_does_not_matter()
    {
        foreach (var events in new[] { WithTokens, WithoutTokens })
        {
            using var expected = Fed(events);
            var closing = events.Where(static e => e.Type is "metadataEvent" or "contextUsageEvent" or "meteringEvent").ToList();
            var opening = events.Except(closing).ToArray();
            foreach (var order in new[] { new[] { 0, 1, 2 }, [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] })
            {
                using var tap = Fed([.. opening, .. order.Select(i => closing[i])]);
                (tap.Usage, tap.ContextPercent, tap.Stop, tap.Ended).ShouldBe((expected.Usage, expected.ContextPercent, expected.Stop, true));
            }
        }
    }

    [Fact]
    public void Events_without_frames_say_the_same_by_their_member_or_by_what_they_hold()
    {
        foreach (var events in new[] { WithTokens, WithoutTokens })
        {
            using var expected = Fed(events);
            using var wrapped = Fed([.. events.Select(static e => ("", $$"""{"{{e.Type}}":{{e.Data}}}"""))]);
            using var bare = Fed([.. events.Select(static e => ("", e.Data))]);
            foreach (var tap in new[] { wrapped, bare })
            {
                (tap.Usage, tap.ContextPercent, tap.Stop, tap.Ended, tap.OutputBytes, tap.HasContent)
                    .ShouldBe((expected.Usage, expected.ContextPercent, expected.Stop, expected.Ended, expected.OutputBytes, true));
            }
        }
    }

    [Fact]
    public void Streams_that_break_off_after_any_event_and_inside_any()
    {
        foreach (var events in new[] { WithTokens, WithoutTokens })
        {
            for (var i = 0; i < events.Length; i++)
            {
                using var whole = Fed(events[..i]);
                var (type, data) = events[i];
                for (var cut = 0; cut < data.Length; cut++)
                {
                    using var tap = Fed(events[..i]);
                    Feed.Event(tap, data[..cut], type).ShouldBe(EventKind.Handshake);
                    (tap.Usage, tap.Stop, tap.Ended, tap.ContextPercent).ShouldBe((whole.Usage, whole.Stop, whole.Ended, whole.ContextPercent));
                }

                whole.Ended.ShouldBe(i > Array.FindIndex(events, static e => e.Type is "metadataEvent" or "contextUsageEvent" or "meteringEvent"));
            }
        }
    }

    [Theory]
    // No input at all: such events are common, and report nothing.
    [InlineData("{}", 0, 0, 0, 0, false, false)]
    [InlineData("""{"uncachedInputTokens":0,"outputTokens":0,"totalTokens":0,"cacheReadInputTokens":0}""", 0, 0, 0, 0, false, false)]
    [InlineData("""{"outputTokens":7}""", 0, 0, 0, 0, false, false)]
    [InlineData("""{"uncachedInputTokens":"10","outputTokens":7}""", 0, 0, 0, 0, false, false)]
    [InlineData("""{"uncachedInputTokens":-5,"outputTokens":7}""", 0, 0, 0, 0, false, false)]
    [InlineData("[]", 0, 0, 0, 0, false, false)]
    [InlineData("null", 0, 0, 0, 0, false, false)]
    // All of it from the cache.
    [InlineData("""{"uncachedInputTokens":0,"outputTokens":7,"cacheReadInputTokens":9}""", 0, 9, 0, 7, true, false)]
    // The input left out: what the total leaves.
    [InlineData("""{"outputTokens":7,"totalTokens":20,"cacheReadInputTokens":9,"cacheWriteInputTokens":1}""", 3, 9, 1, 7, true, false)]
    [InlineData("""{"outputTokens":7,"totalTokens":5,"cacheReadInputTokens":9}""", 0, 9, 0, 7, true, true)]
    // What does not add up: the parts hold.
    [InlineData("""{"uncachedInputTokens":10,"outputTokens":7,"totalTokens":900,"normalizedTokenUsage":44}""", 10, 0, 0, 7, true, false)]
    [InlineData("""{"uncachedInputTokens":10,"outputTokens":-7}""", 10, 0, 0, 0, true, true)]
    [InlineData("""{"uncachedInputTokens":99999999999999999999,"outputTokens":7,"cacheReadInputTokens":null}""", 1_000_000_000_000, 0, 0, 7, true, true)]
    public void Tokens(string told, long input, long read, long write, long output, bool reported, bool clamped)
    {
        using var tap = Fed(("metadataEvent", $$"""{"tokenUsage":{{told}}}"""));
        tap.Usage.ShouldBe(new Usage { Input = input, CacheRead = read, CacheWrite5m = write, Output = output, Source = reported ? UsageSource.Reported : UsageSource.None, Clamped = clamped });
    }

    [Fact]
    public void An_empty_event_takes_nothing_back()
    {
        using var tap = Fed([.. WithTokens, ("metadataEvent", """{"tokenUsage":{"uncachedInputTokens":0,"outputTokens":0}}"""), ("metadataEvent", "{}"), ("contextUsageEvent", """{"contextUsagePercentage":0}""")]);
        (tap.Usage.Input, tap.Usage.NanoCredits, tap.ContextPercent).ShouldBe((10, 89_700_000, 1.5m));
    }

    [Theory]
    [InlineData("""{"unit":"credit","usage":1.5}""", 1_500_000_000, false)]
    [InlineData("""{"usage":1.5,"unit":"Credits"}""", 1_500_000_000, false)]
    [InlineData("""{"usage":2}""", 2_000_000_000, false)]
    [InlineData("""{"usage":2,"unit":null}""", 2_000_000_000, false)]
    [InlineData("""{"unit":"credit","usage":8.97e-2}""", 89_700_000, false)]
    [InlineData("""{"unit":"credit","usage":0.0000000005}""", 1, false)]
    [InlineData("""{"unit":"credit","usage":0.00000000049}""", 0, false)]
    [InlineData("""{"unit":"credit","usage":0}""", 0, false)]
    [InlineData("""{"unit":"credit","usage":-1}""", 0, true)]
    [InlineData("""{"unit":"credit","usage":1e300}""", 1_000_000_000_000_000, true)]
    [InlineData("""{"unit":"credit","usage":1000001}""", 1_000_000_000_000_000, true)]
    [InlineData("""{"unit":"token","usage":500}""", 0, false)]
    [InlineData("""{"unit":7,"usage":500}""", 0, false)]
    [InlineData("""{"unit":"credit","usage":"1.5"}""", 0, false)]
    [InlineData("""{"unit":"credit","usage":{"inputTokens":5}}""", 0, false)]
    [InlineData("""{"unit":"credit"}""", 0, false)]
    [InlineData("{}", 0, false)]
    public void Credits(string data, long nano, bool clamped)
    {
        using var tap = Fed(("meteringEvent", data));
        tap.Usage.ShouldBe(new Usage { NanoCredits = nano, Clamped = clamped });
    }

    [Fact]
    public void Several_metering_events_add_up_and_cannot_overflow()
    {
        using var tap = Fed(("meteringEvent", """{"unit":"credit","usage":0.1}"""), ("meteringEvent", """{"unit":"credit","usage":0.02}"""), ("meteringEvent", """{"unit":"token","usage":99}"""));
        tap.Usage.NanoCredits.ShouldBe(120_000_000);
        for (var i = 0; i < 20_000; i++)
            Feed.Event(tap, """{"unit":"credit","usage":1000000}""", "meteringEvent");
        tap.Usage.NanoCredits.ShouldBe(1_000_000_000_000_000);
    }

    [Theory]
    [InlineData("0.7", "0.7")]
    [InlineData("100", "100")]
    [InlineData("140.5", "100")]
    [InlineData("1e300", "100")]
    [InlineData("0", null)]
    [InlineData("-3", null)]
    [InlineData("\"10\"", null)]
    [InlineData("null", null)]
    [InlineData("[10]", null)]
    public void The_share_of_the_context(string told, string? percent)
    {
        using var tap = Fed(("contextUsageEvent", $$"""{"contextUsagePercentage":{{told}}}"""));
        tap.ContextPercent.ShouldBe(percent is null ? null : decimal.Parse(percent, System.Globalization.CultureInfo.InvariantCulture));
        tap.Stop.ShouldBe(percent == "100" ? StopReason.ContextOverflow : StopReason.EndTurn);
        using var inside = Fed(("metadataEvent", $$$"""{"tokenUsage":{"contextUsagePercentage":{{{told}}}}}"""));
        inside.ContextPercent.ShouldBe(tap.ContextPercent);
    }

    [Theory]
    [InlineData("END_TURN", StopReason.EndTurn)]
    [InlineData("end_turn", StopReason.EndTurn)]
    [InlineData("TOOL_USE", StopReason.ToolUse)]
    [InlineData("MAX_TOKENS", StopReason.MaxTokens)]
    [InlineData("CONTENT_FILTERED", StopReason.ContentFilter)]
    [InlineData("REFUSAL", StopReason.Refusal)]
    [InlineData("BRAND_NEW", StopReason.Other)]
    public void Reads_the_stop_reason(string reason, StopReason stop)
    {
        using var tap = Fed(("metadataEvent", $$"""{"stopReason":"{{reason}}"}"""));
        (tap.Stop, tap.Ended).ShouldBe((stop, true));
    }

    [Theory]
    [InlineData("assistantResponseEvent", """{"content":""}""", EventKind.Handshake, 0)]
    [InlineData("assistantResponseEvent", """{"content":"Hi"}""", EventKind.Content, 2)]
    [InlineData("assistantResponseEvent", """{"content":["Hi"]}""", EventKind.Handshake, 0)]
    [InlineData("reasoningContentEvent", """{"text":"Hm"}""", EventKind.Content, 2)]
    [InlineData("reasoningContentEvent", """{"signature":"s"}""", EventKind.Content, 0)]
    [InlineData("reasoningContentEvent", """{"redactedContent":"QQ=="}""", EventKind.Content, 0)]
    [InlineData("toolUseEvent", """{"toolUseId":"t","name":"f","input":"{}"}""", EventKind.Content, 2)]
    [InlineData("toolUseEvent", """{"toolUseId":"t","name":"f","input":{"a":1}}""", EventKind.Content, 7)]
    [InlineData("codeEvent", """{"content":"a reference"}""", EventKind.Handshake, 0)]
    [InlineData("followupPromptEvent", """{"followupPrompt":{"content":"And then?"}}""", EventKind.Handshake, 0)]
    [InlineData("messageMetadataEvent", """{"conversationId":"c"}""", EventKind.Handshake, 0)]
    [InlineData("somethingNew", """{"content":"x","usage":5}""", EventKind.Handshake, 0)]
    [InlineData("assistantResponseEvent", "not json", EventKind.Handshake, 0)]
    [InlineData("assistantResponseEvent", "", EventKind.Handshake, 0)]
    public void Tells_what_an_event_means(string type, string data, EventKind kind, long bytes)
    {
        using var tap = Tap();
        Feed.Event(tap, data, type).ShouldBe(kind);
        (tap.HasContent, tap.OutputBytes, tap.Ended, tap.Usage).ShouldBe((kind == EventKind.Content, bytes, false, default));
    }

    [Theory]
    [InlineData("throttlingException", """{"message":"slow","reason":"INSUFFICIENT_MODEL_CAPACITY"}""", "throttlingException", "slow")]
    [InlineData("invalidStateEvent", """{"reason":"INVALID_TASK_ASSIST_PLAN","message":"no"}""", "invalidStateEvent", "no")]
    [InlineData("internalServerException", "", "internalServerException", null)]
    [InlineData("", """{"throttlingException":{"message":"slow"}}""", null, null)]
    public void Reads_failures(string type, string data, string? said, string? message)
    {
        using var tap = Tap();
        Feed.Event(tap, data, type).ShouldBe(EventKind.Error);
        (tap.Stop, tap.Ended, tap.Error!.Type).ShouldBe((StopReason.Error, false, said));
        tap.Error.Message.ShouldBe(message ?? tap.Error.Message);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2000)]
    public void Versions_that_repeat_the_text_are_counted_once(int pieces)
    {
        var text = string.Concat(Enumerable.Range(0, pieces).Select(static i => $"word {i} "));
        using var deltas = Tap();
        using var repeated = Tap();
        for (var i = 0; i < pieces; i++)
        {
            var end = text.IndexOf($"word {i} ", StringComparison.Ordinal) + $"word {i} ".Length;
            Feed.Event(deltas, $$"""{"content":"word {{i}} "}""", "assistantResponseEvent").ShouldBe(EventKind.Content);
            Feed.Event(repeated, $$"""{"content":"{{text[..end]}}"}""", "assistantResponseEvent").ShouldBe(EventKind.Content);
        }

        (deltas.OutputBytes, repeated.OutputBytes).ShouldBe((text.Length, text.Length));
        Encoding.UTF8.GetString(repeated.KeptText).ShouldBe(text[..Math.Min(text.Length, ReplyTap.MostKept)]);
    }

    /// <summary>The figures come at the end: when more of the answer follows them, it was none.</summary>
    [Fact]
    public void Content_after_the_end_opens_the_stream_again()
    {
        using var tap = Fed(("contextUsageEvent", """{"contextUsagePercentage":5}"""), ("assistantResponseEvent", """{"content":"Hi"}"""));
        (tap.Ended, tap.Stop).ShouldBe((false, StopReason.None));
        Feed.Event(tap, """{"unit":"credit","usage":1}""", "meteringEvent");
        (tap.Ended, tap.Stop).ShouldBe((true, StopReason.EndTurn));
    }

    [Fact]
    public void A_whole_body_is_a_failure()
    {
        using var tap = Tap();
        Feed.Reply(tap, """{"message":"Improperly formed request.","reason":null}""").ShouldBeFalse();
        tap.Error!.Message.ShouldBe("Improperly formed request.");
        Feed.Reply(Tap(), "").ShouldBeFalse();
    }
}
