using AioHub.Admin.Frame;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Wallet;

/// <summary>The account that an address names: <c>wallet</c> of a user, <c>group_quota</c> of a group, <c>channel_budget</c> of a channel; the id is the owner's.</summary>
internal static class Accounts
{
    private static readonly AccountKind[] Kinds = Enum.GetValues<AccountKind>();

    /// <exception cref="Refused">There is no such account.</exception>
    public static async Task<AccountRef> OfAsync(string kind, long owner, AccountOwners owners, CancellationToken cancellation)
    {
        var found = Kinds.Where(one => LedgerNames.Of(one) == kind).Select(static one => (AccountKind?)one).FirstOrDefault();
        return found is { } known && await owners.HasAsync(new AccountRef(known, owner), cancellation) ? new AccountRef(known, owner) : throw Refused.NotFound("account");
    }
}

/// <summary><c>GET /api/admin/accounts/{kind}/{owner}</c>.</summary>
internal static class ShowAccount
{
    public static async Task<WalletReply> AnswerAsync(string kind, long owner, HttpContext http, AccountOwners owners, LedgerBook ledger) =>
        new((await ledger.BalanceAsync(await Accounts.OfAsync(kind, owner, owners, http.RequestAborted), http.RequestAborted)).ToUsd());
}

/// <summary><c>GET /api/admin/accounts/{kind}/{owner}/entries</c>: newest first.</summary>
internal static class ListEntries
{
    /// <param name="charges"><c>true</c>: with the charges of calls.</param>
    public static async Task<Page<EntryReply>> AnswerAsync(string kind, long owner, Paging paging, bool? charges, HttpContext http, AccountOwners owners, LedgerBook ledger)
    {
        paging.SortOf("-id");
        var account = await Accounts.OfAsync(kind, owner, owners, http.RequestAborted);
        return paging.Of(await Movements.ListAsync(ledger, account, paging, charges, http.RequestAborted), EntryReply.ForOperator, static row => row.Id);
    }
}

/// <param name="AmountUsd">At most nine decimals. Of a top-up more than zero; of an adjustment below zero too.</param>
/// <param name="Reason">Why; it stands in the ledger.</param>
internal sealed record MovementRequest(decimal AmountUsd, string Reason);

/// <summary><c>POST /api/admin/accounts/{kind}/{owner}/top-ups</c>.</summary>
internal static class TopUp
{
    public static async Task<IResult> AnswerAsync(string kind, long owner, Body<MovementRequest> body, IdempotencyKey key, HttpContext http, Who who, AccountOwners owners, LedgerBook ledger)
    {
        var account = await Accounts.OfAsync(kind, owner, owners, http.RequestAborted);
        var amount = LedgerBook.AmountOf(body.Value.AmountUsd, "amount_usd");
        return await Movements.MadeAsync(() => ledger.TopUpAsync(account, amount, Movements.Note(body.Value.Reason, key, who), http.RequestAborted));
    }
}

/// <summary><c>POST /api/admin/accounts/{kind}/{owner}/adjustments</c>: puts a balance right, up or down.</summary>
internal static class Adjust
{
    public static async Task<IResult> AnswerAsync(string kind, long owner, Body<MovementRequest> body, IdempotencyKey key, HttpContext http, Who who, AccountOwners owners, LedgerBook ledger)
    {
        var account = await Accounts.OfAsync(kind, owner, owners, http.RequestAborted);
        var amount = LedgerBook.AmountOf(body.Value.AmountUsd, "amount_usd", mayBeNegative: true);
        return await Movements.MadeAsync(() => ledger.AdjustAsync(account, amount, Movements.Note(body.Value.Reason, key, who), http.RequestAborted));
    }
}

/// <param name="AmountUsd">A part; absent = all that is left of the charge.</param>
internal sealed record RefundRequest(decimal? AmountUsd, string Reason);

/// <summary><c>POST /api/admin/calls/{id}/refunds</c>: gives a call's charge back to the wallet that paid, never more than was charged.</summary>
internal static class RefundCall
{
    public static async Task<IResult> AnswerAsync(string id, Body<RefundRequest> body, IdempotencyKey key, HttpContext http, Who who, LedgerBook ledger)
    {
        if (!RequestId.TryParse(id, out var request))
        {
            throw Refused.NotFound("call");
        }

        var part = body.Value.AmountUsd is { } usd ? LedgerBook.AmountOf(usd, "amount_usd") : (NanoUsd?)null;
        return await Movements.MadeAsync(async () => (await ledger.RefundAsync(request, part, Movements.Note(body.Value.Reason, key, who), http.RequestAborted)).Posted);
    }
}

/// <param name="From">The giver's user id.</param>
/// <param name="To">The taker's.</param>
/// <param name="Force">Also while a server that ended without a word may have charges that nobody has written yet.</param>
internal sealed record TransferRequest(long From, long To, decimal AmountUsd, string Reason, bool? Force);

/// <summary><c>POST /api/admin/transfers</c>: from wallet to wallet, both entries or none. Servers set the money aside first, which takes a second or two.</summary>
internal static class Transfer
{
    public static async Task<IResult> AnswerAsync(Body<TransferRequest> body, IdempotencyKey key, HttpContext http, Who who, LedgerBook ledger)
    {
        var (from, to, usd, reason, force) = body.Value;
        var amount = LedgerBook.AmountOf(usd, "amount_usd");
        return await Movements.MadeAsync(async () => (await ledger.TransferAsync(new UserId(from), new UserId(to), amount, Movements.Note(reason, key, who), force ?? false, http.RequestAborted)).Sent);
    }
}
