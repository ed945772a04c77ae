using AioHub.Core.Identity;
using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>A purse beside wallet and key that a call needs: a quota, or a window of somebody's limits.</summary>
/// <param name="Floor">How far it may fall.</param>
internal readonly record struct Share(Purse Purse, long Floor, HoldRefusal Refusal, BudgetPeriod Period);

/// <summary>Which purse refused.</summary>
internal readonly record struct Block(HoldRefusal Refusal, BudgetPeriod Period)
{
    public static Block None => default;

    public bool Is => Refusal != HoldRefusal.None;
}

/// <summary>The purses of one call and what is set aside in each of them. Immutable.</summary>
internal sealed record Stake(Purse Wallet, SpendingWindows Key, Share[] Shares, long Amount)
{
    /// <summary>Sets money aside in all purses or in none. In those that <paramref name="before"/> has too only <paramref name="more"/> than there.</summary>
    /// <param name="limits">The key's.</param>
    /// <param name="more"><see cref="Amount"/>, or what a move needs on top; <see cref="Purse.Nothing"/> = nothing.</param>
    /// <param name="onlyHolds">When refused: spent money alone would have allowed it.</param>
    public Block TryReserve(Limits limits, long more, Stake? before, out bool onlyHolds)
    {
        onlyHolds = false;
        var missing = Missing(limits, more, before);
        if (missing.Is)
        {
            return missing;
        }

        onlyHolds = true;
        if (!Wallet.TryReserve(more, 0))
        {
            return new Block(HoldRefusal.Wallet, BudgetPeriod.None);
        }

        if (limits.HasBudget && TryReserveKey(limits, more) is var period and not BudgetPeriod.None)
        {
            Wallet.Release(more);
            return new Block(HoldRefusal.KeyBudget, period);
        }

        for (var i = 0; i < Shares.Length; i++)
        {
            ref readonly var share = ref Shares[i];
            if (!share.Purse.TryReserve(Ask(share, more, before), share.Floor))
            {
                GiveBack(limits, more, before, i);
                return new Block(share.Refusal, share.Period);
            }
        }

        onlyHolds = false;
        return Block.None;
    }

    /// <summary>Whether spent money alone would refuse, or nothing does.</summary>
    public Block Missing(Limits limits, long more, Stake? before)
    {
        if (!Wallet.CouldPay(more, 0))
        {
            return new Block(HoldRefusal.Wallet, BudgetPeriod.None);
        }

        if (limits.HasBudget)
        {
            // The longest period first: its reset tells when calling again makes sense.
            for (var period = BudgetPeriod.Total; period > BudgetPeriod.None; period--)
            {
                if (!Key.Of(period).CouldPay(more, Floor(SpendingWindow.LimitOf(period, limits))))
                {
                    return new Block(HoldRefusal.KeyBudget, period);
                }
            }
        }

        foreach (ref readonly var share in Shares.AsSpan())
        {
            if (!share.Purse.CouldPay(Ask(share, more, before), share.Floor))
            {
                return new Block(share.Refusal, share.Period);
            }
        }

        return Block.None;
    }

    /// <summary>Undoes <see cref="TryReserve"/>: wholly, or its first <paramref name="shares"/> shares.</summary>
    public void GiveBack(Limits limits, long more, Stake? before, int shares)
    {
        Wallet.Release(more);
        if (limits.HasBudget)
        {
            Key.Release(more);
        }

        foreach (ref readonly var share in Shares.AsSpan(0, shares))
        {
            share.Purse.Release(Ask(share, more, before));
        }
    }

    /// <summary>After a move to <paramref name="after"/>: gives back what only this stake needed.</summary>
    public void Leave(Limits limits, Stake after)
    {
        var less = Math.Max(0, Amount - after.Amount);
        Wallet.Release(less);
        if (limits.HasBudget)
        {
            Key.Release(less);
        }

        foreach (ref readonly var share in Shares.AsSpan())
        {
            share.Purse.Release(after.Has(share.Purse) ? less : Amount);
        }
    }

    public void Release(Limits limits)
    {
        Wallet.Release(Amount);
        if (limits.HasBudget)
        {
            Key.Release(Amount);
        }

        foreach (ref readonly var share in Shares.AsSpan())
        {
            share.Purse.Release(Amount);
        }
    }

    public void Settle(Limits limits, long charge)
    {
        Wallet.Settle(Amount, charge);
        Key.Settle(limits.HasBudget ? Amount : 0, charge);
        foreach (ref readonly var share in Shares.AsSpan())
        {
            share.Purse.Settle(Amount, charge);
        }
    }

    public static long Floor(NanoUsd? limit) => limit is { } bound ? -Math.Max(0, bound.Value) : long.MinValue;

    private bool Has(Purse purse)
    {
        foreach (ref readonly var share in Shares.AsSpan())
        {
            if (ReferenceEquals(share.Purse, purse))
            {
                return true;
            }
        }

        return false;
    }

    private long Ask(in Share share, long more, Stake? before) => before is null || before.Has(share.Purse) ? more : Amount;

    private BudgetPeriod TryReserveKey(Limits limits, long amount)
    {
        for (var period = BudgetPeriod.Total; period > BudgetPeriod.None; period--)
        {
            if (!Key.Of(period).TryReserve(amount, Floor(SpendingWindow.LimitOf(period, limits))))
            {
                for (var taken = BudgetPeriod.Total; taken > period; taken--)
                {
                    Key.Of(taken).Release(amount);
                }

                return period;
            }
        }

        return BudgetPeriod.None;
    }
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
