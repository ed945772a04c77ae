using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Host.Configuration;

/// <summary>
/// Reads price rows. Their grammar is <see cref="PriceJson"/>'s; here members are checked by line and the rest is handed over as JSON.
/// </summary>
internal static class PriceReader
{
    private static readonly string[] Rates =
    [
        "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other", "input_audio", "output_audio", "cache_read_audio",
        "input_image", "output_image", "input_video", "reasoning", "cache_read_image", "output_video", "citations",
    ];

    private static readonly string[] Row =
        ["from", "to", "currency", .. Rates, "per_request", "per_image", "per_second", "per_character", "per_1k", "tiers", "service_tiers", "regions", "storage_hour", "schedule"];

    /// <summary>Lists of mappings inside a row, and what such a mapping may hold.</summary>
    private static readonly FrozenDictionary<string, string[]> Lists = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["tiers"] = ["above", "inclusive", .. Rates],
        ["per_image"] = ["size", "quality", "usd"],
        ["schedule"] = ["days", "from", "to", "time_zone", "multiplier", "dates", "except"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Members that are text even where they look like a number.</summary>
    private static readonly string[] Texts = ["from", "to", "currency", "size", "quality", "time_zone"];

    /// <summary>Null when the member is absent.</summary>
    public static ImmutableArray<PriceRow>? ReadAll(YamlSection model, string key, string id) =>
        model.Sections(key, "a price row") is { } rows ? [.. rows.Select(row => Read(row, id)).OfType<PriceRow>()] : null;

    /// <summary>The rows of a group, each with its <c>model</c>. Null when the member is absent.</summary>
    public static ImmutableArray<GroupPrice>? ReadOfGroup(YamlSection group, string key) =>
        group.Sections(key, "a price row of a group") is { } rows ? [.. rows.Select(ReadOfGroup).OfType<GroupPrice>()] : null;

    private static GroupPrice? ReadOfGroup(YamlSection row)
    {
        var model = row.RequiredText("model");
        return Read(row, model) is { } price ? new GroupPrice(model, price) : null;
    }

    /// <summary>One row; its <c>from</c> may be left out. Null = no such price.</summary>
    public static Named<PriceRow?> ReadOne(YamlSection settings, string key)
    {
        var named = settings.Members.Any(member => member.Key == key);
        return settings.Section(key, "a price row") is not { } row ? named ? new Named<PriceRow?>(null) : default
            : new Named<PriceRow?>(Read(row, RouteSettingsAdmin.FallbackModel, from: "1970-01-01"));
    }

    private static PriceRow? Read(YamlSection row, string model, string? from = null)
    {
        var json = Object(row, Row, deep: true);
        if (from is not null && !json.ContainsKey("from"))
        {
            json["from"] = from;
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToJsonString());
            return PriceJson.Read(model, document.RootElement);
        }
        catch (FormatException failure)
        {
            row.Report("prices", failure.Message);
            return null;
        }
    }

    private static JsonObject Object(YamlSection section, string[] known, bool deep)
    {
        var json = new JsonObject();
        foreach (var key in known)
        {
            if (deep && Lists.TryGetValue(key, out var inner))
            {
                if (section.Sections(key, $"an entry of '{key}'") is { } entries)
                {
                    json[key] = new JsonArray([.. entries.Select(entry => Object(entry, inner, deep: false))]);
                }
            }
            else if (key is "days" or "dates" or "except")
            {
                if (section.Texts(key) is { } days)
                {
                    json[key] = new JsonArray([.. days.Select(static day => (JsonNode)day)]);
                }
            }
            else if (key is "per_1k" or "service_tiers" or "regions")
            {
                if (section.Map(key) is { } map)
                {
                    json[key] = new JsonObject(map.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, Scalar(pair.Value))));
                }
            }
            else if (key is "inclusive")
            {
                if (section.Flag(key) is { } flag)
                {
                    json[key] = flag;
                }
            }
            else if (Texts.Contains(key, StringComparer.Ordinal))
            {
                if (section.Text(key) is { } text)
                {
                    json[key] = text;
                }
            }
            else if (section.Number(key) is { } number)
            {
                json[key] = number;
            }
        }

        section.Done();
        return json;
    }

    private static JsonNode Scalar(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : text;
}
