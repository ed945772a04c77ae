using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace AioHub.Admin.Session;

/// <param name="Email">In any case.</param>
internal sealed record PasswordRequest(string Email, string Password);

/// <summary><c>POST /api/session/password</c>. Unknown, disabled and locked users, and users without a password, get the same words after the same work as a wrong password.</summary>
internal static class SignInByPassword
{
    public static async Task<SessionReply> AnswerAsync(Body<PasswordRequest> body, HttpContext http, SignInAdmin signIns, Passwords passwords, Tries tries, SessionDesk desk, TimeProvider time)
    {
        var (email, password) = body.Value;
        var address = Entrance.AddressOf(http);
        tries.Take(email.Trim(), address);
        var user = await signIns.FindAsync(email, http.RequestAborted);
        var result = passwords.Look(user, password);
        if (user is null || !user.Enabled || user.LockedUntil > time.GetUtcNow().UtcDateTime || result == PasswordVerificationResult.Failed)
        {
            if (user is { Enabled: true })
            {
                await signIns.FailedAsync(user.User, CancellationToken.None);
            }

            throw new Refused(RefusalCode.SignInFailed, "The e-mail address or the password is wrong, or there were too many tries and the account is locked for a while.");
        }

        tries.Forgive(email.Trim(), address);
        if (result == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await signIns.RehashAsync(user.User, user.PasswordHash!, passwords.Hash(password), http.RequestAborted);
        }

        if (user.TotpOn)
        {
            // Tries in vain are forgotten after the second factor, not before: else a known password would give codes to guess without end.
            return await desk.EnterAsync(http, user, SessionStage.SecondFactor);
        }

        await signIns.SucceededAsync(user.User, http.RequestAborted);
        return await desk.EnterAsync(http, user, SessionStage.Full);
    }
}
