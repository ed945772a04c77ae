using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Session;

/// <summary>Who is signed in, and how one may.</summary>
/// <param name="SignedIn">All the way in.</param>
/// <param name="Needs">What is still wanted of who came half the way: <c>second_factor</c> or <c>set_up</c>.</param>
/// <param name="SignUp">Who may sign up.</param>
/// <param name="Providers">Other ways to sign in.</param>
/// <param name="Passkeys">Whether passkeys work here: browsers want https, or localhost.</param>
internal sealed record SessionReply(bool SignedIn, UserReply? User, string? Needs, SignUpMode SignUp, IReadOnlyList<ProviderReply> Providers, bool Passkeys, string Version);

/// <summary>A provider's button; it leads to <c>/api/session/providers/{name}</c>.</summary>
internal sealed record ProviderReply(string Name, string Title);

/// <summary>Oneself.</summary>
internal sealed record UserReply(long Id, string Email, string? Name, Role Role, string? Locale, string? Theme, bool Totp, bool HasPassword)
{
    public static UserReply Of(SignInRecord user) => new(user.User.Value, user.Email, user.Name, user.Role, user.Locale, user.Theme, user.TotpOn, user.PasswordHash is not null);
}

/// <summary>Makes the answer of the session's pages, and lets people in.</summary>
internal sealed class SessionDesk(SignInAdmin signIns, SessionAdmin sessions, SignInSettings options, SignUpDoor door)
{
    internal static string Version { get; } = typeof(SessionDesk).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Opens a session and sets its cookie; a former session of the browser ends.</summary>
    public async Task<SessionReply> EnterAsync(HttpContext http, SignInRecord user, SessionStage stage)
    {
        await LeaveAsync(http);
        var secret = await sessions.OpenAsync(user.User, stage, Entrance.AddressOf(http), http.Request.Headers.UserAgent.ToString(), http.RequestAborted);
        SessionCookie.Write(http, secret);
        return await ShowAsync(http, user, stage);
    }

    public async Task LeaveAsync(HttpContext http)
    {
        if (SessionCookie.Read(http) is { Length: > 0 } former && await sessions.FindSessionAsync(former, http.RequestAborted) is { Session: { } id } known)
        {
            await sessions.EndAsync(known.User, only: id, cancellation: http.RequestAborted);
        }
    }

    public async Task<SessionReply> ShowAsync(HttpContext http, SignedIn? who) =>
        who is not null && await signIns.FindAsync(who.User, http.RequestAborted) is { } user ? await ShowAsync(http, user, who.Stage) : await ShowAsync(http, null, SessionStage.Full);

    public async Task<SessionReply> ShowAsync(HttpContext http, SignInRecord? user, SessionStage stage) => new(
        user is not null && stage == SessionStage.Full,
        // Whoever lacks the second factor is told nothing of whom they would be.
        user is null || stage == SessionStage.SecondFactor ? null : UserReply.Of(user),
        user is null ? null : stage switch { SessionStage.SecondFactor => "second_factor", SessionStage.SetUp => "set_up", _ => null },
        await door.ModeAsync(http.RequestAborted),
        [.. options.Providers.Select(static pair => new ProviderReply(pair.Key, pair.Value.Title ?? pair.Key))],
        http.Request.IsHttps || http.Request.Host.Host is "localhost",
        Version);
}
