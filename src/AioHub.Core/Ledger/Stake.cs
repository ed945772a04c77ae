using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Core.Ledger;

/// <summary>The purses of one call and what is set aside in each of them. Immutable.</summary>
internal sealed record Stake(Purse Wallet, KeyWindows Key, Purse? Quota, long Amount)
{
    /// <summary>Sets aside <paramref name="wallet"/> in wallet and windows, and <paramref name="quota"/> in the quota: all or nothing.</summary>
    /// <param name="onlyHolds">When refused: spent money alone would have allowed it.</param>
    public HoldRefusal TryReserve(KeyLimits limits, long wallet, long quota, out bool onlyHolds, out KeyBudgetPeriod period)
    {
        onlyHolds = false;
        var refusal = Missing(limits, wallet, quota, out period);
        if (refusal != HoldRefusal.None)
        {
            return refusal;
        }

        onlyHolds = true;
        if (!Wallet.TryReserve(wallet, 0))
        {
            return HoldRefusal.Wallet;
        }

        var blocked = TryReserveWindows(limits, wallet);
        if (blocked != KeyBudgetPeriod.None)
        {
            Wallet.Release(wallet);
            period = blocked;
            return HoldRefusal.KeyBudget;
        }

        if (Quota is not null && !Quota.TryReserve(quota, 0))
        {
            Wallet.Release(wallet);
            ReleaseWindows(wallet);
            return HoldRefusal.GroupQuota;
        }

        onlyHolds = false;
        return HoldRefusal.None;
    }

    public void Release()
    {
        Wallet.Release(Amount);
        ReleaseWindows(Amount);
        Quota?.Release(Amount);
    }

    public void Settle(long charge)
    {
        Wallet.Settle(Amount, charge);
        Key.Total.Settle(Amount, charge);
        Key.Month.Settle(Amount, charge);
        Key.Day.Settle(Amount, charge);
        Quota?.Settle(Amount, charge);
    }

    public void ReleaseWindows(long amount)
    {
        Key.Total.Release(amount);
        Key.Month.Release(amount);
        Key.Day.Release(amount);
    }

    private static long Floor(NanoUsd? limit) => limit is { } bound ? -Math.Max(0, bound.Value) : long.MinValue;

    private HoldRefusal Missing(KeyLimits limits, long wallet, long quota, out KeyBudgetPeriod period)
    {
        // The longest period first: its reset tells when calling again makes sense.
        period = !Key.Total.CouldPay(wallet, Floor(limits.Total)) ? KeyBudgetPeriod.Total
            : !Key.Month.CouldPay(wallet, Floor(limits.PerMonth)) ? KeyBudgetPeriod.Month
            : !Key.Day.CouldPay(wallet, Floor(limits.PerDay)) ? KeyBudgetPeriod.Day
            : KeyBudgetPeriod.None;
        return !Wallet.CouldPay(wallet, 0) ? HoldRefusal.Wallet
            : period != KeyBudgetPeriod.None ? HoldRefusal.KeyBudget
            : Quota is not null && !Quota.CouldPay(quota, 0) ? HoldRefusal.GroupQuota
            : HoldRefusal.None;
    }

    private KeyBudgetPeriod TryReserveWindows(KeyLimits limits, long amount)
    {
        if (!Key.Total.TryReserve(amount, Floor(limits.Total)))
        {
            return KeyBudgetPeriod.Total;
        }

        if (!Key.Month.TryReserve(amount, Floor(limits.PerMonth)))
        {
            Key.Total.Release(amount);
            return KeyBudgetPeriod.Month;
        }

        if (!Key.Day.TryReserve(amount, Floor(limits.PerDay)))
        {
            Key.Total.Release(amount);
            Key.Month.Release(amount);
            return KeyBudgetPeriod.Day;
        }

        return KeyBudgetPeriod.None;
    }
}

/// <summary>Which of a key's budgets refused.</summary>
internal enum KeyBudgetPeriod
{
    None,
    Day,
    Month,
    Total,
}

/// <summary>A hold of this process: a pointer to its stake, null once it has ended. Whoever swaps the pointer acts on the stake.</summary>
internal sealed class LocalHold(ApiKey key, Stake stake) : Hold
{
    private Stake? _stake = stake;
    private long _amount = stake.Amount;

    public ApiKey Key { get; } = key;

    public override NanoUsd Amount => new(Volatile.Read(ref _amount));

    public Stake? Current => Volatile.Read(ref _stake);

    public Stake? End() => Interlocked.Exchange(ref _stake, null);

    public bool TryReplace(Stake before, Stake after)
    {
        if (!ReferenceEquals(Interlocked.CompareExchange(ref _stake, after, before), before))
        {
            return false;
        }

        Volatile.Write(ref _amount, after.Amount);
        return true;
    }
}
