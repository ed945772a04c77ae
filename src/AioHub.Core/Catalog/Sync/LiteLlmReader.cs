using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace AioHub.Core.Catalog.Sync;

/// <summary>LiteLLM: <c>{name: {litellm_provider, mode, input_cost_per_token, …}}</c>, USD per token.</summary>
internal static class LiteLlmReader
{
    private const decimal Million = 1_000_000m;
    private const string Example = "sample_spec";

    /// <summary>The vendors' own sellers; everybody else resells.</summary>
    private static readonly Dictionary<string, string> Vendors = new(StringComparer.Ordinal)
    {
        ["openai"] = "openai",
        ["text-completion-openai"] = "openai",
        ["anthropic"] = "anthropic",
        ["gemini"] = "google",
        ["xai"] = "xai",
        ["deepseek"] = "deepseek",
        ["moonshot"] = "moonshotai",
        ["zai"] = "zai",
        ["minimax"] = "minimax",
        ["dashscope"] = "alibaba",
        ["mistral"] = "mistral",
        ["cohere"] = "cohere",
        ["cohere_chat"] = "cohere",
        ["voyage"] = "voyageai",
        ["volcengine"] = "bytedance",
    };

    public static IEnumerable<PriceEntry> Entries(JsonElement root, string? provider)
    {
        var wanted = new List<(string Key, string Name, string Vendor, JsonElement Entry)>();
        foreach (var entry in root.EnumerateObject())
        {
            if (string.Equals(entry.Name, Example, StringComparison.Ordinal))
            {
                continue;
            }

            if (entry.Value.ValueKind != JsonValueKind.Object)
            {
                yield return new PriceEntry(entry.Name, static () => throw new FormatException("is no object"));
                continue;
            }

            var seller = PriceMembers.Text(entry.Value, "litellm_provider") ?? "";
            var vendor = "";
            if (provider is null ? !Vendors.TryGetValue(seller, out vendor) : !string.Equals(seller, provider, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            // `xai/grok-4` is grok-4; what has a slash beyond that is a variant by size and quality.
            var name = entry.Name.StartsWith(seller + "/", StringComparison.Ordinal) ? entry.Name[(seller.Length + 1)..] : entry.Name;
            if (name.Length > 0 && (provider is not null || !name.Contains('/', StringComparison.Ordinal)))
            {
                wanted.Add((entry.Name, name, vendor ?? "", entry.Value));
            }
        }

        foreach (var same in wanted.GroupBy(static one => one.Name, StringComparer.Ordinal))
        {
            foreach (var twice in same.GroupBy(static one => one.Key, StringComparer.Ordinal).Where(static keys => keys.Count() > 1))
            {
                yield return new PriceEntry(twice.Key, static () => throw new FormatException("stands there twice"));
            }

            yield return new PriceEntry(same.Key, () => Read(same.Key, [.. same.Select(static one => (one.Key, one.Vendor, one.Entry))]));
        }
    }

    /// <summary>The map names some models with the seller in front and without. Where the two say different prices, nobody can tell which is meant.</summary>
    private static OfferedModel? Read(string name, List<(string Key, string Vendor, JsonElement Entry)> entries)
    {
        var offers = entries.Select(one => Read(name, one.Vendor, one.Entry)).OfType<OfferedModel>().ToList();
        return offers.Count == 0 ? null
            : offers.DistinctBy(static offer => PriceLines.TextOf(offer.Rows[0]), StringComparer.Ordinal).Count() == 1 ? offers[0]
            : offers[0] with { Rows = [], Refusal = $"has two prices there, as {string.Join(" and as ", entries.Select(static one => $"'{one.Key}'"))}" };
    }

    private static OfferedModel? Read(string name, string vendor, JsonElement entry)
    {
        var mode = PriceMembers.Text(entry, "mode");
        var row = new PriceRow
        {
            Version = "",
            From = default,
            Rates = Rates(entry, ""),
            Tiers = [.. Bounds(entry).Select(bound => new PriceTier(bound * 1000, Inclusive: false, Rates(entry, $"_above_{bound}k_tokens")))],
            ServiceTiers = ServiceTiers(entry),
        };
        row = mode switch
        {
            "image_generation" when (PriceMembers.Number(entry, "output_cost_per_image") ?? PriceMembers.Number(entry, "input_cost_per_image")) is { } image =>
                row with { PerImage = [new ImagePrice(null, null, image)] },
            "audio_transcription" => row with { PerSecond = PriceMembers.Number(entry, "input_cost_per_second") ?? PriceMembers.Number(entry, "output_cost_per_second") },
            "audio_speech" => row with { PerCharacter = PriceMembers.Number(entry, "input_cost_per_character") },
            "rerank" => row with { PerRequest = PriceMembers.Number(entry, "input_cost_per_query") },
            _ => row,
        };
        return PriceMembers.IsEmpty(row) ? null : new OfferedModel
        {
            Name = name,
            Vendor = vendor,
            Kind = KindOf(mode),
            ContextWindow = PriceMembers.Tokens(entry, "max_input_tokens"),
            MaxOutputTokens = PriceMembers.Tokens(entry, "max_output_tokens"),
            Rows = [row],
        };
    }

    private static Rates Rates(JsonElement entry, string suffix) => new()
    {
        Input = PerMillion(entry, "input_cost_per_token" + suffix),
        Output = PerMillion(entry, "output_cost_per_token" + suffix),
        CacheRead = PerMillion(entry, "cache_read_input_token_cost" + suffix),
        CacheWrite5m = PerMillion(entry, "cache_creation_input_token_cost" + suffix),
        CacheWrite1h = PerMillion(entry, "cache_creation_input_token_cost_above_1hr" + suffix),
        InputAudio = PerMillion(entry, "input_cost_per_audio_token" + suffix),
        OutputAudio = PerMillion(entry, "output_cost_per_audio_token" + suffix),
        InputImage = PerMillion(entry, "input_cost_per_image_token" + suffix),
        OutputImage = PerMillion(entry, "output_cost_per_image_token" + suffix),
        Reasoning = PerMillion(entry, "output_cost_per_reasoning_token" + suffix),
    };

    private static List<long> Bounds(JsonElement entry)
    {
        const string Before = "input_cost_per_token_above_";
        const string After = "k_tokens";
        return entry.EnumerateObject()
            .Where(static member => member.Name.StartsWith(Before, StringComparison.Ordinal) && member.Name.EndsWith(After, StringComparison.Ordinal) && member.Value.ValueKind != JsonValueKind.Null)
            .Select(static member => long.TryParse(member.Name.AsSpan()[Before.Length..^After.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var bound) && bound is > 0 and < 1_000_000
                ? bound
                : throw new FormatException($"'{member.Name}' names no bound"))
            .Distinct().Order().ToList();
    }

    /// <summary>A tier that changes input and output alike is a multiplier; one that does not cannot be told here and is left out.</summary>
    private static FrozenDictionary<string, decimal> ServiceTiers(JsonElement entry)
    {
        var tiers = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var tier in new[] { "flex", "priority" })
        {
            if (PriceMembers.Number(entry, "input_cost_per_token") is > 0 and var input && PriceMembers.Number(entry, "output_cost_per_token") is > 0 and var output
                && PriceMembers.Number(entry, $"input_cost_per_token_{tier}") is { } tierInput && PriceMembers.Number(entry, $"output_cost_per_token_{tier}") is { } tierOutput
                && tierInput / input == tierOutput / output)
            {
                tiers[tier] = tierInput / input;
            }
        }

        return tiers.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static ModelKind? KindOf(string? mode) => mode switch
    {
        "chat" or "completion" or "responses" => ModelKind.Chat,
        "embedding" => ModelKind.Embedding,
        "image_generation" or "image_edit" => ModelKind.Image,
        "audio_speech" => ModelKind.Speech,
        "audio_transcription" => ModelKind.Transcription,
        "moderation" => ModelKind.Moderation,
        "rerank" => ModelKind.Rerank,
        _ => null,
    };

    private static decimal? PerMillion(JsonElement entry, string name) => PriceMembers.Tidy(PriceMembers.Number(entry, name) * Million);
}
