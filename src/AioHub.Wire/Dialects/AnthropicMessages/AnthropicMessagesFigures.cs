using System.Text.Json;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.AnthropicMessages.AnthropicMessagesNames;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>
/// The figures of one usage object. Its input buckets are disjoint already; what is worked out here is which event's figure holds and how writes
/// to the cache split into lifetimes.
/// </summary>
internal struct AnthropicMessagesFigures
{
    private long _input, _output, _cacheRead, _cacheWrite, _write5m, _write1h, _thinking, _webSearch, _webFetch, _codeExecution;
    /// <summary>Compactions that ran inside the call: billed at the same model's rates, and left out of the figures above.</summary>
    private long _compactInput, _compactOutput, _compactRead, _compact5m, _compact1h;
    private bool _odd;

    public bool Any { get; private set; }

    /// <summary>Whether an output was told.</summary>
    public readonly bool HasOutput => _output != Absent;
    public string? ServiceTier { get; private set; }

    /// <summary>The fast mode served: it is billed as a tier of its own, whatever the tier says.</summary>
    public bool IsFast { get; private set; }

    /// <summary>Where it was computed; null when that is not told, or not available.</summary>
    public string? Region { get; private set; }

    private static AnthropicMessagesFigures Nothing => new()
    {
        _input = Absent, _output = Absent, _cacheRead = Absent, _cacheWrite = Absent, _write5m = Absent, _write1h = Absent,
        _thinking = Absent, _webSearch = Absent, _webFetch = Absent, _codeExecution = Absent,
    };

    private readonly long WholeInput => Math.Max(_input, 0) + Math.Max(_cacheRead, 0) + Math.Max(_cacheWrite, Math.Max(_write5m, 0) + Math.Max(_write1h, 0));

    /// <summary>Reads the usage object that the reader stands on.</summary>
    public static AnthropicMessagesFigures Read(ref Utf8JsonReader reader, string? knownTier, string? knownRegion)
    {
        var figures = Nothing;
        figures.ReadUsage(ref reader, knownTier, knownRegion);
        return figures;
    }

