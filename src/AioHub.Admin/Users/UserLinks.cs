using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Users;

/// <summary>A link to hand over, shown this once.</summary>
/// <param name="Path">Behind the hub's own address.</param>
internal sealed record LinkReply(string Token, string Path, DateTime EndsAt);

/// <summary><c>POST /api/admin/users/{id}/link</c>: lets the user in once to set a (new) password. Former links end.</summary>
internal static class MakeLink
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, UserList users, SessionAdmin sessions, TimeProvider time)
    {
        var user = await users.FindAsync(new UserId(id), http.RequestAborted) ?? throw Refused.NotFound("user");
        Ranks.Check(who, user.Role, null);
        var token = await sessions.MakeLinkAsync(user.Email, cancellation: http.RequestAborted);
        return Results.Json(new LinkReply(token, Links.SignIn(token), time.GetUtcNow().UtcDateTime + SessionAdmin.LinkLife), ManagementJson.Options, statusCode: StatusCodes.Status201Created);
    }
}

/// <summary><c>DELETE /api/admin/users/{id}/sessions</c>: the user is out everywhere.</summary>
internal static class EndSessionsOfUser
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, UserList users, SessionAdmin sessions)
    {
        var user = await users.FindAsync(new UserId(id), http.RequestAborted) ?? throw Refused.NotFound("user");
        Ranks.Check(who, user.Role, null);
        await sessions.EndAsync(new UserId(id), cancellation: http.RequestAborted);
        return Results.NoContent();
    }
}

/// <summary><c>DELETE /api/admin/users/{id}/totp</c>: for somebody who lost authenticator and recovery codes. Their sessions end.</summary>
internal static class TurnTotpOffForUser
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, UserList users, SignInAdmin signIns, SessionAdmin sessions)
    {
        var user = await users.FindAsync(new UserId(id), http.RequestAborted) ?? throw Refused.NotFound("user");
        Ranks.Check(who, user.Role, null);
        await signIns.TurnTotpOffAsync(new UserId(id), http.RequestAborted);
        await sessions.EndAsync(new UserId(id), but: who.Known.Session, cancellation: http.RequestAborted);
        return Results.NoContent();
    }
}
