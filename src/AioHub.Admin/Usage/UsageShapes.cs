using System.Diagnostics.CodeAnalysis;
using AioHub.Core.Reports;

namespace AioHub.Admin.Usage;

/// <summary>
/// What calls came to. Tokens stand in buckets that do not overlap; percentiles are at most 5 % off. What only operators see is absent for others.
/// </summary>
internal abstract record UsageFigures
{
    /// <param name="sums">Where they come from.</param>
    /// <param name="isAll">With what only operators see.</param>
    [SetsRequiredMembers]
    protected UsageFigures(UsageSums sums, bool isAll)
    {
        (Calls, Errors, Cancelled) = (sums.Calls, sums.Errors, sums.Cancelled);
        (CallerErrors, UpstreamErrors, HubErrors) = (sums.CallerErrors, sums.UpstreamErrors, sums.HubErrors);
        (InputTokens, CacheReadTokens, CacheWriteTokens, OutputTokens) = (sums.Input - sums.CacheRead - sums.CacheWrite, sums.CacheRead, sums.CacheWrite, sums.Output);
        ChargeUsd = sums.Charge.ToUsd();
        (P50Ms, P95Ms, P99Ms) = (sums.Times.Quantile(0.5), sums.Times.Quantile(0.95), sums.Times.Quantile(0.99));
        (FirstByteP50Ms, FirstByteP95Ms, FirstByteP99Ms) = (sums.FirstBytes.Quantile(0.5), sums.FirstBytes.Quantile(0.95), sums.FirstBytes.Quantile(0.99));
        if (isAll)
        {
            (CostUsd, LostUsd, MarginUsd) = (sums.Cost.ToUsd(), sums.Lost.ToUsd(), sums.Margin.ToUsd());
            (Attempts, FailedAttempts) = (sums.Attempts, sums.FailedAttempts);
        }
    }

    public required long Calls { get; init; }

    /// <summary>Calls that the caller, an upstream or the hub failed.</summary>
    public required long Errors { get; init; }

    /// <summary>Of the errors those that no upstream could have served: bodies, keys, money, limits.</summary>
    public required long CallerErrors { get; init; }

    /// <summary>Of the errors those of upstreams, streams that broke off included.</summary>
    public required long UpstreamErrors { get; init; }

    /// <summary>Of the errors those of the hub: it failed, or had no way to serve.</summary>
    public required long HubErrors { get; init; }

    /// <summary>The caller went away; no error.</summary>
    public required long Cancelled { get; init; }

    /// <summary>Neither read from a cache nor written into one.</summary>
    public required long InputTokens { get; init; }

    public required long CacheReadTokens { get; init; }

    public required long CacheWriteTokens { get; init; }

    public required long OutputTokens { get; init; }

    public required decimal ChargeUsd { get; init; }

    /// <summary>What it cost the operator.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Of the cost what nobody was charged for: attempts in vain.</summary>
    public decimal? LostUsd { get; init; }

    /// <summary>Charge less cost.</summary>
    public decimal? MarginUsd { get; init; }

    /// <summary>Attempts at upstreams, where they were made.</summary>
    public long? Attempts { get; init; }

    /// <summary>Attempts that say something against their channel.</summary>
    public long? FailedAttempts { get; init; }

    /// <summary>From a call's beginning to its end; absent = no call was answered.</summary>
    public double? P50Ms { get; init; }

    public double? P95Ms { get; init; }

    public double? P99Ms { get; init; }

    /// <summary>To the first byte of the answer.</summary>
    public double? FirstByteP50Ms { get; init; }

    public double? FirstByteP95Ms { get; init; }

    public double? FirstByteP99Ms { get; init; }
}

/// <summary>What the calls of a period came to.</summary>
internal sealed record UsagePeriod : UsageFigures
{
    [SetsRequiredMembers]
    private UsagePeriod(UsageSums sums, bool isAll)
        : base(sums, isAll)
    {
    }

    public static UsagePeriod Of(UsageSums sums, bool isAll) => new(sums, isAll);
}

/// <summary>A period, and the one before it, which was as long.</summary>
internal sealed record UsageTotalsReply : UsageFigures
{
    [SetsRequiredMembers]
    private UsageTotalsReply(ReportTotals totals, bool isAll)
        : base(totals.Now, isAll) => Before = UsagePeriod.Of(totals.Before, isAll);

    public required UsagePeriod Before { get; init; }

    /// <summary>Calls that no figure counts yet: 0 but while an old database is being added up, or the adding up has stopped.</summary>
    public long? Behind { get; init; }

    public static UsageTotalsReply Of(ReportTotals totals, bool isAll) => new(totals, isAll);
}

/// <summary>What the calls of one name came to in one step.</summary>
internal sealed record UsagePoint : UsageFigures
{
    [SetsRequiredMembers]
    private UsagePoint(ReportPoint point, bool isAll)
        : base(point.Sums, isAll) => (At, Key) = (point.At, point.Key);

    /// <summary>The step's beginning.</summary>
    public required DateTime At { get; init; }

    /// <summary>The name that was asked by; of keys and users the number. Empty = calls are not told apart, or there was none.</summary>
    public required string Key { get; init; }

    public static UsagePoint Of(ReportPoint point, bool isAll) => new(point, isAll);
}

/// <summary>Points in order of time, then of name; steps without calls have none.</summary>
internal sealed record UsageSeriesReply(ReportStep Step, IReadOnlyList<UsagePoint> Points);

/// <summary>What the calls of one name came to in the whole period.</summary>
internal sealed record UsageRankItem : UsageFigures
{
    [SetsRequiredMembers]
    private UsageRankItem(RankedSums ranked, string? name, bool isAll)
        : base(ranked.Now, isAll) =>
        (Key, Name, BeforeCalls, BeforeChargeUsd) = (ranked.Key, name, ranked.BeforeCalls, ranked.BeforeCharge?.ToUsd());

    /// <summary>A name; of keys and users the number. Empty = nothing served.</summary>
    public required string Key { get; init; }

    /// <summary>What a key is called, or a user's address; absent = there is none any more, or the key says it.</summary>
    public string? Name { get; init; }

    /// <summary>Calls in the period before, which was as long.</summary>
    public long? BeforeCalls { get; init; }

    public decimal? BeforeChargeUsd { get; init; }

    public static UsageRankItem Of(RankedSums ranked, string? name, bool isAll) => new(ranked, name, isAll);
}

/// <summary>Dearest first.</summary>
/// <param name="OtherCount">How many more there are; the others are their sums.</param>
internal sealed record UsageRankReply(IReadOnlyList<UsageRankItem> Items, int OtherCount, long OtherCalls, decimal OtherChargeUsd);

/// <summary>What went from a group to a channel.</summary>
internal sealed record UsageLink : UsageFigures
{
    [SetsRequiredMembers]
    private UsageLink(ReportLink link)
        : base(link.Sums, isAll: true) => (Group, Channel) = (link.Group, link.Channel);

    /// <summary>Empty = none.</summary>
    public required string Group { get; init; }

    /// <summary>Empty = none.</summary>
    public required string Channel { get; init; }

    public static UsageLink Of(ReportLink link) => new(link);
}

/// <summary>Calls count where they ended, attempts where they were made.</summary>
internal sealed record UsageFlowReply(IReadOnlyList<UsageLink> Links);
