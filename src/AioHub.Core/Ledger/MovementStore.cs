using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Ledger;

/// <summary>
/// Movements that must look before they write: refunds, transfers, redemptions. Each raises the ledger counter first, whose row lock lets one writer at a
/// time look and write; a refusal undoes the transaction.
/// </summary>
internal static class MovementStore
{
    /// <summary>What stands there under the entry's key.</summary>
    /// <returns>Null = nothing.</returns>
    /// <exception cref="AdminException">Something else does.</exception>
    public static async Task<Posted?> FindRepeatedAsync(HubContext context, AccountRef account, NewEntry entry, CancellationToken cancellation)
    {
        if (entry.Key is null)
        {
            return null;
        }

        var kind = LedgerNames.Of(entry.Kind);
        var found = await (
            from row in context.Set<EntryRow>().AsNoTracking()
            join owner in context.Set<AccountRow>().AsNoTracking() on row.AccountId equals owner.Id
            where row.Key == entry.Key
            select new { row, owner.Kind, owner.OwnerId }).SingleOrDefaultAsync(cancellation);
        if (found is null)
        {
            return null;
        }

        if (found.row.Kind != kind || found.Kind != LedgerNames.Of(account.Kind) || found.OwnerId != account.OwnerId || found.row.AmountNano != entry.Amount.Value
            || found.row.RequestId != entry.Request?.ToString() || found.row.CodeId != entry.CodeId)
        {
            throw new AdminException("key", $"'{entry.Key}' stands already for another movement, entry {found.row.Id}");
        }

        return new Posted(found.row.Id, entry.Amount, new NanoUsd(await LedgerStore.BalanceAsync(context, account, cancellation)), Repeated: true);
    }

