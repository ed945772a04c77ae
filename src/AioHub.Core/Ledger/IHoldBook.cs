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
    /// <summary>The owner's budget over all keys: 402 <c>user_budget_exhausted</c>.</summary>
    UserBudget,
    /// <summary>The group's quota or limit on money: 503 <c>group_quota_exhausted</c>; another group may serve.</summary>
    GroupQuota,
    GroupBudget,
    /// <summary>The channel's quota or limit on money: another channel may serve.</summary>
    ChannelQuota,
    ChannelBudget,
    /// <summary>The credential's limit on money: another credential may serve.</summary>
    CredentialBudget,
}

/// <summary>Money set aside for one call. Ends exactly once, by <see cref="IHoldBook.Settle"/> or <see cref="IHoldBook.Release"/>; later calls do nothing.</summary>
public abstract class Hold
{
    public abstract NanoUsd Amount { get; }
}

/// <summary>One that pays beside wallet and key, or is bounded: a group, channel or credential.</summary>
/// <param name="HasQuota">It has a budget that an operator tops up.</param>
public readonly record struct Payer(long Id, Limits Limits, bool HasQuota)
{
    /// <summary>Nobody: pays nothing and bounds nothing.</summary>
    public static Payer None { get; } = new(0, Limits.None, false);
}

/// <summary>Whose money a call needs.</summary>
/// <param name="StartedAt">When the call began (UTC): its charge belongs to the windows of that moment.</param>
public readonly record struct HoldClaim(ApiKey Key, Payer Group, Payer Channel, Payer Credential, DateTime StartedAt)
{
    /// <summary>How long to wait at most for other calls' holds; null = as long as the book allows.</summary>
    public TimeSpan? Patience { get; init; }
}

/// <summary>Either a hold or why there is none.</summary>
/// <param name="ResetsAt">When a periodic budget starts anew.</param>
/// <param name="Limit">The name of the budget's limit, such as <c>usd_per_day</c>.</param>
public readonly record struct HoldResult(Hold? Hold, HoldRefusal Refusal, DateTime? ResetsAt, string? Limit = null)
{
    /// <summary>How long it waited for other calls' holds.</summary>
    public TimeSpan Waited { get; init; }
}

/// <summary>
/// Sets money aside before a call and takes the true charge after it, atomically over wallet, quotas and every limit on money: calls that race can
/// never overspend any of them. A door: several nodes will share one implementation behind it.
/// </summary>
public interface IHoldBook
{
    /// <summary>
    /// Sets <paramref name="amount"/> aside. When only other calls' holds stand in the way, waits a bounded time for them to end, each wallet's calls in
    /// the order in which they came. A wallet below zero is refused whatever the amount.
    /// </summary>
    ValueTask<HoldResult> ReserveAsync(in HoldClaim claim, NanoUsd amount, CancellationToken cancellation);

    /// <summary>Moves a hold to another group, channel, credential or amount, for a failover. On refusal the old hold stands.</summary>
    /// <param name="claim">Of the same key and the same beginning.</param>
    ValueTask<HoldResult> MoveAsync(Hold hold, in HoldClaim claim, NanoUsd amount, CancellationToken cancellation);

    /// <summary>What <see cref="ReserveAsync"/> would say now, without waiting and without setting anything aside.</summary>
    HoldResult Look(in HoldClaim claim, NanoUsd amount);

    /// <summary>Replaces the hold by the true charge.</summary>
    void Settle(Hold hold, NanoUsd charge);

    /// <summary>Gives the money back: nothing is charged.</summary>
    void Release(Hold hold);

    /// <summary>Holds that are open now, for <c>verify-ledger</c> and metrics.</summary>
    int OpenHolds { get; }
}
