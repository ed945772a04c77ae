using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>
/// Writes usage as Chat counts it: the prompt holds what was cached and what was written to the cache, the completion holds the reasoning. A figure nobody told is not made up.
/// </summary>
internal static class OpenAiChatUsage
{
    /// <summary>Whether there are any figures to tell.</summary>
    public static bool IsTold(in Usage usage) => usage.Source != UsageSource.None;

    public static void Write(Utf8JsonWriter json, in Usage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, usage.TotalInput);
        json.WriteNumber("completion_tokens"u8, usage.TotalOutput);
        json.WriteNumber("total_tokens"u8, usage.TotalInput + usage.TotalOutput);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CacheRead + usage.CacheReadAudio + usage.CacheReadImage);
        if (usage.CacheWrite5m + usage.CacheWrite1h + usage.CacheWriteOther is var written and > 0)
            json.WriteNumber("cache_write_tokens"u8, written);
        json.WriteNumber("audio_tokens"u8, usage.InputAudio + usage.CacheReadAudio);
        if (usage.InputImage + usage.CacheReadImage is var seen and > 0)
            json.WriteNumber("image_tokens"u8, seen);
        if (usage.InputVideo > 0)
            json.WriteNumber("video_tokens"u8, usage.InputVideo);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteNumber("audio_tokens"u8, usage.OutputAudio);
        if (usage.OutputImage > 0)
            json.WriteNumber("image_tokens"u8, usage.OutputImage);
        if (usage.OutputVideo > 0)
            json.WriteNumber("video_tokens"u8, usage.OutputVideo);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
