using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Session;

/// <param name="Code">Six digits of the authenticator, or a recovery code.</param>
internal sealed record CodeRequest(string Code);

/// <summary><c>POST /api/session/second-factor</c>, after a right password.</summary>
internal static class SecondFactor
{
    public static async Task<SessionReply> AnswerAsync(Body<CodeRequest> body, HttpContext http, Who who, SignInAdmin signIns, SessionDesk desk, Codes codes)
    {
        var user = await signIns.FindAsync(who.User, http.RequestAborted) ?? throw Refused.NotFound("user");
        if (who.Known is not { Stage: SessionStage.SecondFactor })
        {
            throw new Refused(RefusalCode.Conflict, "No second factor is wanted of this session.");
        }

        await codes.LookAsync(http, user, body.Value.Code);
        // A new session, so that what was known of the half-way one is worth nothing.
        return await desk.EnterAsync(http, user, SessionStage.Full);
    }
}

/// <summary>Looks at second factors: codes of an authenticator count once, recovery codes too.</summary>
internal sealed class Codes(SignInAdmin signIns, Tries tries, TimeProvider time)
{
    /// <exception cref="Refused">It is none of the user's, or was used; or the user is locked.</exception>
    public async Task LookAsync(HttpContext http, SignInRecord user, string code)
    {
        var address = Entrance.AddressOf(http);
        var name = $"code {user.Id()}";
        tries.Take(name, address);
        var text = code.Replace(" ", "", StringComparison.Ordinal);
        var good = user.Enabled && !(user.LockedUntil > time.GetUtcNow().UtcDateTime) && text.Length is > 0 and <= 32
            && (user is { TotpSecret: { } secret } && Totp.StepOf(secret, text, time.GetUtcNow()) is { } step
                ? await signIns.TakeTotpStepAsync(user.User, step, http.RequestAborted)
                : text.Length > 6 && user.TotpOn && await signIns.UseRecoveryCodeAsync(user.User, text, http.RequestAborted));
        if (!good)
        {
            await signIns.FailedAsync(user.User, CancellationToken.None);
            throw new Refused(RefusalCode.SignInFailed, "The code is wrong or was used already, or there were too many tries and the account is locked for a while.");
        }

        tries.Forgive(name, address);
        await signIns.SucceededAsync(user.User, http.RequestAborted);
    }
}

internal static class RecordNames
{
    public static string Id(this SignInRecord user) => user.User.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
