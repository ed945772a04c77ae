using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AioHub.Wire.Json;

/// <summary>
/// Steps over one lexeme of JSON. Every step gives the offset behind it, or the bitwise complement of the offset where it went wrong:
/// one local integer carries the whole walk, which is what keeps it in a register.
/// </summary>
internal static class JsonLexemes
{
    /// <summary>Blanks up to this many are stepped over one by one: calling the vectorised search costs more.</summary>
    private const int FewBlanks = 8;

    /// <summary>What ends a run of plain bytes inside a string.</summary>
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\r\n"u8);

    /// <summary>Gives the offset of the first byte that is no white space; the body's length when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipBlanks(ReadOnlySpan<byte> body, int at) =>
        (uint)at < (uint)body.Length && body[at] > ' ' ? at : SkipManyBlanks(body, at);

    /// <summary>Steps over a string.</summary>
    /// <param name="at">Offset behind the opening quote.</param>
    /// <param name="escaped">Whether a backslash stands in it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipString(ReadOnlySpan<byte> body, int at, out bool escaped)
    {
        // Names and short values end within the first vector: no call, no loop.
        var stop = FindNearStop(body, at);
        if (stop >= 0 && body[stop] == '"')
        {
            escaped = false;
            return stop + 1;
        }

        return SkipLongString(body, at, out escaped);
    }

    /// <summary>Steps over a number that starts with a digit or a minus.</summary>
    public static int SkipNumber(ReadOnlySpan<byte> body, int at)
    {
        if (body[at] == '-')
        {
            at++;
        }

        if ((uint)at >= (uint)body.Length)
        {
            return ~at;
        }

        // A leading zero stands alone; what follows it is judged by whoever expects a comma or a bracket.
        at = body[at] == '0' ? at + 1 : SkipDigits(body, at);
        if (at >= 0 && at < body.Length && body[at] == '.')
        {
            at = SkipDigits(body, at + 1);
        }

        if (at >= 0 && at < body.Length && (body[at] | 0x20) == 'e')
        {
            at++;
            if (at < body.Length && body[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            at = SkipDigits(body, at);
        }

        return at;
    }

    /// <summary>Steps over <c>true</c>, <c>false</c> or <c>null</c>.</summary>
    public static int SkipWord(ReadOnlySpan<byte> body, int at, ReadOnlySpan<byte> word) =>
        body[at..].StartsWith(word) ? at + word.Length : ~at;

    /// <summary>Reads the four digits of a <c>\u</c> escape; false when they are not four hexadecimal digits.</summary>
    public static bool TryReadUnit(ReadOnlySpan<byte> digits, out char unit)
    {
        unit = '\0';
        if (digits.Length < 4)
        {
            return false;
        }

        // A digit that is none gives -1, whose sign survives every shift and every or.
        var value = (HexValue(digits[0]) << 12) | (HexValue(digits[1]) << 8) | (HexValue(digits[2]) << 4) | HexValue(digits[3]);
        if (value < 0)
        {
            return false;
        }

        unit = (char)value;
        return true;
    }

    /// <summary>What the letter behind a backslash stands for; -1 for <c>u</c> and for what is no escape.</summary>
    public static int ShortEscape(byte letter) => letter switch
    {
        (byte)'"' => '"',
        (byte)'\\' => '\\',
        (byte)'/' => '/',
        (byte)'b' => '\b',
        (byte)'f' => '\f',
        (byte)'n' => '\n',
        (byte)'r' => '\r',
        (byte)'t' => '\t',
        _ => -1,
    };

    private static int SkipManyBlanks(ReadOnlySpan<byte> body, int at)
    {
        var few = Math.Min(body.Length, at + FewBlanks);
        for (; at < few; at++)
        {
            if (body[at] is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return at;
            }
        }

        var rest = body[at..].IndexOfAnyExcept(Blanks);
        return rest < 0 ? body.Length : at + rest;
    }

    private static int SkipLongString(ReadOnlySpan<byte> body, int at, out bool escaped)
    {
        escaped = false;
        while (true)
        {
            // Escapes stand close together in code and far apart in prose: one vector first, then the search made for long runs.
            var stop = at < body.Length && body[at] == '\\' ? at : FindNearStop(body, at);
            if (stop < 0)
            {
                var run = body[at..].IndexOfAny(StringStops);
                if (run < 0)
                {
                    return ~body.Length;
                }

                stop = at + run;
            }

            if (body[stop] == '"')
            {
                return stop + 1;
            }

            at = body[stop] == '\\' ? SkipEscape(body, stop) : ~stop;
            if (at < 0)
            {
                return at;
            }

            escaped = true;
        }
    }

    private static int SkipEscape(ReadOnlySpan<byte> body, int at)
    {
        var letter = at + 1 < body.Length ? body[at + 1] : 0;
        return letter switch
        {
            'n' or '"' or '\\' or 't' or '/' or 'r' or 'b' or 'f' => at + 2,
            'u' => IsUnit(body[(at + 2)..]) ? at + 6 : ~at,
            _ => ~at,
        };
    }

    private static bool IsUnit(ReadOnlySpan<byte> digits) =>
        digits.Length >= 4
        && char.IsAsciiHexDigit((char)digits[0])
        && char.IsAsciiHexDigit((char)digits[1])
        && char.IsAsciiHexDigit((char)digits[2])
        && char.IsAsciiHexDigit((char)digits[3]);

    private static int SkipDigits(ReadOnlySpan<byte> body, int at)
    {
        var start = at;
        while ((uint)at < (uint)body.Length && char.IsAsciiDigit((char)body[at]))
        {
            at++;
        }

        return at > start ? at : ~at;
    }

    private static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    /// <summary>The first stop within one vector; -1 when there is none, or when the body's end is nearer than that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FindNearStop(ReadOnlySpan<byte> body, int at)
    {
        if (!Vector128.IsHardwareAccelerated || at > body.Length - Vector128<byte>.Count)
        {
            return -1;
        }

        var bytes = Vector128.Create(body.Slice(at, Vector128<byte>.Count));
        var stops = Vector128.Equals(bytes, Vector128.Create((byte)'"'))
            | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
            | Vector128.LessThan(bytes, Vector128.Create((byte)0x20));
        var bits = stops.ExtractMostSignificantBits();
        return bits == 0 ? -1 : at + BitOperations.TrailingZeroCount(bits);
    }
}
