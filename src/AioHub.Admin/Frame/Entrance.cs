using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AioHub.Admin.Frame;

/// <summary>
/// What every request of the management API goes through, once: who asks, may they, did their own browser mean it; then the handler; then what it threw, as problem details; and after a
/// change the directories of this server are refreshed, so that the next call sees it.
/// </summary>
internal sealed class Entrance(SessionAdmin sessions, ConfigurationWatch watch, ILogger<Entrance> logger)
{
    /// <summary>A header that no other site's page can send without being allowed to, which nobody is.</summary>
    public const string CsrfHeader = "x-aiohub-csrf";
    public const string RequestIdHeader = "x-aiohub-request-id";
    private const string Bearer = "Bearer ";

    public async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers[RequestIdHeader] = Problems.RequestIdOf(http);
        SecurityHeaders.OfApi(http.Response.Headers);
        try
        {
            var endpoint = http.GetEndpoint() ?? throw Refused.NotFound("page of the management API");
            var needs = endpoint.Metadata.GetMetadata<Needs>();
            if (needs is null)
            {
                // The framework's own answers, such as 405.
                await next(http);
                await TellAsync(http);
                return;
            }

            var who = await WhoAsync(http);
            Admit(http, needs, who);
            if (who is not null)
            {
                http.Items[typeof(SignedIn)] = who;
            }

            using var acting = Acting.As(new Actor(
                who?.Email ?? "anonymous", who is null ? "anonymous" : who.Scopes is null ? "session" : "token", who?.User, AddressOf(http)));
            await next(http);
            if (IsUnsafe(http.Request.Method) && http.Response.StatusCode < 400)
            {
                await watch.RefreshAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (Exception failure)
        {
            await Problems.WriteAsync(http, failure, logger);
        }
    }

    /// <summary>The address that the request comes from, as audit lines and throttles know it.</summary>
    public static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address.ToString(),
    };

    private async Task<SignedIn?> WhoAsync(HttpContext http)
    {
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            // Who shows a token means it: a bad one is refused, whatever cookie comes beside it.
            return (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? await sessions.FindTokenAsync(authorization[Bearer.Length..].Trim(), http.RequestAborted) : null)
                ?? throw new Refused(RefusalCode.NotSignedIn, "The token is not known, or has ended. Personal access tokens begin with aha_; API keys of models do not open the management API.");
        }

        return SessionCookie.Read(http) is { Length: > 0 } secret ? await sessions.FindSessionAsync(secret, http.RequestAborted) : null;
    }

    private static void Admit(HttpContext http, Needs needs, SignedIn? who)
    {
        if (who?.Scopes is null && IsUnsafe(http.Request.Method))
        {
            FromOwnPage(http);
        }

        if (needs.Least is not { } least)
        {
            return;
        }

        if (who is null)
        {
            throw new Refused(RefusalCode.NotSignedIn, "Sign in first.");
        }

        if (who.Stage != SessionStage.Full && !needs.Pending)
        {
            throw new Refused(RefusalCode.NotSignedIn, who.Stage == SessionStage.SecondFactor ? "The second factor is missing." : "Finish the set-up first.");
        }

        if (who.Role < least)
        {
            throw Refused.NotAllowed($"Only {(least == Role.Owner ? "owners" : "operators")} may do this.");
        }

        if (who.Scopes is { } scopes && (needs.Scope is null || !scopes.Contains(needs.Scope, StringComparer.Ordinal)))
        {
            throw Refused.NotAllowed(needs.Scope is null ? "No token may do this: sign in." : $"The token lacks the scope {needs.Scope}.");
        }
    }

    /// <summary>A browser sends its cookies with whatever any page asks it to; only our own page can send our header, and its Origin is ours.</summary>
    private static void FromOwnPage(HttpContext http)
    {
        if (http.Request.Headers[CsrfHeader].ToString() != "1")
        {
            throw Refused.NotAllowed($"Requests that change something need the header {CsrfHeader}: 1.");
        }

        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, Authority(http.Request), StringComparison.OrdinalIgnoreCase)))
        {
            throw Refused.NotAllowed("The request comes from another site's page.");
        }
    }

    private static string Authority(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out var own) ? own.Authority : request.Host.Value ?? "";

    private static bool IsUnsafe(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    private static Task TellAsync(HttpContext http) => http.Response is { HasStarted: false, StatusCode: StatusCodes.Status405MethodNotAllowed }
        ? Problems.WriteAsync(http, new Refused(RefusalCode.MethodNotAllowed, $"Allowed here: {http.Response.Headers.Allow}."))
        : Task.CompletedTask;
}

/// <summary>The session's cookie.</summary>
internal static class SessionCookie
{
    public const string Name = "aiohub_session";

    public static string? Read(HttpContext http) => http.Request.Cookies[Name];

    /// <summary>Not for scripts, not for other sites; over https for https alone.</summary>
    public static void Write(HttpContext http, string secret) => http.Response.Cookies.Append(Name, secret, Options(http, SessionAdmin.SessionIdle));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http, null));

    private static CookieOptions Options(HttpContext http, TimeSpan? life) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", MaxAge = life, IsEssential = true };
}

/// <summary>Headers that keep browsers from doing what nobody meant.</summary>
public static class SecurityHeaders
{
    /// <summary>For the console's pages: all comes from the hub itself. <c>style-src</c> takes the style attributes that the console's components set at run time.</summary>
    public const string ConsolePolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Answers are shown as nothing, kept by nobody, framed nowhere.</summary>
    internal static void OfApi(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = ApiPolicy;
        OfAll(headers);
    }

    /// <summary>For pages of the console.</summary>
    public static void OfConsole(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ConsolePolicy;
        OfAll(headers);
    }

    private static void OfAll(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
    }
}
