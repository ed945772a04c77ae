using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

/// <summary>Feeds a usage object of a real reply to the tap that would have read it, by the rules of its vendor.</summary>
internal static class OracleReply
{
    /// <param name="raw">A reply of which little more than model and usage is left.</param>
    public static Usage Read(string vendor, string flavour, JsonElement raw)
    {
        var rules = VendorUsage.Find(vendor) ?? UsageRules.Default;
        var (dialect, type, text) = (vendor, flavour) switch
        {
            ("anthropic", _) => (Dialect.AnthropicMessages, "message_start", $$"""{"type":"message_start","message":{{raw.GetRawText()}}}"""),
            ("google", _) => (Dialect.Gemini, "", raw.GetRawText()),
            (_, "responses") => (Dialect.OpenAiResponses, "response.completed", $$"""{"type":"response.completed","response":{{raw.GetRawText()}}}"""),
            _ => (Dialect.OpenAiChat, "", raw.GetRawText()),
        };
        if (flavour == "embeddings")
        {
            // The endpoint tells the prompt and the total alone.
            var body = JsonNode.Parse(raw.GetRawText())!.AsObject();
            body["data"] = new JsonArray();
            using var embed = DialectRooms.Upstream(Dialect.OpenAiChat).CreateTap(Operation.Embed, rules);
            embed.OnReply(Encoding.UTF8.GetBytes(body.ToJsonString())).ShouldBeTrue();
            return embed.Usage;
        }

        using var tap = DialectRooms.Upstream(dialect).CreateTap(Operation.Generate, rules);
        tap.OnEvent(Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(text));
        return tap.Usage;
    }

    /// <summary>Our disjoint buckets as the totals in which others count: a total holds its parts, cached parts included.</summary>
    public static SortedDictionary<string, long> Totals(in Usage usage)
    {
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["input_tokens"] = usage.TotalInput,
            ["output_tokens"] = usage.TotalOutput,
            ["cache_read_tokens"] = usage.CacheRead + usage.CacheReadAudio + usage.CacheReadImage,
            ["cache_write_tokens"] = usage.CacheWrite5m + usage.CacheWrite1h + usage.CacheWriteOther,
            ["cache_write_1h_tokens"] = usage.CacheWrite1h,
            ["input_audio_tokens"] = usage.InputAudio + usage.CacheReadAudio,
            ["cache_audio_read_tokens"] = usage.CacheReadAudio,
            ["cache_image_read_tokens"] = usage.CacheReadImage,
            ["input_image_tokens"] = usage.InputImage + usage.CacheReadImage,
            ["input_video_tokens"] = usage.InputVideo,
            ["output_reasoning_tokens"] = usage.Reasoning,
            ["output_audio_tokens"] = usage.OutputAudio,
            ["output_image_tokens"] = usage.OutputImage,
            ["output_video_tokens"] = usage.OutputVideo,
            ["web_searches"] = usage.ToolCalls.WebSearch,
        };
        foreach (var (name, count) in totals.ToArray())
        {
            if (count == 0)
            {
                totals.Remove(name);
            }
        }

        return totals;
    }

    /// <summary>What others expect, as far as they tell apart what we do: text is what no other kind is.</summary>
    public static SortedDictionary<string, long> Expected(JsonElement usage)
    {
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var unit in usage.EnumerateObject())
        {
            if (unit.Name is "input_text_tokens" or "output_text_tokens" or "cache_text_read_tokens" or "input_tool_tokens" or "input_text_tool_tokens" or "cache_write_5m_tokens")
            {
                continue;
            }

            var count = (long)Math.Ceiling(unit.Value.GetDecimal());
            if (count != 0)
            {
                totals[unit.Name] = count;
            }
        }

        return totals;
    }

    public static string Told(IDictionary<string, long> totals) => string.Join(' ', totals.Select(static pair => $"{pair.Key}={pair.Value}"));
}