    /// <summary>Gives the whole rest of a charge back, or a part of it.</summary>
    public static async Task<Refunded> RefundAsync(HubDatabase database, RequestId request, NanoUsd? amount, EntryNote note, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        var call = await FindChargedAsync(context, request, cancellation)
            ?? throw new AdminException("request", $"there is no settled call {request}; a call that has just ended may need a second to arrive");
        var wallet = AccountRef.Wallet(call.User);
        if (amount is null && call.Left <= NanoUsd.Zero)
        {
            // Whole means: in the end all is given back. It is.
            var balance = new NanoUsd(await LedgerStore.BalanceAsync(context, wallet, cancellation));
            return new Refunded(new Posted(0, NanoUsd.Zero, balance, Repeated: true), call.User, call.Charged, call.Refunded);
        }

        var entry = new NewEntry(EntryKind.Refund, amount ?? call.Left, note.Reason, note.Actor, request, now) { Key = note.Key };
        if (await FindRepeatedAsync(context, wallet, entry, cancellation) is { } repeated)
        {
            return new Refunded(repeated, call.User, call.Charged, call.Refunded);
        }

        if (entry.Amount > call.Left)
        {
            throw new AdminException("usd", $"at most {call.Left} USD of call {request} can be given back: {call.Charged} were charged, {call.Refunded} are refunded already");
        }

        var posted = await GiveBackAsync(context, call, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return new Refunded(posted, call.User, call.Charged, call.Refunded + entry.Amount);
    }

    /// <summary>What a call was charged and what of that was given back; null = the log has no such call.</summary>
    public static async Task<ChargedCall?> FindChargedAsync(HubContext context, RequestId request, CancellationToken cancellation)
    {
        var id = RequestLogRow.BytesOf(request);
        var call = await context.Set<RequestLogRow>().AsNoTracking().Where(row => row.Id == id)
            .Select(static row => new { row.UserId, row.QuotaGroupId, row.ChargeNano }).SingleOrDefaultAsync(cancellation);
        return call is null ? null : new ChargedCall(
            new UserId(call.UserId), call.QuotaGroupId is { } group ? new GroupId(group) : null, new NanoUsd(call.ChargeNano), new NanoUsd(await RefundedAsync(context, request, cancellation)));
    }

    /// <summary>Enters a refund, no larger than what is left, inside a transaction that the caller commits.</summary>
    public static async Task<Posted> GiveBackAsync(HubContext context, ChargedCall call, NewEntry entry, CancellationToken cancellation)
    {
        var next = call.Quota is null ? default(long?) : await NextAsync(context, cancellation);
        var posted = await LedgerStore.AddAsync(context, AccountRef.Wallet(call.User), entry with { PairId = next + 1 }, cancellation);
        if (call.Quota is { } group)
        {
            // The charge was taken from the group's quota too.
            await LedgerStore.AddAsync(context, AccountRef.Quota(group), entry with { Key = null, PairId = posted.EntryId }, cancellation);
        }

        return posted;
    }

    /// <summary>From wallet to wallet, both or none. Not while a server runs that has not set the money aside: then nothing is moved and the result is null.</summary>
    /// <param name="hold">What the servers were asked to set aside; null = nothing yet. It ends with the transfer.</param>
    /// <returns>What was done; and whether the hold is still open.</returns>
    public static async Task<(Transferred? Done, bool IsOpen)> TransferAsync(
        HubDatabase database, UserId from, UserId to, NanoUsd amount, EntryNote note, long? hold, TransferTerms terms, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        await RequireUserAsync(context, from, "from", cancellation);
        await RequireUserAsync(context, to, "to", cancellation);
        var (giver, taker) = (AccountRef.Wallet(from), AccountRef.Wallet(to));
        var entry = new NewEntry(EntryKind.Transfer, -amount, note.Reason, note.Actor, null, now) { Key = note.Key };
        if (await FindRepeatedAsync(context, giver, entry, cancellation) is { } repeated)
        {
            return (await RepeatedTransferAsync(context, repeated, to, amount, note, cancellation), true);
        }

        var balance = new NanoUsd(await LedgerStore.BalanceAsync(context, giver, cancellation));
        if (balance < amount)
        {
            throw new AdminException("usd", $"the wallet holds {balance} USD, which is less than {amount}");
        }

        // Servers enter under the same lock: one that is not seen here reads the balances that this leaves.
        var (live, dead) = await NodeStore.ListAsync(context, now, cancellation);
        RequireWritten(terms, live, dead);
        var (silent, answers) = await WalletHoldStore.AnswersAsync(context, hold, live, cancellation);
        var isOpen = hold is { } asked && await WalletHoldStore.EndAsync(context, asked, cancellation);
        if (live.Count > 0 && (!isOpen || silent.Count > 0 || answers.Exists(static answer => !answer.Granted)))
        {
            return (null, isOpen);
        }

        var next = await NextAsync(context, cancellation);
        var sent = await LedgerStore.AddAsync(context, giver, entry with { PairId = next + 1 }, cancellation);
        var received = await LedgerStore.AddAsync(context, taker, entry with { Amount = amount, Key = null, PairId = sent.EntryId }, cancellation);
        await transaction.CommitAsync(cancellation);
        return (new Transferred(sent, received), false);
    }

    /// <summary>Pays a code out, once.</summary>
    public static async Task<Posted> RedeemAsync(HubDatabase database, byte[] hash, UserId user, EntryNote note, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        var code = await context.Set<RedemptionCodeRow>().SingleOrDefaultAsync(row => row.Hash == hash, cancellation) ?? throw new AdminException("code", "there is no such code");
        await RequireUserAsync(context, user, "user", cancellation);
        var wallet = AccountRef.Wallet(user);
        var entry = new NewEntry(EntryKind.Redemption, new NanoUsd(code.AmountNano), note.Reason, note.Actor, null, now) { Key = note.Key, CodeId = code.Id };
        if (await FindRepeatedAsync(context, wallet, entry, cancellation) is { } repeated)
        {
            return repeated;
        }

        if (code.RedeemedAt is { } redeemed)
        {
            throw new AdminException("code", $"the code was redeemed on {redeemed:yyyy-MM-dd}");
        }

        if (code.RevokedAt is { } revoked)
        {
            throw new AdminException("code", $"the code was revoked on {revoked:yyyy-MM-dd}");
        }

        if (code.ExpiresAt is { } expires && expires <= now)
        {
            throw new AdminException("code", $"the code expired on {expires:yyyy-MM-dd}");
        }

        if (!EntrySeal.Of(code).AsSpan().SequenceEqual(code.Seal))
        {
            throw new AdminException("code", "the code is not what it was when it was made; `verify-ledger` tells more");
        }

        var posted = await LedgerStore.AddAsync(context, wallet, entry, cancellation);
        (code.RedeemedAt, code.UserId, code.EntryId) = (EntrySeal.Whole(now), user.Value, posted.EntryId);
        await context.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return posted;
    }

    private static async Task<Transferred> RepeatedTransferAsync(HubContext context, Posted sent, UserId to, NanoUsd amount, EntryNote note, CancellationToken cancellation)
    {
        var other = await context.Set<EntryRow>().Where(row => row.Id == sent.EntryId).Join(context.Set<EntryRow>(), static row => row.PairId, static row => row.Id, static (_, pair) => pair.AccountId)
            .Join(context.Set<AccountRow>(), static account => account, static account => account.Id, static (_, account) => account.OwnerId).SingleAsync(cancellation);
        return other == to.Value
            ? new Transferred(sent, new Posted(0, amount, new NanoUsd(await LedgerStore.BalanceAsync(context, AccountRef.Wallet(to), cancellation)), Repeated: true))
            : throw new AdminException("key", $"'{note.Key}' stands already for another movement, entry {sent.EntryId}");
    }

    /// <exception cref="AdminException">A server ended without a word, and charges of its calls may be missing from the balance.</exception>
    private static void RequireWritten(TransferTerms terms, List<string> live, List<string> dead)
    {
        if (terms.Forced)
        {
            return;
        }

        if (terms.Unwritten > 0 && (terms.Node is null || !live.Contains(terms.Node)))
        {
            throw new AdminException("usd", $"{terms.Unwritten} calls of a server that was ended hard are not in the balance yet; start the server once, it writes them");
        }

        if (dead.Find(node => node != terms.Node) is { } silent)
        {
            throw new AdminException("usd", $"server {silent} ended without a word, and charges of its calls may not be in the balance yet; start it once, or, if it is gone for good, move the money with --force");
        }
    }

    private static async Task<long> RefundedAsync(HubContext context, RequestId request, CancellationToken cancellation)
    {
        var (id, kind, wallet) = (request.ToString(), LedgerNames.Of(EntryKind.Refund), LedgerNames.Of(AccountKind.Wallet));
        return await (
            from entry in context.Set<EntryRow>()
            join account in context.Set<AccountRow>() on entry.AccountId equals account.Id
            where entry.RequestId == id && entry.Kind == kind && account.Kind == wallet
            select (long?)entry.AmountNano).SumAsync(cancellation) ?? 0;
    }

    private static async Task<long> NextAsync(HubContext context, CancellationToken cancellation) =>
        Math.Max(await LedgerStore.ThroughAsync(context, cancellation), await LedgerStore.LastAsync(context, cancellation)) + 1;

    private static async Task RequireUserAsync(HubContext context, UserId user, string field, CancellationToken cancellation)
    {
        if (!await context.Set<UserRow>().AnyAsync(row => row.Id == user.Value, cancellation))
        {
            throw new AdminException(field, $"there is no user {user.Value}");
        }
    }
}

/// <summary>What a refund must know of a call.</summary>
/// <param name="Quota">The group whose quota paid too.</param>
/// <param name="Refunded">What has been given back, over all refunds.</param>
internal readonly record struct ChargedCall(UserId User, GroupId? Quota, NanoUsd Charged, NanoUsd Refunded)
{
    public NanoUsd Left => Charged - Refunded;
}
