using AioHub.Core.Identity;
using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>Which purse could not pay.</summary>
public enum HoldRefusal
{
    None,
    /// <summary>The wallet: 402 <c>insufficient_balance</c>.</summary>
    Wallet,
    /// <summary>The key's own budget: 402 <c>key_budget_exhausted</c>.</summary>
    KeyBudget,
    /// <summary>The group's quota: 503 <c>group_quota_exhausted</c>; another group may serve.</summary>
    GroupQuota,
}

/// <summary>Money set aside for one call. Ends exactly once, by <see cref="IHoldBook.Settle"/> or <see cref="IHoldBook.Release"/>; later calls do nothing.</summary>
public abstract class Hold
{
    public abstract NanoUsd Amount { get; }
}

/// <summary>Either a hold or why there is none.</summary>
/// <param name="ResetsAt">When a periodic key budget starts anew.</param>
public readonly record struct HoldResult(Hold? Hold, HoldRefusal Refusal, DateTime? ResetsAt);

/// <summary>
/// Sets money aside before a call and takes the true charge after it, atomically over wallet, key budget and group quota: calls that race can
/// never overspend. A door: several nodes will share one implementation behind it.
/// </summary>
public interface IHoldBook
{
    /// <summary>
    /// Sets <paramref name="amount"/> aside. When only other calls' holds stand in the way, waits a bounded time for them to end.
    /// A wallet below zero is refused whatever the amount.
    /// </summary>
    /// <param name="quota">The group whose own quota pays too; null = the group has none.</param>
    ValueTask<HoldResult> ReserveAsync(ApiKey key, GroupId? quota, NanoUsd amount, CancellationToken cancellation);

    /// <summary>Moves a hold to another group and amount, for a failover across groups. On refusal the old hold stands.</summary>
    ValueTask<HoldResult> MoveAsync(Hold hold, GroupId? quota, NanoUsd amount, CancellationToken cancellation);

    /// <summary>Replaces the hold by the true charge.</summary>
    void Settle(Hold hold, NanoUsd charge);

    /// <summary>Gives the money back: nothing is charged.</summary>
    void Release(Hold hold);

    /// <summary>Holds that are open now, for <c>verify-ledger</c> and metrics.</summary>
    int OpenHolds { get; }
}
