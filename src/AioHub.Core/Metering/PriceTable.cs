using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AioHub.Core.Catalog;

namespace AioHub.Core.Metering;

/// <summary>
/// A price row worked out for the hot path: every rate in USD, beside it the same rate as a whole number at one scale for the whole row, so that a
/// charge is multiplications and one division of whole numbers. Made once a row; nothing here changes.
/// </summary>
internal sealed class PriceTable
{
    /// <summary>More decimals than this leave no room for quantities; such a row is priced with decimals.</summary>
    private const int MostDecimals = 9;

    /// <summary>A table lives as long as its row.</summary>
    private static readonly ConditionalWeakTable<PriceRow, PriceTable> Tables = [];

    private readonly Rate[][] _tiers;
    private readonly Rate[] _images;
    private readonly PriceSchedule? _schedule;
    private readonly CurrencyRates _currencies;

    private PriceTable(PriceRow row, CurrencyRates currencies)
    {
        Row = row;
        _currencies = currencies;
        var usd = currencies.UsdPer(row.Currency);
        _schedule = row.Schedule.IsDefaultOrEmpty ? null : new PriceSchedule(row.Schedule);
        var tiers = row.Tiers.IsDefault ? [] : row.Tiers;
        var rates = new decimal[tiers.Length + 1][];
        rates[0] = RatesOf(row, row.Rates, usd);
        for (var i = 0; i < tiers.Length; i++)
        {
            rates[i + 1] = RatesOf(row, tiers[i].Rates, usd);
        }

        var prices = row.PerImage.IsDefault ? [] : row.PerImage;
        var images = prices.Select(image => image.Usd * 1_000_000m * usd).ToArray();
        Decimals = 0;
        IsWhole = Array.TrueForAll(rates, all => Array.TrueForAll(all, Fits)) && Array.TrueForAll(images, Fits);
        _tiers = [.. rates.Select(all => all.Select(Scaled).ToArray())];
        _images = [.. images.Select(Scaled)];
        DearestImage = _images.Length == 0 ? default : _images.MaxBy(static rate => rate.Usd);
        DearestTier = Dearest(row.ServiceTiers.Values);
        DearestRegion = Dearest(row.Regions.Values);
        OwnReasoning = [row.Rates.Reasoning is not null, .. tiers.Select(static tier => tier.Rates.Reasoning is not null)];
        DearestInput = [.. rates.Select(static all => Largest(all, LineKind.Input, LineKind.InputVideo))];
        DearestOutput = [.. rates.Select(static all => Largest(all, LineKind.Output, LineKind.OutputVideo))];
        WholeInput = [.. DearestInput.Select(rate => Scaled(rate).Whole)];
        WholeOutput = [.. DearestOutput.Select(rate => Scaled(rate).Whole)];
    }

    public PriceRow Row { get; }

    /// <summary>Every rate is a whole number of 10^-<see cref="Decimals"/>.</summary>
    public bool IsWhole { get; }

    public int Decimals { get; private set; }

    public Rate DearestImage { get; }

    /// <summary>At least 1: an upstream may always serve its default tier.</summary>
    public decimal DearestTier { get; }

    /// <summary>At least 1.</summary>
    public decimal DearestRegion { get; }

    /// <summary>By tier: reasoning has a rate of its own and leaves the output's line.</summary>
    public bool[] OwnReasoning { get; }

    /// <summary>By tier, in USD per million tokens.</summary>
    public decimal[] DearestInput { get; }

    public decimal[] DearestOutput { get; }

    public ulong[] WholeInput { get; }

    public ulong[] WholeOutput { get; }

    /// <exception cref="UnknownCurrencyException">The row's currency has no rate.</exception>
    /// <exception cref="TimeZoneNotFoundException">A schedule names a zone that this machine does not know.</exception>
    public static PriceTable Of(PriceRow row, CurrencyRates? currencies)
    {
        var wanted = currencies ?? CurrencyRates.Default;
        if (Tables.TryGetValue(row, out var table) && ReferenceEquals(table._currencies, wanted))
        {
            return table;
        }

        table = new PriceTable(row, wanted);
        Tables.AddOrUpdate(row, table);
        return table;
    }

    /// <summary>Which of the tiers a request of this size pays: 0 = the row's own rates.</summary>
    public int TierFor(long totalInput)
    {
        var found = 0;
        var tiers = Row.Tiers;
        for (var i = 0; i < _tiers.Length - 1; i++)
        {
            if (tiers[i].AppliesTo(totalInput))
            {
                found = i + 1;
            }
        }

        return found;
    }

    public ref readonly Rate RateOf(int tier, LineKind kind) => ref _tiers[tier][(int)kind];

    public decimal MultiplierAt(DateTime utc) => _schedule?.MultiplierAt(utc) ?? 1m;

    /// <summary>The price that names most of what was asked for; when sizes are unknown the dearest, never a lucky zero. Null = images have no price.</summary>
    public Rate? ImageRate(string? size, string? quality)
    {
        var best = -1;
        var bestScore = -1;
        for (var i = 0; i < _images.Length; i++)
        {
            var price = Row.PerImage[i];
            var sizeScore = Score(price.Size, size);
            var qualityScore = Score(price.Quality, quality);
            if (sizeScore >= 0 && qualityScore >= 0 && sizeScore + qualityScore > bestScore)
            {
                (best, bestScore) = (i, sizeScore + qualityScore);
            }
        }

        return best >= 0 ? _images[best] : _images.Length > 0 ? DearestImage : null;

        static int Score(string? wanted, string? given) =>
            wanted is null ? 0 : string.Equals(wanted, given, StringComparison.OrdinalIgnoreCase) ? 1 : -1;
    }

    private static decimal[] RatesOf(PriceRow row, Rates rates, decimal usd)
    {
        var all = new decimal[LineKinds.Count];
        for (var kind = (LineKind)0; (int)kind < all.Length; kind++)
        {
            all[(int)kind] = ((int)kind < LineKinds.Tokens ? LineKinds.RateOf(kind, rates) : LineKinds.RateOf(kind, row)) * usd;
        }

        return all;
    }

    private static decimal Dearest(ImmutableArray<decimal> multipliers)
    {
        var dearest = 1m;
        foreach (var multiplier in multipliers)
        {
            dearest = Math.Max(dearest, multiplier);
        }

        return dearest;
    }

    private static decimal Largest(decimal[] rates, LineKind first, LineKind last) => rates.AsSpan((int)first, last - first + 1).ToArray().Max();

    /// <summary>Finds the row's scale on the way: the most decimals that any rate has.</summary>
    private bool Fits(decimal rate)
    {
        while (rate != decimal.Round(rate, Decimals))
        {
            if (++Decimals > MostDecimals)
            {
                return false;
            }
        }

        return rate >= 0 && rate <= 1_000_000_000m;
    }

    private Rate Scaled(decimal rate) => new(rate, IsWhole ? (ulong)(rate * WholeMath.Power(Decimals)) : 0);

    /// <param name="Usd">Per million units.</param>
    /// <param name="Whole">The same times 10^<see cref="Decimals"/>; 0 unless <see cref="IsWhole"/>.</param>
    internal readonly record struct Rate(decimal Usd, ulong Whole);
}
