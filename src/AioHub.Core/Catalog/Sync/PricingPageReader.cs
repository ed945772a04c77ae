using System.Text.Json;

namespace AioHub.Core.Catalog.Sync;

/// <summary><c>/api/pricing</c>: of another AIOHub by its exact rows, of new-api and its kin by ratios.</summary>
internal static class PricingPageReader
{
    private const decimal UsdPerRatio = 2m;

    /// <summary>new-api shows 37.5 (75 USD) for a model whose ratio nobody set.</summary>
    private const decimal UnsetRatio = 37.5m;

    /// <exception cref="FormatException">The page does not price the group.</exception>
    public static IEnumerable<PriceEntry> Entries(JsonElement root, bool exact, string? group)
    {
        if (root.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.False)
        {
            throw new FormatException($"The hub answered with a failure: {PriceMembers.Text(root, "message") ?? "no message"}");
        }

        var factor = group is null ? 1m : FactorOf(root, group);
        foreach (var item in root.GetProperty("data").EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || PriceMembers.Text(item, "model_name") is not { Length: > 0 } name)
            {
                yield return new PriceEntry("an entry", static () => throw new FormatException("has no 'model_name'"));
                continue;
            }

            if (group is null || Serves(item, group))
            {
                yield return new PriceEntry(name, () => Read(name, item, exact, group, factor));
            }
        }
    }

    private static OfferedModel? Read(string name, JsonElement item, bool exact, string? group, decimal factor)
    {
        var offer = new OfferedModel { Name = name };
        if (exact && item.TryGetProperty("exact_prices", out var prices) && prices.ValueKind == JsonValueKind.Object
            && prices.TryGetProperty("rows", out var rows) && rows.ValueKind == JsonValueKind.Array)
        {
            if (group is not null && prices.TryGetProperty("groups", out var groups) && groups.ValueKind == JsonValueKind.Object
                && groups.TryGetProperty(group, out var own) && own.ValueKind == JsonValueKind.Object
                && own.TryGetProperty("rows", out var special) && special.ValueKind == JsonValueKind.Array)
            {
                // The group has prices of its own for this model.
                rows = special;
            }
            else if (rows.GetArrayLength() == 0)
            {
                return offer with { Refusal = "has no price of its own there, only prices of single groups; name one with --group" };
            }

            return offer with
            {
                Vendor = PriceMembers.Text(item, "vendor") ?? "",
                DisplayName = PriceMembers.Text(item, "description"),
                Kind = Enum.TryParse<ModelKind>(PriceMembers.Text(prices, "kind"), ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : null,
                ContextWindow = PriceMembers.Tokens(prices, "context_window"),
                MaxOutputTokens = PriceMembers.Tokens(prices, "max_output_tokens"),
                Rows = [.. rows.EnumerateArray().Select(row => PriceMerge.Scale(PriceJson.Read(name, row) with { Version = "" }, factor)).OrderBy(static row => row.From)],
                Whole = true,
            };
        }

        if (PriceMembers.Text(item, "billing_mode") is { Length: > 0 } mode)
        {
            return offer with { Refusal = $"is priced by a formula there ({mode}), which ratios do not tell" };
        }

        return FromRatios(offer, item, factor);
    }

    private static OfferedModel FromRatios(OfferedModel offer, JsonElement item, decimal factor)
    {
        switch (PriceMembers.Number(item, "quota_type") ?? 0)
        {
            case 1:
                return offer with
                {
                    Rows = [new PriceRow { Version = "", From = default, PerRequest = PriceMembers.Tidy((PriceMembers.Number(item, "model_price") ?? throw new FormatException("has no 'model_price'")) * factor) }],
                };
            case 0:
                break;
            default:
                return offer with { Refusal = "has a quota_type that is neither 0 (by tokens) nor 1 (by calls)" };
        }

        var ratio = PriceMembers.Number(item, "model_ratio") ?? throw new FormatException("has no 'model_ratio'");
        var input = ratio * UsdPerRatio * factor;
        var audio = input * (PriceMembers.Number(item, "audio_ratio") ?? 1m);
        var rates = new Rates
        {
            Input = PriceMembers.Tidy(input),
            Output = PriceMembers.Tidy(input * (PriceMembers.Number(item, "completion_ratio") ?? 1m)),
            CacheRead = PriceMembers.Tidy(input * PriceMembers.Number(item, "cache_ratio")),
            CacheWrite5m = PriceMembers.Tidy(input * PriceMembers.Number(item, "create_cache_ratio")),
            InputImage = PriceMembers.Tidy(input * PriceMembers.Number(item, "image_ratio")),
            InputAudio = PriceMembers.Number(item, "audio_ratio") is null ? null : PriceMembers.Tidy(audio),
            OutputAudio = PriceMembers.Tidy(audio * PriceMembers.Number(item, "audio_completion_ratio")),
        };
        return offer with
        {
            Rows = [new PriceRow { Version = "", From = default, Rates = rates }],
            Refusal = ratio == UnsetRatio ? "stands at ratio 37.5, which is what such a page shows for a model without a price" : null,
        };
    }

    private static decimal FactorOf(JsonElement root, string group) =>
        root.TryGetProperty("group_ratio", out var ratios) && ratios.ValueKind == JsonValueKind.Object && PriceMembers.Number(ratios, group) is { } factor
            ? factor
            : throw new FormatException($"The page names no ratio of a group '{group}'.");

    private static bool Serves(JsonElement item, string group) =>
        item.TryGetProperty("enable_groups", out var groups) && groups.ValueKind == JsonValueKind.Array
        && groups.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && (one.ValueEquals(group) || one.ValueEquals("all")));
}
