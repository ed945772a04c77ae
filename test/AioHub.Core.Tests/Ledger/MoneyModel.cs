using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Ledger;

/// <summary>What the books must say, worked out the slow way: lists of charges and holds, summed up anew for each question.</summary>
internal sealed class MoneyModel
{
    private readonly Dictionary<AccountRef, long> _balances = [];
    private readonly Dictionary<AccountRef, long> _heldIn = [];
    private readonly Dictionary<(LimitOwner Owner, long Id, BudgetPeriod Period, int Number), long> _spent = [];
    private readonly Dictionary<(LimitOwner Owner, long Id, BudgetPeriod Period, int Number), long> _held = [];

    /// <summary>What was put in or taken out by hand.</summary>
    public void Add(AccountRef account, long nano) => _balances[account] = BalanceOf(account) + nano;

    public long BalanceOf(AccountRef account) => _balances.GetValueOrDefault(account);

    public long HeldOf(AccountRef account) => _heldIn.GetValueOrDefault(account);

    public long SpentOf(LimitOwner owner, long id, BudgetPeriod period, DateTime at) =>
        _spent.GetValueOrDefault((owner, id, period, SpendingWindow.Number(period, at)));

    /// <summary>What is set aside in the windows of a moment, of somebody who is bounded.</summary>
    public long HeldOf(LimitOwner owner, long id, BudgetPeriod period, DateTime at) =>
        _held.GetValueOrDefault((owner, id, period, SpendingWindow.Number(period, at)));

    /// <summary>Every account that money was ever in.</summary>
    public IEnumerable<AccountRef> Accounts => _balances.Keys;

    /// <summary>What a book must answer to a call that would wait for nothing.</summary>
    /// <param name="instead">A hold that this one would replace.</param>
    public HoldRefusal Judge(in HoldClaim claim, long amount, ModelHold? instead)
    {
        var refusal = Judge(claim, amount, instead, withHolds: false);
        return refusal == HoldRefusal.None ? Judge(claim, amount, instead, withHolds: true) : refusal;
    }

    /// <summary>Every figure of a book against this one's.</summary>
    public void CompareWith(LocalHoldBook book, (LimitOwner Owner, long Id)[] bounded, DateTime now)
    {
        foreach (var account in Accounts)
        {
            book.BalanceOf(account).Value.ShouldBe(BalanceOf(account), account.ToString());
            book.HeldOf(account).Value.ShouldBe(HeldOf(account), account.ToString());
        }

        foreach (var (owner, id) in bounded)
        {
            foreach (var period in Periods)
            {
                book.SpentOf(owner, id, period)!.Value.Value.ShouldBe(SpentOf(owner, id, period, now), $"{owner} {id} {period} at {now:O}");
                // A window that no call has opened holds nothing; nor do those of a key without limits.
                if (book.HeldOf(owner, id, period, now).Value is not 0 and var held)
                {
                    held.ShouldBe(HeldOf(owner, id, period, now), $"held of {owner} {id} {period} at {now:O}");
                }
            }
        }
    }

    public void Hold(ModelHold hold, int sign)
    {
        foreach (var account in AccountsOf(hold.Claim))
        {
            _heldIn[account] = HeldOf(account) + (sign * hold.Amount);
        }

        foreach (var (owner, id, _, _) in BoundsOf(hold.Claim))
        {
            foreach (var period in Periods)
            {
                var window = (owner, id, period, SpendingWindow.Number(period, hold.Claim.StartedAt));
                _held[window] = _held.GetValueOrDefault(window) + (sign * hold.Amount);
            }
        }
    }

    public void Charge(in HoldClaim claim, long nano)
    {
        foreach (var account in AccountsOf(claim))
        {
            _balances[account] = BalanceOf(account) - nano;
        }

        foreach (var (owner, id) in new[]
                 {
                     (LimitOwner.Key, claim.Key.Id.Value), (LimitOwner.User, claim.Key.Owner.Value), (LimitOwner.Group, claim.Group.Id),
                     (LimitOwner.Channel, claim.Channel.Id), (LimitOwner.Credential, claim.Credential.Id),
                 })
        {
            foreach (var period in Periods)
            {
                var window = (owner, id, period, SpendingWindow.Number(period, claim.StartedAt));
                _spent[window] = _spent.GetValueOrDefault(window) + nano;
            }
        }
    }

