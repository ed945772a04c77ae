using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Prices;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class PriceEndpoints
{
    public static void Map(RouteGroupBuilder prices)
    {
        prices.MapGet("", ListPrices.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<PriceItem>("What models cost of their own", "model");
        prices.MapGet("/missing", ListMissingPrices.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<Page<MissingPrice>>("Models that are offered or wanted and have no price");
        prices.MapGet("/{name}", ShowPrices.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<PriceHistoryReply>("All prices of a model: past, present, to come", RefusalCode.NotFound);
        prices.MapPost("/preview", PreviewPrices.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).GivesTagged<PricePreviewReply>("What a change of prices would do");
        prices.MapPost("/apply", ApplyPrices.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Removes("Do what was previewed");
        prices.MapPost("/sync/preview", PreviewSync.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).GivesLines<SyncLine>("What a price document would change; lines of JSON while it is read");
        prices.MapPost("/sync/apply", ApplySync.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Applies<SyncAppliedReply>("Apply the document that was previewed");
        prices.MapGet("/syncs", ListSyncs.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<Page<SyncItem>>("Syncs that were applied");
        prices.MapPost("/syncs/{id:long}/undo", UndoSync.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<SyncAppliedReply>("Take a sync back", RefusalCode.Invalid);
    }
}
