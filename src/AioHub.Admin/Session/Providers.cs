using System.Security.Claims;
using System.Text.Encodings.Web;
using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AioHub.Admin.Session;

/// <summary>Signing in through OpenID Connect providers: code flow with PKCE, nothing kept of the provider's tokens.</summary>
internal static class Providers
{
    private const string SchemePrefix = "provider ";

    /// <summary>Never used: <see cref="ArriveAsync"/> lets people in by the hub's own session, before the framework would sign anybody in.</summary>
    private const string UnusedScheme = "aiohub";

    public static void Add(IServiceCollection services, SignInSettings options)
    {
        // Nobody is ever signed in by the framework. Without a scheme that says so it would take a provider's for the usual one, and ask it who is there at each request.
        var authentication = services.AddAuthentication(UnusedScheme).AddScheme<AuthenticationSchemeOptions, Nobody>(UnusedScheme, null);
        foreach (var (name, provider) in options.Providers)
        {
            authentication.AddOpenIdConnect(SchemePrefix + name, provider.Title ?? name, oidc =>
            {
                oidc.Authority = provider.Authority;
                oidc.RequireHttpsMetadata = !new Uri(provider.Authority).IsLoopback;
                oidc.ClientId = provider.ClientId;
                oidc.ClientSecret = provider.ClientSecret;
                oidc.ResponseType = OpenIdConnectResponseType.Code;
                oidc.ResponseMode = OpenIdConnectResponseMode.Query;
                oidc.UsePkce = true;
                oidc.SaveTokens = false;
                oidc.MapInboundClaims = false;
                oidc.GetClaimsFromUserInfoEndpoint = true;
                oidc.SignInScheme = UnusedScheme;
                oidc.CallbackPath = $"/api/session/providers/{name}/callback";
                oidc.Scope.Clear();
                oidc.Scope.Add("openid");
                oidc.Scope.Add("email");
                oidc.Scope.Add("profile");
                // Many providers tell it on the page about the person alone.
                oidc.ClaimActions.MapUniqueJsonKey("email_verified", "email_verified");
                // Cleartext on one's own machine: browsers drop Secure cookies there, and Lax ones come back with the provider's redirect.
                oidc.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                oidc.CorrelationCookie.SameSite = SameSiteMode.Lax;
                oidc.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                oidc.NonceCookie.SameSite = SameSiteMode.Lax;
                oidc.Events.OnTokenValidated = static context =>
                {
                    // Of a token that comes straight from the provider the framework wants no signature (OpenID Connect Core 3.1.3.7, 6); the hub does.
                    if (context.SecurityToken.SignatureAlgorithm is null or "" or "none")
                    {
                        context.Fail("The provider's token is signed by nobody.");
                    }

                    return Task.CompletedTask;
                };
                oidc.Events.OnTicketReceived = context => ArriveAsync(context, name, provider);
                oidc.Events.OnRemoteFailure = context =>
                {
                    AdminLog.ProviderFailed(context.HttpContext.RequestServices.GetRequiredService<ILogger<Entrance>>(), name, context.Failure?.Message ?? "no reason");
                    context.HandleResponse();
                    context.Response.Redirect("/sign-in?failed=provider");
                    return Task.CompletedTask;
                };
            });
        }
    }

    /// <summary><c>GET /api/session/providers/{name}?return=/…</c>: off to the provider.</summary>
    public static async Task<IResult> LeaveAsync(string name, string? @return, HttpContext http, SignInSettings options)
    {
        if (!options.Providers.ContainsKey(name))
        {
            throw Refused.NotFound("provider");
        }

        await http.ChallengeAsync(SchemePrefix + name, new AuthenticationProperties { RedirectUri = Own(@return) });
        return Results.Empty;
    }

    /// <summary>Only places of the hub itself: never an address that somebody else put into a link.</summary>
    internal static string Own(string? place) =>
        place is { Length: > 1 } && place[0] == '/' && place[1] is not ('/' or '\\') && !place.Any(static c => char.IsControl(c) || c == '\\') ? place : "/";

    private static async Task ArriveAsync(TicketReceivedContext context, string name, ProviderOptions provider)
    {
        var http = context.HttpContext;
        var services = http.RequestServices;
        var (signIns, passkeys, desk) = (services.GetRequiredService<SignInAdmin>(), services.GetRequiredService<PasskeyAdmin>(), services.GetRequiredService<SessionDesk>());
        context.HandleResponse();
        var claims = context.Principal;
        var subject = claims?.FindFirstValue("sub");
        using var acting = Acting.As(new Actor("anonymous", "provider", null, Entrance.AddressOf(http)));
        var user = subject is null ? null : await FindAsync(claims!, subject, name, provider, signIns, passkeys, services.GetRequiredService<SignUpDoor>(), http.RequestAborted);
        if (user is not { Enabled: true })
        {
            context.Response.Redirect("/sign-in?failed=unknown");
            return;
        }

        // The hub's own second factor stays: a provider proves who somebody is, not that they hold the authenticator.
        await desk.EnterAsync(http, user, user.TotpOn ? SessionStage.SecondFactor : SessionStage.Full);
        context.Response.Redirect(user.TotpOn ? "/sign-in" : Own(context.ReturnUri));
    }

    private sealed class Nobody(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : SignInAuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());

        protected override Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties) => throw new NotSupportedException("The hub's own session lets people in.");

        protected override Task HandleSignOutAsync(AuthenticationProperties? properties) => Task.CompletedTask;
    }

    private static async Task<SignInRecord?> FindAsync(
        ClaimsPrincipal claims, string subject, string name, ProviderOptions provider, SignInAdmin signIns, PasskeyAdmin passkeys, SignUpDoor door, CancellationToken cancellation)
    {
        if (await passkeys.FindExternalAsync(name, subject, cancellation) is { } known)
        {
            return await signIns.FindAsync(known, cancellation);
        }

        // An address counts only if the provider says that it proved it: else whoever types another's address there would be them here.
        var email = claims.FindFirstValue("email");
        if (email is null || !string.Equals(claims.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var user = (await signIns.FindAsync(email, cancellation))?.User;
        if (user is null && (provider.SignUp || await door.ModeAsync(cancellation) == SignUpMode.Open))
        {
            try
            {
                user = await signIns.SignUpAsync(email, hash: null, claims.FindFirstValue("name") is { Length: > 0 and <= 128 } full ? full : null, invitation: null, cancellation);
                await door.WelcomeAsync(user.Value, CancellationToken.None);
            }
            catch (AdminException)
            {
                return null;
            }
        }

        if (user is not { } found)
        {
            return null;
        }

        await passkeys.LinkExternalAsync(found, name, subject, cancellation);
        return await signIns.FindAsync(found, cancellation);
    }
}

/// <summary>What the framework seals (states of providers' round trips) is sealed by the master key: no key files, and every node opens what another sealed.</summary>
internal sealed class MasterProtection(SecretBox box, string purpose = "") : IDataProtectionProvider, IDataProtector
{
    public IDataProtector CreateProtector(string purpose1) => new MasterProtection(box, $"{purpose}/{purpose1}");

    public byte[] Protect(byte[] plaintext) => box.Seal("framework " + purpose, plaintext);

    public byte[] Unprotect(byte[] protectedData) =>
        box.TryOpen("framework " + purpose, protectedData, out var clear) ? clear : throw new System.Security.Cryptography.CryptographicException("It was not sealed here, or was altered.");
}
