using System.Text;
using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Replay;

/// <summary>
/// Usage and stop reason of a recorded stream, read a second time by the vendors' rules with whole documents in memory. Nothing of it is shared with the
/// hub's own readers.
/// </summary>
internal static class SecondReading
{
    /// <summary>The JSON texts of a stream; the recordings hold one line of data an event.</summary>
    public static List<JsonElement> Objects(byte[] stream)
    {
        var found = new List<JsonElement>();
        foreach (var line in Encoding.UTF8.GetString(stream).ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && !line.Contains("[DONE]", StringComparison.Ordinal))
            {
                found.Add(JsonSerializer.Deserialize<JsonElement>(line[5..]));
            }
        }

        return found;
    }

    public static (Usage Usage, StopReason Stop) Of(Dialect dialect, List<JsonElement> objects) => dialect switch
    {
        Dialect.OpenAiChat => (ChatUsage(objects), ChatStop(objects)),
        Dialect.OpenAiResponses => (ResponsesUsage(objects), ResponsesStop(objects)),
        Dialect.AnthropicMessages => (MessagesUsage(objects), MessagesStop(objects)),
        _ => (GeminiUsage(objects), GeminiStop(objects)),
    };

    public static JsonElement? At(this JsonElement element, params string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var next) || next.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            element = next;
        }

        return element;
    }

    private static long? Long(this JsonElement element, params string[] path) =>
        element.At(path) is { ValueKind: JsonValueKind.Number } number ? (long)number.GetDouble() : null;

    private static string? Str(this JsonElement element, params string[] path) =>
        element.At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static IEnumerable<JsonElement> Each(this JsonElement element, params string[] path) =>
        element.At(path) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    private static Usage ChatUsage(List<JsonElement> objects)
    {
        var last = objects.Select(one => one.At("usage")).LastOrDefault(static usage => usage is not null)
            ?? objects.Select(one => one.At("x_groq", "usage")).LastOrDefault(static usage => usage is not null);
        if (last is not { } u)
        {
            return default;
        }

        long prompt = u.Long("prompt_tokens") ?? 0, completion = u.Long("completion_tokens") ?? 0;
        var cached = u.Long("prompt_tokens_details", "cached_tokens") ?? u.Long("prompt_cache_hit_tokens") ?? 0;
        var write = u.Long("prompt_tokens_details", "cache_write_tokens") ?? 0;
        var creation = write > 0 ? 0 : u.Long("cache_creation_input_tokens") ?? 0;
        long audioIn = u.Long("prompt_tokens_details", "audio_tokens") ?? 0, audioOut = u.Long("completion_tokens_details", "audio_tokens") ?? 0;
        var reasoning = u.Long("completion_tokens_details", "reasoning_tokens") ?? 0;
        if (reasoning > 0 && (u.Long("total_tokens") == prompt + completion + reasoning || reasoning > completion))
        {
            // xAI leaves reasoning out of the completion's count.
            completion += reasoning;
        }

        return new Usage
        {
            Input = prompt - cached - write - creation - audioIn,
            CacheRead = cached,
            CacheWriteOther = write,
            CacheWrite5m = creation,
            InputAudio = audioIn,
            Output = completion - audioOut,
            OutputAudio = audioOut,
            Reasoning = reasoning,
            ToolCalls = new ToolCalls((int)(u.Long("server_tool_use_details", "web_search_requests") ?? 0), 0, 0, 0, 0),
            Source = UsageSource.Reported,
        };
    }

    private static StopReason ChatStop(List<JsonElement> objects) =>
        objects.SelectMany(static one => one.Each("choices")).Select(static choice => choice.Str("finish_reason")).LastOrDefault(static reason => reason is { Length: > 0 }) switch
        {
            null => StopReason.None,
            "stop" or "eos" => StopReason.EndTurn,
            "length" => StopReason.MaxTokens,
            "tool_calls" => StopReason.ToolUse,
            "content_filter" => StopReason.ContentFilter,
            _ => StopReason.Other,
        };

    private static Usage ResponsesUsage(List<JsonElement> objects)
    {
        if (objects[^1].At("response", "usage") is not { } u)
        {
            return default;
        }

        var items = objects.Where(static one => one.Str("type") == "response.output_item.done").Select(static one => one.At("item")!.Value).ToList();
        long input = u.Long("input_tokens") ?? 0, cached = u.Long("input_tokens_details", "cached_tokens") ?? 0, write = u.Long("input_tokens_details", "cache_write_tokens") ?? 0;
        return new Usage
        {
            Input = input - cached - write,
            CacheRead = cached,
            CacheWriteOther = write,
            Output = u.Long("output_tokens") ?? 0,
            Reasoning = u.Long("output_tokens_details", "reasoning_tokens") ?? 0,
            ToolCalls = new ToolCalls(
                items.Count(static item => item.Str("type") == "web_search_call" && item.Str("action", "type") is null or "search" && item.Str("type") == "web_search_call"),
                0,
                items.Count(static item => item.Str("type") == "file_search_call"),
                items.Count(static item => item.Str("type") == "code_interpreter_call"),
                0),
            Source = UsageSource.Reported,
        };
    }

    private static StopReason ResponsesStop(List<JsonElement> objects)
    {
        var response = objects.LastOrDefault(static one => one.Str("type") is "response.completed" or "response.incomplete").At("response") ?? objects[^1];
        return response.Str("status") switch
        {
            "completed" when objects.Any(static one => one.Str("item", "type") is "function_call" or "custom_tool_call") => StopReason.ToolUse,
            "completed" => StopReason.EndTurn,
            "incomplete" when response.Str("incomplete_details", "reason") == "max_output_tokens" => StopReason.MaxTokens,
            _ => StopReason.Other,
        };
    }

    private static Usage MessagesUsage(List<JsonElement> objects)
    {
        var figures = new[] { "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens" }.ToDictionary(static name => name, static _ => 0L, StringComparer.Ordinal);
        long hour = 0, thinking = 0, search = 0, fetch = 0, compactInput = 0, compactRead = 0, compactOutput = 0;
        foreach (var u in objects.Select(static one => one.At("message", "usage") ?? one.At("usage")).OfType<JsonElement>())
        {
            foreach (var name in figures.Keys)
            {
                figures[name] = u.Long(name) ?? figures[name];
            }

            hour = u.Long("cache_creation", "ephemeral_1h_input_tokens") ?? hour;
            thinking = u.Long("output_tokens_details", "thinking_tokens") ?? thinking;
            search = u.Long("server_tool_use", "web_search_requests") ?? search;
            fetch = u.Long("server_tool_use", "web_fetch_requests") ?? fetch;
            foreach (var step in u.Each("iterations").Where(static step => step.Str("type") == "compaction"))
            {
                compactInput += step.Long("input_tokens") ?? 0;
                compactRead += step.Long("cache_read_input_tokens") ?? 0;
                compactOutput += step.Long("output_tokens") ?? 0;
            }
        }

        return new Usage
        {
            Input = figures["input_tokens"] + compactInput,
            CacheRead = figures["cache_read_input_tokens"] + compactRead,
            CacheWrite5m = figures["cache_creation_input_tokens"] - hour,
            CacheWrite1h = hour,
            Output = figures["output_tokens"] + compactOutput,
            Reasoning = thinking,
            ToolCalls = new ToolCalls((int)search, (int)fetch, 0, 0, 0),
            Source = UsageSource.Reported,
        };
    }

    private static StopReason MessagesStop(List<JsonElement> objects) =>
        objects.Select(static one => one.Str("delta", "stop_reason") ?? one.Str("stop_reason")).LastOrDefault(static reason => reason is not null) switch
        {
            "end_turn" => StopReason.EndTurn,
            "tool_use" => StopReason.ToolUse,
            "max_tokens" => StopReason.MaxTokens,
            "stop_sequence" => StopReason.StopSequence,
            "pause_turn" => StopReason.Pause,
            "refusal" => StopReason.Refusal,
            _ => StopReason.None,
        };

    private static Usage GeminiUsage(List<JsonElement> objects)
    {
        var u = objects.Select(static one => one.At("usageMetadata")).OfType<JsonElement>().Last();
        var image = u.Each("promptTokensDetails").Where(static detail => detail.Str("modality") == "IMAGE").Sum(static detail => detail.Long("tokenCount") ?? 0);
        long cached = u.Long("cachedContentTokenCount") ?? 0, thoughts = u.Long("thoughtsTokenCount") ?? 0;
        var searches = objects.SelectMany(static one => one.Each("candidates")).Select(static candidate => candidate.Each("groundingMetadata", "webSearchQueries").Count()).Append(0).Max();
        return new Usage
        {
            Input = (u.Long("promptTokenCount") ?? 0) - cached - image + (u.Long("toolUsePromptTokenCount") ?? 0),
            InputImage = image,
            CacheRead = cached,
            Output = (u.Long("candidatesTokenCount") ?? 0) + thoughts,
            Reasoning = thoughts,
            ToolCalls = new ToolCalls(searches, 0, 0, 0, 0),
            Source = UsageSource.Reported,
        };
    }

    private static StopReason GeminiStop(List<JsonElement> objects)
    {
        var candidates = objects.SelectMany(static one => one.Each("candidates")).ToList();
        var calls = candidates.SelectMany(static candidate => candidate.Each("content", "parts")).Any(static part => part.At("functionCall") is not null);
        return candidates.Select(static candidate => candidate.Str("finishReason")).Last(static reason => reason is not null) switch
        {
            "STOP" => calls ? StopReason.ToolUse : StopReason.EndTurn,
            "MAX_TOKENS" => StopReason.MaxTokens,
            _ => StopReason.Other,
        };
    }
}
