using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// Turns Google's schemas (a part of OpenAPI 3.0: types in capitals, <c>nullable</c>, counts as strings) into JSON Schema. Gemini CLI puts such types into
/// <c>responseJsonSchema</c> as well, so whatever a caller gives as a schema is looked at.
/// </summary>
internal static class GeminiSchemas
{
    private static readonly string[] Types = ["string", "number", "integer", "boolean", "array", "object", "null"];

    private static readonly SearchValues<string> Marks = SearchValues.Create(
        ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL", "TYPE_UNSPECIFIED", "nullable", "ropertyOrdering", "property_ordering", "any_of", "\"example\"", "min_", "max_", "additional_", "\"minItems\"",
            "\"maxItems\"", "\"minLength\"", "\"maxLength\"", "\"minProperties\"", "\"maxProperties\""],
        StringComparison.Ordinal);

    /// <summary>The same schema as JSON Schema; the slice itself where it is one already.</summary>
    public static ReadOnlyMemory<byte> ToJsonSchema(JsonView schema, ReadOnlyMemory<byte> body)
    {
        if (!schema.IsObject || !IsGoogles(schema.Raw))
            return schema.In(body);

        var output = new ArrayBufferWriter<byte>(schema.Length);
        using (var json = JsonOut.Over(output))
            Write(json, schema);

        return output.WrittenMemory;
    }

    private static bool IsGoogles(ReadOnlySpan<byte> raw)
    {
        // The marks are ASCII: a byte-wise reading finds them in any UTF-8.
        var text = System.Text.Encoding.Latin1.GetString(raw);
        return text.AsSpan().ContainsAny(Marks);
    }

    private static void Write(Utf8JsonWriter json, JsonView schema)
    {
        if (!schema.IsObject)
        {
            json.WriteRawValue(schema.Raw, skipInputValidation: true);
            return;
        }

        var nullable = schema.Find("nullable"u8).IsTrue;
        json.WriteStartObject();
        foreach (var field in schema.Members)
        {
            if (field.Says("nullable"u8) || field.Says("propertyOrdering"u8))
                continue;

            if (field.Is("type"u8))
            {
                WriteType(json, field.Value, nullable);
            }
            else if (field.Is("enum"u8))
            {
                json.WritePropertyName("enum"u8);
                WriteChoices(json, field.Value, nullable);
            }
            else if (field.Is("example"u8))
            {
                json.WriteStartArray("examples"u8);
                json.WriteRawValue(field.Value.Raw, skipInputValidation: true);
                json.WriteEndArray();
            }
            else if (field.Says("anyOf"u8))
            {
                WriteList(json, "anyOf"u8, field.Value);
            }
            else if (field.Is("oneOf"u8) || field.Is("allOf"u8) || field.Says("prefixItems"u8))
            {
                WriteList(json, System.Text.Encoding.UTF8.GetBytes(GeminiSpelling.Camel(field.Name)), field.Value);
            }
            else if (field.Is("properties"u8) || field.Is("$defs"u8) || field.Is("defs"u8) || field.Is("definitions"u8) || field.Says("patternProperties"u8))
            {
                WriteMap(json, field);
            }
            else if (field.Is("items"u8) || field.Is("not"u8) || field.Says("additionalProperties"u8))
            {
                json.WritePropertyName(GeminiSpelling.Camel(field.Name));
                Write(json, field.Value);
            }
            else if (IsCount(field))
            {
                WriteCount(json, field);
            }
            else
            {
                WriteName(json, field.Name);
                json.WriteRawValue(field.Value.Raw, skipInputValidation: true);
            }
        }

        json.WriteEndObject();
    }

    private static bool IsCount(JsonView.Field field) => field.Says("minItems"u8) || field.Says("maxItems"u8) || field.Says("minLength"u8) || field.Says("maxLength"u8)
        || field.Says("minProperties"u8) || field.Says("maxProperties"u8);

    private static void WriteCount(Utf8JsonWriter json, JsonView.Field field)
    {
        json.WritePropertyName(GeminiSpelling.Camel(field.Name));
        if (field.Value.Whole() is { } count)
            json.WriteNumberValue(count);
        else
            json.WriteRawValue(field.Value.Raw, skipInputValidation: true);
    }

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonView list)
    {
        json.WritePropertyName(name);
        if (!list.IsArray)
        {
            json.WriteRawValue(list.Raw, skipInputValidation: true);
            return;
        }

        json.WriteStartArray();
        foreach (var item in list.Items)
            Write(json, item);

        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, JsonView.Field map)
    {
        json.WritePropertyName(map.Says("patternProperties"u8) ? "patternProperties" : map.Is("defs"u8) ? "$defs" : map.Name.AsString() ?? "");
        if (!map.Value.IsObject)
        {
            json.WriteRawValue(map.Value.Raw, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        foreach (var field in map.Value.Members)
        {
            WriteName(json, field.Name);
            Write(json, field.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, JsonView type, bool nullable)
    {
        var name = type.IsText ? type.AsString(32) ?? "" : "";
        var known = Array.Find(Types, one => string.Equals(one, name, StringComparison.OrdinalIgnoreCase));
        if (known is null)
        {
            // An unspecified type is none; a list of types, or anything else, stays as it is.
            if (!string.Equals(name, "TYPE_UNSPECIFIED", StringComparison.Ordinal))
            {
                json.WritePropertyName("type"u8);
                json.WriteRawValue(type.Raw, skipInputValidation: true);
            }
        }
        else if (nullable && known != "null")
        {
            json.WriteStartArray("type"u8);
            json.WriteStringValue(known);
            json.WriteStringValue("null"u8);
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("type"u8, known);
        }
    }

    private static void WriteChoices(Utf8JsonWriter json, JsonView choices, bool nullable)
    {
        if (!nullable || !choices.IsArray)
        {
            json.WriteRawValue(choices.Raw, skipInputValidation: true);
            return;
        }

        var hasNull = false;
        json.WriteStartArray();
        foreach (var choice in choices.Items)
        {
            hasNull |= choice.Kind == JsonKind.Null;
            json.WriteRawValue(choice.Raw, skipInputValidation: true);
        }

        if (!hasNull)
            json.WriteNullValue();

        json.WriteEndArray();
    }

    private static void WriteName(Utf8JsonWriter json, JsonView name) => json.WritePropertyName(name.AsString() ?? "");
}
