namespace AioHub.Core.Primitives;

/// <summary>Money: a whole number of nano-dollars (10⁻⁹ USD). Arithmetic is checked; ±9.2 billion USD fit.</summary>
public readonly record struct NanoUsd(long Value) : IComparable<NanoUsd>
{
    public const long PerUsd = 1_000_000_000;

    public static NanoUsd Zero => default;

    /// <summary>Rounds half away from zero, the one rounding that a charge undergoes.</summary>
    /// <exception cref="OverflowException">The amount does not fit.</exception>
    public static NanoUsd FromUsd(decimal usd) => new((long)Math.Round(usd * PerUsd, 0, MidpointRounding.AwayFromZero));

    public decimal ToUsd() => (decimal)Value / PerUsd;

    /// <summary>Dollars with nine decimals, such as <c>0.000012500</c>.</summary>
    public string ToUsdString()
    {
        // Longest: a sign, ten digits, the point, nine digits.
        Span<char> text = stackalloc char[21];
        var at = text.Length;
        var rest = Value < 0 ? (ulong)-(Value + 1) + 1 : (ulong)Value;
        for (var digits = 0; digits < 10 || rest > 0; digits++)
        {
            if (digits == 9)
            {
                text[--at] = '.';
            }

            text[--at] = (char)('0' + (rest % 10));
            rest /= 10;
        }

        if (Value < 0)
        {
            text[--at] = '-';
        }

        return new string(text[at..]);
    }

    public int CompareTo(NanoUsd other) => Value.CompareTo(other.Value);

    public static NanoUsd operator +(NanoUsd left, NanoUsd right) => new(checked(left.Value + right.Value));

    public static NanoUsd operator -(NanoUsd left, NanoUsd right) => new(checked(left.Value - right.Value));

    public static NanoUsd operator -(NanoUsd amount) => new(checked(-amount.Value));

    public static bool operator <(NanoUsd left, NanoUsd right) => left.Value < right.Value;

    public static bool operator >(NanoUsd left, NanoUsd right) => left.Value > right.Value;

    public static bool operator <=(NanoUsd left, NanoUsd right) => left.Value <= right.Value;

    public static bool operator >=(NanoUsd left, NanoUsd right) => left.Value >= right.Value;

    public override string ToString() => ToUsdString();
}
