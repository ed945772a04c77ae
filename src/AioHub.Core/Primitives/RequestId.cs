using System.Security.Cryptography;

namespace AioHub.Core.Primitives;

/// <summary>
/// Names one call, sortable by time: 48 bits of Unix milliseconds and 80 random bits, written as 26 characters of Crockford's base 32 (a ULID).
/// </summary>
public readonly record struct RequestId(ulong High, ulong Low) : IComparable<RequestId>
{
    public const int TextLength = 26;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Random bytes are drawn for many ids at once: drawing is dear, however few are asked for.</summary>
    private const int IdsAtOnce = 64;
    private const int RandomBytes = 10;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _unused;

    public static RequestId New(TimeProvider time) => New(time.GetUtcNow());

    public static RequestId New(DateTimeOffset moment)
    {
        if (_unused == 0)
        {
            RandomNumberGenerator.Fill(_random ??= new byte[IdsAtOnce * RandomBytes]);
            _unused = IdsAtOnce;
        }

        var random = _random.AsSpan(--_unused * RandomBytes, RandomBytes);
        var milliseconds = (ulong)moment.ToUnixTimeMilliseconds();
        var high = (milliseconds << 16) | ((ulong)random[0] << 8) | random[1];
        return new RequestId(high, System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(random[2..]));
    }

    public static bool TryParse(ReadOnlySpan<char> text, out RequestId id)
    {
        id = default;
        if (text.Length != TextLength || text[0] > '7')
        {
            return false;
        }

        UInt128 value = 0;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            value = (value << 5) | (uint)digit;
        }

        id = new RequestId((ulong)(value >> 64), (ulong)value);
        return true;
    }

    public DateTime CreatedAt => DateTime.UnixEpoch.AddMilliseconds(High >> 16);

    public int CompareTo(RequestId other) => High == other.High ? Low.CompareTo(other.Low) : High.CompareTo(other.High);

    public override string ToString() => string.Create(TextLength, this, static (text, id) => id.Format(text));

    private void Format(Span<char> text)
    {
        var (high, low) = (High, Low);
        for (var i = TextLength - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(low & 31)];
            low = (low >> 5) | (high << 59);
            high >>= 5;
        }
    }

    public static bool operator <(RequestId left, RequestId right) => left.CompareTo(right) < 0;

    public static bool operator >(RequestId left, RequestId right) => left.CompareTo(right) > 0;

    public static bool operator <=(RequestId left, RequestId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RequestId left, RequestId right) => left.CompareTo(right) >= 0;
}
