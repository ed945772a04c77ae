using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Core.Catalog.Sync;

/// <summary>Puts what a document says over what was known. Works on the rows' JSON: a member that rows gain later is kept, not lost.</summary>
internal static class PriceMerge
{
    /// <summary>Rates that a tier may name.</summary>
    private static readonly string[] Rates =
    [
        "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other", "input_audio", "output_audio", "cache_read_audio",
        "input_image", "output_image", "input_video", "reasoning",
    ];

    /// <summary>Numbers that are no amounts of money.</summary>
    private static readonly string[] NoAmounts = ["above", "service_tiers", "schedule", "multiplier"];

    /// <summary>
    /// What the document does not name stays: silence about a cache rate must not make cached tokens pay the full rate. Between two currencies nothing
    /// stays: the amounts mean different things.
    /// </summary>
    /// <exception cref="FormatException">The outcome is no price row.</exception>
    public static PriceRow Over(string model, PriceRow former, PriceRow offered)
    {
        if (!string.Equals(former.Currency, offered.Currency, StringComparison.Ordinal))
        {
            return offered with { To = former.To };
        }

        var json = PriceLines.Parse(former);
        var next = PriceLines.Parse(offered);
        next.Remove("from");
        next.Remove("to");
        Refit(next, json);
        var tiers = next["tiers"] as JsonArray;
        next.Remove("tiers");
        Put(json, next);
        if (tiers is not null)
        {
            json["tiers"] = Tiers(json, tiers, former);
        }

        return Read(model, json);
    }

    /// <summary>A tier replaces all rates of its row, so what it leaves out is the row's own.</summary>
    /// <exception cref="FormatException">The outcome is no price row.</exception>
    public static PriceRow Complete(string model, PriceRow row)
    {
        if (row.Tiers.IsEmpty)
        {
            return row;
        }

        var json = PriceLines.Parse(row);
        json["tiers"] = Tiers(json, json["tiers"]!.AsArray(), null);
        return Read(model, json);
    }

    /// <summary>All amounts times a factor.</summary>
    public static PriceRow Scale(PriceRow row, decimal factor)
    {
        if (factor == 1m)
        {
            return row;
        }

        var json = PriceLines.Parse(row);
        Scale(json, factor);
        return Read("", json);
    }

    private static PriceRow Read(string model, JsonNode json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        return PriceJson.Read(model, document.RootElement);
    }

    private static void Put(JsonObject under, JsonObject over)
    {
        foreach (var (name, value) in over)
        {
            if (value is JsonObject members && under[name] is JsonObject present)
            {
                Put(present, members);
            }
            else
            {
                under[name] = value?.DeepClone();
            }
        }
    }

    private static JsonArray Tiers(JsonObject row, JsonArray offered, PriceRow? former)
    {
        var present = former is null ? null : PriceLines.Parse(former)["tiers"] as JsonArray;
        var tiers = new JsonArray();
        foreach (var tier in offered.OfType<JsonObject>())
        {
            var same = present?.OfType<JsonObject>().FirstOrDefault(one => one["above"]!.GetValue<long>() == tier["above"]!.GetValue<long>());
            var whole = same?.DeepClone().AsObject() ?? [];
            foreach (var rate in Rates)
            {
                if (row[rate] is { } value)
                {
                    whole[rate] ??= value.DeepClone();
                }
            }

            Put(whole, tier);
            tiers.Add(whole);
        }

        return tiers;
    }

    /// <summary>Public lists know one cache write; where the row names it otherwise (OpenAI's), the rate goes there.</summary>
    private static void Refit(JsonObject offered, JsonObject former)
    {
        if (former["cache_write_5m"] is not null || former["cache_write_other"] is null || offered["cache_write_other"] is not null)
        {
            return;
        }

        foreach (var rates in (offered["tiers"] as JsonArray ?? []).OfType<JsonObject>().Append(offered))
        {
            if (rates["cache_write_5m"] is { } write)
            {
                rates.Remove("cache_write_5m");
                rates["cache_write_other"] = write;
            }
        }
    }

    private static void Scale(JsonNode? node, decimal factor)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Scale(item, factor);
            }
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.Where(static member => !NoAmounts.Contains(member.Key, StringComparer.Ordinal)).ToList())
            {
                if (value?.GetValueKind() == JsonValueKind.Number)
                {
                    members[name] = value.GetValue<decimal>() * factor;
                }
                else
                {
                    Scale(value, factor);
                }
            }
        }
    }
}
