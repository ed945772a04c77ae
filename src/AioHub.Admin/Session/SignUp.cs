using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Session;

/// <param name="Invitation">Its token; needed unless sign-up is open.</param>
internal sealed record SignUpRequest(string Email, string Password, string? Name, string? Invitation);

/// <summary><c>POST /api/session/sign-up</c>.</summary>
internal static class SignUp
{
    public static async Task<SessionReply> AnswerAsync(Body<SignUpRequest> body, HttpContext http, SignInAdmin signIns, Passwords passwords, SessionDesk desk, Tries tries, SignUpDoor door)
    {
        var (email, password, name, invitation) = body.Value;
        var mode = await door.ModeAsync(http.RequestAborted);
        if (mode == SignUpMode.Closed)
        {
            throw Refused.NotAllowed("Nobody may sign up here; an operator makes users.");
        }

        if (mode == SignUpMode.Invite && string.IsNullOrEmpty(invitation))
        {
            throw Refused.Invalid("invitation", "is missing: who signs up here has an invitation");
        }

        var address = Entrance.AddressOf(http);
        tries.Take("sign-up " + address, address);
        Passwords.Check(password, email);
        var id = await signIns.SignUpAsync(email, passwords.Hash(password), name, string.IsNullOrEmpty(invitation) ? null : invitation, http.RequestAborted);
        await door.WelcomeAsync(id, CancellationToken.None);
        var user = await signIns.FindAsync(id, http.RequestAborted) ?? throw Refused.NotFound("user");
        return await desk.EnterAsync(http, user, SessionStage.Full);
    }
}
