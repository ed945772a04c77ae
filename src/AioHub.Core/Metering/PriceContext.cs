using System.Collections.Frozen;

namespace AioHub.Core.Metering;

/// <summary>What one unit of a currency is worth in USD.</summary>
public sealed class CurrencyRates
{
    private readonly FrozenDictionary<string, decimal> _usdPerUnit;

    /// <param name="usdPerUnit">By currency code, in any case; USD is always 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is not positive.</exception>
    public CurrencyRates(IEnumerable<KeyValuePair<string, decimal>> usdPerUnit)
    {
        var rates = new Dictionary<string, decimal>(StringComparer.OrdinalIgnoreCase);
        foreach (var (currency, usd) in usdPerUnit)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(usd, currency);
            rates[currency] = usd;
        }

        rates["USD"] = 1m;
        _usdPerUnit = rates.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>USD, and round figures for CNY and EUR that an operator replaces by the ones in force.</summary>
    public static CurrencyRates Default { get; } = new([KeyValuePair.Create("CNY", 0.14m), KeyValuePair.Create("EUR", 1.15m)]);

    /// <exception cref="UnknownCurrencyException">There is no rate for it.</exception>
    public decimal UsdPer(string currency) =>
        string.Equals(currency, "USD", StringComparison.Ordinal) ? 1m
        : _usdPerUnit.TryGetValue(currency, out var usd) ? usd
        : throw new UnknownCurrencyException(currency);

    public bool Knows(string currency) => _usdPerUnit.ContainsKey(currency);
}

/// <summary>A price row is written in a currency that has no rate.</summary>
public sealed class UnknownCurrencyException(string currency)
    : InvalidOperationException($"No exchange rate is set for the currency \"{currency}\". Set its rate in USD, or give the price in USD.")
{
    public string Currency { get; } = currency;
}

/// <summary>What besides its usage decides a call's price. The default value prices a plain text call.</summary>
public readonly record struct PriceContext
{
    /// <summary>When the call started, UTC: schedules are read at this moment.</summary>
    public DateTime Moment { get; init; }
    /// <summary>The tier that the upstream says it served; null = the default one.</summary>
    public string? ServiceTier { get; init; }
    public string? ImageSize { get; init; }
    public string? ImageQuality { get; init; }
    /// <summary>Where the upstream computed, as it says or as its channel is set; null = nowhere special.</summary>
    public string? Region { get; init; }
    /// <summary>Beside the group's; null = 1.</summary>
    public decimal? UserMultiplier { get; init; }
    /// <summary>Beside the group's; null = 1.</summary>
    public decimal? KeyMultiplier { get; init; }
    /// <summary>Null = <see cref="CurrencyRates.Default"/>.</summary>
    public CurrencyRates? Currencies { get; init; }
}
