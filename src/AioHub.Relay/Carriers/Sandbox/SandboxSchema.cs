using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Makes arguments that a JSON schema accepts, always the same ones. Patterns are not honoured.</summary>
internal static class SandboxSchema
{
    private const int MaxDepth = 16;
    private const int MostNodes = 2_000;
    private const int LongestText = 4_096;

    /// <summary>A JSON object; <c>{}</c> without a schema.</summary>
    public static string Sample(JsonElement? schema)
    {
        var left = MostNodes;
        var sample = schema is { ValueKind: JsonValueKind.Object } root ? Value(root, root, 0, ref left) as JsonObject : null;
        return System.Text.Encoding.UTF8.GetString(SandboxFrames.Json(sample ?? []));
    }

    private static JsonNode? Value(JsonElement schema, JsonElement root, int depth, ref int left)
    {
        if (depth > MaxDepth || --left < 0)
            return null;
        if (schema.Get("const") is { } constant)
            return Copy(constant);
        if (schema.Get("enum").Items().FirstOrDefault() is { ValueKind: not JsonValueKind.Undefined } first)
            return Copy(first);
        if (schema.Get("default") is { ValueKind: not JsonValueKind.Null } ready)
            return Copy(ready);
        if (schema.Text("$ref") is { } reference)
            return Resolve(reference, root) is { } target ? Value(target, root, depth + 1, ref left) : null;
        foreach (var name in (ReadOnlySpan<string>)["anyOf", "oneOf", "allOf"])
        {
            if (schema.Get("type") is null && schema.Get(name).Items().FirstOrDefault() is { ValueKind: JsonValueKind.Object } branch)
                return Value(branch, root, depth + 1, ref left);
        }

        // Gemini spells types in capitals; a type may be a list of types, of which null is the dullest.
        var type = schema.Get("type").Strings().FirstOrDefault(name => name is not ("null" or "NULL"))?.ToLowerInvariant();
        return (type ?? (schema.Get("properties") is null ? "" : "object")) switch
        {
            "object" => Object(schema, root, depth, ref left),
            "array" => Array(schema, root, depth, ref left),
            "string" => Text(schema),
            "integer" => (long)Math.Ceiling(Number(schema)),
            "number" => Number(schema),
            "boolean" => true,
            _ => null,
        };
    }

    private static JsonObject Object(JsonElement schema, JsonElement root, int depth, ref int left)
    {
        var result = new JsonObject();
        if (schema.Get("properties") is not { ValueKind: JsonValueKind.Object } properties)
            return result;
        var required = new HashSet<string>(schema.Get("required").Items().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!), StringComparer.Ordinal);
        foreach (var property in properties.EnumerateObject())
        {
            if (left <= 0)
                break;
            if (required.Count == 0 || required.Contains(property.Name))
                result[property.Name] = Value(property.Value, root, depth + 1, ref left);
        }

        return result;
    }

    private static JsonArray Array(JsonElement schema, JsonElement root, int depth, ref int left)
    {
        var result = new JsonArray();
        var items = schema.Get("items");
        var count = Math.Clamp(schema.Number("minItems") ?? 1, 0, 8);
        for (var i = 0; i < count && left > 0; i++)
            result.Add(items is { ValueKind: JsonValueKind.Object } item ? Value(item, root, depth + 1, ref left) : null);
        return result;
    }

    private static string Text(JsonElement schema)
    {
        var text = schema.Text("format") switch
        {
            "date-time" => "2026-01-02T03:04:05Z",
            "date" => "2026-01-02",
            "time" => "03:04:05Z",
            "email" => "sandbox@example.com",
            "uri" or "url" => "https://example.com/sandbox",
            "uuid" => "00000000-0000-4000-8000-000000000000",
            _ => "sandbox",
        };
        var least = Math.Clamp(schema.Number("minLength") ?? 0, 0, LongestText);
        var most = Math.Clamp(schema.Number("maxLength") ?? LongestText, 0, LongestText);
        text = text.PadRight(least, '.');
        return text.Length > most ? text[..most] : text;
    }

    private static double Number(JsonElement schema)
    {
        var value = 1d;
        if (Real(schema, "minimum") is { } least)
            value = Math.Max(value, least);
        if (Real(schema, "exclusiveMinimum") is { } above)
            value = Math.Max(value, above + 1);
        if (Real(schema, "maximum") is { } most)
            value = Math.Min(value, most);
        if (Real(schema, "exclusiveMaximum") is { } below && value >= below)
            value = below - 1;
        if (Real(schema, "multipleOf") is { } step and > 0)
            value = Math.Ceiling(value / step) * step;
        return double.IsFinite(value) && Math.Abs(value) < 1e15 ? value : 1;
    }

    private static double? Real(JsonElement schema, string name) =>
        schema.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) ? number : null;

    private static JsonElement? Resolve(string reference, JsonElement root)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
            return reference == "#" ? root : null;
        JsonElement? at = root;
        foreach (var step in reference[2..].Split('/', 16))
            at = at.Get(step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        return at;
    }

    private static JsonNode? Copy(JsonElement value) =>
        JsonNode.Parse(value.GetRawText(), null, new JsonDocumentOptions { MaxDepth = SandboxReading.MaxDepth });
}
