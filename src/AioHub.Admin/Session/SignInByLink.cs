using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Session;

/// <param name="Token">The part of the link behind <c>#</c>.</param>
internal sealed record LinkRequest(string Token);

/// <summary><c>POST /api/session/link</c>: lets somebody in once. A password (or a new one) is set next.</summary>
internal static class SignInByLink
{
    public static async Task<SessionReply> AnswerAsync(Body<LinkRequest> body, HttpContext http, SignInAdmin signIns, SessionAdmin sessions, SessionDesk desk, Tries tries)
    {
        var address = Entrance.AddressOf(http);
        tries.Take("link " + address, address);
        var id = await sessions.UseLinkAsync(body.Value.Token, http.RequestAborted);
        var user = id is { } known ? await signIns.FindAsync(known, http.RequestAborted) : null;
        if (user is null)
        {
            throw new Refused(RefusalCode.SignInFailed, "The link was used already, has ended, or is none. `aiohub users link EMAIL` makes a new one.");
        }

        tries.Forgive("link " + address, address);
        // A link replaces the password, not the second factor.
        return await desk.EnterAsync(http, user, user.TotpOn ? SessionStage.SecondFactor : SessionStage.SetUp);
    }
}

/// <param name="Email">An address of one's own; absent = it stays.</param>
internal sealed record SetUpRequest(string? Email, string Password, string? Name);

/// <summary><c>POST /api/session/set-up</c>: ends what a link began.</summary>
internal static class SetUp
{
    public static async Task<SessionReply> AnswerAsync(Body<SetUpRequest> body, HttpContext http, Who who, SignInAdmin signIns, Passwords passwords, SessionDesk desk)
    {
        if (who.Known is not { Stage: SessionStage.SetUp, Session: { } session })
        {
            throw new Refused(RefusalCode.Conflict, "This session is set up already; change the password at /api/me/password.");
        }

        var (email, password, name) = body.Value;
        Passwords.Check(password, email ?? who.Known.Email);
        await signIns.SetUpAsync(who.User, email, passwords.Hash(password), name, session, http.RequestAborted);
        var user = await signIns.FindAsync(who.User, http.RequestAborted) ?? throw Refused.NotFound("user");
        return await desk.EnterAsync(http, user, SessionStage.Full);
    }
}
