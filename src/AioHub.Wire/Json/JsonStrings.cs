using System.Buffers;
using System.Text;

namespace AioHub.Wire.Json;

/// <summary>Goes between a text and what stands between the quotes of the JSON string that says it.</summary>
public static class JsonStrings
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>Writes UTF-8 as the inside of a JSON string: nothing is escaped that JSON does not ask for.</summary>
    public static void Escape(ReadOnlySpan<byte> plain, IBufferWriter<byte> output)
    {
        Span<byte> escape = stackalloc byte[6];
        while (true)
        {
            var stop = plain.IndexOfAny(Escaped);
            if (stop < 0)
            {
                output.Write(plain);
                return;
            }

            output.Write(plain[..stop]);
            output.Write(escape[..Escape(plain[stop], escape)]);
            plain = plain[(stop + 1)..];
        }
    }

    /// <summary>Writes what the inside of a valid JSON string says, as UTF-8. Half a surrogate pair becomes U+FFFD: it has no UTF-8 form.</summary>
    public static void Unescape(ReadOnlySpan<byte> inside, IBufferWriter<byte> output)
    {
        while (true)
        {
            var stop = inside.IndexOf((byte)'\\');
            if (stop < 0)
            {
                output.Write(inside);
                return;
            }

            output.Write(inside[..stop]);
            inside = inside[stop..];
            var rune = TakeRune(ref inside);
            output.Advance(rune.EncodeToUtf8(output.GetSpan(4)));
        }
    }

    /// <summary>Whether the inside of a valid JSON string says this.</summary>
    /// <param name="plain">UTF-8 without escapes.</param>
    public static bool AreSame(ReadOnlySpan<byte> inside, ReadOnlySpan<byte> plain)
    {
        Span<byte> bytes = stackalloc byte[4];
        while (true)
        {
            var stop = inside.IndexOf((byte)'\\');
            if (stop < 0)
                return inside.SequenceEqual(plain);

            if (!plain.StartsWith(inside[..stop]))
                return false;

            plain = plain[stop..];
            inside = inside[stop..];
            var rune = TakeRune(ref inside);
            var length = rune.EncodeToUtf8(bytes);
            if (!plain.StartsWith(bytes[..length]))
                return false;

            plain = plain[length..];
        }
    }

    /// <summary>Takes the escape, or the two of a surrogate pair, that the text begins with.</summary>
    private static Rune TakeRune(ref ReadOnlySpan<byte> text)
    {
        var first = TakeUnit(ref text);
        if (char.IsHighSurrogate(first) && text.StartsWith("\\u"u8))
        {
            var rest = text;
            var second = TakeUnit(ref rest);
            if (char.IsLowSurrogate(second))
            {
                text = rest;
                return new Rune(first, second);
            }
        }

        return Rune.TryCreate(first, out var rune) ? rune : Rune.ReplacementChar;
    }

    private static char TakeUnit(ref ReadOnlySpan<byte> text)
    {
        if (text[1] == 'u' && JsonLexemes.TryReadUnit(text[2..], out var unit))
        {
            text = text[6..];
            return unit;
        }

        unit = (char)JsonLexemes.ShortEscape(text[1]);
        text = text[2..];
        return unit;
    }

    private static int Escape(byte sign, Span<byte> escape)
    {
        escape[0] = (byte)'\\';
        var letter = sign switch
        {
            (byte)'"' or (byte)'\\' => sign,
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            _ => (byte)0,
        };
        if (letter != 0)
        {
            escape[1] = letter;
            return 2;
        }

        "u00"u8.CopyTo(escape[1..]);
        escape[4] = Digit(sign >> 4);
        escape[5] = Digit(sign & 0xF);
        return 6;
    }

    private static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
