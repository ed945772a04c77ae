using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Audit;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class AuditEndpoints
{
    public static void Map(RouteGroupBuilder admin) =>
        admin.MapGet("/audit", ListChanges.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<AuditLine>("Every change, newest first", "-at");
}
