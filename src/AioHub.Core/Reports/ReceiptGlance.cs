using AioHub.Core.Primitives;

namespace AioHub.Core.Reports;

/// <summary>The few figures of a receipt that have no column in the log, read without making the receipt (for the numbers see decision 0010).</summary>
/// <param name="CacheWrite">Input tokens written into a cache, of whatever lifetime.</param>
/// <param name="Attempts">Records of attempts, also of those that were never made.</param>
internal readonly record struct ReceiptGlance(long CacheWrite, int Attempts)
{
    private const int Usage = 22;
    private const int Attempt = 24;
    private const int FirstCacheWrite = 3;
    private const int LastCacheWrite = 5;

    /// <summary>Zeros when the bytes are no receipt.</summary>
    public static ReceiptGlance Of(ReadOnlySpan<byte> receipt)
    {
        var (written, attempts) = (0L, 0);
        var from = new FieldReader(receipt);
        while (from.Next(out var field))
        {
            if (field == Usage)
            {
                var usage = new FieldReader(from.Data);
                while (usage.Next(out var bucket) && bucket <= LastCacheWrite)
                {
                    written += bucket >= FirstCacheWrite ? usage.Number : 0;
                }
            }
            else if (field == Attempt)
            {
                attempts++;
            }
            else if (field > Attempt)
            {
                break;
            }
        }

        return from.Broken ? default : new ReceiptGlance(written, attempts);
    }
}
