using System.Globalization;

namespace AioHub.Core.Catalog.Sync;

/// <summary>What keeps a wrong document from becoming a wrong price.</summary>
internal static class PriceSanity
{
    /// <summary>From here on a change is more likely a slip of the decimal point than a price.</summary>
    public const decimal Jump = 10m;

    /// <summary>The dearest published rate is 600 USD a million tokens; a hundred dollars an image, a call or a thousand tool calls is no list price.</summary>
    private const decimal MostPerMillion = 10_000m;
    private const decimal MostPerUnit = 1_000m;
    private const decimal MostPerCharacter = 1m;
    private const decimal MostMultiplier = 100m;

    /// <summary>What nobody may apply.</summary>
    public static string? Impossible(PriceRow offered)
    {
        var negative = PriceLines.Of(offered).Where(static line => line.Value < 0).Select(static line => $"{line.Key} is negative ({Number(line.Value)})").ToList();
        return negative.Count > 0 ? string.Join(", ", negative) : null;
    }

    /// <summary>What only a person who insists may apply.</summary>
    /// <param name="former">The price in force; null = the model has none.</param>
    public static IEnumerable<string> Doubts(PriceRow? former, PriceRow next)
    {
        var lines = PriceLines.Of(next);
        var before = former is null ? [] : PriceLines.Of(former);
        if (former is not null && !string.Equals(former.Currency, next.Currency, StringComparison.Ordinal))
        {
            yield return $"the currency changes from {former.Currency} to {next.Currency}";
            before = [];
        }

        foreach (var (name, value) in lines)
        {
            if (value > MostOf(name))
            {
                yield return $"{name} is absurd ({Number(value)})";
            }

            if (!before.TryGetValue(name, out var old))
            {
                if (value == 0 && PaidUntilNow(before, name) is > 0 and var paid)
                {
                    yield return $"{name} would be free, it paid {Number(paid)} until now";
                }

                continue;
            }

            if (old > 0 && value == 0)
            {
                yield return $"{name} falls from {Number(old)} to nothing";
            }
            else if (old > 0 && (value / Jump >= old || value <= old / Jump))
            {
                yield return $"{name} jumps from {Number(old)} to {Number(value)}";
            }
        }

        if (IsFree(lines) && (former is null || !IsFree(before)))
        {
            yield return "the model would be free";
        }
    }

    public static string Number(decimal value) => value.ToString("0.############", CultureInfo.InvariantCulture);

    /// <summary>A bucket without a rate pays its side's; public lists write 0 where they know nothing.</summary>
    private static decimal? PaidUntilNow(Dictionary<string, decimal> before, string name) =>
        name.Contains(':', StringComparison.Ordinal) || name.StartsWith("per_", StringComparison.Ordinal) || !IsAmount(name) ? null
        : before.TryGetValue(name is "output_audio" or "output_image" or "reasoning" ? "output" : "input", out var side) && name != "output" ? side
        : null;

    private static bool IsFree(Dictionary<string, decimal> lines) => lines.Where(static line => IsAmount(line.Key)).All(static line => line.Value == 0);

    private static bool IsAmount(string name) => !name.StartsWith("service_tiers", StringComparison.Ordinal) && !name.StartsWith("schedule", StringComparison.Ordinal);

    private static decimal MostOf(string name) =>
        !IsAmount(name) ? MostMultiplier
        : name == "per_character" ? MostPerCharacter
        : name.StartsWith("per_", StringComparison.Ordinal) ? MostPerUnit
        : MostPerMillion;
}
