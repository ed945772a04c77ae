using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>
/// Writes usage as this dialect counts: the input holds what the cache served and stored, the output holds the reasoning. Codex wants the three totals, and in the details of the
/// input <c>cached_tokens</c>.
/// </summary>
internal static class OpenAiResponsesUsage
{
    public static void Write(Utf8JsonWriter json, in Usage usage)
    {
        json.WritePropertyName("usage"u8);
        if (usage.Source == UsageSource.None)
        {
            json.WriteNullValue();
            return;
        }

        var written = usage.CacheWrite5m + usage.CacheWrite1h + usage.CacheWriteOther;
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, usage.TotalInput);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CacheRead + usage.CacheReadAudio + usage.CacheReadImage);
        if (written > 0)
            json.WriteNumber("cache_write_tokens"u8, written);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.TotalOutput);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.TotalInput + usage.TotalOutput);
        json.WriteEndObject();
    }
}
