using System.Globalization;
using System.Text;
using AioHub.Admin.Frame;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Wallet;

/// <summary><c>GET /api/me/wallet</c>.</summary>
internal static class ShowWallet
{
    public static async Task<WalletReply> AnswerAsync(HttpContext http, Who who, LedgerBook ledger) =>
        new((await ledger.BalanceAsync(AccountRef.Wallet(who.User), http.RequestAborted)).ToUsd());
}

/// <summary><c>GET /api/me/wallet/entries</c>: newest first.</summary>
internal static class ListOwnEntries
{
    /// <param name="charges"><c>true</c>: with the charges of calls.</param>
    public static async Task<Page<EntryReply>> AnswerAsync(Paging paging, bool? charges, HttpContext http, Who who, LedgerBook ledger)
    {
        paging.SortOf("-id");
        var rows = await Movements.ListAsync(ledger, AccountRef.Wallet(who.User), paging, charges, http.RequestAborted);
        return paging.Of(rows, EntryReply.ForOwner, static row => row.Id);
    }
}

/// <param name="Code">In any case, with or without hyphens.</param>
internal sealed record RedemptionRequest(string Code);

/// <summary><c>POST /api/me/wallet/redemptions</c>. A code pays once whoever asks how often: it needs no other key.</summary>
internal static class RedeemCode
{
    public static async Task<MovementReply> AnswerAsync(Body<RedemptionRequest> body, HttpContext http, Who who, CodeBook codes)
    {
        var done = await codes.RedeemByCallerAsync(body.Value.Code, who.User, Entrance.AddressOf(http), who.Known.Email, http.RequestAborted);
        return done.Outcome switch
        {
            RedeemOutcome.Paid => MovementReply.Of(done.Posted!),
            RedeemOutcome.Yours => throw new Refused(RefusalCode.Conflict, $"You redeemed this code on {done.RedeemedAt:yyyy-MM-dd}; it is in your wallet."),
            RedeemOutcome.TooOften => throw new Refused(RefusalCode.TooManyTries, "Too many codes were wrong. Try again later.") { RetryAfter = done.RetryAfter ?? CodeTries.Window },
            _ => throw Refused.Invalid("code", "cannot be redeemed: check its letters, or ask whoever gave it to you"),
        };
    }
}

/// <summary><c>GET /api/me/wallet/statements/{month}</c>: CSV, from the opening to the closing balance, streamed.</summary>
internal static class ShowStatement
{
    /// <param name="month">Such as <c>2026-11</c>, in UTC.</param>
    public static async Task AnswerAsync(string month, HttpContext http, Who who, Statements statements)
    {
        if (!DateOnly.TryParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first))
        {
            throw Refused.Invalid("month", "must be a month such as 2026-11");
        }

        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"statement-{month}.csv\"";
        await using var output = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        await statements.WriteAsync(who.Known.Email, first, new StatementCsv(output), http.RequestAborted);
    }
}
