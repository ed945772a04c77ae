using System.Text;
using System.Text.Json;
using AioHub.Wire.Dialects;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>
/// The taps beside replies of real providers. The figures to expect are read here a second time, by the vendors' rules, sharing nothing with the taps.
/// </summary>
public sealed class RecordedRepliesTests
{
    /// <summary>Recordings of status 200 whose stream reports a failure.</summary>
    private static readonly string[] Failing = ["025-openrouter-stream-error-0", "059-tool-use-failed-error-streaming-with-text-0", "119-tool-use-failed-error-streaming-0"];

    /// <summary>All its tokens went into reasoning that is not shown.</summary>
    private const string Silent = "openai-chat/121-chat-streaming-detailed-usage-0";

    [Fact]
    public void Chat() => Check("openai-chat", Dialect.OpenAiChat, Operation.Generate, ChatUsage, ChatStop);

    [Fact]
    public void Responses() => Check("openai-responses", Dialect.OpenAiResponses, Operation.Generate, ResponsesUsage, ResponsesStop);

    [Fact]
    public void Messages() => Check("anthropic", Dialect.AnthropicMessages, Operation.Generate, MessagesUsage, MessagesStop);

    [Fact]
    public void Gemini() => Check("gemini", Dialect.Gemini, Operation.Generate, GeminiUsage, GeminiStop);

    [Fact]
    public void A_stream_says_the_same_as_a_JSON_array()
    {
        foreach (var recording in Recordings.Of("gemini").Where(r => r.Streamed))
        {
            var sse = DialectRooms.Upstream(Dialect.Gemini).CreateTap(Operation.Generate);
            Feed.Stream(sse, recording.Reply);
            var array = Encoding.UTF8.GetBytes("[" + string.Join(",\r\n", Feed.Objects(recording.Reply, true).Select(o => o.GetRawText())) + "]");
            var whole = DialectRooms.Upstream(Dialect.Gemini).CreateTap(Operation.Generate);
            whole.OnReply(array).ShouldBeTrue(recording.Name);
            var pieces = DialectRooms.Upstream(Dialect.Gemini).CreateTap(Operation.Generate);
            using var tap = new JsonArrayTap();
            for (ReadOnlySpan<byte> chunk = array; tap.TryRead(chunk, out var consumed, out var element); chunk = chunk[consumed..])
                pieces.OnEvent(default, element);

            foreach (var other in new[] { whole, pieces })
            {
                (other.Usage, other.Stop, other.OutputBytes, other.HasContent, other.Ended, other.Model)
                    .ShouldBe((sse.Usage, sse.Stop, sse.OutputBytes, sse.HasContent, sse.Ended, sse.Model), recording.Name);
            }
        }
    }

    [Fact]
    public void Whole_replies_of_the_other_endpoints()
    {
        foreach (var (format, dialect, operation) in new (string, Dialect, Operation)[]
                 {
                     ("openai-embeddings", Dialect.OpenAiChat, Operation.Embed),
                     ("openai-images", Dialect.OpenAiChat, Operation.GenerateImage),
                     ("openai-moderations", Dialect.OpenAiChat, Operation.Moderate),
                     ("rerank", Dialect.OpenAiChat, Operation.Rerank),
                     ("anthropic-other", Dialect.AnthropicMessages, Operation.CountTokens),
                 })
        {
            foreach (var recording in Recordings.Of(format))
            {
                var room = DialectRooms.Upstream(dialect);
                if (recording.Status >= 400)
                {
                    room.ReadError(recording.Status, recording.Reply).Message.Length.ShouldBeGreaterThan(10, recording.Name);
                    continue;
                }

                var tap = room.CreateTap(operation);
                tap.OnReply(recording.Reply).ShouldBeTrue(recording.Name);
                tap.Error.ShouldBeNull(recording.Name);
                tap.Ended.ShouldBeTrue(recording.Name);
                tap.HasContent.ShouldBe(operation != Operation.CountTokens, recording.Name);
                var root = JsonDocument.Parse(recording.Reply).RootElement;
                var input = root.Long("usage", "prompt_tokens") ?? root.Long("usage", "input_tokens") ?? root.Long("usage", "total_tokens") ?? 0;
                tap.Usage.TotalInput.ShouldBe(input, recording.Name);
                tap.Usage.TotalOutput.ShouldBe(root.Long("usage", "output_tokens") ?? 0, recording.Name);
                tap.Usage.OutputImage.ShouldBe(root.Long("usage", "output_tokens_details", "image_tokens") ?? 0, recording.Name);
                tap.Usage.Images.ShouldBe(operation == Operation.GenerateImage ? root.Each("data").Count() : 0, recording.Name);
            }
        }
    }

