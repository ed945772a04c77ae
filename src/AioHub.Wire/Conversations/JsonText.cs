using System.Buffers;
using System.Text;
using AioHub.Wire.Json;

namespace AioHub.Wire.Conversations;

/// <summary>
/// Text as a JSON string says it, quotes and escapes included. Most text of a call goes from one dialect into another without being decoded: it is a slice of the
/// body that it came with.
/// </summary>
public readonly struct JsonText : IEquatable<JsonText>
{
    private readonly ReadOnlyMemory<byte> _quoted;

    private JsonText(ReadOnlyMemory<byte> quoted) => _quoted = quoted;

    /// <summary>False: nothing was said. A text without characters exists.</summary>
    public bool Exists => !_quoted.IsEmpty;

    /// <summary>Nothing was said, or no character.</summary>
    public bool IsEmpty => _quoted.Length <= 2;

    /// <summary>The JSON string with its quotes; <c>""</c> when nothing was said.</summary>
    public ReadOnlySpan<byte> Quoted => _quoted.IsEmpty ? "\"\""u8 : _quoted.Span;

    /// <summary>What stands between the quotes.</summary>
    public ReadOnlySpan<byte> Inside => Quoted[1..^1];

    /// <summary>Takes a string that stands in a JSON text; nothing of any other value.</summary>
    /// <param name="text">The whole text that the view was opened over.</param>
    public static JsonText From(JsonView view, ReadOnlyMemory<byte> text) => view.IsText ? new JsonText(view.In(text)) : default;

    /// <summary>Takes a valid JSON string with its quotes.</summary>
    public static JsonText FromQuoted(ReadOnlyMemory<byte> quoted) => new(quoted);

    /// <summary>Half a surrogate pair becomes U+FFFD.</summary>
    public static JsonText Of(string text) => new(JsonSplice.QuotedString(text));

    /// <summary>Quotes any UTF-8, such as a JSON object that another dialect wants as a string.</summary>
    public static JsonText Of(ReadOnlySpan<byte> plain)
    {
        var quoted = new ArrayBufferWriter<byte>(plain.Length + 2 + (plain.Length / 16));
        quoted.Write("\""u8);
        JsonStrings.Escape(plain, quoted);
        quoted.Write("\""u8);
        return new JsonText(quoted.WrittenMemory);
    }

    /// <summary>One text after the other, those that say nothing left out.</summary>
    /// <param name="between">UTF-8 that needs no escapes but those it has already: <c>\n\n</c> is written <c>"\\n\\n"u8</c>.</param>
    public static JsonText Join(ReadOnlySpan<byte> between, params ReadOnlySpan<JsonText> texts)
    {
        var last = default(JsonText);
        var count = 0;
        foreach (var text in texts)
        {
            if (!text.IsEmpty)
            {
                last = text;
                count++;
            }
        }

        if (count <= 1)
            return last;

        var joined = new ArrayBufferWriter<byte>();
        foreach (var text in texts)
        {
            if (text.IsEmpty)
                continue;

            joined.Write(joined.WrittenCount == 0 ? "\""u8 : between);
            joined.Write(text.Inside);
        }

        joined.Write("\""u8);
        return new JsonText(joined.WrittenMemory);
    }

    /// <summary>Writes what it says, as UTF-8.</summary>
    public void DecodeTo(IBufferWriter<byte> output) => JsonStrings.Unescape(Inside, output);

    /// <summary>What it says, as UTF-8.</summary>
    public ReadOnlyMemory<byte> Decode()
    {
        if (Inside.IndexOf((byte)'\\') < 0)
            return _quoted.IsEmpty ? default : _quoted[1..^1];

        var output = new ArrayBufferWriter<byte>(_quoted.Length);
        DecodeTo(output);
        return output.WrittenMemory;
    }

    /// <summary>Whether it says this.</summary>
    /// <param name="plain">UTF-8 without escapes.</param>
    public bool Is(ReadOnlySpan<byte> plain) => Exists && JsonStrings.AreSame(Inside, plain);

    /// <summary>The same words, however they are escaped.</summary>
    public bool Equals(JsonText other) => Exists == other.Exists && (Inside.SequenceEqual(other.Inside) || Decode().Span.SequenceEqual(other.Decode().Span));

    public override bool Equals(object? obj) => obj is JsonText other && Equals(other);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Encoding.UTF8.GetString(Decode().Span);

    public static bool operator ==(JsonText left, JsonText right) => left.Equals(right);

    public static bool operator !=(JsonText left, JsonText right) => !left.Equals(right);
}
