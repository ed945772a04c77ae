using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>The taps beside what Bedrock really sent. The figures to expect are read here a second time, by AWS' rules, sharing nothing with the taps.</summary>
public sealed class BedrockRecordingsTests
{
    private const string Converse = "bedrock-converse";
    private const string Invoke = "bedrock-invoke";

    [Fact]
    public void Converse_streams_at_every_cut()
    {
        var seen = 0;
        foreach (var recording in Recordings.Of(Converse).Where(IsFramed))
        {
            var frames = EventFrames.All(recording.Reply);
            var expected = UsageOf(JsonDocument.Parse(frames.Last(static f => f.Type == "metadata").Payload).RootElement);
            var stop = JsonDocument.Parse(frames.Last(static f => f.Type == "messageStop").Payload).RootElement.Str("stopReason");
            foreach (var cut in new[] { int.MaxValue, 1, 7, 1000 })
            {
                using var tap = Tap(Dialect.BedrockConverse);
                var reader = new EventFrames();
                List<EventKind> kinds = [.. recording.Reply.Chunk(Math.Min(cut, recording.Reply.Length)).SelectMany(reader.Read).Select(f => tap.OnEvent(Encoding.UTF8.GetBytes(f.Type), f.Payload))];
                kinds.Count.ShouldBe(frames.Count, recording.Name);
                kinds.Count(static kind => kind == EventKind.End).ShouldBe(1, recording.Name);
                kinds[^1].ShouldBe(EventKind.End, recording.Name);
                kinds[0].ShouldBe(EventKind.Handshake, recording.Name);
                (tap.Usage, tap.Ended, tap.HasContent, tap.Error is null).ShouldBe((expected, true, true, true), recording.Name);
                tap.Stop.ShouldBe(StopOf(stop!), recording.Name);
                tap.UpstreamMilliseconds.ShouldNotBeNull(recording.Name);
                tap.OutputBytes.ShouldBe(frames.Sum(static f => TextOf(JsonDocument.Parse(f.Payload).RootElement)), recording.Name);
            }

            seen++;
        }

        (seen == 0 || seen >= 36).ShouldBeTrue();
    }

    /// <summary>A stream that breaks off has told no usage: nothing is made up, and it has not ended.</summary>
    [Fact]
    public void Streams_that_break_off_after_any_frame()
    {
        foreach (var recording in Recordings.Of(Converse).Where(IsFramed))
        {
            using var tap = Tap(Dialect.BedrockConverse);
            var frames = EventFrames.All(recording.Reply);
            foreach (var (type, payload) in frames[..^1])
            {
                tap.OnEvent(Encoding.UTF8.GetBytes(type), payload).ShouldNotBe(EventKind.End, recording.Name);
                (tap.Usage, tap.Ended).ShouldBe((default, false), recording.Name);
                // Half a payload is none.
                tap.OnEvent(Encoding.UTF8.GetBytes(type), payload.AsSpan(0, payload.Length / 2)).ShouldBe(EventKind.Handshake, recording.Name);
            }

            var last = frames[^1].Payload;
            for (var cut = 0; cut < last.Length; cut += 1 + (last.Length / 200))
            {
                tap.OnEvent("metadata"u8, last.AsSpan(0, cut)).ShouldBe(EventKind.Handshake, recording.Name);
                tap.Usage.ShouldBe(default);
            }
        }
    }

    [Fact]
    public void Whole_Converse_replies()
    {
        foreach (var recording in Recordings.Of(Converse).Where(static one => !IsFramed(one)))
        {
            var reply = JsonDocument.Parse(recording.Reply).RootElement;
            using var tap = Tap(Dialect.BedrockConverse);
            tap.OnReply(recording.Reply).ShouldBeTrue(recording.Name);
            (tap.Usage, tap.Stop, tap.Ended, tap.HasContent).ShouldBe((UsageOf(reply), StopOf(reply.Str("stopReason")!), true, true), recording.Name);
            tap.UpstreamMilliseconds.ShouldBe(reply.Long("metrics", "latencyMs"), recording.Name);
            (tap.OutputBytes > 0).ShouldBeTrue(recording.Name);
        }
    }

    /// <summary>AWS' total is the sum of the four parts: what shows that the input leaves the cache out.</summary>
    [Fact]
    public void The_total_is_the_sum_of_disjoint_parts()
    {
        foreach (var recording in Recordings.Of(Converse))
        {
            var told = IsFramed(recording) ? JsonDocument.Parse(EventFrames.All(recording.Reply)[^1].Payload).RootElement : JsonDocument.Parse(recording.Reply).RootElement;
            var usage = UsageOf(told);
            (usage.TotalInput + usage.TotalOutput).ShouldBe(told.Long("usage", "totalTokens") ?? -1, recording.Name);
        }
    }

