using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Admin.Redemption;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Wallet;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class WalletEndpoints
{
    public static void MapOwn(RouteGroupBuilder wallet)
    {
        wallet.MapGet("", ShowWallet.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<WalletReply>("What is left in one's wallet");
        wallet.MapGet("/entries", ListOwnEntries.AnswerAsync).For(Role.User, Scopes.MeRead).GivesPage<EntryReply>("What moved in one's wallet, newest first", "-id");
        wallet.MapPost("/redemptions", RedeemCode.AnswerAsync).For(Role.User, Scopes.Money).Gives<MovementReply>("Redeem a code", RefusalCode.Conflict, RefusalCode.TooManyTries);
        wallet.MapGet("/statements/{month}", ShowStatement.AnswerAsync).For(Role.User, Scopes.MeRead).GivesFile("A month's statement", "text/csv");
    }

    public static void Map(RouteGroupBuilder admin)
    {
        var account = admin.MapGroup("/accounts/{kind}/{owner:long}");
        account.MapGet("", ShowAccount.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<WalletReply>("What a wallet, a group's quota or a channel's budget holds", RefusalCode.NotFound);
        account.MapGet("/entries", ListEntries.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<EntryReply>("What moved in it, newest first", "-id");
        account.MapPost("/top-ups", TopUp.AnswerAsync).For(Role.Operator, Scopes.Money).Moves<MovementReply>("Put money in", RefusalCode.NotFound);
        account.MapPost("/adjustments", Adjust.AnswerAsync).For(Role.Operator, Scopes.Money).Moves<MovementReply>("Put a balance right, up or down", RefusalCode.NotFound);
        admin.MapPost("/calls/{id}/refunds", RefundCall.AnswerAsync).For(Role.Operator, Scopes.Money).Moves<MovementReply>("Give a call's charge back", RefusalCode.NotFound);
        admin.MapPost("/transfers", Transfer.AnswerAsync).For(Role.Operator, Scopes.Money).Moves<MovementReply>("Move money from wallet to wallet");
        admin.MapGet("/codes", ListCodes.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<CodeReply>("Redemption codes, newest first", "-id");
        admin.MapPost("/codes", MakeCodes.AnswerAsync).For(Role.Operator, Scopes.Money).Makes<NewCodesReply>("Make codes; their texts are in the answer, this once", RefusalCode.Conflict, RefusalCode.IdempotencyKeyRequired);
        admin.MapPost("/codes/revocations", RevokeCodes.AnswerAsync).For(Role.Operator, Scopes.Money).Gives<RevocationReply>("End codes that nobody redeemed");
    }
}
