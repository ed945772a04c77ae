using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Ledger;

/// <summary>A group or channel with a quota of its own.</summary>
/// <param name="Owner"><see cref="LimitOwner.Group"/> or <see cref="LimitOwner.Channel"/>.</param>
/// <param name="Soft">The used share at which the quota is low; null = <see cref="QuotaAlerts.DefaultSoft"/>.</param>
public readonly record struct WatchedQuota(LimitOwner Owner, long Id, string Name, decimal? Soft);

/// <summary>
/// Raises an alert when a quota gets low and one when it is used up, each once until it is topped up; then they are over. Low is measured by what was last put
/// in. Looked at beside the calls, once a second.
/// </summary>
public sealed class QuotaAlerts(LocalHoldBook book, HubDatabase database, TimeProvider time, ILogger<QuotaAlerts>? logger = null)
{
    public const decimal DefaultSoft = 0.9m;

    private readonly ILogger _logger = logger ?? NullLogger<QuotaAlerts>.Instance;
    private readonly Dictionary<(LimitOwner Owner, long Id), (NanoUsd Balance, NanoUsd PutIn)> _seen = [];

    /// <summary>What is not over, with the balance at which it was raised.</summary>
    private Dictionary<(LimitOwner Owner, long Id, string Kind), NanoUsd>? _open;

    /// <summary>One call at a time.</summary>
    /// <returns>What was raised now.</returns>
    public async Task<ImmutableArray<Alert>> CheckAsync(IReadOnlyCollection<WatchedQuota> quotas, CancellationToken cancellation)
    {
        _open ??= (await AlertStore.OfQuotasAsync(database, cancellation)).ToDictionary(static alert => (alert.Owner, alert.Id, alert.Kind), static alert => alert.Balance);
        var raised = ImmutableArray.CreateBuilder<Alert>();
        foreach (var quota in quotas)
        {
            var account = AccountOf(quota);
            var left = book.BalanceOf(account);
            var wasRefused = book.TakeRefused(account);
            var low = await LowLevelAsync(quota, account, left, cancellation);
            var isUsedUp = left <= NanoUsd.Zero || (wasRefused && left <= low);
            var isLow = left <= low;

            // Used up ends when money came in, not when a smaller call found enough.
            var usedUpAt = _open.TryGetValue((quota.Owner, quota.Id, Alert.QuotaUsedUp), out var at) ? at : default(NanoUsd?);
            await ShowAsync(quota, Alert.QuotaLow, isLow, low, left, raised, cancellation);
            await ShowAsync(quota, Alert.QuotaUsedUp, isUsedUp || left <= usedUpAt, low, left, raised, cancellation);
        }

        foreach (var (owner, id, kind) in _open.Keys.Where(open => !quotas.Any(quota => quota.Owner == open.Owner && quota.Id == open.Id)).ToList())
        {
            // The group or channel, or its quota, is no more.
            await AlertStore.EndAsync(database, owner, id, kind, time.GetUtcNow().UtcDateTime, cancellation);
            _open.Remove((owner, id, kind));
        }

        return raised.ToImmutable();
    }

    private async Task<NanoUsd> LowLevelAsync(WatchedQuota quota, AccountRef account, NanoUsd left, CancellationToken cancellation)
    {
        var key = (quota.Owner, quota.Id);
        if (!_seen.TryGetValue(key, out var seen) || left > seen.Balance)
        {
            seen.PutIn = await AlertStore.LastTopUpAsync(database, account, cancellation);
        }

        _seen[key] = (left, seen.PutIn);
        return new NanoUsd((long)(Math.Max(0, seen.PutIn.Value) * (1m - (quota.Soft ?? DefaultSoft))));
    }

    private async Task ShowAsync(
        WatchedQuota quota, string kind, bool holds, NanoUsd low, NanoUsd left, ImmutableArray<Alert>.Builder raised, CancellationToken cancellation)
    {
        var key = (quota.Owner, quota.Id, kind);
        var now = time.GetUtcNow().UtcDateTime;
        if (!holds)
        {
            if (_open!.Remove(key))
            {
                await AlertStore.EndAsync(database, quota.Owner, quota.Id, kind, now, cancellation);
            }

            return;
        }

        if (_open!.TryAdd(key, left))
        {
            var alert = new Alert(now, kind, quota.Owner, quota.Id, quota.Name, BudgetPeriod.None, low, left);
            if (await AlertStore.AddAsync(database, alert, window: 0, cancellation))
            {
                raised.Add(alert);
                LedgerLog.Quota(_logger, LimitNames.Of(quota.Owner), quota.Name, kind == Alert.QuotaUsedUp ? "used up" : "low", left.ToUsdString());
            }
        }
    }

    private static AccountRef AccountOf(WatchedQuota quota) => quota.Owner == LimitOwner.Group ? AccountRef.Quota(new GroupId(quota.Id)) : AccountRef.Budget(new ChannelId(quota.Id));
}
