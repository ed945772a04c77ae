using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;

namespace AioHub.Relay.Hub;

/// <summary>What a model costs in one group now, before the group's multiplier.</summary>
/// <param name="IsOwn">The price is the group's own, not the model's.</param>
internal sealed record GroupOffer(Group Group, PriceRow Price, bool IsOwn)
{
    /// <summary>Null = the model has no price there.</summary>
    public static GroupOffer? Of(Group group, ModelInfo model, DateTime now) =>
        PriceRow.InForce(group.Prices.For(model), now) is { } own ? new GroupOffer(group, own, IsOwn: true)
        : model.PriceAt(now) is { } list ? new GroupOffer(group, list, IsOwn: false)
        : null;
}

/// <summary>
/// What a model costs to the last digit: the row in force and those announced, as configuration files spell them (another hub reads these), and what each group
/// pays.
/// </summary>
internal static class ExactPrices
{
    public static void Write(Utf8JsonWriter writer, ModelInfo model, PriceRow price, GroupOffer[] groups, DateTime now)
    {
        writer.WriteStartObject("exact_prices");
        writer.WriteString("price_version", price.Version);
        writer.WriteString("currency", price.Currency);
        writer.WriteString("from", price.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        writer.WriteString("to", price.To?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        WritePrice(writer, price, 1m);
        writer.WriteStartObject("groups");
        foreach (var (group, own, isOwn) in groups)
        {
            writer.WriteStartObject(group.Name);
            // The rates stand flat as well, for whoever reads nothing else.
            WriteRates(writer, own.Rates, group.Multiplier);
            writer.WriteNumber("multiplier", group.Multiplier);
            WriteRest(writer, own, group.Multiplier);
            WriteOwn(writer, model, group, isOwn ? own : null, now);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartArray("rows");
        foreach (var row in model.Prices.Where(row => row.Version == price.Version || row.From > now))
        {
            PriceJson.Write(writer, row);
        }

        writer.WriteEndArray();
        writer.WriteString("kind", model.Kind.ToString().ToLowerInvariant());
        Tokens(writer, "context_window", model.ContextWindow);
        Tokens(writer, "long_context_window", model.LongContextWindow);
        Tokens(writer, "max_output_tokens", model.MaxOutputTokens);
        writer.WriteEndObject();
    }

    /// <summary>Of a group that has prices of its own for the model: which one is in force, and all that it costs there from now on, without the multiplier.</summary>
    /// <param name="own">Null = none of them is in force.</param>
    private static void WriteOwn(Utf8JsonWriter writer, ModelInfo model, Group group, PriceRow? own, DateTime now)
    {
        if (own is not null)
        {
            writer.WriteString("price_version", own.Version);
            writer.WriteString("currency", own.Currency);
            WriteMap(writer, "service_tiers", own.ServiceTiers, 1m);
        }

        var rows = group.Prices.For(model);
        if (own is null && rows.All(row => row.From <= now))
        {
            return;
        }

        writer.WriteStartArray("rows");
        foreach (var row in PriceTimeline.Of(rows, model.Prices, now))
        {
            PriceJson.Write(writer, row);
        }

        writer.WriteEndArray();
    }

    private static void WritePrice(Utf8JsonWriter writer, PriceRow price, decimal multiplier)
    {
        writer.WriteStartObject("per_million");
        WriteRates(writer, price.Rates, multiplier);
        writer.WriteEndObject();
        WriteRest(writer, price, multiplier);
        // These are multipliers themselves, the same for every group.
        WriteMap(writer, "service_tiers", price.ServiceTiers, 1m);
    }

    private static void WriteRest(Utf8JsonWriter writer, PriceRow price, decimal multiplier)
    {
        Number(writer, "per_request", price.PerRequest, multiplier);
        Number(writer, "per_second", price.PerSecond, multiplier);
        Number(writer, "per_character", price.PerCharacter, multiplier);
        WriteMap(writer, "per_1k", price.Per1K, multiplier);
        if (!price.PerImage.IsEmpty)
        {
            writer.WriteStartArray("per_image");
            foreach (var image in price.PerImage)
            {
                writer.WriteStartObject();
                writer.WriteString("size", image.Size);
                writer.WriteString("quality", image.Quality);
                Number(writer, "usd", image.Usd, multiplier);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (!price.Tiers.IsEmpty)
        {
            writer.WriteStartArray("tiers");
            foreach (var tier in price.Tiers)
            {
                writer.WriteStartObject();
                writer.WriteNumber("above", tier.Above);
                writer.WriteBoolean("inclusive", tier.Inclusive);
                writer.WriteStartObject("per_million");
                WriteRates(writer, tier.Rates, multiplier);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    }

    private static void WriteRates(Utf8JsonWriter writer, Rates rates, decimal multiplier)
    {
        Number(writer, "input", rates.Input, multiplier);
        Number(writer, "output", rates.Output, multiplier);
        Number(writer, "cache_read", rates.CacheRead, multiplier);
        Number(writer, "cache_write_5m", rates.CacheWrite5m, multiplier);
        Number(writer, "cache_write_1h", rates.CacheWrite1h, multiplier);
        Number(writer, "cache_write_other", rates.CacheWriteOther, multiplier);
        Number(writer, "input_audio", rates.InputAudio, multiplier);
        Number(writer, "output_audio", rates.OutputAudio, multiplier);
        Number(writer, "cache_read_audio", rates.CacheReadAudio, multiplier);
        Number(writer, "input_image", rates.InputImage, multiplier);
        Number(writer, "output_image", rates.OutputImage, multiplier);
        Number(writer, "input_video", rates.InputVideo, multiplier);
        Number(writer, "reasoning", rates.Reasoning, multiplier);
        Number(writer, "cache_read_image", rates.CacheReadImage, multiplier);
        Number(writer, "output_video", rates.OutputVideo, multiplier);
        Number(writer, "citations", rates.Citations, multiplier);
    }

    private static void WriteMap(Utf8JsonWriter writer, string name, FrozenDictionary<string, decimal> map, decimal multiplier)
    {
        if (map.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var (key, value) in map.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            Number(writer, key, value, multiplier);
        }

        writer.WriteEndObject();
    }

    private static void Tokens(Utf8JsonWriter writer, string name, int? tokens)
    {
        if (tokens is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void Number(Utf8JsonWriter writer, string name, decimal? value, decimal multiplier)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, decimal.Parse(UsageRecord.Exact(number * multiplier), CultureInfo.InvariantCulture));
        }
    }
}
