using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Admin.Calls;

/// <summary><c>GET /api/me/calls/{id}</c>: the story of one call, without channels, credentials and costs.</summary>
internal static class ShowOwnCall
{
    public static Task<CallStoryReply> AnswerAsync(string id, HttpContext http, Who who, HubDatabase database, IdentityLists lists) =>
        ToldCall.FindAsync(id, ReportScope.Of(who.User), http, database, lists);
}

/// <summary><c>GET /api/admin/calls/{id}</c>: the story of anybody's call, with all that is known.</summary>
internal static class ShowAnyCall
{
    public static Task<CallStoryReply> AnswerAsync(string id, HttpContext http, HubDatabase database, IdentityLists lists) =>
        ToldCall.FindAsync(id, ReportScope.Everybody, http, database, lists);
}

/// <summary>Finds the story of a call.</summary>
internal static class ToldCall
{
    public static async Task<CallStoryReply> FindAsync(string text, ReportScope scope, HttpContext http, HubDatabase database, IdentityLists lists)
    {
        // A call that has just ended is told from memory until its row is written.
        var log = http.RequestServices.GetService<RequestLog>();
        var story = RequestId.TryParse(text.Trim(), out var id) ? await CallStory.FindAsync(database, log, scope, id, http.RequestAborted) : null;
        if (story is null)
        {
            throw new Refused(RefusalCode.NotFound, "There is no such call that has ended. A call stands here half a second after its end.");
        }

        var email = scope.User is null ? (await lists.FindUserAsync(story.Receipt.User, http.RequestAborted))?.Email : null;
        return CallStoryReply.Of(story, scope, email);
    }
}
