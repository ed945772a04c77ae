using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Host.Configuration;

/// <summary>
/// Writes a tree as YAML for people: mappings in block form, what fits on one line on one line. Only the quoting that YAML 1.1 and 1.2 readers
/// agree on is used.
/// </summary>
internal static class YamlText
{
    private const int OneLine = 120;
    private static readonly string[] Reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

    public static string Of(JsonObject root)
    {
        var text = new StringBuilder();
        Block(text, root, 0, first: false);
        return text.ToString();
    }

    private static void Block(StringBuilder text, JsonObject map, int indent, bool first)
    {
        foreach (var (key, value) in map)
        {
            // The first member of a list's entry stands behind its dash.
            text.Append(' ', first ? 0 : indent).Append(Scalar(key)).Append(':');
            first = false;
            Value(text, value, indent + Scalar(key).Length + 2, indent + 2);
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int used, int indent)
    {
        if (value is not (JsonObject { Count: > 0 } or JsonArray { Count: > 0 }) || (Flow(value) is var flow && used + flow.Length <= OneLine && IsFlat(value)))
        {
            text.Append(' ').Append(Flow(value)).Append('\n');
        }
        else if (value is JsonObject map)
        {
            text.Append('\n');
            Block(text, map, indent, first: false);
        }
        else
        {
            text.Append('\n');
            foreach (var item in (JsonArray)value)
            {
                text.Append(' ', indent).Append("- ");
                var short_ = Flow(item);
                if (item is JsonObject { Count: > 0 } entry && (!IsFlat(entry) || indent + 2 + short_.Length > OneLine))
                {
                    Block(text, entry, indent + 2, first: true);
                }
                else
                {
                    text.Append(short_).Append('\n');
                }
            }
        }
    }

    // A mapping of scalars, or a list of them, reads well on one line; anything deeper does not.
    private static bool IsFlat(JsonNode value) => value switch
    {
        JsonObject map => map.All(static member => member.Value is null or JsonValue),
        JsonArray list => list.All(static item => item is null or JsonValue),
        _ => true,
    };

    private static string Flow(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject { Count: 0 } => "{}",
        JsonObject map => "{ " + string.Join(", ", map.Select(static member => $"{Scalar(member.Key)}: {Flow(member.Value)}")) + " }",
        JsonArray list => "[" + string.Join(", ", list.Select(Flow)) + "]",
        _ when value.GetValueKind() == JsonValueKind.String => Scalar(value.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    private static string Scalar(string text) => IsPlain(text) ? text : Quoted(text);

    private static bool IsPlain(string text) =>
        text.Length > 0
        && char.IsAsciiLetter(text[0])
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '@')
        && !Reserved.Contains(text, StringComparer.OrdinalIgnoreCase);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                < ' ' or (>= '\x7f' and <= '\x9f') or '\u2028' or '\u2029' or '\ufeff' => quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