    [Fact]
    public void Audio()
    {
        foreach (var recording in Recordings.Of("openai-audio"))
        {
            var speech = recording.Name.Contains("speech", StringComparison.OrdinalIgnoreCase);
            var room = DialectRooms.Upstream(Dialect.OpenAiChat);
            if (recording.Status >= 400)
            {
                room.ReadError(recording.Status, recording.Reply).Code.ShouldBe("invalid_language_format");
                continue;
            }

            var tap = room.CreateTap(speech ? Operation.Speak : Operation.Transcribe);
            if (recording.Streamed)
                Feed.Stream(tap, recording.Reply).ShouldContain(EventKind.End, recording.Name);
            else
                tap.OnReply(recording.Reply).ShouldBeTrue(recording.Name);

            tap.HasContent.ShouldBeTrue(recording.Name);
            tap.Ended.ShouldBeTrue(recording.Name);
            tap.Usage.Clamped.ShouldBeFalse(recording.Name);
            if (recording.Streamed && speech)
                tap.Usage.ShouldBe(new Usage { Input = 10, OutputAudio = 82, Source = UsageSource.Reported });
            else if (recording.Streamed)
                tap.Usage.ShouldBe(new Usage { InputAudio = 17, Output = 10, Source = UsageSource.Reported });
            if (recording.Name.EndsWith("001-transcription-basic-functionality-mistral-voxtral-mini-lacan-transcrib-0", StringComparison.Ordinal))
                tap.Usage.ShouldBe(new Usage { Input = 3, InputAudio = 375, Output = 11, Milliseconds = 3_000, Source = UsageSource.Reported });
        }
    }

    [Fact]
    public void Legacy_completions()
    {
        foreach (var recording in Recordings.Of("openai-completions"))
        {
            // A shape of its own: {"value": "..."}.
            if (recording.Name.Contains("writer", StringComparison.Ordinal))
                continue;

            var tap = DialectRooms.Upstream(Dialect.OpenAiChat).CreateTap(Operation.Complete);
            Feed.Stream(tap, recording.Reply);
            tap.Ended.ShouldBeTrue(recording.Name);
            tap.HasContent.ShouldBeTrue(recording.Name);
            tap.Stop.ShouldBeOneOf(StopReason.EndTurn, StopReason.MaxTokens);
            var usage = Feed.Objects(recording.Reply, true).Select(o => o.At("usage")).LastOrDefault(u => u is not null);
            tap.Usage.Output.ShouldBe(usage?.Long("completion_tokens") ?? 0, recording.Name);
        }
    }

    [Fact]
    public void Gemini_embeddings_and_counts()
    {
        foreach (var recording in Recordings.Of("gemini-other"))
        {
            var root = JsonDocument.Parse(recording.Reply).RootElement;
            var counts = root.At("totalTokens") is not null;
            var tap = DialectRooms.Upstream(Dialect.Gemini).CreateTap(counts ? Operation.CountTokens : Operation.Embed);
            tap.OnReply(recording.Reply).ShouldBeTrue(recording.Name);
            tap.HasContent.ShouldBe(!counts, recording.Name);
            tap.Usage.TotalInput.ShouldBe(root.Long("usageMetadata", "promptTokenCount") ?? 0, recording.Name);
            var images = root.Each("usageMetadata", "promptTokenDetails").Where(d => d.Str("modality") == "IMAGE").Sum(d => d.Long("tokenCount") ?? 0);
            tap.Usage.InputImage.ShouldBe(images, recording.Name);
        }
    }

    [Fact]
    public void Compactions_and_resumed_responses()
    {
        foreach (var recording in Recordings.Of("openai-responses-other"))
        {
            var room = DialectRooms.Upstream(Dialect.OpenAiResponses);
            if (recording.Status >= 400)
            {
                room.ReadError(recording.Status, recording.Reply).Type.ShouldBe("invalid_request_error");
                continue;
            }

            var tap = room.CreateTap(recording.Streamed ? Operation.Generate : Operation.Compact);
            if (recording.Streamed)
                Feed.Stream(tap, recording.Reply);
            else
                tap.OnReply(recording.Reply).ShouldBeTrue(recording.Name);

            tap.Ended.ShouldBeTrue(recording.Name);
            tap.HasContent.ShouldBeTrue(recording.Name);
            tap.Usage.ShouldBe(ResponsesUsage(Feed.Objects(recording.Reply, recording.Streamed)), recording.Name);
        }
    }

