using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace AioHub.Wire.Json;

/// <summary>Reads single values from their raw bytes, as <see cref="JsonMember.ValueIn"/> gives them. Never throws, whatever the bytes.</summary>
public static class JsonValue
{
    private const int OnStack = 256;
    private const int MaxDigits = 19;
    private const long FarExponent = 1_000_000_000_000;

    public static bool IsNull(ReadOnlySpan<byte> raw) => raw.SequenceEqual("null"u8);

    public static bool TryReadBoolean(ReadOnlySpan<byte> raw, out bool value)
    {
        value = raw.SequenceEqual("true"u8);
        return value || raw.SequenceEqual("false"u8);
    }

    /// <summary>Reads a string.</summary>
    /// <param name="raw">The value with its quotes.</param>
    /// <param name="maxLength">The longest text that is accepted, in UTF-16 units.</param>
    /// <param name="value">The text with its escapes resolved.</param>
    /// <returns>False when it is no string, is too long, or holds half a surrogate pair.</returns>
    public static bool TryReadString(ReadOnlySpan<byte> raw, int maxLength, out string? value)
    {
        value = null;
        if (raw.Length < 2 || raw[0] != '"' || JsonLexemes.SkipString(raw, 1, out var escaped) != raw.Length)
        {
            return false;
        }

        // The longest spelling of one unit is \uXXXX.
        var text = raw[1..^1];
        if (text.Length > 6L * maxLength || !Utf8.IsValid(text))
        {
            return false;
        }

        if (escaped)
        {
            return TryUnescape(text, maxLength, out value);
        }

        if (Encoding.UTF8.GetCharCount(text) > maxLength)
        {
            return false;
        }

        value = Encoding.UTF8.GetString(text);
        return true;
    }

    /// <summary>Unicode characters of a string that <see cref="JsonPeek"/> has validated; 0 for anything else.</summary>
    public static long CountCharacters(ReadOnlySpan<byte> raw)
    {
        if (raw is not [(byte)'"', .. var text, (byte)'"'])
        {
            return 0;
        }

        long count = 0;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '\\')
            {
                // The bytes that continue a character count for nothing.
                count += (text[at] & 0xC0) == 0x80 ? 0 : 1;
                at++;
            }
            else if (at + 1 < text.Length && text[at + 1] == 'u' && JsonLexemes.TryReadUnit(text[(at + 2)..], out var unit))
            {
                count += char.IsLowSurrogate(unit) ? 0 : 1;
                at += 6;
            }
            else
            {
                count++;
                at += 2;
            }
        }

        return count;
    }

    /// <summary>Reads a whole number, however it is spelled: <c>1024</c>, <c>1024.0</c> and <c>1.024e3</c> are the same.</summary>
    /// <returns>False when it is no number, has a fraction, or does not fit.</returns>
    public static bool TryReadInt64(ReadOnlySpan<byte> raw, out long value)
    {
        value = 0;
        if (raw.IsEmpty || !(raw[0] == '-' || char.IsAsciiDigit((char)raw[0])) || JsonLexemes.SkipNumber(raw, 0) != raw.Length)
        {
            return false;
        }

        var negative = raw[0] == '-';
        if (!TryReadMagnitude(negative ? raw[1..] : raw, out var magnitude))
        {
            return false;
        }

        if (magnitude > (ulong)long.MaxValue + (negative ? 1UL : 0UL))
        {
            return false;
        }

        value = negative ? unchecked(-(long)magnitude) : (long)magnitude;
        return true;
    }

    /// <summary>Digits times a power of ten; zeros are held back until a digit follows them, so that 1.50 and 100e-2 come out whole.</summary>
    private static bool TryReadMagnitude(ReadOnlySpan<byte> number, out ulong magnitude)
    {
        magnitude = 0;
        long zeros = 0;
        var mantissa = number.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var e ? number[..e] : number;
        var exponent = ReadExponent(number[Math.Min(number.Length, mantissa.Length + 1)..]);
        var inFraction = false;
        foreach (var digit in mantissa)
        {
            if (digit == '.')
            {
                inFraction = true;
                continue;
            }

            exponent -= inFraction ? 1 : 0;
            if (digit == '0')
            {
                zeros++;
                continue;
            }

            if (!TryScale(ref magnitude, zeros + 1) || magnitude > ulong.MaxValue - 9)
            {
                return false;
            }

            magnitude += (ulong)(digit - '0');
            zeros = 0;
        }

        return magnitude == 0 || (zeros + exponent >= 0 && TryScale(ref magnitude, zeros + exponent));
    }

    private static long ReadExponent(ReadOnlySpan<byte> text)
    {
        long exponent = 0;
        foreach (var digit in text)
        {
            if (char.IsAsciiDigit((char)digit))
            {
                exponent = Math.Min((exponent * 10) + digit - '0', FarExponent);
            }
        }

        return !text.IsEmpty && text[0] == '-' ? -exponent : exponent;
    }

    private static bool TryScale(ref ulong magnitude, long tens)
    {
        if (magnitude == 0)
        {
            return true;
        }

        if (tens > MaxDigits)
        {
            return false;
        }

        for (; tens > 0; tens--)
        {
            if (magnitude > ulong.MaxValue / 10)
            {
                return false;
            }

            magnitude *= 10;
        }

        return true;
    }

    private static bool TryUnescape(ReadOnlySpan<byte> text, int maxLength, out string? value)
    {
        value = null;
        var longest = Math.Min(text.Length, maxLength);
        char[]? rented = null;
        var units = longest <= OnStack ? stackalloc char[OnStack] : rented = ArrayPool<char>.Shared.Rent(longest);
        try
        {
            if (!TryUnescape(text, units[..longest], out var length))
            {
                return false;
            }

            value = new string(units[..length]);
            return true;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }

    private static bool TryUnescape(ReadOnlySpan<byte> text, Span<char> units, out int length)
    {
        length = 0;
        while (!text.IsEmpty)
        {
            var plain = text.IndexOf((byte)'\\') is >= 0 and var escape ? text[..escape] : text;
            if (!Encoding.UTF8.TryGetChars(plain, units[length..], out var written))
            {
                return false;
            }

            length += written;
            text = text[plain.Length..];
            if (!text.IsEmpty && !TryTakeEscape(ref text, units, ref length))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryTakeEscape(ref ReadOnlySpan<byte> text, Span<char> units, ref int length)
    {
        if (!TryTakeUnit(ref text, out var first))
        {
            return false;
        }

        if (!char.IsSurrogate(first))
        {
            return TryAppend(units, ref length, first);
        }

        return char.IsHighSurrogate(first)
            && TryTakeUnit(ref text, out var second)
            && char.IsLowSurrogate(second)
            && TryAppend(units, ref length, first)
            && TryAppend(units, ref length, second);
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<byte> text, out char unit)
    {
        unit = '\0';
        if (text.Length < 2 || text[0] != '\\')
        {
            return false;
        }

        if (text[1] == 'u')
        {
            if (!JsonLexemes.TryReadUnit(text[2..], out unit))
            {
                return false;
            }

            text = text[6..];
            return true;
        }

        var letter = JsonLexemes.ShortEscape(text[1]);
        unit = (char)letter;
        text = text[2..];
        return letter >= 0;
    }

    private static bool TryAppend(Span<char> units, ref int length, char unit)
    {
        if (length >= units.Length)
        {
            return false;
        }

        units[length++] = unit;
        return true;
    }
}
