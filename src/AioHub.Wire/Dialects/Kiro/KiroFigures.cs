using System.Text.Json;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.Kiro.KiroNames;

namespace AioHub.Wire.Dialects.Kiro;

/// <summary>
/// The figures of one <c>tokenUsage</c>. Its four parts are disjoint, the total is their sum. Events without it, or with zeros for the whole input, are
/// common: they report nothing.
/// </summary>
internal struct KiroFigures
{
    /// <summary>No call takes a million credits.</summary>
    private const decimal MostCredits = 1_000_000m;

    private const decimal NanoPerCredit = 1_000_000_000m;

    public const long MostNanoCredits = 1_000_000_000_000_000;

    /// <summary>In percent.</summary>
    public const decimal FullContext = 100m;

    private long _input, _output, _total, _read, _write;
    private bool _odd;

    /// <summary>No prompt is empty: figures that tell no input report nothing.</summary>
    public readonly bool Any => Input + Math.Max(_read, 0) + Math.Max(_write, 0) > 0;

    private readonly long Parts => Math.Max(_output, 0) + Math.Max(_read, 0) + Math.Max(_write, 0);

    /// <summary>Left out, it is what the total leaves.</summary>
    private readonly long Input => _input != Absent ? _input : Math.Max(_total - Parts, 0);

    /// <summary>Reads the object that the reader stands on.</summary>
    /// <param name="percent">Takes the share of the context window where it stands here.</param>
    public static KiroFigures Read(ref Utf8JsonReader reader, ref decimal? percent)
    {
        var figures = new KiroFigures { _input = Absent, _output = Absent, _total = Absent, _read = Absent, _write = Absent };
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.UncachedInputTokens))
                figures._input = Count(ref reader, ref figures._odd);
            else if (Is(ref reader, Names.OutputTokens))
                figures._output = Count(ref reader, ref figures._odd);
            else if (Is(ref reader, Names.TotalTokens))
                figures._total = Count(ref reader, ref figures._odd);
            else if (Is(ref reader, Names.CacheReadInputTokens))
                figures._read = Count(ref reader, ref figures._odd);
            else if (Is(ref reader, Names.CacheWriteInputTokens))
                figures._write = Count(ref reader, ref figures._odd);
            else if (Is(ref reader, Names.ContextUsagePercentage))
                percent = Percent(ref reader) ?? percent;
            else
                reader.Skip();
        }

        return figures;
    }

    /// <summary>The cache's default lifetime is five minutes; Kiro knows no other.</summary>
    public readonly Usage ToUsage() => new()
    {
        Input = Input,
        CacheRead = Math.Max(_read, 0),
        CacheWrite5m = Math.Max(_write, 0),
        Output = Math.Max(_output, 0),
        Source = UsageSource.Reported,
        Clamped = _odd || (_input == Absent && _total != Absent && _total < Parts),
    };

    /// <summary>The value behind a name as a share of the context window, above 0; null for anything else. More than the whole is the whole.</summary>
    public static decimal? Percent(ref Utf8JsonReader reader) => Number(ref reader) is { } percent && percent > 0 ? Math.Min(percent, FullContext) : null;

    /// <summary>The value behind a name in billionths of a credit, rounded half away from zero; null for what is no number.</summary>
    public static long? NanoCredits(ref Utf8JsonReader reader, ref bool odd)
    {
        if (Number(ref reader) is not { } credits)
            return null;

        odd |= credits is < 0 or > MostCredits;
        return (long)Math.Round(Math.Clamp(credits, 0, MostCredits) * NanoPerCredit, 0, MidpointRounding.AwayFromZero);
    }

    private static decimal? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number)
        {
            reader.Skip();
            return null;
        }

        if (reader.TryGetDecimal(out var exact))
            return exact;

        // Too large for a decimal, or a form of writing that it does not take: the sign and that it is absurd are all that matters.
        return reader.TryGetDouble(out var number) && !double.IsNaN(number) ? (decimal)Math.Clamp(number, -1, (double)MostCredits + 1) : null;
    }
}