    [Fact]
    public void Replies_that_real_clients_accepted_never_break_a_tap()
    {
        if (Recordings.Folder("captures") is not { } folder)
            return;

        foreach (var file in Directory.GetFiles(folder, "*.reply.txt", SearchOption.AllDirectories))
        {
            var reply = File.ReadAllBytes(file);
            foreach (var dialect in Rooms.All)
            {
                var tap = DialectRooms.Upstream(dialect).CreateTap(Operation.Generate);
                Feed.Stream(tap, reply);
                DialectRooms.Upstream(dialect).CreateTap(Operation.Generate).OnReply(reply);
                DialectRooms.Upstream(dialect).ReadError(500, reply).Message.ShouldNotBeNullOrEmpty();
            }
        }
    }

    private static void Check(string format, Dialect dialect, Operation operation, Func<List<JsonElement>, Usage> usage, Func<List<JsonElement>, StopReason> stop)
    {
        foreach (var recording in Recordings.Of(format))
        {
            recording.Status.ShouldBe(200, recording.Name);
            var failing = Failing.Any(name => recording.Name.EndsWith(name, StringComparison.Ordinal));
            var objects = Feed.Objects(recording.Reply, recording.Streamed);
            List<EventKind>? before = null;
            foreach (var cut in new[] { int.MaxValue, 1, 7, 1000 })
            {
                var tap = DialectRooms.Upstream(dialect).CreateTap(operation);
                if (recording.Streamed)
                {
                    var kinds = Feed.Stream(tap, recording.Reply, cut);
                    kinds.ShouldBe(before ?? kinds, recording.Name);
                    before = kinds;
                    (tap.Ended || tap.Stop != StopReason.None).ShouldBeTrue(recording.Name);
                    kinds.Contains(EventKind.Error).ShouldBe(failing, recording.Name);
                }
                else
                {
                    tap.OnReply(recording.Reply).ShouldBeTrue(recording.Name);
                }

                (tap.Error is not null).ShouldBe(failing, recording.Name);
                tap.HasContent.ShouldBe(recording.Name != Silent, recording.Name);
                (tap.OutputBytes > 0).ShouldBe(recording.Name != Silent, recording.Name);
                (tap.Usage with { Clamped = false }).ShouldBe(usage(objects), recording.Name);
                tap.Stop.ShouldBe(failing ? StopReason.Error : stop(objects), recording.Name);
                if (!recording.Streamed)
                    break;
            }
        }
    }

    // ---- the second reading