    /// <summary>Reads Bedrock's metrics, which the reader stands on. They count as Messages does: the input without what the cache served and stored.</summary>
    /// <param name="milliseconds">How long the model was called; null when that is not told.</param>
    public static AnthropicMessagesFigures ReadMetrics(ref Utf8JsonReader reader, out long? milliseconds)
    {
        var figures = Nothing;
        var latency = Absent;
        var odd = false;
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.InputTokenCount))
                figures.Main(ref reader, ref figures._input);
            else if (Is(ref reader, Names.OutputTokenCount))
                figures.Main(ref reader, ref figures._output);
            else if (Is(ref reader, Names.CacheReadInputTokenCount))
                figures.Main(ref reader, ref figures._cacheRead);
            else if (Is(ref reader, Names.CacheWriteInputTokenCount))
                figures.Main(ref reader, ref figures._cacheWrite);
            else if (Is(ref reader, Names.InvocationLatency))
                latency = Count(ref reader, ref odd);
            else
                reader.Skip();
        }

        milliseconds = latency == Absent || odd ? null : latency;
        return figures;
    }

    /// <summary>
    /// The usage holds and the metrics fill what it left open: usage alone tells lifetimes of writes, thinking, tools and compactions. Metrics count as a report
    /// of their own only when they tell both sides, as half a report would make the other half free.
    /// </summary>
    /// <param name="isOutputFinal">False: the usage's output is the placeholder of <c>message_start</c>, which the metrics overtake.</param>
    public static AnthropicMessagesFigures Fill(AnthropicMessagesFigures usage, AnthropicMessagesFigures metrics, bool isOutputFinal)
    {
        if (!usage.Any)
            return metrics.WholeInput > 0 && metrics.HasOutput ? metrics : usage;

        var filled = usage;
        var blank = usage.WholeInput == 0;
        filled._input = blank ? Over(usage._input, metrics._input) : Over(metrics._input, usage._input);
        filled._cacheRead = blank ? Over(usage._cacheRead, metrics._cacheRead) : Over(metrics._cacheRead, usage._cacheRead);
        // Writes whose lifetimes were told without a sum are told.
        if (blank || Math.Max(usage._write5m, 0) + Math.Max(usage._write1h, 0) == 0)
            filled._cacheWrite = blank ? Over(usage._cacheWrite, metrics._cacheWrite) : Over(metrics._cacheWrite, usage._cacheWrite);

        filled._output = isOutputFinal ? usage._output : Math.Max(usage._output, metrics._output);
        filled._odd |= metrics._odd;
        return filled;
    }

    /// <summary>What a later event says overrides what an earlier one said, field by field.</summary>
    public static AnthropicMessagesFigures Merge(AnthropicMessagesFigures earlier, AnthropicMessagesFigures later)
    {
        if (!earlier.Any)
            return later;

        var merged = later;
        merged._output = Over(earlier._output, later._output);
        merged._thinking = Over(earlier._thinking, later._thinking);
        merged._webSearch = Over(earlier._webSearch, later._webSearch);
        merged._webFetch = Over(earlier._webFetch, later._webFetch);
        merged._codeExecution = Over(earlier._codeExecution, later._codeExecution);
        merged._odd |= earlier._odd;
        merged.Any |= earlier.Any;
        // No prompt is empty: a host that ends with zeros for the whole input does not know it, and what message_start said holds.
        var blank = later.WholeInput == 0;
        merged._input = blank ? earlier._input : Over(earlier._input, later._input);
        merged._cacheRead = blank ? earlier._cacheRead : Over(earlier._cacheRead, later._cacheRead);
        merged._cacheWrite = blank ? earlier._cacheWrite : Over(earlier._cacheWrite, later._cacheWrite);
        merged._write5m = Over(earlier._write5m, later._write5m);
        merged._write1h = Over(earlier._write1h, later._write1h);
        // The split of an event that a later sum has overtaken holds no further than that sum.
        if (later._write1h == Absent && merged._cacheWrite != Absent)
            merged._write1h = Math.Min(merged._write1h, merged._cacheWrite);

        return merged;
    }

    /// <param name="rules">Whether the input holds what the cache served and stored.</param>
    public readonly Usage ToUsage(UsageRules rules)
    {
        var clamped = _odd;
        var (write5m, write1h) = Split(_cacheWrite, _write5m, _write1h, ref clamped);
        var input = Math.Max(_input, 0);
        if (rules.MessagesInputHoldsCache)
        {
            var rest = input - Math.Max(_cacheRead, 0) - write5m - write1h;
            clamped |= rest < 0;
            input = Math.Max(rest, 0);
        }

        var output = Math.Max(_output, 0);
        var thinking = Math.Max(_thinking, 0);
        if (thinking > output)
        {
            thinking = output;
            clamped = true;
        }

        return new Usage
        {
            Input = input + _compactInput,
            CacheRead = Math.Max(_cacheRead, 0) + _compactRead,
            CacheWrite5m = write5m + _compact5m,
            CacheWrite1h = write1h + _compact1h,
            Output = output + _compactOutput,
            Reasoning = thinking,
            ToolCalls = new ToolCalls(Calls(_webSearch), Calls(_webFetch), 0, Calls(_codeExecution), 0),
            Source = UsageSource.Reported,
            Clamped = clamped,
        };
    }

    /// <summary>
    /// The sum is what is billed. The split by lifetime comes only from newer hosts, and message_delta repeats the sum without it: what the split leaves over
    /// is the default lifetime of 5 minutes.
    /// </summary>
    private static (long FiveMinutes, long OneHour) Split(long sum, long fiveMinutes, long oneHour, ref bool clamped)
    {
        fiveMinutes = Math.Max(fiveMinutes, 0);
        oneHour = Math.Max(oneHour, 0);
        if (sum == Absent || sum == fiveMinutes + oneHour)
            return (fiveMinutes, oneHour);

        if (oneHour > sum)
        {
            clamped = true;
            return (0, sum);
        }

        return (sum - oneHour, oneHour);
    }

    private void ReadUsage(ref Utf8JsonReader reader, string? knownTier, string? knownRegion)
    {
        while (NextName(ref reader))
        {
            if (ReadBucket(ref reader))
                continue;
            if (Is(ref reader, Names.OutputTokensDetails))
                ReadOutputDetails(ref reader);
            else if (Is(ref reader, Names.ServerToolUse))
                ReadServerTools(ref reader);
            else if (Is(ref reader, Names.Iterations))
                ReadIterations(ref reader);
            else if (Is(ref reader, Names.ServiceTier))
                ServiceTier = Name(ref reader, knownTier);
            else if (Is(ref reader, Names.Speed))
                IsFast = ReadSpeed(ref reader);
            else if (Is(ref reader, Names.InferenceGeo))
                Region = ReadGeo(ref reader, knownRegion);
            else
                reader.Skip();
        }
    }

    private static bool ReadSpeed(ref Utf8JsonReader reader)
    {
        reader.Read();
        var fast = reader.TokenType == JsonTokenType.String && Is(ref reader, Names.Fast);
        reader.Skip();
        return fast;
    }

    private static string? ReadGeo(ref Utf8JsonReader reader, string? known)
    {
        var geo = Name(ref reader, known);
        return string.Equals(geo, "not_available", StringComparison.Ordinal) ? null : geo;
    }

    /// <summary>Reads a member that is a token bucket; false (and nothing read) when it is something else.</summary>
    private bool ReadBucket(ref Utf8JsonReader reader)
    {
        if (Is(ref reader, Names.InputTokens))
            Main(ref reader, ref _input);
        else if (Is(ref reader, Names.OutputTokens))
            Main(ref reader, ref _output);
        else if (Is(ref reader, Names.CacheReadInputTokens))
            Main(ref reader, ref _cacheRead);
        else if (Is(ref reader, Names.CacheCreationInputTokens))
            Main(ref reader, ref _cacheWrite);
        else if (Is(ref reader, Names.CacheCreation))
            ReadCacheCreation(ref reader);
        else
            return false;

        return true;
    }

    private void Main(ref Utf8JsonReader reader, ref long target)
    {
        target = Count(ref reader, ref _odd);
        Any |= target != Absent;
    }

    private void ReadCacheCreation(ref Utf8JsonReader reader)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Ephemeral5m))
                _write5m = Count(ref reader, ref _odd);
            else if (Is(ref reader, Names.Ephemeral1h))
                _write1h = Count(ref reader, ref _odd);
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
            if (Is(ref reader, Names.ThinkingTokens))
                _thinking = Count(ref reader, ref _odd);
            else
                reader.Skip();
        }
    }

    private void ReadServerTools(ref Utf8JsonReader reader)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.WebSearchRequests))
                _webSearch = Count(ref reader, ref _odd);
            else if (Is(ref reader, Names.WebFetchRequests))
                _webFetch = Count(ref reader, ref _odd);
            else if (Is(ref reader, Names.CodeExecutionRequests))
                _codeExecution = Count(ref reader, ref _odd);
            else
                reader.Skip();
        }
    }

    /// <summary>
    /// The steps of a call. Those of type <c>message</c> are what the figures above sum up. A <c>compaction</c> is billed beside them at the same model's
    /// rates (Anthropic's page on compaction: add up the iterations). An <c>advisor_message</c> ran on another model, whose rates one usage cannot carry: left out.
    /// </summary>
    private void ReadIterations(ref Utf8JsonReader reader)
    {
        if (!EnterArray(ref reader))
            return;

        _compactInput = _compactOutput = _compactRead = _compact5m = _compact1h = 0;
        while (NextItem(ref reader))
        {
            if (!IsObject(ref reader))
                continue;

            var step = new AnthropicMessagesFigures { _input = Absent, _output = Absent, _cacheRead = Absent, _cacheWrite = Absent, _write5m = Absent, _write1h = Absent };
            var compaction = false;
            while (NextName(ref reader))
            {
                if (step.ReadBucket(ref reader))
                    continue;

                if (Is(ref reader, Names.Type))
                {
                    reader.Read();
                    compaction = reader.TokenType == JsonTokenType.String && Is(ref reader, Names.Compaction);
                }

                reader.Skip();
            }

            if (!compaction)
                continue;

            var (write5m, write1h) = Split(step._cacheWrite, step._write5m, step._write1h, ref _odd);
            _compactInput = Plus(_compactInput, step._input);
            _compactOutput = Plus(_compactOutput, step._output);
            _compactRead = Plus(_compactRead, step._cacheRead);
            _compact5m = Plus(_compact5m, write5m);
            _compact1h = Plus(_compact1h, write1h);
        }
    }

    private static long Plus(long sum, long figure) => Math.Min(sum + Math.Max(figure, 0), MaxCount);

    private static long Over(long earlier, long later) => later == Absent ? earlier : later;

    private static int Calls(long count) => (int)Math.Clamp(count, 0, 1_000_000);
}