    public static IEnumerable<BudgetPeriod> Periods => [BudgetPeriod.Day, BudgetPeriod.Week, BudgetPeriod.Month, BudgetPeriod.Total];

    private HoldRefusal Judge(HoldClaim claim, long amount, ModelHold? instead, bool withHolds)
    {
        if (IsShort(Left(AccountRef.Wallet(claim.Key.Owner)), instead is not null))
        {
            return HoldRefusal.Wallet;
        }

        foreach (var (owner, id, limits, refusal) in BoundsOf(claim))
        {
            var had = instead is not null && Has(instead.Claim, owner, id);
            if (Quota(claim, owner) is { } quota && IsShort(Left(quota.Account), had))
            {
                return quota.Refusal;
            }

            foreach (var period in Periods.Reverse())
            {
                var window = (owner, id, period, SpendingWindow.Number(period, claim.StartedAt));
                if (SpendingWindow.LimitOf(period, limits) is { } limit
                    && IsShort(limit.Value - _spent.GetValueOrDefault(window) - (withHolds ? _held.GetValueOrDefault(window) : 0), had))
                {
                    return refusal;
                }
            }
        }

        return HoldRefusal.None;

        long Left(AccountRef account) => BalanceOf(account) - (withHolds ? HeldOf(account) : 0);

        // A move asks of the purses that it has already only what it needs more; and who needs nothing minds nobody's holds.
        bool IsShort(long left, bool had)
        {
            var needed = had ? amount - instead!.Amount : amount;
            return had && needed <= 0 ? false : (needed > 0 || !withHolds) && left < needed;
        }
    }

    private static bool Has(in HoldClaim claim, LimitOwner owner, long id) => owner switch
    {
        LimitOwner.Group => claim.Group.Id == id,
        LimitOwner.Channel => claim.Channel.Id == id,
        LimitOwner.Credential => claim.Credential.Id == id,
        _ => true,
    };

    private static (AccountRef Account, HoldRefusal Refusal)? Quota(in HoldClaim claim, LimitOwner owner) => owner switch
    {
        LimitOwner.Group when claim.Group.HasQuota => (AccountRef.Quota(new GroupId(claim.Group.Id)), HoldRefusal.GroupQuota),
        LimitOwner.Channel when claim.Channel.HasQuota => (AccountRef.Budget(new ChannelId(claim.Channel.Id)), HoldRefusal.ChannelQuota),
        _ => null,
    };

    private static IEnumerable<(LimitOwner Owner, long Id, Limits Limits, HoldRefusal Refusal)> BoundsOf(HoldClaim claim) =>
    [
        (LimitOwner.Key, claim.Key.Id.Value, claim.Key.Limits, HoldRefusal.KeyBudget),
        (LimitOwner.User, claim.Key.Owner.Value, claim.Key.OwnerLimits, HoldRefusal.UserBudget),
        (LimitOwner.Group, claim.Group.Id, claim.Group.Limits, HoldRefusal.GroupBudget),
        (LimitOwner.Channel, claim.Channel.Id, claim.Channel.Limits, HoldRefusal.ChannelBudget),
        (LimitOwner.Credential, claim.Credential.Id, claim.Credential.Limits, HoldRefusal.CredentialBudget),
    ];

    private static IEnumerable<AccountRef> AccountsOf(HoldClaim claim)
    {
        yield return AccountRef.Wallet(claim.Key.Owner);
        if (claim.Group.HasQuota)
        {
            yield return AccountRef.Quota(new GroupId(claim.Group.Id));
        }

        if (claim.Channel.HasQuota)
        {
            yield return AccountRef.Budget(new ChannelId(claim.Channel.Id));
        }
    }
}

/// <summary>A call under way, as the model knows it.</summary>
internal sealed class ModelHold(Hold real, HoldClaim claim, long amount)
{
    public Hold Real { get; } = real;

    public HoldClaim Claim { get; set; } = claim;

    public long Amount { get; set; } = amount;
}
