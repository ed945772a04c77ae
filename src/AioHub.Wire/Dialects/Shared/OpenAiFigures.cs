using System.Text.Json;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>
/// The figures of a usage object in any of the spellings that OpenAI and the hosts compatible with it use
/// (<c>prompt_tokens</c> and <c>input_tokens</c>, details in several places), before they are made disjoint.
/// </summary>
internal struct OpenAiFigures
{
    private long _prompt, _completion, _total;
    private long _cached, _cacheWrite, _cacheCreation, _cacheMiss;
    private long _inputAudio, _inputImage, _inputVideo, _cachedAudio;
    private long _outputAudio, _outputImage, _reasoning;
    private long _webSearch, _webFetch, _fileSearch, _codeExecution, _otherTools;
    private bool _odd;

    /// <summary>At least one token count was given.</summary>
    public bool Any { get; private set; }

    /// <summary>The upstream told kinds of output apart.</summary>
    public bool HasOutputDetails { get; private set; }

    /// <summary>The tier may stand inside the usage object.</summary>
    public string? ServiceTier { get; private set; }

    private static OpenAiFigures Blank() => new()
    {
        _prompt = Absent, _completion = Absent, _total = Absent, _cached = Absent, _cacheWrite = Absent, _cacheCreation = Absent, _cacheMiss = Absent,
        _inputAudio = Absent, _inputImage = Absent, _inputVideo = Absent, _cachedAudio = Absent, _outputAudio = Absent, _outputImage = Absent, _reasoning = Absent,
    };

    /// <summary>Reads the usage object that the reader stands on.</summary>
    public static OpenAiFigures Read(ref Utf8JsonReader reader, string? knownTier)
    {
        var figures = Blank();
        figures.ReadUsage(ref reader, knownTier);
        return figures;
    }

