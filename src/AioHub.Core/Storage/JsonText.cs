using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace AioHub.Core.Storage;

/// <summary>Lists and maps in one text column, as JSON: they are read whole and never searched by the database.</summary>
internal static class JsonText
{
    public const string EmptyList = "[]";
    public const string EmptyMap = "{}";

    private static readonly JsonWriterOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(IEnumerable<string> list) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var item in list)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    });

    /// <summary>Members by name, so that equal maps are equal texts.</summary>
    public static string Of(IEnumerable<KeyValuePair<string, string>> map) => Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var (name, value) in map.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    });

    /// <summary>Members by name, so that equal maps are equal texts.</summary>
    public static string Of(IEnumerable<KeyValuePair<string, bool>> map) => Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var (name, value) in map.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteBoolean(name, value);
        }

        writer.WriteEndObject();
    });

    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            write(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static ImmutableArray<string> ToList(string json)
    {
        if (json is EmptyList)
        {
            return [];
        }

        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(static item => item.GetString() ?? "")];
    }

    public static FrozenDictionary<string, string> ToMap(string json)
    {
        if (json is EmptyMap)
        {
            return FrozenDictionary<string, string>.Empty;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject()
            .ToFrozenDictionary(static member => member.Name, static member => member.Value.GetString() ?? "", StringComparer.Ordinal);
    }

    public static FrozenDictionary<string, bool> ToFlags(string json)
    {
        if (json is EmptyMap)
        {
            return FrozenDictionary<string, bool>.Empty;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject()
            .ToFrozenDictionary(static member => member.Name, static member => member.Value.GetBoolean(), StringComparer.Ordinal);
    }
}
