using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Ledger;

/// <summary>One whose limits on money are watched.</summary>
/// <param name="Name">For people: a key's name, an e-mail address, the name of a group or channel.</param>
public readonly record struct Bounded(LimitOwner Owner, long Id, string Name, Limits Limits);

/// <summary>Something that people should be told of.</summary>
/// <param name="Kind"><see cref="SoftLimit"/>, <see cref="QuotaLow"/> or <see cref="QuotaUsedUp"/>.</param>
/// <param name="Period"><see cref="BudgetPeriod.None"/> for a quota.</param>
/// <param name="Limit">Of a quota: the level at which it counts as low.</param>
/// <param name="Spent">Of a quota: what was left.</param>
public sealed record Alert(DateTime At, string Kind, LimitOwner Owner, long OwnerId, string Name, BudgetPeriod Period, NanoUsd Limit, NanoUsd Spent)
{
    /// <summary>The share of a limit at which its owner wants to be warned is spent.</summary>
    public const string SoftLimit = "soft_limit";

    /// <summary>Little is left of a group's or channel's quota.</summary>
    public const string QuotaLow = "quota_low";

    /// <summary>Nothing is left of a group's or channel's quota, or too little for a call that came.</summary>
    public const string QuotaUsedUp = "quota_used_up";

    /// <summary>0 before it is stored.</summary>
    public long Id { get; init; }

    /// <summary>When a quota was topped up again; null = it still holds, or the window of its limit runs.</summary>
    public DateTime? EndedAt { get; init; }

    public DateTime? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }
}

/// <summary>
/// Raises an alert when so much of a limit on money is spent, once for each window: a row of <c>alerts</c> and a line of the log. Looked at beside the
/// calls, once a second, so that a call pays nothing for it.
/// </summary>
public sealed class SpendingAlerts(LocalHoldBook book, HubDatabase database, TimeProvider time, ILogger<SpendingAlerts>? logger = null)
{
    /// <summary>Past this number what was raised is asked of the database again.</summary>
    private const int MostRemembered = 100_000;

    private readonly ILogger _logger = logger ?? NullLogger<SpendingAlerts>.Instance;
    private readonly HashSet<(Spender Spender, BudgetPeriod Period, int Window, long Limit)> _raised = [];

    /// <summary>One call at a time.</summary>
    /// <returns>What was raised now.</returns>
    public async Task<ImmutableArray<Alert>> CheckAsync(IEnumerable<Bounded> all, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var raised = ImmutableArray.CreateBuilder<Alert>();
        foreach (var one in all)
        {
            if (one.Limits.Soft is not { } soft)
            {
                continue;
            }

            for (var period = BudgetPeriod.Day; period <= BudgetPeriod.Total; period++)
            {
                if (SpendingWindow.LimitOf(period, one.Limits) is { } limit
                    && book.SpentOf(one.Owner, one.Id, period) is { } spent && spent.Value >= limit.Value * soft
                    && await RaiseAsync(new Alert(now, Alert.SoftLimit, one.Owner, one.Id, one.Name, period, limit, spent), cancellation) is { } alert)
                {
                    raised.Add(alert);
                }
            }
        }

        return raised.ToImmutable();
    }

    /// <summary>Newest first.</summary>
    /// <param name="limit">1 to 1,000.</param>
    public Task<ImmutableArray<Alert>> ListAsync(int limit, CancellationToken cancellation) => AlertStore.ListAsync(database, Math.Clamp(limit, 1, 1_000), cancellation);

    private async Task<Alert?> RaiseAsync(Alert alert, CancellationToken cancellation)
    {
        var window = SpendingWindow.Number(alert.Period, alert.At);
        var mark = (new Spender(alert.Owner, alert.OwnerId), alert.Period, window, alert.Limit.Value);
        if (_raised.Contains(mark))
        {
            return null;
        }

        var isNew = await AlertStore.AddAsync(database, alert, window, cancellation);
        if (_raised.Count >= MostRemembered)
        {
            _raised.Clear();
        }

        _raised.Add(mark);
        if (!isNew)
        {
            return null;
        }

        LedgerLog.SoftLimit(_logger, LimitNames.Of(alert.Owner), alert.Name, alert.Spent.ToUsdString(), alert.Limit.ToUsdString(), SpendingWindow.NameOf(alert.Period));
        return alert;
    }
}
