using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AioHub.Core.Catalog;

/// <summary>
/// Rates per million tokens in the row's currency. A bucket without a rate pays its side's <see cref="Input"/> or <see cref="Output"/>
/// (<see cref="CacheWrite1h"/> and <see cref="CacheWriteOther"/> first pay <see cref="CacheWrite5m"/>'s).
/// </summary>
public sealed record Rates
{
    public decimal? Input { get; init; }
    public decimal? Output { get; init; }
    public decimal? CacheRead { get; init; }
    public decimal? CacheWrite5m { get; init; }
    public decimal? CacheWrite1h { get; init; }
    public decimal? CacheWriteOther { get; init; }
    public decimal? InputAudio { get; init; }
    public decimal? OutputAudio { get; init; }
    public decimal? CacheReadAudio { get; init; }
    public decimal? InputImage { get; init; }
    public decimal? OutputImage { get; init; }
    public decimal? InputVideo { get; init; }
    public decimal? Reasoning { get; init; }
    public decimal? CacheReadImage { get; init; }
    public decimal? OutputVideo { get; init; }
    /// <summary>Tokens of quoted sources (Perplexity); without a rate they pay <see cref="Input"/>.</summary>
    public decimal? Citations { get; init; }
}

/// <summary>Other rates for the whole request once its whole input passes a bound.</summary>
/// <param name="Inclusive">True: the tier begins at the bound itself (xAI); false: one token above it.</param>
public sealed record PriceTier(long Above, bool Inclusive, Rates Rates)
{
    public bool AppliesTo(long totalInput) => Inclusive ? totalInput >= Above : totalInput > Above;
}

/// <summary>The price of one generated image; null matches any.</summary>
public sealed record ImagePrice(string? Size, string? Quality, decimal Usd);

/// <summary>A multiplier in force on some days between two times of day in a time zone.</summary>
public sealed record PriceWindow(ImmutableArray<DayOfWeek> Days, TimeOnly From, TimeOnly To, string TimeZone, decimal Multiplier)
{
    /// <summary>Dates, in the window's zone, on which it opens whatever the day of the week: working days moved to a weekend.</summary>
    public ImmutableArray<DateOnly> Dates { get; init; } = [];
    /// <summary>Dates, in the window's zone, on which it does not open: public holidays. They win over <see cref="Dates"/>.</summary>
    public ImmutableArray<DateOnly> Except { get; init; } = [];
}

/// <summary>What a model costs from one moment to another. Rows never change: a new price is a new row, and every log row names the one it used.</summary>
public sealed record PriceRow
{
    /// <summary>Names this row for ever: a hash of the model's id and of all that the row says.</summary>
    public required string Version { get; init; }
    public required DateTime From { get; init; }
    /// <summary>Exclusive; null = open.</summary>
    public DateTime? To { get; init; }
    public string Currency { get; init; } = "USD";
    public Rates Rates { get; init; } = new();
    /// <summary>Ascending by <see cref="PriceTier.Above"/>; the last that applies wins.</summary>
    public ImmutableArray<PriceTier> Tiers { get; init; } = [];
    public decimal? PerRequest { get; init; }
    public ImmutableArray<ImagePrice> PerImage { get; init; } = [];
    public decimal? PerSecond { get; init; }
    public decimal? PerCharacter { get; init; }
    /// <summary>
    /// Per thousand calls of a vendor's tool, by its name: <c>web_search</c>, <c>web_fetch</c>, <c>file_search</c>, <c>code_execution</c>, <c>x_search</c>, <c>maps</c>,
    /// <c>other</c>. <c>grounded_prompt</c> is paid once a call in which the web was searched, however often (Gemini 2).
    /// </summary>
    public FrozenDictionary<string, decimal> Per1K { get; init; } = FrozenDictionary<string, decimal>.Empty;
    /// <summary>Multipliers by the service tier that the upstream served.</summary>
    public FrozenDictionary<string, decimal> ServiceTiers { get; init; } = FrozenDictionary<string, decimal>.Empty;
    /// <summary>Multipliers by the region in which the upstream computed, in any case: of data residency and regional endpoints.</summary>
    public FrozenDictionary<string, decimal> Regions { get; init; } = FrozenDictionary<string, decimal>.Empty;
    /// <summary>Stored tokens (cached contents), per million tokens and hour.</summary>
    public decimal? StorageHour { get; init; }
    public ImmutableArray<PriceWindow> Schedule { get; init; } = [];

    /// <summary>Of some rows the one in force at a moment: of several the one that began last. Null = none.</summary>
    /// <param name="rows">Ascending by <see cref="From"/>.</param>
    public static PriceRow? InForce(ImmutableArray<PriceRow> rows, DateTime utc)
    {
        PriceRow? latest = null;
        foreach (var row in rows)
        {
            if (row.From <= utc && (row.To is not { } to || utc < to))
            {
                latest = row;
            }
        }

        return latest;
    }

    /// <summary>The rates for a request of this size.</summary>
    public Rates RatesFor(long totalInput)
    {
        var rates = Rates;
        foreach (var tier in Tiers)
        {
            if (tier.AppliesTo(totalInput))
            {
                rates = tier.Rates;
            }
        }

        return rates;
    }
}
