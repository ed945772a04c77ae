using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>The append-only book of all money that was put in, taken out or put right. Charges of calls are written by the receipt writer.</summary>
/// <param name="onChanged">Told after each change, so that the hold book of this process need not wait for its next refresh; may be null.</param>
public sealed class LedgerBook(HubDatabase database, TimeProvider time, Func<CancellationToken, Task>? onChanged = null)
{
    /// <summary>The largest single amount: 100 million USD.</summary>
    public static NanoUsd MaxAmount { get; } = new(100_000_000L * NanoUsd.PerUsd);

    /// <summary>Puts money in.</summary>
    /// <param name="reason">Why, for people; required.</param>
    /// <param name="actor">Who did it, such as <c>cli</c> or an operator's e-mail; required.</param>
    /// <returns>The new balance.</returns>
    /// <exception cref="ArgumentException">The amount is not positive or too large, or the reason or actor is missing or too long.</exception>
    /// <exception cref="OverflowException">The balance would not fit; nothing was changed.</exception>
    public Task<NanoUsd> TopUpAsync(AccountRef account, NanoUsd amount, string reason, string actor, CancellationToken cancellation = default)
    {
        RequirePositive(amount);
        return AddAsync(account, EntryKind.TopUp, amount, reason, actor, null, cancellation);
    }

    /// <summary>Puts money in against a redemption code. Exceptions as <see cref="TopUpAsync"/>.</summary>
    public Task<NanoUsd> RedeemAsync(AccountRef account, NanoUsd amount, string reason, string actor, CancellationToken cancellation = default)
    {
        RequirePositive(amount);
        return AddAsync(account, EntryKind.Redemption, amount, reason, actor, null, cancellation);
    }

    /// <summary>Gives money back for a call. Exceptions as <see cref="TopUpAsync"/>.</summary>
    public Task<NanoUsd> RefundAsync(AccountRef account, NanoUsd amount, RequestId request, string reason, string actor, CancellationToken cancellation = default)
    {
        RequirePositive(amount);
        return AddAsync(account, EntryKind.Refund, amount, reason, actor, request, cancellation);
    }

    /// <summary>Puts a balance right, up or down. Exceptions as <see cref="TopUpAsync"/>, for a zero amount.</summary>
    public Task<NanoUsd> AdjustAsync(AccountRef account, NanoUsd amount, string reason, string actor, CancellationToken cancellation = default)
    {
        if (amount == NanoUsd.Zero)
        {
            throw new ArgumentException("An adjustment of nothing is no adjustment.", nameof(amount));
        }

        return AddAsync(account, EntryKind.Adjustment, amount, reason, actor, null, cancellation);
    }

    /// <summary>A top-up (or, below zero, an adjustment) as part of a larger change, which the caller commits. Exceptions as <see cref="AdjustAsync"/>.</summary>
    public async Task<NanoUsd> AddWithinAsync(
        HubTransaction within, AccountRef account, NanoUsd amount, string reason, string actor, CancellationToken cancellation = default)
    {
        Require(amount, reason, actor);
        var kind = amount > NanoUsd.Zero ? EntryKind.TopUp : EntryKind.Adjustment;
        return new NanoUsd(await LedgerStore.AddAsync(
            within.Context, account, new NewEntry(kind, amount, reason, actor, null, time.GetUtcNow().UtcDateTime), cancellation));
    }

    /// <summary>All that the entries of one reason add up to.</summary>
    /// <param name="within">A larger change whose entries count too; null = what is committed.</param>
    public async Task<NanoUsd> SumAsync(AccountRef account, string reason, HubTransaction? within = null, CancellationToken cancellation = default)
    {
        if (within is not null)
        {
            return new NanoUsd(await LedgerStore.SumAsync(within.Context, account, reason, cancellation));
        }

        await using var context = database.CreateContext();
        return new NanoUsd(await LedgerStore.SumAsync(context, account, reason, cancellation));
    }

    /// <summary>What the database holds: charges of the last fraction of a second may still be on their way to it.</summary>
    public async Task<NanoUsd> BalanceAsync(AccountRef account, CancellationToken cancellation = default) =>
        new(await LedgerStore.BalanceAsync(database, account, cancellation));

    /// <summary>Newest first.</summary>
    /// <param name="before">Only entries older than this id; null = from the newest.</param>
    /// <param name="limit">1 to 1,000.</param>
    public Task<ImmutableArray<Entry>> EntriesAsync(AccountRef account, long? before, int limit, CancellationToken cancellation = default) =>
        LedgerStore.EntriesAsync(database, account, before, Math.Clamp(limit, 1, 1_000), cancellation);

    private async Task<NanoUsd> AddAsync(
        AccountRef account, EntryKind kind, NanoUsd amount, string reason, string actor, RequestId? request, CancellationToken cancellation)
    {
        Require(amount, reason, actor);
        var balance = await LedgerStore.AddAsync(database, account, new NewEntry(kind, amount, reason, actor, request, time.GetUtcNow().UtcDateTime), cancellation);
        if (onChanged is not null)
        {
            await onChanged(cancellation);
        }

        return new NanoUsd(balance);
    }

    private static void Require(NanoUsd amount, string reason, string actor)
    {
        if (amount > MaxAmount || amount < -MaxAmount)
        {
            throw new ArgumentException($"One entry moves at most {MaxAmount.ToUsdString()} USD.", nameof(amount));
        }

        RequireText(reason, 500, nameof(reason));
        RequireText(actor, 200, nameof(actor));
    }

    private static void RequirePositive(NanoUsd amount)
    {
        if (amount <= NanoUsd.Zero)
        {
            throw new ArgumentException("The amount must be more than zero.", nameof(amount));
        }
    }

    private static void RequireText(string text, int longest, string name)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > longest || text.Contains('\0'))
        {
            throw new ArgumentException($"Every entry needs a {name} of 1 to {longest} characters.", name);
        }
    }
}
