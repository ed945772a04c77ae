using System.Collections.Immutable;
using System.Security.Cryptography;
using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Session;

/// <param name="Secret">In base32, to type.</param>
/// <param name="Uri">The same to scan.</param>
internal sealed record TotpOffer(string Secret, string Uri);

/// <summary><c>POST /api/me/totp</c>: a secret for an authenticator. It counts after a code of it came back.</summary>
internal static class OfferTotp
{
    public static async Task<TotpOffer> AnswerAsync(HttpContext http, Who who, SignInAdmin signIns)
    {
        var secret = Totp.NewSecret();
        await signIns.OfferTotpAsync(who.User, secret, http.RequestAborted);
        return new TotpOffer(secret, Totp.Uri(secret, who.Known.Email));
    }
}

/// <summary>What turning codes on gives.</summary>
/// <param name="RecoveryCodes">Each opens the door once in place of a code; shown here and never again.</param>
internal sealed record TotpReply(IReadOnlyList<string> RecoveryCodes);

/// <summary><c>PUT /api/me/totp</c>: from now on a code is wanted beside the password.</summary>
internal static class TurnTotpOn
{
    private const int Count = 10;
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public static async Task<TotpReply> AnswerAsync(Body<CodeRequest> body, HttpContext http, Who who, SignInAdmin signIns, Codes codes)
    {
        var user = await signIns.FindAsync(who.User, http.RequestAborted) ?? throw Refused.NotFound("user");
        if (user.TotpOn || user.TotpSecret is null)
        {
            throw new Refused(RefusalCode.Conflict, user.TotpOn ? "Codes are on already." : "Ask for a secret first: POST /api/me/totp.");
        }

        try
        {
            await codes.LookAsync(http, user, body.Value.Code);
        }
        catch (Refused refused) when (refused.Code == RefusalCode.SignInFailed)
        {
            throw Refused.Invalid("code", "is not the authenticator's; look whether its clock is right");
        }

        ImmutableArray<string> recovery = [.. Enumerable.Range(0, Count).Select(static _ => $"{RandomNumberGenerator.GetString(Letters, 5)}-{RandomNumberGenerator.GetString(Letters, 5)}")];
        await signIns.TurnTotpOnAsync(who.User, recovery, http.RequestAborted);
        return new TotpReply(recovery);
    }
}

/// <param name="Password">The present password.</param>
internal sealed record ProofRequest(string? Password);

/// <summary><c>DELETE /api/me/totp</c>.</summary>
internal static class TurnTotpOff
{
    public static async Task<IResult> AnswerAsync(Body<ProofRequest> body, HttpContext http, Who who, SignInAdmin signIns, Knock knock)
    {
        var user = await signIns.FindAsync(who.User, http.RequestAborted) ?? throw Refused.NotFound("user");
        if (user.PasswordHash is not null)
        {
            await knock.LookAsync(http, user, body.Value.Password, "password");
        }

        await signIns.TurnTotpOffAsync(who.User, http.RequestAborted);
        return Results.NoContent();
    }
}