    private static Usage ChatUsage(List<JsonElement> objects)
    {
        JsonElement? last = null;
        foreach (var o in objects)
            last = o.At("usage") ?? last;
        last ??= objects.Select(o => o.At("x_groq", "usage")).LastOrDefault(u => u is not null);
        if (last is not { } u)
            return default;

        long prompt = u.Long("prompt_tokens") ?? 0, completion = u.Long("completion_tokens") ?? 0;
        long cached = u.Long("prompt_tokens_details", "cached_tokens") ?? u.Long("prompt_cache_hit_tokens") ?? 0;
        long write = u.Long("prompt_tokens_details", "cache_write_tokens") ?? 0;
        long creation = write > 0 ? 0 : u.Long("cache_creation_input_tokens") ?? 0;
        long audioIn = u.Long("prompt_tokens_details", "audio_tokens") ?? 0, audioOut = u.Long("completion_tokens_details", "audio_tokens") ?? 0;
        long reasoning = u.Long("completion_tokens_details", "reasoning_tokens") ?? 0;
        if (reasoning > 0 && (u.Long("total_tokens") == prompt + completion + reasoning || reasoning > completion))
            completion += reasoning;

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

    private static StopReason ChatStop(List<JsonElement> objects)
    {
        var last = objects.SelectMany(o => o.Each("choices")).Select(c => c.Str("finish_reason")).LastOrDefault(f => f is { Length: > 0 });
        return last switch
        {
            null => StopReason.None,
            "stop" or "eos" => StopReason.EndTurn,
            "length" => StopReason.MaxTokens,
            "tool_calls" => StopReason.ToolUse,
            "content_filter" => StopReason.ContentFilter,
            _ => throw new InvalidOperationException(last),
        };
    }

    private static Usage ResponsesUsage(List<JsonElement> objects)
    {
        var response = objects[^1].At("response") ?? objects[^1];
        var items = objects.Count > 1
            ? objects.Where(o => o.Str("type") == "response.output_item.done").Select(o => o.At("item")!.Value).ToList()
            : response.Each("output").ToList();
        if (response.At("usage") is not { } u)
            return default;

        long input = u.Long("input_tokens") ?? 0, cached = u.Long("input_tokens_details", "cached_tokens") ?? 0, write = u.Long("input_tokens_details", "cache_write_tokens") ?? 0;
        var searches = items.Count(i => i.Str("type") == "web_search_call" && i.Str("action", "type") is null or "search" && i.Str("type") == "web_search_call");
        return new Usage
        {
            Input = input - cached - write,
            CacheRead = cached,
            CacheWriteOther = write,
            Output = u.Long("output_tokens") ?? 0,
            Reasoning = u.Long("output_tokens_details", "reasoning_tokens") ?? 0,
            ToolCalls = new ToolCalls(searches, 0, items.Count(i => i.Str("type") == "file_search_call"), items.Count(i => i.Str("type") == "code_interpreter_call"), 0),
            Source = UsageSource.Reported,
        };
    }

    private static StopReason ResponsesStop(List<JsonElement> objects)
    {
        var response = objects.LastOrDefault(o => o.Str("type") is "response.completed" or "response.incomplete").At("response") ?? objects[^1];
        return response.Str("status") switch
        {
            "completed" when objects.Any(o => o.Str("item", "type") is "function_call" or "custom_tool_call") => StopReason.ToolUse,
            "completed" => StopReason.EndTurn,
            "incomplete" when response.Str("incomplete_details", "reason") == "max_output_tokens" => StopReason.MaxTokens,
            var other => throw new InvalidOperationException(other),
        };
    }

    private static Usage MessagesUsage(List<JsonElement> objects)
    {
        var names = new[] { "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens" };
        var figures = names.ToDictionary(n => n, _ => 0L);
        long hour = 0, thinking = 0, search = 0, fetch = 0, compactInput = 0, compactRead = 0, compactOutput = 0;
        foreach (var u in objects.Select(o => o.At("message", "usage") ?? o.At("usage")).OfType<JsonElement>())
        {
            foreach (var name in names)
                figures[name] = u.Long(name) ?? figures[name];
            hour = u.Long("cache_creation", "ephemeral_1h_input_tokens") ?? hour;
            thinking = u.Long("output_tokens_details", "thinking_tokens") ?? thinking;
            search = u.Long("server_tool_use", "web_search_requests") ?? search;
            fetch = u.Long("server_tool_use", "web_fetch_requests") ?? fetch;
            foreach (var step in u.Each("iterations").Where(i => i.Str("type") == "compaction"))
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

    private static StopReason MessagesStop(List<JsonElement> objects)
    {
        var last = objects.Select(o => o.Str("delta", "stop_reason") ?? o.Str("stop_reason")).Last(s => s is not null);
        return last switch
        {
            "end_turn" => StopReason.EndTurn,
            "tool_use" => StopReason.ToolUse,
            "max_tokens" => StopReason.MaxTokens,
            "stop_sequence" => StopReason.StopSequence,
            "pause_turn" => StopReason.Pause,
            "refusal" => StopReason.Refusal,
            _ => throw new InvalidOperationException(last),
        };
    }

    private static Usage GeminiUsage(List<JsonElement> objects)
    {
        var u = objects.Select(o => o.At("usageMetadata")).OfType<JsonElement>().Last();
        long Kind(string list, string kind) => u.Each(list).Where(d => d.Str("modality") == kind).Sum(d => d.Long("tokenCount") ?? 0);
        var image = Kind("promptTokensDetails", "IMAGE");
        var cached = u.Long("cachedContentTokenCount") ?? 0;
        var thoughts = u.Long("thoughtsTokenCount") ?? 0;
        var searches = objects.SelectMany(o => o.Each("candidates")).Select(c => c.Each("groundingMetadata", "webSearchQueries").Count()).Append(0).Max();
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
        var candidates = objects.SelectMany(o => o.Each("candidates")).ToList();
        var calls = candidates.SelectMany(c => c.Each("content", "parts")).Any(p => p.At("functionCall") is not null);
        return candidates.Select(c => c.Str("finishReason")).Last(f => f is not null) switch
        {
            "STOP" => calls ? StopReason.ToolUse : StopReason.EndTurn,
            "MAX_TOKENS" => StopReason.MaxTokens,
            _ => StopReason.Other,
        };
    }
}
