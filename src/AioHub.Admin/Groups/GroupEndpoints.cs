using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Admin.Health;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Groups;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class GroupEndpoints
{
    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapGet("/groups", ListGroups.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<GroupItem>("Groups", "name", "-name");
        admin.MapPost("/groups", MakeGroup.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Makes<GroupReply>("Make a group", RefusalCode.Conflict);
        admin.MapGet("/groups/{name}", ShowGroup.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<GroupReply>("One group", RefusalCode.NotFound);
        admin.MapPatch("/groups/{name}", ChangeGroup.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<GroupReply>("Change a group");
        admin.MapDelete("/groups/{name}", RemoveGroup.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Removes("Remove a group that nobody uses", RefusalCode.Conflict);
        admin.MapGet("/groups/{name}/use", ShowGroupUse.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<GroupUseReply>("Who would notice a change of the group", RefusalCode.NotFound);
        admin.MapPost("/groups/{name}/prices", AddGroupPrice.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<GroupReply>("Give a model a price of its own in the group; the tag is the group's");
        admin.MapDelete("/groups/{name}/prices/{version}", RetireGroupPrice.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<GroupReply>("Retire a price of the group; the tag is the group's");
        admin.MapGet("/auto", ShowAuto.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<AutoReply>("How auto picks among the groups");
        admin.MapPatch("/auto", ChangeAuto.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<AutoReply>("Change how auto picks", RefusalCode.Invalid);
        admin.MapPost("/route/explain", ExplainRoute.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<ExplainReply>("Where a call would go, and why not elsewhere");
    }
}
