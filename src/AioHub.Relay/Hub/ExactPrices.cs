using AioHub.Relay.Calls;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;

namespace AioHub.Relay.Hub;

/// <summary>What a model costs to the last digit, and in each group.</summary>
internal static class ExactPrices
{
    public static void Write(Utf8JsonWriter writer, ModelInfo model, PriceRow price, Group[] groups)
    {
        writer.WriteStartObject("exact_prices");
        writer.WriteString("price_version", price.Version);
        writer.WriteString("currency", price.Currency);
        writer.WriteString("from", price.From.ToString("yyyy-MM-dd"));
        writer.WriteString("to", price.To?.ToString("yyyy-MM-dd"));
        WriteRates(writer, "per_million", price.Rates, 1m);
        Number(writer, "per_request", price.PerRequest, 1m);
        Number(writer, "per_second", price.PerSecond, 1m);
        Number(writer, "per_character", price.PerCharacter, 1m);
        if (!price.Tiers.IsEmpty)
        {
            writer.WriteStartArray("tiers");
            foreach (var tier in price.Tiers)
            {
                writer.WriteStartObject();
                writer.WriteNumber("above", tier.Above);
                writer.WriteBoolean("inclusive", tier.Inclusive);
                WriteRates(writer, "per_million", tier.Rates, 1m);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteStartObject("groups");
        foreach (var group in groups)
        {
            WriteRates(writer, group.Name, price.Rates, group.Multiplier);
        }

        writer.WriteEndObject();
        if (model.ContextWindow is { } window)
        {
            writer.WriteNumber("context_window", window);
        }

        if (model.LongContextWindow is { } wide)
        {
            writer.WriteNumber("long_context_window", wide);
        }

        writer.WriteEndObject();
    }

    private static void WriteRates(Utf8JsonWriter writer, string name, Rates rates, decimal multiplier)
    {
        writer.WriteStartObject(name);
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
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, decimal? value, decimal multiplier)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, decimal.Parse(UsageRecord.Exact(number * multiplier), System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
