using System.Text.Json;
using AioHub.Wire.Conversations;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Writes texts as they came.</summary>
internal static class AnthropicMessagesTexts
{
    /// <summary>The value alone; an empty string where nothing was said.</summary>
    public static void Write(Utf8JsonWriter json, JsonText text) => json.WriteRawValue(text.Quoted, skipInputValidation: true);

    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonText text)
    {
        json.WritePropertyName(name);
        Write(json, text);
    }

    /// <summary>Nothing where nothing was said.</summary>
    public static void WriteSaid(Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonText text)
    {
        if (text.Exists)
            Write(json, name, text);
    }
}
