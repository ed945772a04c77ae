using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Session;

/// <param name="Current">The one that asks.</param>
internal sealed record SessionItem(long Id, bool Current, DateTime CreatedAt, DateTime LastSeenAt, DateTime EndsAt, string? Address, string? UserAgent);

/// <summary><c>GET /api/me/sessions</c>.</summary>
internal static class ListSessions
{
    public static async Task<Page<SessionItem>> AnswerAsync(HttpContext http, Who who, SessionAdmin sessions) => new(
        [.. (await sessions.ListAsync(who.User, http.RequestAborted)).Select(row =>
            new SessionItem(row.Id, row.Id == who.Known.Session, row.CreatedAt, row.SeenAt, row.EndsAt, row.Address, row.Agent))],
        null);
}

/// <summary><c>DELETE /api/me/sessions/{id}</c>: that browser is out at once.</summary>
internal static class EndOneSession
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, SessionAdmin sessions) =>
        await sessions.EndAsync(who.User, only: id, cancellation: http.RequestAborted) > 0 ? Results.NoContent() : throw Refused.NotFound("session");
}

/// <summary><c>DELETE /api/me/sessions</c>: all but this one.</summary>
internal static class EndOtherSessions
{
    public static async Task<IResult> AnswerAsync(HttpContext http, Who who, SessionAdmin sessions)
    {
        await sessions.EndAsync(who.User, but: who.Known.Session, cancellation: http.RequestAborted);
        return Results.NoContent();
    }
}
