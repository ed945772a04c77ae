using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace AioHub.Core.Catalog.Sync;

/// <summary>Reads price documents of every known format. Nothing is trusted: depth is bounded, numbers are checked, a name may stand there once.</summary>
public static class PriceDocumentReader
{
    private const int MaxDepth = 32;
    private const int MostFaults = 100;

    /// <exception cref="FormatException">This is no JSON, or no price document; the message says why.</exception>
    public static PriceDocument Read(ReadOnlyMemory<byte> json, PriceReading reading)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (json.Span.StartsWith(mark))
        {
            json = json[mark.Length..];
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(document.RootElement, reading);
        }
        catch (JsonException broken)
        {
            throw new FormatException($"The document is no whole JSON: {broken.Message}", broken);
        }
    }

    private static PriceDocument Read(JsonElement root, PriceReading reading)
    {
        var seen = Recognise(root);
        if (seen is null || (reading.Format is { } wanted && wanted != seen && !IsPage(wanted, seen)))
        {
            throw new FormatException(reading.Format is { } named
                ? $"The document is not in the format {PriceFormats.NameOf(named)}{(seen is { } other ? $"; it looks like {PriceFormats.NameOf(other)}" : "")}."
                : "The document is no price list of a known format: models.dev's api.json, LiteLLM's map of models, or /api/pricing of an AIOHub or a new-api.");
        }

        var format = reading.Format ?? seen.Value;
        var offers = ImmutableArray.CreateBuilder<OfferedModel>();
        var faults = ImmutableArray.CreateBuilder<string>();
        var entries = format switch
        {
            PriceFormat.ModelsDev => ModelsDevReader.Entries(root, reading.Provider),
            PriceFormat.LiteLlm => LiteLlmReader.Entries(root, reading.Provider),
            _ => PricingPageReader.Entries(root, exact: format == PriceFormat.Hub, reading.Group),
        };
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, read) in entries)
        {
            if (faults.Count == MostFaults)
            {
                break;
            }

            try
            {
                if (read() is { } offer)
                {
                    offers.Add(offer);
                    if (!names.Add(name))
                    {
                        faults.Add($"{name}: stands there twice");
                    }
                }
            }
            catch (Exception wrong) when (wrong is FormatException or OverflowException or InvalidOperationException)
            {
                faults.Add($"{name}: {wrong.Message}");
            }
        }

        return new PriceDocument(format, offers.ToImmutable(), faults.ToImmutable());
    }

    /// <summary>A hub's page can be read as new-api's: the ratios stand in both.</summary>
    private static bool IsPage(PriceFormat wanted, PriceFormat? seen) => wanted == PriceFormat.NewApi && seen == PriceFormat.Hub;

    private static PriceFormat? Recognise(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array)
        {
            var models = data.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("model_name", out _)).ToList();
            return models.Count == 0 && data.GetArrayLength() > 0 ? null
                : models.Exists(static item => item.TryGetProperty("exact_prices", out _)) ? PriceFormat.Hub
                : root.TryGetProperty("group_ratio", out _) || models.Count > 0 ? PriceFormat.NewApi
                : null;
        }

        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            if (member.Value.TryGetProperty("models", out var models) && models.ValueKind == JsonValueKind.Object)
            {
                return PriceFormat.ModelsDev;
            }

            if (member.Value.TryGetProperty("litellm_provider", out _) || member.Value.TryGetProperty("input_cost_per_token", out _))
            {
                return PriceFormat.LiteLlm;
            }
        }

        return null;
    }
}

/// <summary>One entry of a document: what it is called in messages, and how it is read; null = nothing is offered.</summary>
internal readonly record struct PriceEntry(string Name, Func<OfferedModel?> Read);

/// <summary>Reads members of foreign JSON.</summary>
internal static class PriceMembers
{
    /// <summary>Null = absent or null.</summary>
    /// <exception cref="FormatException">It is no number.</exception>
    public static decimal? Number(JsonElement from, string name)
    {
        if (!from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number)
            ? number
            : throw new FormatException($"'{name}' is no number: {Short(value.ToString())}");
    }

    /// <summary>A number of tokens; anything else is as good as unsaid, for it costs nobody money.</summary>
    public static int? Tokens(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var tokens) && tokens > 0 ? tokens : null;

    /// <summary>Null when it is absent or no text.</summary>
    public static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Foreign arithmetic leaves tails such as 14.999999999999999999: a price has at most ten decimals.</summary>
    public static decimal? Tidy(decimal? value) => value is { } number ? Math.Round(number, 10, MidpointRounding.AwayFromZero) : null;

    public static bool IsEmpty(PriceRow row) => PriceLines.Of(row).Count == 0;

    private static string Short(string text) => text.Length > 40 ? string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, 40)}…") : text;
}
