using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Alerts;

/// <summary>
/// Raises an alert when so much of a limit on money is spent, once for each window: a row of <c>alerts</c> and a line of the log. Looked at beside the
/// calls, once a second, so that a call pays nothing for it.
/// </summary>
public sealed class SpendingAlerts(LocalHoldBook book, HubDatabase database, TimeProvider time, ILogger<SpendingAlerts>? logger = null)
{
    /// <summary>Past this number what was raised is asked of the database again.</summary>
    private const int MostRemembered = 100_000;

    private readonly ILogger _logger = logger ?? NullLogger<SpendingAlerts>.Instance;
    private readonly HashSet<(Spender Spender, BudgetPeriod Period, int Window, long Limit, string Mark)> _raised = [];

    /// <summary>At which shares of a key's limit its owner is told, who asked for it.</summary>
    private static readonly decimal[] OwnLevels = [1m, 0.95m, 0.8m];

    /// <summary>One call at a time.</summary>
    /// <returns>What was raised now.</returns>
    public async Task<ImmutableArray<Alert>> CheckAsync(IEnumerable<Bounded> all, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var raised = ImmutableArray.CreateBuilder<Alert>();
        foreach (var one in all)
        {
            for (var period = BudgetPeriod.Day; period <= BudgetPeriod.Total; period++)
            {
                if (SpendingWindow.LimitOf(period, one.Limits) is { } limit && book.SpentOf(one.Owner, one.Id, period) is { } spent
                    && LevelOf(one, limit, spent) is { } level && await RaiseAsync(AlertOf(one, period, limit, spent, level, now), cancellation) is { } alert)
                {
                    raised.Add(alert);
                }
            }
        }

        return raised.ToImmutable();
    }

    /// <summary>The highest share that is reached; null = none.</summary>
    private static decimal? LevelOf(in Bounded one, NanoUsd limit, NanoUsd spent)
    {
        if (one.User is null)
        {
            return one.Limits.Soft is { } soft && spent.Value >= limit.Value * soft ? soft : null;
        }

        foreach (var level in OwnLevels)
        {
            if (spent.Value >= limit.Value * level)
            {
                return level;
            }
        }

        return null;
    }

    private static Alert AlertOf(in Bounded one, BudgetPeriod period, NanoUsd limit, NanoUsd spent, decimal level, DateTime now)
    {
        var percent = (level * 100).ToString("0.##", CultureInfo.InvariantCulture);
        return new Alert(now, one.User is null ? AlertKinds.SoftLimit : AlertKinds.KeyBudget, AlertOwners.Of(one.Owner), one.Id, one.Name, period, limit, spent)
        {
            User = one.User,
            Mark = one.User is null ? "" : percent,
            Facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["percent"] = percent }.ToFrozenDictionary(StringComparer.Ordinal),
        };
    }

    private async Task<Alert?> RaiseAsync(Alert alert, CancellationToken cancellation)
    {
        var window = SpendingWindow.Number(alert.Period, alert.At);
        var mark = (new Spender((LimitOwner)(int)alert.Owner, alert.OwnerId), alert.Period, window, alert.Limit.Value, alert.Kind + alert.Mark);
        if (_raised.Contains(mark))
        {
            return null;
        }

        var isNew = await DeliveryStore.OpenAsync(database, alert, window, cancellation);
        if (_raised.Count >= MostRemembered)
        {
            _raised.Clear();
        }

        _raised.Add(mark);
        if (!isNew)
        {
            return null;
        }

        AlertLog.SoftLimit(_logger, AlertOwners.NameOf(alert.Owner), alert.Name, alert.Spent.ToUsdString(), alert.Limit.ToUsdString(), SpendingWindow.NameOf(alert.Period));
        return alert;
    }
}
