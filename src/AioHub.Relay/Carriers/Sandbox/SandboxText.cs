using AioHub.Relay.Counting;
using System.Text;
using System.Text.Json;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Lenient looks into a parsed body: what is absent or of another kind is null.</summary>
internal static class SandboxText
{
    // Members whose strings are no text a model would read: names of things, addresses, encoded bytes.
    private static readonly HashSet<string> NotText = new(StringComparer.Ordinal)
    {
        "type", "id", "role", "status", "call_id", "tool_call_id", "tool_use_id", "item_id", "data", "url", "image_url", "file_data", "file_id", "file_url",
        "fileUri", "file_uri", "mimeType", "mime_type", "media_type", "signature", "thoughtSignature", "thought_signature", "encrypted_content",
        "cache_control", "detail", "format", "phase", "model", "taskType", "input_audio",
    };

    public static JsonElement? Get(this JsonElement element, string name, string? orName = null)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        if (element.TryGetProperty(name, out var value))
            return value;
        return orName is not null && element.TryGetProperty(orName, out value) ? value : null;
    }

    public static JsonElement? Get(this JsonElement? element, string name, string? orName = null) => element?.Get(name, orName);

    public static string? Text(this JsonElement element, string name) => element.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static string? Text(this JsonElement? element, string name) => element?.Text(name);

    public static bool Flag(this JsonElement element, string name) => element.Get(name) is { ValueKind: JsonValueKind.True };

    public static bool Flag(this JsonElement? element, string name) => element?.Flag(name) ?? false;

    public static int? Number(this JsonElement element, string name, string? orName = null) =>
        element.Get(name, orName) is { ValueKind: JsonValueKind.Number } value
            ? value.TryGetInt32(out var number) ? number : value.TryGetDouble(out var large) && large < 0 ? int.MinValue : int.MaxValue
            : null;

    /// <summary>The elements of an array; nothing for anything else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>A string, or the strings of an array.</summary>
    public static IReadOnlyList<string> Strings(this JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } => [.. element.Items().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).Take(16)],
        _ => [],
    };

    /// <summary>The text of a content: a string, a part with a <c>text</c>, or an array of these, joined by line ends.</summary>
    public static string Of(JsonElement? content)
    {
        switch (content)
        {
            case { ValueKind: JsonValueKind.String } text:
                return text.GetString()!;
            case { ValueKind: JsonValueKind.Object } part:
                return part.Text("text") ?? Of(part.Get("parts"));
            case { ValueKind: JsonValueKind.Array }:
                var joined = new StringBuilder();
                var first = true;
                foreach (var item in content.Items())
                {
                    var text = item.ValueKind == JsonValueKind.String ? item.GetString() : item.Text("text");
                    if (text is null)
                        continue;
                    if (!first)
                        joined.Append('\n');
                    joined.Append(text);
                    first = false;
                }

                return joined.ToString();
            default:
                return "";
        }
    }

    /// <summary>Tokens of every text in <paramref name="element"/>, at any depth.</summary>
    public static int Tokens(JsonElement? element)
    {
        var total = 0;
        switch (element)
        {
            case { ValueKind: JsonValueKind.String } text:
                return TextTokens.Count(text.GetString()!);
            case { ValueKind: JsonValueKind.Array }:
                // An array of numbers is a text that was tokenised by the caller.
                foreach (var item in element.Items())
                    total += item.ValueKind == JsonValueKind.Number ? 1 : Tokens(item);
                return total;
            case { ValueKind: JsonValueKind.Object } members:
                foreach (var member in members.EnumerateObject())
                {
                    if (!NotText.Contains(member.Name))
                        total += Tokens(member.Value);
                }

                return total;
            default:
                return 0;
        }
    }

    /// <summary>Tokens of the declared tools: names, descriptions and schemas as they were written.</summary>
    public static int ToolTokens(JsonElement? tools)
    {
        var total = 0;
        foreach (var tool in tools.Items())
            total += TextTokens.Count(tool.GetRawText());
        return total;
    }
}
