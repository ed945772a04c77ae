using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Models;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class ModelEndpoints
{
    public static void MapOwn(RouteGroupBuilder models)
    {
        models.MapGet("", ListOwnModels.AnswerAsync).For(Role.User, Scopes.MeRead).GivesPage<ModelReply>("Models that one can reach, with the price in each group", "id");
        models.MapGet("/{name}", ShowOwnModel.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<ModelReply>("One model, its groups side by side", RefusalCode.NotFound);
        models.MapGet("/{name}/estimate", EstimateCall.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<EstimateReply>("What a call costs in each group", RefusalCode.NotFound, RefusalCode.Invalid);
    }

    public static void Map(RouteGroupBuilder models)
    {
        models.MapGet("", ListModels.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<ModelItem>("Models of the catalogue", "id");
        models.MapPost("", MakeModel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Makes<ModelItem>("Add a model", RefusalCode.Conflict);
        models.MapGet("/{name}", ShowModel.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<ModelItem>("One model", RefusalCode.NotFound);
        models.MapPatch("/{name}", ChangeModel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<ModelItem>("Change a model");
        models.MapDelete("/{name}", RemoveModel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Removes("Take a model out of the catalogue");
        models.MapGet("/{name}/use", ShowModelUse.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<ModelUseReply>("What names a model, and what a removal would take with it", RefusalCode.NotFound);
    }
}
