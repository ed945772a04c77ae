using System.Globalization;
using System.Text;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>Single values of a request, and how texts that are JSON strings already are written.</summary>
internal static class OpenAiValues
{
    /// <summary>A flag; null when it is none.</summary>
    public static bool? AsFlag(this JsonView view) => view.Kind switch
    {
        JsonKind.True => true,
        JsonKind.False => false,
        _ => null,
    };

    /// <summary>A number; null when it is none, or beyond what <see cref="decimal"/> holds.</summary>
    public static decimal? AsNumber(this JsonView view)
    {
        if (view.Kind != JsonKind.Number)
            return null;

        Span<char> text = stackalloc char[64];
        if (view.Length > text.Length)
            return null;

        var length = Encoding.ASCII.GetChars(view.Raw, text);
        return decimal.TryParse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Whether it says nothing: absent, null, or an empty string, array or object.</summary>
    public static bool IsBare(this JsonView view) => view.Kind switch
    {
        JsonKind.Absent or JsonKind.Null => true,
        JsonKind.Text => view.Length == 2,
        JsonKind.Array or JsonKind.Object => view.Raw[1..^1].Trim(" \t\r\n"u8).IsEmpty,
        _ => false,
    };

    /// <summary>Writes a text as it stands.</summary>
    public static void WriteText(this Utf8JsonWriter json, JsonText text) => json.WriteRawValue(text.Quoted, skipInputValidation: true);

    /// <inheritdoc cref="WriteText(Utf8JsonWriter, JsonText)"/>
    public static void WriteText(this Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonText text)
    {
        json.WritePropertyName(name);
        json.WriteText(text);
    }

    /// <summary>Writes a value that was judged to be JSON when it was read.</summary>
    public static void WriteJson(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.Span, skipInputValidation: true);
    }

    /// <summary>Writes the members of a pocket, in their order.</summary>
    public static void WritePocket(this Utf8JsonWriter json, Pocket pocket)
    {
        foreach (var member in pocket.Members)
        {
            json.WritePropertyName(member.Name.Decode().Span);
            json.WriteRawValue(member.Value.Span, skipInputValidation: true);
        }
    }
}
