using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Metering;

/// <summary>
/// What a call costs, exactly: disjoint buckets times the rates in force, summed, times the multipliers, rounded once half away from zero.
/// </summary>
/// <remarks>
/// No figure overflows. A quantity below zero or above <see cref="MaxQuantity"/> is clamped and so is a total above <see cref="MaxCharge"/>;
/// <see cref="Charge.Clamped"/> then says so. Only a price row with rates beyond any sense (above 10¹² a million) can raise
/// <see cref="OverflowException"/>; the catalogue refuses such rows.
/// </remarks>
public static class Pricing
{
    /// <summary>The most of one bucket that is believed: 10¹² tokens. No upstream can process that in one call.</summary>
    public const long MaxQuantity = 1_000_000_000_000;

    /// <summary>Ten million USD: no call costs more, and nine hundred such charges still fit a balance.</summary>
    public static NanoUsd MaxCharge { get; } = new(10_000_000L * NanoUsd.PerUsd);

    /// <param name="multiplier">The group's.</param>
    /// <returns>Lines at the row's rates in USD; the charge's multiplier is the group's times the service tier's times the schedule's.</returns>
    /// <exception cref="UnknownCurrencyException">The row's currency has no rate.</exception>
    /// <exception cref="TimeZoneNotFoundException">A schedule names a zone that this machine does not know.</exception>
    public static Charge Price(PriceRow row, decimal multiplier, in Usage usage, in PriceContext context)
    {
        var lines = new Lines((context.Currencies ?? CurrencyRates.Default).UsdPer(row.Currency));
        var rates = row.RatesFor(TotalInput(usage));
        AddTokens(ref lines, rates, usage);
        AddCalls(ref lines, row, usage, context);
        var factor = multiplier * TierMultiplier(row, context.ServiceTier) * PriceSchedule.MultiplierAt(row.Schedule, context.Moment);
        var total = Round(lines.Usd * factor, out var saturated);
        return new Charge(lines.ToImmutable(), factor, total, row.Version) { Clamped = lines.Clamped || saturated };
    }

    /// <summary>
    /// An upper bound of what a call of at most this size can cost, for a hold: every input token at the dearest input rate that may apply (cache
    /// writes and audio included), every output token at the dearest output rate, in the dearest tier that this size can reach.
    /// Vendor tools are not bounded: their number is unknown before the call.
    /// </summary>
    /// <param name="answers">How many alternatives (<c>n</c>) or images the call asks for; at least 1 counts.</param>
    /// <param name="serviceTier">What the caller asked for; <c>auto</c> means any. An upstream may always serve its default tier instead.</param>
    /// <exception cref="UnknownCurrencyException">The row's currency has no rate.</exception>
    public static NanoUsd Bound(
        PriceRow row,
        decimal multiplier,
        long inputTokens,
        long outputTokens,
        int answers,
        DateTime at,
        string? serviceTier = null,
        long characters = 0,
        decimal seconds = 0,
        CurrencyRates? currencies = null)
    {
        var input = Math.Clamp(inputTokens, 0, MaxQuantity);
        var output = Math.Clamp(outputTokens, 0, MaxQuantity);
        answers = Math.Clamp(answers, 1, 100_000);
        decimal inputRate = DearestInput(row.Rates), outputRate = DearestOutput(row.Rates);
        foreach (var tier in row.Tiers)
        {
            if (tier.AppliesTo(input))
            {
                inputRate = Math.Max(inputRate, DearestInput(tier.Rates));
                outputRate = Math.Max(outputRate, DearestOutput(tier.Rates));
            }
        }

        var image = 0m;
        foreach (var price in row.PerImage)
        {
            image = Math.Max(image, price.Usd);
        }

        var usd = (((input * inputRate) + ((decimal)output * answers * outputRate)) / 1_000_000m) + (row.PerRequest ?? 0m) + (image * answers)
            + ((row.PerCharacter ?? 0m) * Math.Clamp(characters, 0, MaxQuantity)) + ((row.PerSecond ?? 0m) * Math.Clamp(seconds, 0m, MaxQuantity));
        var factor = multiplier * DearestTier(row, serviceTier) * PriceSchedule.MultiplierAt(row.Schedule, at);
        usd *= (currencies ?? CurrencyRates.Default).UsdPer(row.Currency) * factor;
        return usd <= 0 ? NanoUsd.Zero : usd >= MaxCharge.ToUsd() ? MaxCharge : new NanoUsd((long)Math.Ceiling(usd * NanoUsd.PerUsd));
    }

