using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Users;

/// <param name="Email">The only address that may use it; absent = any.</param>
/// <param name="Role"><c>user</c> unless said; only owners invite operators and owners.</param>
internal sealed record InvitationRequest(string? Email, Role? Role);

/// <summary><c>POST /api/admin/invitations</c>.</summary>
internal static class Invite
{
    public static async Task<IResult> AnswerAsync(Body<InvitationRequest> body, HttpContext http, Who who, SessionAdmin sessions)
    {
        var (email, role) = body.Value;
        Ranks.Check(who, null, role);
        var (invitation, token) = await sessions.InviteAsync(email, role ?? Role.User, http.RequestAborted);
        return Results.Json(new LinkReply(token, Links.Invitation(token), invitation.EndsAt), ManagementJson.Options, statusCode: StatusCodes.Status201Created);
    }
}

/// <summary>An invitation that nobody used yet. Its link was told when it was made.</summary>
internal sealed record InvitationItem(long Id, string? Email, Role Role, DateTime CreatedAt, DateTime EndsAt);

/// <summary><c>GET /api/admin/invitations</c>: newest first.</summary>
internal static class ListInvitations
{
    public static async Task<Page<InvitationItem>> AnswerAsync(Paging paging, HttpContext http, SessionAdmin sessions)
    {
        paging.SortOf("-id");
        var rows = await sessions.ListInvitationsAsync(paging.AfterId, paging.Ask, http.RequestAborted);
        return paging.Of(rows, static row => new InvitationItem(row.Id, row.Email, row.Role, row.CreatedAt, row.EndsAt), static row => row.Id);
    }
}

/// <summary><c>DELETE /api/admin/invitations/{id}</c>: its link lets nobody in any more.</summary>
internal static class RevokeInvitation
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, SessionAdmin sessions) =>
        await sessions.RevokeInvitationAsync(id, who.Role == Role.Owner ? Role.Owner : Role.User, http.RequestAborted) ? Results.NoContent() : throw Refused.NotFound("invitation");
}
