using System.Collections.Frozen;
using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Alerts;

/// <summary>What one look found.</summary>
/// <param name="Begins">What should be told, if it is not open yet.</param>
/// <param name="Holds">Whether what is open still holds. It asks for less than a beginning does, so that nothing opens and closes by turns.</param>
internal sealed record Sight(IReadOnlyCollection<Alert> Begins, Func<(AlertOwner Owner, long Id, string Kind, string Mark), bool> Holds)
{
    /// <summary>Nothing is wrong, or nobody wants to know.</summary>
    public static Sight Nothing { get; } = new([], static _ => false);

    /// <summary>It cannot be said: what is open stays open.</summary>
    public static Sight Unknown { get; } = new([], static _ => true);
}

/// <summary>Looks after some kinds of alerts. What it sees must be in the database, so that every server sees the same.</summary>
internal interface IAlertLook
{
    IReadOnlyCollection<string> Kinds { get; }

    Task<Sight> LookAsync(FrozenDictionary<string, AlertRule> rules, CancellationToken cancellation);
}

/// <summary>
/// Once a minute: looks whether anything begins or is over that is found in the database and the configuration, and opens or closes its alert. Any number of servers may look; the
/// database lets one of them tell.
/// </summary>
public sealed class AlertRounds
{
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly HubDatabase _database;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ImmutableArray<IAlertLook> _looks;

    public AlertRounds(HubDatabase database, RoutingDirectory routing, CatalogDirectory catalog, ApiKeyDirectory keys, TimeProvider time, ILogger<AlertRounds>? logger = null)
    {
        (_database, _time, _logger) = (database, time, logger ?? NullLogger<AlertRounds>.Instance);
        _looks =
        [
            new ChannelLook(database, routing, time), new SpendLook(database, time), new PriceLook(database, catalog, time),
            new BalanceLook(database, time), new ExpiryLook(database, routing, keys, time),
        ];
    }

    /// <summary>The rules as the last round read them.</summary>
    public FrozenDictionary<string, AlertRule> Rules { get; private set; } = FrozenDictionary<string, AlertRule>.Empty;

    /// <summary>Goes round until it is told to end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Pause, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                await LookAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>One round. A look that fails keeps no other from looking. One call at a time.</summary>
    /// <returns>How many alerts were opened or closed.</returns>
    public async Task<int> LookAsync(CancellationToken cancellation)
    {
        var changes = 0;
        try
        {
            Rules = (await new AlertRuleAdmin(_database).ReadAsync(cancellation)).ToFrozenDictionary(static rule => rule.Kind, StringComparer.Ordinal);
            if (await AlertStore.AnyWindowOpenAsync(_database, cancellation))
            {
                await AlertStore.EndWindowsAsync(_database, _time.GetUtcNow().UtcDateTime, cancellation);
            }
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            AlertLog.LookFailed(_logger, "rules", failure);
            return 0;
        }

        foreach (var look in _looks)
        {
            try
            {
                changes += await TakeAsync(look, cancellation);
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                AlertLog.LookFailed(_logger, string.Join(", ", look.Kinds), failure);
            }
        }

        return changes;
    }

    private async Task<int> TakeAsync(IAlertLook look, CancellationToken cancellation)
    {
        var sight = await look.LookAsync(Rules, cancellation);
        var open = (await AlertStore.OpenOnesAsync(_database, look.Kinds, cancellation)).Select(static one => (one.Owner, one.Id, one.Kind, one.Mark)).ToHashSet();
        var changes = 0;
        foreach (var alert in sight.Begins)
        {
            if (!open.Contains(alert.Key) && await DeliveryStore.OpenAsync(_database, alert, window: 0, cancellation))
            {
                AlertLog.Opened(_logger, alert.Kind, AlertOwners.NameOf(alert.Owner), alert.Name);
                changes++;
            }
        }

        foreach (var one in open.Where(one => !sight.Holds(one) && !sight.Begins.Any(alert => alert.Key == one)))
        {
            if (await DeliveryStore.CloseAsync(_database, one.Owner, one.Id, one.Kind, one.Mark, _time.GetUtcNow().UtcDateTime, cancellation) is { } alert)
            {
                AlertLog.Closed(_logger, alert.Kind, AlertOwners.NameOf(alert.Owner), alert.Name);
                changes++;
            }
        }

        return changes;
    }
}

/// <summary>Facts as rows of an alert have them.</summary>
internal static class AlertFacts
{
    public static FrozenDictionary<string, string> Of(params (string Name, IFormattable Value)[] facts) =>
        facts.ToFrozenDictionary(static fact => fact.Name, static fact => fact.Value.ToString(null, System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