    /// <summary>As <see cref="Usage.TotalInput"/>, but absurd figures cannot wrap around.</summary>
    private static long TotalInput(in Usage usage)
    {
        var total = (Int128)usage.Input + usage.CacheRead + usage.CacheWrite5m + usage.CacheWrite1h + usage.CacheWriteOther + usage.InputAudio + usage.InputImage
            + usage.InputVideo + usage.CacheReadAudio;
        return (long)Int128.Clamp(total, 0, long.MaxValue);
    }

    private static void AddTokens(ref Lines lines, Rates rates, in Usage usage)
    {
        var input = rates.Input ?? 0m;
        var write = rates.CacheWrite5m ?? input;
        lines.Add("input", usage.Input, input);
        lines.Add("cache_read", usage.CacheRead, rates.CacheRead ?? input);
        lines.Add("cache_write_5m", usage.CacheWrite5m, write);
        lines.Add("cache_write_1h", usage.CacheWrite1h, rates.CacheWrite1h ?? write);
        lines.Add("cache_write_other", usage.CacheWriteOther, rates.CacheWriteOther ?? write);
        lines.Add("input_audio", usage.InputAudio, rates.InputAudio ?? input);
        lines.Add("cache_read_audio", usage.CacheReadAudio, rates.CacheReadAudio ?? input);
        lines.Add("input_image", usage.InputImage, rates.InputImage ?? input);
        lines.Add("input_video", usage.InputVideo, rates.InputVideo ?? input);

        var output = rates.Output ?? 0m;
        if (rates.Reasoning is { } reasoningRate)
        {
            // A rate of its own takes reasoning out of the output line; without one it stays inside.
            var reasoning = Math.Clamp(usage.Reasoning, 0, Math.Max(0, usage.Output));
            lines.Add("output", usage.Output - reasoning, output);
            lines.Add("reasoning", reasoning, reasoningRate);
        }
        else
        {
            lines.Add("output", usage.Output, output);
        }

        lines.Add("output_audio", usage.OutputAudio, rates.OutputAudio ?? output);
        lines.Add("output_image", usage.OutputImage, rates.OutputImage ?? output);
    }

    private static void AddCalls(ref Lines lines, PriceRow row, in Usage usage, in PriceContext context)
    {
        const decimal million = 1_000_000m;
        if (row.PerRequest is { } request)
        {
            lines.Add("request", 1, request * million);
        }

        if (usage.Images != 0 && ImageUsd(row.PerImage, context.ImageSize, context.ImageQuality) is { } image)
        {
            lines.Add("image", usage.Images, image * million);
        }

        if (row.PerSecond is { } second && context.Seconds > 0)
        {
            lines.Add("millisecond", (long)Math.Ceiling(Math.Min(context.Seconds, MaxQuantity) * 1000m), second * 1000m);
        }

        if (row.PerCharacter is { } character)
        {
            lines.Add("character", context.Characters, character * million);
        }

        var calls = usage.ToolCalls;
        if (calls.Any)
        {
            lines.Add("web_search", calls.WebSearch, row.Per1K.GetValueOrDefault("web_search") * 1000m);
            lines.Add("web_fetch", calls.WebFetch, row.Per1K.GetValueOrDefault("web_fetch") * 1000m);
            lines.Add("file_search", calls.FileSearch, row.Per1K.GetValueOrDefault("file_search") * 1000m);
            lines.Add("code_execution", calls.CodeExecution, row.Per1K.GetValueOrDefault("code_execution") * 1000m);
            lines.Add("other", calls.Other, row.Per1K.GetValueOrDefault("other") * 1000m);
        }
    }

