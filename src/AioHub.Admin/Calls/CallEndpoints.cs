using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Calls;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class CallEndpoints
{
    public static void Map(RouteGroupBuilder own, RouteGroupBuilder all)
    {
        own.MapGet("", ListOwnCalls.AnswerAsync).For(Role.User, Scopes.MeRead).GivesList<CallListReply>("One's calls, the newest first", "-recorded");
        own.MapGet("/export", ExportOwnCalls.AnswerAsync).For(Role.User, Scopes.MeRead).GivesFile("One's calls as a file", "text/csv", "application/jsonl");
        own.MapGet("/{id}", ShowOwnCall.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<CallStoryReply>("The story of one call", RefusalCode.NotFound);
        all.MapGet("", ListAllCalls.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesList<CallListReply>("Everybody's calls, the newest first", "-recorded");
        all.MapGet("/export", ExportAllCalls.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesFile("Everybody's calls as a file", "text/csv", "application/jsonl");
        all.MapGet("/{id}", ShowAnyCall.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<CallStoryReply>("The story of anybody's call", RefusalCode.NotFound);
    }
}
