using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Session;

/// <summary><c>GET /api/session</c>.</summary>
internal static class ShowSession
{
    public static Task<SessionReply> AnswerAsync(HttpContext http, SessionDesk desk) => desk.ShowAsync(http, http.Items[typeof(SignedIn)] as SignedIn);
}

/// <summary><c>DELETE /api/session</c>: out, at once.</summary>
internal static class EndSession
{
    public static async Task<IResult> AnswerAsync(HttpContext http, SessionDesk desk)
    {
        await desk.LeaveAsync(http);
        Frame.SessionCookie.Clear(http);
        return Results.NoContent();
    }
}
