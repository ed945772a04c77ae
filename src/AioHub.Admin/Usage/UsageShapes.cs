using AioHub.Core.Reports;

namespace AioHub.Admin.Usage;

/// <summary>What calls came to. Tokens stand in buckets that do not overlap; percentiles are at most 5 % off.</summary>
/// <param name="Errors">Calls that the caller, an upstream or the hub failed.</param>
/// <param name="InputTokens">Neither read from a cache nor written into one.</param>
/// <param name="P50Ms">From a call's beginning to its end; absent = no call was answered.</param>
/// <param name="FirstByteP50Ms">To the first byte of the answer.</param>
internal sealed record UsageFigures(
    long Calls, long Errors, long Cancelled, long InputTokens, long CacheReadTokens, long CacheWriteTokens, long OutputTokens, decimal ChargeUsd,
    double? P50Ms, double? P95Ms, double? P99Ms, double? FirstByteP50Ms)
{
    public static UsageFigures Of(UsageSums sums) => new(
        sums.Calls, sums.Errors, sums.Cancelled, sums.Input - sums.CacheRead - sums.CacheWrite, sums.CacheRead, sums.CacheWrite, sums.Output, sums.Charge.ToUsd(),
        sums.Times.Quantile(0.5), sums.Times.Quantile(0.95), sums.Times.Quantile(0.99), sums.FirstBytes.Quantile(0.5));
}

/// <summary>A period, and the one before it, which was as long.</summary>
internal sealed record UsageTotalsReply(
    long Calls, long Errors, long Cancelled, long InputTokens, long CacheReadTokens, long CacheWriteTokens, long OutputTokens, decimal ChargeUsd,
    double? P50Ms, double? P95Ms, double? P99Ms, double? FirstByteP50Ms, UsageFigures Before)
{
    public static UsageTotalsReply Of(ReportTotals totals)
    {
        var now = UsageFigures.Of(totals.Now);
        return new UsageTotalsReply(
            now.Calls, now.Errors, now.Cancelled, now.InputTokens, now.CacheReadTokens, now.CacheWriteTokens, now.OutputTokens, now.ChargeUsd,
            now.P50Ms, now.P95Ms, now.P99Ms, now.FirstByteP50Ms, UsageFigures.Of(totals.Before));
    }
}

/// <summary>What the calls of one name came to in one step.</summary>
/// <param name="At">The step's beginning.</param>
/// <param name="Key">The name that was asked by; of keys the number. Empty = calls are not told apart, or there was none.</param>
internal sealed record UsagePoint(
    DateTime At, string Key, long Calls, long Errors, long Cancelled, long InputTokens, long CacheReadTokens, long CacheWriteTokens, long OutputTokens, decimal ChargeUsd,
    double? P50Ms, double? P95Ms, double? P99Ms, double? FirstByteP50Ms)
{
    public static UsagePoint Of(ReportPoint point)
    {
        var sums = UsageFigures.Of(point.Sums);
        return new UsagePoint(
            point.At, point.Key, sums.Calls, sums.Errors, sums.Cancelled, sums.InputTokens, sums.CacheReadTokens, sums.CacheWriteTokens, sums.OutputTokens, sums.ChargeUsd,
            sums.P50Ms, sums.P95Ms, sums.P99Ms, sums.FirstByteP50Ms);
    }
}

/// <summary>Points in order of time, then of name; steps without calls have none.</summary>
internal sealed record UsageSeriesReply(ReportStep Step, IReadOnlyList<UsagePoint> Points);
