using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Metering;

/// <summary>By what calls are added up.</summary>
public enum UsageBy
{
    Channel,
    Group,
    Model,
    /// <summary>E-mail addresses.</summary>
    User,
    /// <summary>UTC, <c>2026-11-22</c>.</summary>
    Day,
}

/// <summary>What the calls of one channel, group, model, user or day came to.</summary>
/// <param name="Name">Empty: none served them.</param>
/// <param name="Calls">Answered or not; a channel's are those that it ended, not each attempt at it.</param>
/// <param name="Input">All input tokens that were charged, cached ones included.</param>
/// <param name="Cost">What they cost the operator, failed attempts included; a channel's are its own attempts'.</param>
/// <param name="Lost">Of the cost what nobody was charged for.</param>
public sealed record UsageTotal(string Name, long Calls, long Input, long Output, NanoUsd Charge, NanoUsd Cost, NanoUsd Lost)
{
    public NanoUsd Margin => Charge - Cost;
}

/// <summary>What calls brought in and what they cost, for operators. All of one report is of one moment.</summary>
public sealed class UsageTotals(HubDatabase database)
{
    /// <param name="from">The first moment (UTC) at which the calls began.</param>
    /// <param name="to">The first moment that no longer counts.</param>
    /// <returns>By name.</returns>
    public async Task<ImmutableArray<UsageTotal>> ReadAsync(UsageBy by, DateTime from, DateTime to, CancellationToken cancellation = default)
    {
        var totals = await UsageTotalsStore.ReadAsync(database, by, from, to, cancellation);
        return [.. totals.OrderBy(static total => total.Name, StringComparer.Ordinal)];
    }
}
