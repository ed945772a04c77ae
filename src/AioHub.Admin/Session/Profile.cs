using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace AioHub.Admin.Session;

/// <summary><c>GET /api/me</c>.</summary>
internal static class ShowProfile
{
    public static async Task<IResult> AnswerAsync(HttpContext http, Who who, SignInAdmin signIns) =>
        EntityTags.Show(http, UserReply.Of(await signIns.FindAsync(who.User, http.RequestAborted) ?? throw Refused.NotFound("user")));
}

/// <summary>Absent members stay; null takes them away.</summary>
/// <param name="Locale"><c>en</c> or <c>zh-CN</c>.</param>
/// <param name="Theme"><c>light</c>, <c>dark</c> or <c>auto</c>.</param>
internal sealed record ProfileRequest(Named<string?> Name, Named<string?> Locale, Named<string?> Theme);

/// <summary><c>PATCH /api/me</c>. It is one's own and each member stands for itself: no <c>If-Match</c> is wanted.</summary>
internal static class ChangeProfile
{
    public static async Task<UserReply> AnswerAsync(Body<ProfileRequest> body, HttpContext http, Who who, SignInAdmin signIns)
    {
        var (name, locale, theme) = body.Value;
        await signIns.ChangeProfileAsync(who.User, new ProfileDraft { Name = name, Locale = locale, Theme = theme }, http.RequestAborted);
        return UserReply.Of(await signIns.FindAsync(who.User, http.RequestAborted) ?? throw Refused.NotFound("user"));
    }
}

/// <param name="Current">The present password; absent for somebody who has none.</param>
internal sealed record NewPasswordRequest(string? Current, string New);

/// <summary><c>PUT /api/me/password</c>: all other sessions end.</summary>
internal static class ChangePassword
{
    public static async Task<IResult> AnswerAsync(Body<NewPasswordRequest> body, HttpContext http, Who who, SignInAdmin signIns, Passwords passwords, Knock knock)
    {
        var user = await signIns.FindAsync(who.User, http.RequestAborted) ?? throw Refused.NotFound("user");
        if (user.PasswordHash is not null)
        {
            await knock.LookAsync(http, user, body.Value.Current, "current");
        }

        Passwords.Check(body.Value.New, user.Email, "new");
        await signIns.SetPasswordAsync(who.User, passwords.Hash(body.Value.New), who.Known.Session, http.RequestAborted);
        return Results.NoContent();
    }
}

/// <summary>Asks somebody who is signed in for their password again, before what a stolen session must not do.</summary>
internal sealed class Knock(SignInAdmin signIns, Passwords passwords, Tries tries)
{
    /// <exception cref="Refused">The password is wrong.</exception>
    public async Task LookAsync(HttpContext http, SignInRecord user, string? password, string field)
    {
        var (name, address) = ("again " + user.Id(), Entrance.AddressOf(http));
        tries.Take(name, address);
        if (passwords.Look(user, password ?? "") == PasswordVerificationResult.Failed)
        {
            await signIns.FailedAsync(user.User, CancellationToken.None);
            throw Refused.Invalid(field, "is not the present password");
        }

        tries.Forgive(name, address);
    }
}
