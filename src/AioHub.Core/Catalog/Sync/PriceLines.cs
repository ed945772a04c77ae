using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Core.Catalog.Sync;

/// <summary>
/// A price row as named amounts: <c>input</c>, <c>above 200000: input</c>, <c>per_image[1024x1024,high]</c>. Taken from the row's JSON, so that a
/// member which the row gains later is compared and judged too.
/// </summary>
internal static class PriceLines
{
    public static Dictionary<string, decimal> Of(PriceRow row)
    {
        var lines = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var (name, value) in Parse(row))
        {
            Add(lines, name, value);
        }

        return lines;
    }

    /// <summary>What the row says apart from when: equal texts are equal prices.</summary>
    public static string TextOf(PriceRow row)
    {
        var json = Parse(row);
        json.Remove("from");
        json.Remove("to");
        return json.ToJsonString();
    }

    public static JsonObject Parse(PriceRow row) => JsonNode.Parse(PriceJson.Write(row))!.AsObject();

    private static void Add(Dictionary<string, decimal> lines, string name, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (key, inner) in members)
                {
                    Add(lines, $"{name}.{key}", inner);
                }

                break;
            case JsonArray items:
                foreach (var item in items.OfType<JsonObject>())
                {
                    AddItem(lines, name, item);
                }

                break;
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                lines[name] = number.GetValue<decimal>();
                break;
            default:
                break;
        }
    }

    private static void AddItem(Dictionary<string, decimal> lines, string list, JsonObject item)
    {
        var label = list == "tiers"
            ? string.Create(CultureInfo.InvariantCulture, $"{(item["inclusive"] is null ? "above" : "from")} {item["above"]}")
            : $"{list}[{string.Join(',', item.Where(static member => member.Value?.GetValueKind() != JsonValueKind.Number).Select(static member => Plain(member.Value)))}]";
        foreach (var (name, value) in item.Where(static member => member.Key != "above" && member.Value?.GetValueKind() == JsonValueKind.Number))
        {
            lines[list == "tiers" ? $"{label}: {name}" : label] = value!.GetValue<decimal>();
        }
    }

    private static string Plain(JsonNode? value) => value is JsonArray list ? string.Join('+', list.Select(Plain)) : value?.ToString() ?? "";
}
