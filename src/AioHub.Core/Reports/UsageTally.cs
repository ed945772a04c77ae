using System.Runtime.InteropServices;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;

namespace AioHub.Core.Reports;

/// <summary>One row of the request log as reports read it.</summary>
/// <param name="Detail">The receipt.</param>
internal readonly record struct LogCall(
    long Seq, DateTime At, long User, long Key, string Group, string Channel, string RequestedModel, string Model, int Dialect, int Operation, bool Stream, int Status, CallOutcome Outcome,
    string? Code, long Input, long CacheRead, long Output, long Charge, long Cost, long Lost, double Total, double? FirstByte, ReadOnlyMemory<byte> Detail);

/// <summary>Whose calls of which hour.</summary>
/// <param name="Hour">Since 1970, UTC.</param>
internal readonly record struct UsageKey(long Hour, long User, long Key, string Group, string Channel, string Model);

/// <summary>Adds calls up in memory, by the hour in which they began.</summary>
internal sealed class UsageTally
{
    private readonly Dictionary<UsageKey, UsageSums> _sums = [];

    public IReadOnlyDictionary<UsageKey, UsageSums> Sums => _sums;

    public static long HourOf(DateTime moment) => (moment.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerHour;

    public static DateTime MomentOf(long hour) => DateTime.UnixEpoch.AddHours(hour);

    public void Add(in LogCall call)
    {
        var key = new UsageKey(HourOf(call.At), call.User, call.Key, call.Group, call.Channel, call.Model);
        var sums = Of(key);
        var glance = ReceiptGlance.Of(call.Detail.Span);
        sums.Count(CallFaults.Of(call.Outcome, call.Status, call.Code));
        sums.Input += call.Input;
        sums.CacheRead += call.CacheRead;
        sums.CacheWrite += glance.CacheWrite;
        sums.Output += call.Output;
        sums.Charge += new NanoUsd(call.Charge);
        sums.Cost += new NanoUsd(call.Cost);
        sums.Lost += new NanoUsd(call.Lost);
        if (call.Outcome is CallOutcome.Completed or CallOutcome.Partial)
        {
            sums.Times.Add(call.Total);
            if (call.FirstByte is { } first)
            {
                sums.FirstBytes.Add(first);
            }
        }

        if (glance.Attempts == 1 && call.Outcome == CallOutcome.Completed && call.Lost == 0)
        {
            sums.Attempts++;
        }
        else if (glance.Attempts > 0)
        {
            GiveAttemptsTheirs(key, sums, call);
        }
    }

    /// <summary>An attempt counts at the channel that made it, which is not the one that served in the end, and so does what it cost in vain.</summary>
    private void GiveAttemptsTheirs(in UsageKey key, UsageSums served, in LogCall call)
    {
        if (ReceiptFields.TryRead(call.Detail.Span) is not { } receipt)
        {
            return;
        }

        var lost = new NanoUsd(call.Lost);
        served.Cost -= lost;
        served.Lost -= lost;
        for (var i = 0; i < receipt.Attempts.Length; i++)
        {
            var attempt = receipt.Attempts[i];
            var own = Of(key with { Group = attempt.Group, Channel = attempt.Channel });
            if (attempt.OperatorCost is { } cost)
            {
                own.Cost += cost;
                own.Lost += cost;
                lost -= cost;
            }

            // What a limit kept the call from stands among the attempts, though none was made.
            if (attempt.Status is not null || attempt.Milliseconds > 0)
            {
                own.Attempts++;
                var broke = call.Outcome == CallOutcome.Partial && i == receipt.Attempts.Length - 1;
                own.FailedAttempts += broke || CallFaults.IsChannels(attempt, call.Outcome) ? 1 : 0;
            }
        }

        // Whatever a damaged receipt says, the sums are the log's.
        served.Cost += lost;
        served.Lost += lost;
    }

    private UsageSums Of(in UsageKey key)
    {
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, key, out _);
        return sums ??= new UsageSums();
    }
}
