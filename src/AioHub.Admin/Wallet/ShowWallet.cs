using AioHub.Admin.Frame;
using AioHub.Core.Ledger;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Wallet;

/// <summary>One's wallet.</summary>
/// <param name="BalanceUsd">What calls can still be paid from: entries and every charge that was settled. Below zero when a call cost more than was left.</param>
internal sealed record WalletReply(decimal BalanceUsd);

/// <summary><c>GET /api/me/wallet</c>.</summary>
internal static class ShowWallet
{
    public static async Task<WalletReply> AnswerAsync(HttpContext http, Who who, LedgerBook ledger) =>
        new((await ledger.BalanceAsync(AccountRef.Wallet(who.User), http.RequestAborted)).ToUsd());
}
