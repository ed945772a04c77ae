using AioHub.Core.Primitives;

namespace AioHub.Core.Reports;

/// <summary>What some calls came to. Sums of different hours, keys or channels add up.</summary>
public sealed class UsageSums
{
    /// <summary>Calls that ended, answered or not.</summary>
    public long Calls { get; internal set; }

    /// <summary>Calls that could not be served as they were.</summary>
    public long CallerErrors { get; internal set; }

    /// <summary>Calls that upstreams failed, streams that broke off included.</summary>
    public long UpstreamErrors { get; internal set; }

    /// <summary>Calls that the hub failed, or had no way to serve.</summary>
    public long HubErrors { get; internal set; }

    /// <summary>Calls whose caller went away.</summary>
    public long Cancelled { get; internal set; }

    /// <summary>Attempts at upstreams. A group's and a channel's are its own, wherever the call was served in the end.</summary>
    public long Attempts { get; internal set; }

    /// <summary>Attempts that say something against their channel.</summary>
    public long FailedAttempts { get; internal set; }

    /// <summary>All input tokens, cached and written ones included.</summary>
    public long Input { get; internal set; }

    /// <summary>Input tokens that came out of an upstream's cache.</summary>
    public long CacheRead { get; internal set; }

    /// <summary>Input tokens that were written into an upstream's cache.</summary>
    public long CacheWrite { get; internal set; }

    public long Output { get; internal set; }

    public NanoUsd Charge { get; internal set; }

    /// <summary>What it cost the operator, attempts in vain included; those count where they were made. Zero where the scope does not show it, and so with <see cref="Lost"/>.</summary>
    public NanoUsd Cost { get; internal set; }

    /// <summary>Of <see cref="Cost"/> what nobody was charged for.</summary>
    public NanoUsd Lost { get; internal set; }

    /// <summary>From a call's beginning to its end, of answers that reached their caller.</summary>
    public LatencyHistogram Times { get; } = new();

    /// <summary>From a call's beginning to the first byte of its answer.</summary>
    public LatencyHistogram FirstBytes { get; } = new();

    public long Errors => CallerErrors + UpstreamErrors + HubErrors;

    public NanoUsd Margin => Charge - Cost;

    /// <summary>0 to 1; null = no input at all.</summary>
    public double? CacheHitRate => Input == 0 ? null : (double)CacheRead / Input;

    /// <summary>Failed attempts by attempts, 0 to 1; null = none were made.</summary>
    public double? FailureRate => Attempts == 0 ? null : (double)FailedAttempts / Attempts;

    internal void Add(UsageSums other)
    {
        Calls += other.Calls;
        CallerErrors += other.CallerErrors;
        UpstreamErrors += other.UpstreamErrors;
        HubErrors += other.HubErrors;
        Cancelled += other.Cancelled;
        Attempts += other.Attempts;
        FailedAttempts += other.FailedAttempts;
        Input += other.Input;
        CacheRead += other.CacheRead;
        CacheWrite += other.CacheWrite;
        Output += other.Output;
        Charge += other.Charge;
        Cost += other.Cost;
        Lost += other.Lost;
        Times.Add(other.Times);
        FirstBytes.Add(other.FirstBytes);
    }

    internal void Add(in UsageCounts row)
    {
        Calls += row.Calls;
        CallerErrors += row.CallerErrors;
        UpstreamErrors += row.UpstreamErrors;
        HubErrors += row.HubErrors;
        Cancelled += row.Cancelled;
        Attempts += row.Attempts;
        FailedAttempts += row.FailedAttempts;
        Input += row.Input;
        CacheRead += row.CacheRead;
        CacheWrite += row.CacheWrite;
        Output += row.Output;
        Charge += new NanoUsd(row.Charge);
        Cost += new NanoUsd(row.Cost);
        Lost += new NanoUsd(row.Lost);
    }

    /// <summary>Takes out what the scope does not show.</summary>
    internal UsageSums For(ReportScope scope)
    {
        if (!scope.SeesChannels)
        {
            Cost = Lost = NanoUsd.Zero;
        }

        return this;
    }

    internal void Count(CallFault fault)
    {
        Calls++;
        switch (fault)
        {
            case CallFault.Caller: CallerErrors++; break;
            case CallFault.Upstream: UpstreamErrors++; break;
            case CallFault.Hub: HubErrors++; break;
            case CallFault.Cancelled: Cancelled++; break;
            default: break;
        }
    }
}

/// <summary>The numbers of one stored row, in the order of its columns.</summary>
internal readonly record struct UsageCounts(
    long Calls, long CallerErrors, long UpstreamErrors, long HubErrors, long Cancelled, long Attempts, long FailedAttempts, long Input, long CacheRead, long CacheWrite, long Output,
    long Charge, long Cost, long Lost);
