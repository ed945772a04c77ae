using System.Collections.Frozen;
using System.Collections.ObjectModel;
using AioHub.Core.Alerts;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Host.Home;

namespace AioHub.Host.Serving;

/// <summary>Everybody who has a limit on money: told to the hold book, and watched for alerts.</summary>
internal sealed class WatchedLimits(HubHome home, LocalHoldBook holds, SpendingAlerts alerts, QuotaAlerts quotaAlerts, AlertWishAdmin wishes)
{
    private static readonly TimeSpan WishPause = TimeSpan.FromSeconds(30);

    private volatile Seen? _seen;
    private IReadOnlySet<UserId> _wishing = ReadOnlySet<UserId>.Empty;
    private DateTime _wishesAt;

    /// <summary>The rules as rounds read them; empty = not read yet, which counts as usual.</summary>
    public Func<FrozenDictionary<string, AlertRule>> Rules { get; set; } = static () => FrozenDictionary<string, AlertRule>.Empty;

    /// <summary>Before the first call, and every second: does nothing while configuration, users and keys are as they were.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var (keys, table) = (home.Keys.Keys, home.Routing.Current);
        if (_seen is { } seen && ReferenceEquals(seen.Keys, keys) && ReferenceEquals(seen.Table, table))
        {
            return;
        }

        var bounded = new List<Bounded>();
        var quotas = new List<WatchedQuota>();
        foreach (var key in keys)
        {
            Add(LimitOwner.Key, key.Id.Value, key.Name, key.Limits);
        }

        foreach (var user in await home.Identity.ListLimitedUsersAsync(cancellation))
        {
            Add(LimitOwner.User, user.Id.Value, user.Email, user.Limits);
        }

        foreach (var group in table.Groups)
        {
            Add(LimitOwner.Group, group.Id.Value, group.Name, group.Limits);
            if (group.HasQuota)
            {
                quotas.Add(new WatchedQuota(LimitOwner.Group, group.Id.Value, group.Name, group.Limits.Soft));
            }
        }

        foreach (var channel in table.Channels)
        {
            Add(LimitOwner.Channel, channel.Id.Value, channel.Name, channel.Limits);
            if (channel.HasQuota)
            {
                quotas.Add(new WatchedQuota(LimitOwner.Channel, channel.Id.Value, channel.Name, channel.Limits.Soft));
            }

            foreach (var credential in channel.Credentials)
            {
                Add(LimitOwner.Credential, credential.Id.Value, $"{channel.Name}/{credential.Name}", credential.Limits);
            }
        }

        await holds.FollowAsync(bounded.Select(static one => (one.Owner, one.Id)), cancellation);
        _seen = new Seen(keys, table, bounded, quotas);

        void Add(LimitOwner owner, long id, string name, Limits limits)
        {
            if (limits.HasBudget)
            {
                bounded.Add(new Bounded(owner, id, name, limits));
            }
        }
    }

    /// <summary>Raises the alerts that are due. One call at a time.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        if (_seen is { } seen)
        {
            var now = home.Time.GetUtcNow().UtcDateTime;
            if (now - _wishesAt >= WishPause)
            {
                _wishesAt = now;
                _wishing = await wishes.OfBudgetsAsync(cancellation);
            }

            await alerts.CheckAsync(IsOn(AlertKinds.SoftLimit) ? seen.Bounded : [], cancellation);
            if (_wishing.Count > 0)
            {
                await alerts.CheckAsync(
                    seen.Keys.Where(key => key.Limits.HasBudget && _wishing.Contains(key.Owner))
                        .Select(static key => new Bounded(LimitOwner.Key, key.Id.Value, key.Name, key.Limits) { User = key.Owner }),
                    cancellation);
            }

            if (Rules().TryGetValue(AlertKinds.QuotaLow, out var low))
            {
                quotaAlerts.Levels = (low[AlertRuleAdmin.FirstLevel], low[AlertRuleAdmin.SecondLevel]);
            }

            quotaAlerts.Kinds = (IsOn(AlertKinds.QuotaLow), IsOn(AlertKinds.QuotaUsedUp));
            await quotaAlerts.CheckAsync(seen.Quotas, cancellation);
        }
    }

    private bool IsOn(string kind) => !Rules().TryGetValue(kind, out var rule) || rule.Enabled;

    private sealed record Seen(IReadOnlyCollection<ApiKey> Keys, RoutingTable Table, IReadOnlyList<Bounded> Bounded, IReadOnlyList<WatchedQuota> Quotas);
}
