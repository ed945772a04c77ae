namespace AioHub.Core.Metering;

/// <summary>Money worked out in whole numbers. Each step says when a figure does not fit; the caller then takes decimals, which give the same.</summary>
internal static class WholeMath
{
    /// <summary>Of a rate per million in USD to nano-USD: 10⁹ ÷ 10⁶.</summary>
    private const int NanoPerMicro = 3;

    private static readonly ulong[] Powers = [.. Enumerable.Range(0, 20).Select(static n => (ulong)System.Numerics.BigInteger.Pow(10, n))];

    /// <param name="exponent">0 to 19.</param>
    public static ulong Power(int exponent) => Powers[exponent];

    /// <summary>Adds quantity × rate to a sum.</summary>
    /// <returns>False when it does not fit.</returns>
    public static bool TryAdd(ref ulong sum, ulong quantity, ulong rate)
    {
        if (Math.BigMul(quantity, rate, out var product) != 0)
        {
            return false;
        }

        var next = sum + product;
        if (next < sum)
        {
            return false;
        }

        sum = next;
        return true;
    }

    /// <summary>sum × 10^-<paramref name="decimals"/> millionths of a USD × factor, in nano-USD.</summary>
    /// <param name="up">True: rounded up, for a bound; false: half away from zero, the one rounding of a charge.</param>
    /// <returns>False when a step does not fit.</returns>
    public static bool TryNano(ulong sum, int decimals, decimal factor, bool up, out long nano)
    {
        nano = 0;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(factor, bits);
        if (bits[2] != 0 || bits[3] < 0)
        {
            return false;
        }

        var mantissa = ((ulong)(uint)bits[1] << 32) | (uint)bits[0];
        if (Math.BigMul(sum, mantissa, out var product) != 0)
        {
            return false;
        }

        var exponent = decimals + ((bits[3] >> 16) & 0xFF) - NanoPerMicro;
        if (exponent <= 0)
        {
            return Math.BigMul(product, Powers[-exponent], out var whole) == 0 && Fits(whole, out nano);
        }

        if (exponent >= Powers.Length)
        {
            return false;
        }

        var divisor = Powers[exponent];
        var (quotient, rest) = Math.DivRem(product, divisor);
        // Both halves of the comparison are below 2⁶³·2: rest is below the divisor, which is at most 10¹⁹.
        var rounded = up ? rest > 0 : rest >= divisor - rest;
        return Fits(quotient + (rounded ? 1UL : 0UL), out nano);
    }

    private static bool Fits(ulong value, out long nano)
    {
        nano = (long)value;
        return value <= long.MaxValue;
    }
}
