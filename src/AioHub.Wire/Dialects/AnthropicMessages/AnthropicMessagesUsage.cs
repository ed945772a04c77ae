using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Usage as this dialect tells it: disjoint buckets too, with thinking inside the output.</summary>
internal static class AnthropicMessagesUsage
{
    /// <summary>Writes the usage object's members. Nothing is told that the hub does not know: lifetimes of writes only when all are of a kind that the dialect names.</summary>
    public static void WriteMembers(Utf8JsonWriter json, in Usage usage)
    {
        var reads = usage.CacheRead + usage.CacheReadAudio + usage.CacheReadImage;
        json.WriteNumber("input_tokens"u8, usage.Input + usage.InputAudio + usage.InputImage + usage.InputVideo);
        json.WriteNumber("cache_creation_input_tokens"u8, usage.CacheWrite5m + usage.CacheWrite1h + usage.CacheWriteOther);
        json.WriteNumber("cache_read_input_tokens"u8, reads);
        if (usage.CacheWriteOther == 0 && usage.CacheWrite5m + usage.CacheWrite1h > 0)
        {
            json.WriteStartObject("cache_creation"u8);
            json.WriteNumber("ephemeral_5m_input_tokens"u8, usage.CacheWrite5m);
            json.WriteNumber("ephemeral_1h_input_tokens"u8, usage.CacheWrite1h);
            json.WriteEndObject();
        }

        json.WriteNumber("output_tokens"u8, usage.TotalOutput);
        if (usage.Reasoning > 0)
        {
            json.WriteStartObject("output_tokens_details"u8);
            json.WriteNumber("thinking_tokens"u8, usage.Reasoning);
            json.WriteEndObject();
        }

        var tools = usage.ToolCalls;
        if (tools.WebSearch > 0 || tools.WebFetch > 0)
        {
            json.WriteStartObject("server_tool_use"u8);
            json.WriteNumber("web_search_requests"u8, tools.WebSearch);
            json.WriteNumber("web_fetch_requests"u8, tools.WebFetch);
            json.WriteEndObject();
        }
    }
}
