using System.Text.Json;

namespace AioHub.Core.Catalog.Sync;

/// <summary>models.dev: <c>{provider: {models: {id: {cost: {input, output, cache_read, cache_write, …}}}}}</c>, USD per million tokens.</summary>
internal static class ModelsDevReader
{
    /// <summary>The bound of the older member <c>context_over_200k</c>.</summary>
    private const long OlderBound = 200_000;

    /// <summary>Vendors that sell under another name there. The others are called alike.</summary>
    private static readonly Dictionary<string, string> Vendors = new(StringComparer.Ordinal)
    {
        ["openai"] = "openai",
        ["anthropic"] = "anthropic",
        ["google"] = "google",
        ["xai"] = "xai",
        ["deepseek"] = "deepseek",
        ["moonshotai"] = "moonshotai",
        ["zai"] = "zai",
        ["minimax"] = "minimax",
        ["alibaba"] = "alibaba",
        ["mistral"] = "mistral",
        ["cohere"] = "cohere",
        ["llama"] = "meta",
        ["xiaomi"] = "xiaomi",
        ["stepfun"] = "stepfun",
        ["volcengine"] = "bytedance",
        ["inception"] = "inception",
        ["perplexity"] = "perplexity",
    };

    public static IEnumerable<PriceEntry> Entries(JsonElement root, string? provider)
    {
        foreach (var seller in root.EnumerateObject())
        {
            var vendor = "";
            if (provider is null ? !Vendors.TryGetValue(seller.Name, out vendor) : !string.Equals(seller.Name, provider, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (seller.Value.ValueKind != JsonValueKind.Object || !seller.Value.TryGetProperty("models", out var models) || models.ValueKind != JsonValueKind.Object)
            {
                yield return new PriceEntry(seller.Name, static () => throw new FormatException("has no 'models'"));
                continue;
            }

            foreach (var model in models.EnumerateObject())
            {
                yield return new PriceEntry($"{seller.Name}/{model.Name}", () => Read(model, vendor));
            }
        }
    }

    private static OfferedModel? Read(JsonProperty model, string? vendor)
    {
        if (model.Value.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("is no object");
        }

        if (!model.Value.TryGetProperty("cost", out var cost) || cost.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (cost.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("'cost' is no object");
        }

        var row = new PriceRow { Version = "", From = default, Rates = Rates(cost), Tiers = [.. Tiers(cost).OrderBy(static tier => tier.Above)] };
        if (PriceMembers.IsEmpty(row))
        {
            return null;
        }

        var limit = model.Value.TryGetProperty("limit", out var limits) && limits.ValueKind == JsonValueKind.Object ? limits : default(JsonElement?);
        return new OfferedModel
        {
            Name = model.Name,
            Vendor = vendor ?? "",
            DisplayName = PriceMembers.Text(model.Value, "name"),
            ContextWindow = limit is { } some ? PriceMembers.Tokens(some, "context") : null,
            MaxOutputTokens = limit is { } other ? PriceMembers.Tokens(other, "output") : null,
            Rows = [row],
        };
    }

    private static Rates Rates(JsonElement cost) => new()
    {
        Input = PriceMembers.Number(cost, "input"),
        Output = PriceMembers.Number(cost, "output"),
        CacheRead = PriceMembers.Number(cost, "cache_read"),
        CacheWrite5m = PriceMembers.Number(cost, "cache_write"),
        InputAudio = PriceMembers.Number(cost, "input_audio"),
        OutputAudio = PriceMembers.Number(cost, "output_audio"),
        Reasoning = PriceMembers.Number(cost, "reasoning"),
    };

    private static IEnumerable<PriceTier> Tiers(JsonElement cost)
    {
        if (cost.TryGetProperty("tiers", out var tiers) && tiers.ValueKind != JsonValueKind.Null)
        {
            if (tiers.ValueKind != JsonValueKind.Array)
            {
                throw new FormatException("'tiers' is no list");
            }

            foreach (var tier in tiers.EnumerateArray())
            {
                if (tier.ValueKind != JsonValueKind.Object || !tier.TryGetProperty("tier", out var bound) || bound.ValueKind != JsonValueKind.Object
                    || !bound.TryGetProperty("size", out var size) || size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var above) || above <= 0)
                {
                    throw new FormatException("a tier has no 'tier.size', a number of tokens");
                }

                yield return new PriceTier(above, Inclusive: false, Rates(tier));
            }
        }
        else if (cost.TryGetProperty("context_over_200k", out var over) && over.ValueKind == JsonValueKind.Object)
        {
            yield return new PriceTier(OlderBound, Inclusive: false, Rates(over));
        }
    }
}
