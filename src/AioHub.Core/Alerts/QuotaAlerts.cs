using System.Collections.Immutable;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Alerts;

/// <summary>A group or channel with a quota of its own.</summary>
/// <param name="Owner"><see cref="LimitOwner.Group"/> or <see cref="LimitOwner.Channel"/>.</param>
/// <param name="Soft">The used share at which the quota is low, in place of the rule's first level; null = the rule's.</param>
public readonly record struct WatchedQuota(LimitOwner Owner, long Id, string Name, decimal? Soft);

/// <summary>
/// Raises an alert when a quota gets low, by two levels, and one when it is used up, each once until it is topped up; then they are over. Low is measured by what was last put
/// in. Looked at beside the calls, once a second.
/// </summary>
public sealed class QuotaAlerts(LocalHoldBook book, HubDatabase database, TimeProvider time, ILogger<QuotaAlerts>? logger = null)
{
    private static readonly string[] AllKinds = [AlertKinds.QuotaLow, AlertKinds.QuotaUsedUp];

    private readonly ILogger _logger = logger ?? NullLogger<QuotaAlerts>.Instance;
    private readonly Dictionary<(LimitOwner Owner, long Id), (NanoUsd Balance, NanoUsd PutIn)> _seen = [];

    /// <summary>What is not over, with the balance at which it was raised.</summary>
    private Dictionary<(AlertOwner Owner, long Id, string Kind, string Mark), NanoUsd>? _open;

    /// <summary>The used shares at which a quota is low, ascending.</summary>
    public (decimal First, decimal Second) Levels { get; set; } = (0.8m, 0.95m);

    /// <summary>Which of the two kinds somebody wants to know of.</summary>
    public (bool Low, bool UsedUp) Kinds { get; set; } = (true, true);

    /// <summary>One call at a time.</summary>
    /// <returns>What was raised now.</returns>
    public async Task<ImmutableArray<Alert>> CheckAsync(IReadOnlyCollection<WatchedQuota> quotas, CancellationToken cancellation)
    {
        _open ??= (await AlertStore.OpenOnesAsync(database, AllKinds, cancellation))
            .ToDictionary(static alert => (alert.Owner, alert.Id, alert.Kind, alert.Mark), static alert => alert.Spent);
        var raised = ImmutableArray.CreateBuilder<Alert>();
        foreach (var quota in quotas)
        {
            await LookAsync(quota, raised, cancellation);
        }

        foreach (var (owner, id, kind, mark) in _open.Keys.Where(open => !quotas.Any(quota => AlertOwners.Of(quota.Owner) == open.Owner && quota.Id == open.Id)).ToList())
        {
            // The group or channel, or its quota, is no more.
            await DeliveryStore.CloseAsync(database, owner, id, kind, mark, time.GetUtcNow().UtcDateTime, cancellation);
            _open.Remove((owner, id, kind, mark));
        }

        return raised.ToImmutable();
    }

    private async Task LookAsync(WatchedQuota quota, ImmutableArray<Alert>.Builder raised, CancellationToken cancellation)
    {
        var account = AccountOf(quota);
        var left = book.BalanceOf(account);
        var wasRefused = book.TakeRefused(account);
        var putIn = await PutInAsync(quota, account, left, cancellation);
        var first = quota.Soft ?? Levels.First;
        var second = Math.Max(first, Levels.Second);
        var isUsedUp = left <= NanoUsd.Zero || (wasRefused && left <= LowAt(putIn, first));

        // Used up ends when money came in, not when a smaller call found enough.
        var usedUpAt = _open!.TryGetValue((AlertOwners.Of(quota.Owner), quota.Id, AlertKinds.QuotaUsedUp, ""), out var at) ? at : default(NanoUsd?);
        await ShowAsync(quota, AlertKinds.QuotaLow, "", Kinds.Low && left <= LowAt(putIn, first), LowAt(putIn, first), left, raised, cancellation);
        // Who jumps over the second level is told that it is used up, and no more.
        var isLower = Kinds.Low && second > first && left <= LowAt(putIn, second) && (!isUsedUp || _open!.ContainsKey((AlertOwners.Of(quota.Owner), quota.Id, AlertKinds.QuotaLow, "second")));
        await ShowAsync(quota, AlertKinds.QuotaLow, "second", isLower, LowAt(putIn, second), left, raised, cancellation);
        await ShowAsync(quota, AlertKinds.QuotaUsedUp, "", Kinds.UsedUp && (isUsedUp || left <= usedUpAt), LowAt(putIn, first), left, raised, cancellation);
    }

    private static NanoUsd LowAt(NanoUsd putIn, decimal level) => new((long)(Math.Max(0, putIn.Value) * (1m - level)));

    private async Task<NanoUsd> PutInAsync(WatchedQuota quota, AccountRef account, NanoUsd left, CancellationToken cancellation)
    {
        var key = (quota.Owner, quota.Id);
        if (!_seen.TryGetValue(key, out var seen) || left > seen.Balance)
        {
            seen.PutIn = await AlertStore.LastTopUpAsync(database, account, cancellation);
        }

        _seen[key] = (left, seen.PutIn);
        return seen.PutIn;
    }

    private async Task ShowAsync(
        WatchedQuota quota, string kind, string mark, bool holds, NanoUsd low, NanoUsd left, ImmutableArray<Alert>.Builder raised, CancellationToken cancellation)
    {
        var owner = AlertOwners.Of(quota.Owner);
        var key = (owner, quota.Id, kind, mark);
        var now = time.GetUtcNow().UtcDateTime;
        if (!holds)
        {
            if (_open!.Remove(key))
            {
                await DeliveryStore.CloseAsync(database, owner, quota.Id, kind, mark, now, cancellation);
            }

            return;
        }

        if (_open!.TryAdd(key, left))
        {
            var alert = new Alert(now, kind, owner, quota.Id, quota.Name, BudgetPeriod.None, low, left) { Mark = mark };
            if (await DeliveryStore.OpenAsync(database, alert, window: 0, cancellation))
            {
                raised.Add(alert);
                AlertLog.Quota(_logger, AlertOwners.NameOf(owner), quota.Name, kind == AlertKinds.QuotaUsedUp ? "used up" : "low", left.ToUsdString());
            }
        }
    }

    private static AccountRef AccountOf(WatchedQuota quota) => quota.Owner == LimitOwner.Group ? AccountRef.Quota(new GroupId(quota.Id)) : AccountRef.Budget(new ChannelId(quota.Id));
}