    /// <summary>The price that names most of what was asked for; when sizes are unknown the dearest, never a lucky zero.</summary>
    private static decimal? ImageUsd(ImmutableArray<ImagePrice> prices, string? size, string? quality)
    {
        (decimal Usd, int Score)? best = null;
        decimal? dearest = null;
        foreach (var price in prices)
        {
            dearest = Math.Max(dearest ?? price.Usd, price.Usd);
            var sizeScore = Score(price.Size, size);
            var qualityScore = Score(price.Quality, quality);
            if (sizeScore >= 0 && qualityScore >= 0 && (best is not { } known || sizeScore + qualityScore > known.Score))
            {
                best = (price.Usd, sizeScore + qualityScore);
            }
        }

        return best?.Usd ?? dearest;

        static int Score(string? wanted, string? given) =>
            wanted is null ? 0 : string.Equals(wanted, given, StringComparison.OrdinalIgnoreCase) ? 1 : -1;
    }

    private static decimal TierMultiplier(PriceRow row, string? tier) => tier is not null && row.ServiceTiers.TryGetValue(tier, out var multiplier) ? multiplier : 1m;

    private static decimal DearestTier(PriceRow row, string? asked)
    {
        if (!string.Equals(asked, "auto", StringComparison.OrdinalIgnoreCase))
        {
            return Math.Max(1m, TierMultiplier(row, asked));
        }

        var dearest = 1m;
        foreach (var (_, multiplier) in row.ServiceTiers)
        {
            dearest = Math.Max(dearest, multiplier);
        }

        return dearest;
    }

    private static decimal DearestInput(Rates rates)
    {
        var dearest = rates.Input ?? 0m;
        dearest = Math.Max(dearest, rates.CacheRead ?? 0m);
        dearest = Math.Max(dearest, rates.CacheWrite5m ?? 0m);
        dearest = Math.Max(dearest, rates.CacheWrite1h ?? 0m);
        dearest = Math.Max(dearest, rates.CacheWriteOther ?? 0m);
        dearest = Math.Max(dearest, rates.InputAudio ?? 0m);
        dearest = Math.Max(dearest, rates.CacheReadAudio ?? 0m);
        dearest = Math.Max(dearest, rates.InputImage ?? 0m);
        return Math.Max(dearest, rates.InputVideo ?? 0m);
    }

    private static decimal DearestOutput(Rates rates)
    {
        var dearest = Math.Max(rates.Output ?? 0m, rates.Reasoning ?? 0m);
        return Math.Max(dearest, Math.Max(rates.OutputAudio ?? 0m, rates.OutputImage ?? 0m));
    }

    private static NanoUsd Round(decimal usd, out bool saturated)
    {
        saturated = usd > MaxCharge.ToUsd();
        return saturated ? MaxCharge : usd <= 0 ? NanoUsd.Zero : NanoUsd.FromUsd(usd);
    }

    private struct Lines(decimal usdPerUnit)
    {
        /// <summary>More than there are kinds of lines.</summary>
        private const int Most = 32;

        [ThreadStatic]
        private static LineItem[]? _scratch;

        private readonly LineItem[] _items = _scratch ??= new LineItem[Most];
        private int _count;

        public decimal Usd { get; private set; }

        public bool Clamped { get; private set; }

        public void Add(string what, long quantity, decimal perMillion)
        {
            if (quantity == 0)
            {
                return;
            }

            var believed = Math.Clamp(quantity, 0, MaxQuantity);
            Clamped |= believed != quantity;
            if (believed == 0)
            {
                return;
            }

            var item = new LineItem(what, believed, perMillion * usdPerUnit);
            Usd += item.Usd;
            _items[_count++] = item;
        }

        public readonly ImmutableArray<LineItem> ToImmutable() => ImmutableArray.Create(_items.AsSpan(0, _count));
    }
}