    /// <summary>Both sources tell the same in every recording, and either alone gives the same usage.</summary>
    [Fact]
    public void Invoked_Messages_by_their_usage_by_metrics_and_by_both()
    {
        var seen = 0;
        foreach (var recording in Recordings.Of(Invoke).Where(IsFramed))
        {
            List<byte[]> events = [.. EventFrames.All(recording.Reply).Select(static f => JsonDocument.Parse(f.Payload).RootElement.GetProperty("bytes").GetBytesFromBase64())];
            if (JsonDocument.Parse(events[0]).RootElement.Str("type") != "message_start")
                continue;

            var metrics = JsonDocument.Parse(events[^1]).RootElement.At("amazon-bedrock-invocationMetrics")!.Value;
            var expected = new Usage
            {
                Input = metrics.Long("inputTokenCount") ?? -1, Output = metrics.Long("outputTokenCount") ?? -1, CacheRead = metrics.Long("cacheReadInputTokenCount") ?? 0,
                CacheWrite5m = metrics.Long("cacheWriteInputTokenCount") ?? 0, Source = UsageSource.Reported,
            };
            foreach (var (usage, metric) in new[] { (true, true), (true, false), (false, true) })
            {
                using var tap = Tap(Dialect.AnthropicMessages);
                var kinds = events.Select(e => tap.OnEvent(default, Without(e, usage, metric))).ToList();
                kinds[^1].ShouldBe(EventKind.End, recording.Name);
                (tap.Usage, tap.Ended, tap.HasContent).ShouldBe((expected, true, true), recording.Name);
                tap.UpstreamMilliseconds.ShouldBe(metric ? metrics.Long("invocationLatency") : null, recording.Name);
            }

            seen++;
        }

        (seen == 0 || seen >= 11).ShouldBeTrue();
    }

    [Fact]
    public void Invoked_whole_Messages_and_Nova()
    {
        foreach (var recording in Recordings.Of(Invoke).Where(static one => !IsFramed(one)))
        {
            var reply = JsonDocument.Parse(recording.Reply).RootElement;
            if (reply.Str("type") != "message")
                continue;

            using var tap = Tap(Dialect.AnthropicMessages);
            tap.OnReply(recording.Reply).ShouldBeTrue(recording.Name);
            (tap.Usage.Input, tap.Usage.CacheRead, tap.Usage.Output).ShouldBe(
                (reply.Long("usage", "input_tokens") ?? -1, reply.Long("usage", "cache_read_input_tokens") ?? -1, reply.Long("usage", "output_tokens") ?? -1), recording.Name);
        }

        if (Recordings.Of(Invoke).FirstOrDefault(static one => one.Name.EndsWith("005-nova-invoke-stream-0", StringComparison.Ordinal)) is not { } nova)
            return;

        // Converse's events, each in a member of its name, and the cache in another spelling.
        using var converse = Tap(Dialect.BedrockConverse);
        foreach (var (type, payload) in EventFrames.All(nova.Reply))
            converse.OnEvent(Encoding.UTF8.GetBytes(type), JsonDocument.Parse(payload).RootElement.GetProperty("bytes").GetBytesFromBase64());

        (converse.Usage, converse.Stop, converse.Ended).ShouldBe((new Usage { Input = 30, Output = 55, Source = UsageSource.Reported }, StopReason.EndTurn, true));
    }

    [Fact]
    public void Counts_are_free_and_refusals_are_read()
    {
        foreach (var recording in Recordings.Of("bedrock-other"))
        {
            var room = DialectRooms.Upstream(Dialect.BedrockConverse);
            using var tap = room.CreateTap(Operation.CountTokens);
            tap.OnReply(recording.Reply).ShouldBe(recording.Status < 400, recording.Name);
            tap.Usage.ShouldBe(default);
            if (recording.Status >= 400)
                room.ReadError(recording.Status, recording.Reply).Message.ShouldBe(JsonDocument.Parse(recording.Reply).RootElement.Str("message"));
        }
    }

    private static ReplyTap Tap(Dialect dialect) => DialectRooms.Upstream(dialect).CreateTap(Operation.Generate);

    private static bool IsFramed(Recording recording) => recording.Reply is [0, 0, ..];

    private static byte[] Without(byte[] data, bool usage, bool metrics)
    {
        var json = JsonNode.Parse(data)!.AsObject();
        if (!usage)
        {
            json.Remove("usage");
            (json["message"] as JsonObject)?.Remove("usage");
        }

        if (!metrics)
            json.Remove("amazon-bedrock-invocationMetrics");

        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    // ---- the second reading

    private static Usage UsageOf(JsonElement told)
    {
        var written = told.Long("usage", "cacheWriteInputTokens") ?? told.Long("usage", "cacheWriteInputTokenCount") ?? 0;
        var hour = told.Each("usage", "cacheDetails").Where(static one => one.Str("ttl") == "1h").Sum(static one => one.Long("inputTokens") ?? 0);
        return new Usage
        {
            Input = told.Long("usage", "inputTokens") ?? -1, Output = told.Long("usage", "outputTokens") ?? -1,
            CacheRead = told.Long("usage", "cacheReadInputTokens") ?? 0, CacheWrite5m = written - hour, CacheWrite1h = hour, Source = UsageSource.Reported,
        };
    }

    private static long TextOf(JsonElement data)
    {
        var text = (data.Str("delta", "text") ?? "") + data.Str("delta", "toolUse", "input") + data.Str("start", "toolUse", "name") + data.Str("delta", "reasoningContent", "text");
        return text.Length == 0 ? 0 : Encoding.UTF8.GetByteCount(Raw(data));

        // As it stands in the JSON, between its quotes.
        static string Raw(JsonElement data) => string.Concat(new[] { data.At("delta", "text"), data.At("delta", "toolUse", "input"), data.At("start", "toolUse", "name"), data.At("delta", "reasoningContent", "text") }
            .OfType<JsonElement>().Select(static one => one.GetRawText()[1..^1]));
    }

    private static StopReason StopOf(string reason) => reason switch
    {
        "end_turn" => StopReason.EndTurn,
        "tool_use" => StopReason.ToolUse,
        "max_tokens" => StopReason.MaxTokens,
        "guardrail_intervened" => StopReason.ContentFilter,
        _ => throw new InvalidOperationException(reason),
    };
}
