using System.Collections.Frozen;
using System.Globalization;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>API keys that end soon, told to operators and to owners who asked for it, and expired groups that keys still name. Both stand in memory: nothing is asked of the database but wishes.</summary>
internal sealed class ExpiryLook(HubDatabase database, RoutingDirectory routing, ApiKeyDirectory keys, TimeProvider time) : IAlertLook
{
    private const int MostKeys = 200;

    public IReadOnlyCollection<string> Kinds { get; } = [AlertKinds.KeyExpiring, AlertKinds.GroupExpired];

    public async Task<Sight> LookAsync(FrozenDictionary<string, AlertRule> rules, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var begins = new List<Alert>();
        var enabled = keys.Keys.Where(static key => key.Enabled).ToList();
        var rule = rules[AlertKinds.KeyExpiring];
        var soon = now.AddDays((double)rule[AlertRuleAdmin.Days]);
        var ending = enabled.Where(key => key.ExpiresAt > now && key.ExpiresAt <= soon).OrderBy(static key => key.ExpiresAt).Take(MostKeys).ToList();
        if (rule.Enabled)
        {
            begins.AddRange(ending.Select(key => Ending(key, now)));
        }

        if (ending.Count > 0)
        {
            var wishing = (await AlertTargetStore.WishesAsync(database, cancellation)).Where(static wish => wish.Expiring).Select(static wish => wish.User).ToHashSet();
            begins.AddRange(ending.Where(key => wishing.Contains(key.Owner)).Select(key => Ending(key, now) with { Mark = "own", User = key.Owner }));
        }

        if (rules[AlertKinds.GroupExpired].Enabled)
        {
            begins.AddRange(Expired(enabled, now));
        }

        // Nothing here goes up and down: what begins is what holds.
        return new Sight(begins, static _ => false);
    }

    private static Alert Ending(ApiKey key, DateTime now) =>
        new(now, AlertKinds.KeyExpiring, AlertOwner.Key, key.Id.Value, key.Name, BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero)
        {
            Facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["until"] = key.ExpiresAt!.Value.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) }
                .ToFrozenDictionary(StringComparer.Ordinal),
        };

    private IEnumerable<Alert> Expired(List<ApiKey> enabled, DateTime now)
    {
        foreach (var group in routing.Current.Groups.Where(group => group.StatusAt(now) == GroupStatus.Expired && !group.ServeReplacement))
        {
            if (enabled.Count(key => key.Groups.Contains(group.Name, StringComparer.Ordinal)) is var count and > 0)
            {
                yield return new Alert(now, AlertKinds.GroupExpired, AlertOwner.Group, group.Id.Value, group.Name, BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero) { Facts = AlertFacts.Of(("keys", count)) };
            }
        }
    }
}
