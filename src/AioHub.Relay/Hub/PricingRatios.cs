using System.Globalization;
using System.Text;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Metering;

namespace AioHub.Relay.Hub;

/// <summary>
/// A price as new-api's readers understand it: a ratio of 1 is 2 USD per million input tokens, everything else a multiple of the input rate; or dollars a
/// call. Always in USD and of the smallest context; what ratios cannot say stands in <see cref="ExactPrices"/>.
/// </summary>
internal static class PricingRatios
{
    private const decimal UsdPerRatio = 2m;

    /// <summary>Ratios are quotients: more digits than a double keeps help nobody.</summary>
    private const int Digits = 15;

    public static void Write(Utf8JsonWriter writer, PriceRow price)
    {
        var rates = price.Rates;
        var usd = CurrencyRates.Default.UsdPer(price.Currency);
        var perCall = rates.Input is null && rates.Output is null ? PerCall(price) : null;
        // A model that is paid for its output alone has no input rate to be a multiple of: the output's stands for both.
        var input = rates.Input ?? rates.Output ?? 0m;
        writer.WriteNumber("quota_type", perCall is null ? 0 : 1);
        writer.WriteNumber("model_ratio", perCall is null ? Short(input * usd / UsdPerRatio) : 0m);
        writer.WriteNumber("model_price", perCall is { } call ? Short(call * usd) : 0m);
        writer.WriteNumber("completion_ratio", Ratio(rates.Output, input) ?? 1m);
        WriteRatio(writer, "cache_ratio", rates.CacheRead, input);
        WriteRatio(writer, "create_cache_ratio", rates.CacheWrite5m ?? rates.CacheWriteOther, input);
        WriteRatio(writer, "image_ratio", rates.InputImage, input);
        WriteRatio(writer, "audio_ratio", rates.InputAudio, input);
        WriteRatio(writer, "audio_completion_ratio", rates.OutputAudio, rates.InputAudio ?? input);
        if (perCall is null && price.Tiers.Length > 0)
        {
            // What depends on the length of the input no ratio can say; who knows no formulas sees the ratios of short inputs.
            writer.WriteString("billing_mode", "tiered_expr");
            writer.WriteString("billing_expr", Formula(price, usd));
        }
    }

    /// <summary>
    /// new-api's formula of a price with tiers: USD per million tokens times the tokens of each kind, by the whole length of the input
    /// (<c>len &lt;= 200000 ? tier("base", p * 3 + …) : tier("above_200000", …)</c>).
    /// </summary>
    internal static string Formula(PriceRow price, decimal usd)
    {
        var text = new StringBuilder();
        var (rates, name) = (price.Rates, "base");
        foreach (var tier in price.Tiers)
        {
            text.Append(CultureInfo.InvariantCulture, $"len {(tier.Inclusive ? "<" : "<=")} {tier.Above} ? {Tier(name, rates, usd)} : ");
            (rates, name) = (tier.Rates, string.Create(CultureInfo.InvariantCulture, $"above_{tier.Above}"));
        }

        return text.Append(Tier(name, rates, usd)).ToString();
    }

    private static string Tier(string name, Rates rates, decimal usd)
    {
        (string Variable, decimal? Rate)[] all =
        [
            ("p", rates.Input), ("c", rates.Output), ("cr", rates.CacheRead), ("cc", rates.CacheWrite5m ?? rates.CacheWriteOther), ("cc1h", rates.CacheWrite1h),
            ("img", rates.InputImage), ("img_o", rates.OutputImage), ("ai", rates.InputAudio), ("ao", rates.OutputAudio),
        ];
        var terms = all.Where(static one => one.Rate is not null).Select(one => $"{one.Variable} * {Short(one.Rate!.Value * usd).ToString(CultureInfo.InvariantCulture)}").ToList();
        return $"tier(\"{name}\", {(terms.Count == 0 ? "0" : string.Join(" + ", terms))})";
    }

    /// <summary>Of many images the plain one, else the first: a list of sizes and qualities is more than one number.</summary>
    private static decimal? PerCall(PriceRow price) =>
        price.PerRequest ?? price.PerImage.Where(static image => image.Size is null && image.Quality is null).Concat(price.PerImage).Select(static image => (decimal?)image.Usd).FirstOrDefault();

    private static void WriteRatio(Utf8JsonWriter writer, string name, decimal? rate, decimal basis)
    {
        if (Ratio(rate, basis) is { } ratio)
        {
            writer.WriteNumber(name, ratio);
        }
    }

    private static decimal? Ratio(decimal? rate, decimal basis) => rate is { } some && basis > 0 ? Short(some / basis) : null;

    private static decimal Short(decimal value) => Math.Round(value, Digits, MidpointRounding.AwayFromZero) / 1.000000000000000000000000000m;
}