    private void ReadUsage(ref Utf8JsonReader reader, string? knownTier)
    {
        while (NextName(ref reader))
        {
            if (reader.ValueTextEquals("prompt_tokens"u8))
                Main(ref reader, ref _prompt);
            else if (reader.ValueTextEquals("completion_tokens"u8))
                Main(ref reader, ref _completion);
            else if (reader.ValueTextEquals("total_tokens"u8))
                Main(ref reader, ref _total);
            else if (reader.ValueTextEquals("input_tokens"u8))
                Second(ref reader, ref _prompt);
            else if (reader.ValueTextEquals("output_tokens"u8))
                Second(ref reader, ref _completion);
            else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8) || reader.ValueTextEquals("input_token_details"u8))
                ReadInputDetails(ref reader);
            else if (reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8) || reader.ValueTextEquals("output_token_details"u8))
                ReadOutputDetails(ref reader);
            else if (reader.ValueTextEquals("cached_tokens"u8) || reader.ValueTextEquals("prompt_cache_hit_tokens"u8) || reader.ValueTextEquals("cache_read_input_tokens"u8))
                Largest(ref reader, ref _cached);
            else if (reader.ValueTextEquals("prompt_cache_miss_tokens"u8))
                Largest(ref reader, ref _cacheMiss);
            else if (reader.ValueTextEquals("cache_write_tokens"u8))
                Largest(ref reader, ref _cacheWrite);
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
                Largest(ref reader, ref _cacheCreation);
            else if (reader.ValueTextEquals("reasoning_tokens"u8))
                Largest(ref reader, ref _reasoning);
            else if (reader.ValueTextEquals("server_tool_use_details"u8) || reader.ValueTextEquals("server_tool_use"u8) || reader.ValueTextEquals("server_side_tool_usage_details"u8))
                ReadToolCalls(ref reader);
            else if (reader.ValueTextEquals("service_tier"u8))
                ServiceTier = Name(ref reader, knownTier);
            else
                reader.Skip();
        }
    }

    private void ReadInputDetails(ref Utf8JsonReader reader)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
                Largest(ref reader, ref _cached);
            else if (reader.ValueTextEquals("cache_write_tokens"u8))
                Largest(ref reader, ref _cacheWrite);
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
                Largest(ref reader, ref _cacheCreation);
            else if (reader.ValueTextEquals("audio_tokens"u8))
                Largest(ref reader, ref _inputAudio);
            else if (reader.ValueTextEquals("image_tokens"u8))
                Largest(ref reader, ref _inputImage);
            else if (reader.ValueTextEquals("video_tokens"u8))
                Largest(ref reader, ref _inputVideo);
            else if (reader.ValueTextEquals("audio_cached_tokens"u8))
                Largest(ref reader, ref _cachedAudio);
            else
                reader.Skip();
        }
    }

    private void ReadOutputDetails(ref Utf8JsonReader reader)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (reader.ValueTextEquals("reasoning_tokens"u8))
            {
                Largest(ref reader, ref _reasoning);
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                Largest(ref reader, ref _outputAudio);
                HasOutputDetails = true;
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                Largest(ref reader, ref _outputImage);
                HasOutputDetails = true;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadToolCalls(ref Utf8JsonReader reader)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (reader.ValueTextEquals("web_search_requests"u8) || reader.ValueTextEquals("web_search_calls"u8))
                Largest(ref reader, ref _webSearch);
            else if (reader.ValueTextEquals("web_fetch_requests"u8))
                Largest(ref reader, ref _webFetch);
            else if (reader.ValueTextEquals("file_search_calls"u8) || reader.ValueTextEquals("document_search_calls"u8))
                Largest(ref reader, ref _fileSearch);
            else if (reader.ValueTextEquals("code_interpreter_calls"u8) || reader.ValueTextEquals("code_execution_requests"u8))
                Largest(ref reader, ref _codeExecution);
            else if (reader.ValueTextEquals("x_search_calls"u8))
                Largest(ref reader, ref _otherTools);
            else
                reader.Skip();
        }
    }

    private void Main(ref Utf8JsonReader reader, ref long target)
    {
        var count = Count(ref reader, ref _odd);
        if (count == Absent)
            return;

        target = count;
        Any = true;
    }

    /// <summary>The other family's name for the same figure: it never overrides the first.</summary>
    private void Second(ref Utf8JsonReader reader, ref long target)
    {
        var count = Count(ref reader, ref _odd);
        if (count == Absent || target != Absent)
            return;

        target = count;
        Any = true;
    }

    /// <summary>One fact may be told under several names, with zeros where a host does not know: the largest is the fact.</summary>
    private void Largest(ref Utf8JsonReader reader, ref long target) => target = Math.Max(target, Count(ref reader, ref _odd));

    /// <summary>
    /// Makes the buckets disjoint. The rules, and where they come from:
    /// <list type="bullet">
    /// <item>Cached, written, audio, image and video tokens are parts of the prompt; reasoning, audio and image tokens are parts of the completion (OpenAI).</item>
    /// <item>A part that the total counts beside its whole was left out of it: xAI's completion leaves reasoning out, Mistral's prompt leaves audio out.</item>
    /// <item>Reasoning larger than the completion cannot be a part of it and is added: what the Vercel gateway bills for Gemini models equals that sum exactly.</item>
    /// <item>Any other part that exceeds its whole is cut down to it, and the result is marked.</item>
    /// </list>
    /// </summary>
    public readonly Usage ToUsage()
    {
        var clamped = _odd;
        var prompt = _prompt;
        var completion = Math.Max(_completion, 0);
        var cached = Math.Max(_cached, 0);
        var write = Math.Max(_cacheWrite, 0);
        // The same fact under two names: OpenAI's name wins, its lifetime is 30 minutes or more.
        var creation = write > 0 ? 0 : Math.Max(_cacheCreation, 0);
        var reasoning = Math.Max(_reasoning, 0);
        var audio = Math.Max(_inputAudio, 0);

        if (prompt == Absent && _cacheMiss != Absent)
            prompt = cached + _cacheMiss;
        // Embedding and rerank hosts may give the total alone.
        if (prompt == Absent)
            prompt = Math.Max(_total - completion, 0);

        var beside = _total == Absent ? 0 : _total - prompt - completion;
        if (reasoning > 0 && beside == reasoning)
        {
            completion += reasoning;
        }
        else if (reasoning > completion)
        {
            completion += reasoning;
            clamped |= _total != Absent;
        }
        else if (beside > 0 && beside == cached + write + creation)
        {
            prompt += beside;
        }
        else if (beside > 0 && beside == audio)
        {
            prompt += beside;
        }

        var input = prompt;
        cached = Take(cached, ref input, ref clamped);
        write = Take(write, ref input, ref clamped);
        creation = Take(creation, ref input, ref clamped);
        var cachedAudio = Math.Min(Math.Max(_cachedAudio, 0), Math.Min(cached, audio));
        audio = Take(audio - cachedAudio, ref input, ref clamped);
        var image = Take(Math.Max(_inputImage, 0), ref input, ref clamped);
        var video = Take(Math.Max(_inputVideo, 0), ref input, ref clamped);

        var output = completion;
        var outputAudio = Take(Math.Max(_outputAudio, 0), ref output, ref clamped);
        var outputImage = Take(Math.Max(_outputImage, 0), ref output, ref clamped);
        if (reasoning > output)
        {
            reasoning = output;
            clamped = true;
        }

        return new Usage
        {
            Input = input,
            CacheRead = cached - cachedAudio,
            CacheReadAudio = cachedAudio,
            CacheWrite5m = creation,
            CacheWriteOther = write,
            InputAudio = audio,
            InputImage = image,
            InputVideo = video,
            Output = output,
            OutputAudio = outputAudio,
            OutputImage = outputImage,
            Reasoning = reasoning,
            ToolCalls = new ToolCalls(Calls(_webSearch), Calls(_webFetch), Calls(_fileSearch), Calls(_codeExecution), Calls(_otherTools)),
            Source = UsageSource.Reported,
            Clamped = clamped,
        };
    }

    /// <summary>Takes a part out of what is left of its whole.</summary>
    private static long Take(long part, ref long rest, ref bool clamped)
    {
        if (part > rest)
        {
            part = rest;
            clamped = true;
        }

        rest -= part;
        return part;
    }

    private static int Calls(long count) => (int)Math.Clamp(count, 0, 1_000_000);
}
