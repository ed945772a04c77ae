using System.Text;
using System.Text.Json;
using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace AioHub.Admin.Session;

/// <summary>What a ceremony must find again when its answer comes, in a sealed cookie: the hub keeps nothing of ceremonies that nobody ends.</summary>
internal sealed class Ceremony(SecretBox box, TimeProvider time)
{
    private const string Cookie = "aiohub_passkey";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    public void Begin(HttpContext http, string purpose, string? state)
    {
        var ends = (time.GetUtcNow() + Life).ToUnixTimeSeconds();
        var sealedState = box.Seal("passkey " + purpose, Encoding.UTF8.GetBytes($"{ends}\n{state}"));
        http.Response.Cookies.Append(
            Cookie, Convert.ToBase64String(sealedState), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/api", MaxAge = Life, IsEssential = true });
    }

    /// <exception cref="Refused">There is none, it was of another kind, or it took too long.</exception>
    public string End(HttpContext http, string purpose)
    {
        http.Response.Cookies.Delete(Cookie, new CookieOptions { Path = "/api" });
        var text = http.Request.Cookies[Cookie] ?? "";
        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length) && box.TryOpen("passkey " + purpose, bytes.AsSpan(0, length), out var clear)
            && Encoding.UTF8.GetString(clear).Split('\n', 2) is [var ends, var state]
            && long.TryParse(ends, out var until) && time.GetUtcNow().ToUnixTimeSeconds() <= until)
        {
            return state;
        }

        throw new Refused(RefusalCode.Conflict, "Ask for new options first: these are used, or took more than five minutes.");
    }
}

/// <param name="Credential">What <c>navigator.credentials</c> gave, as JSON.</param>
internal sealed record PasskeyRequest(JsonElement Credential);

/// <summary><c>POST /api/session/passkey/options</c> and <c>POST /api/session/passkey</c>. A passkey proves its user by itself, so no second factor is wanted.</summary>
internal static class SignInByPasskey
{
    private const string Purpose = "assertion";

    public static async Task<IResult> OptionsAsync(HttpContext http, IPasskeyHandler<Person> handler, Ceremony ceremony)
    {
        var made = await handler.MakeRequestOptionsAsync(null!, http);
        ceremony.Begin(http, Purpose, made.AssertionState);
        return Results.Text(made.RequestOptionsJson, "application/json");
    }

    public static async Task<SessionReply> AnswerAsync(
        Body<PasskeyRequest> body, HttpContext http, IPasskeyHandler<Person> handler, Ceremony ceremony, PasskeyAdmin passkeys, SignInAdmin signIns, SessionDesk desk, Tries tries, TimeProvider time)
    {
        var address = Entrance.AddressOf(http);
        tries.Take("passkey " + address, address);
        var state = ceremony.End(http, Purpose);
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = http, CredentialJson = body.Value.Credential.GetRawText(), AssertionState = state });
        if (!result.Succeeded || !result.User.Record.Enabled || result.User.Record.LockedUntil > time.GetUtcNow().UtcDateTime)
        {
            throw new Refused(RefusalCode.SignInFailed, "The passkey is not known here, or was not proved.");
        }

        tries.Forgive("passkey " + address, address);
        await passkeys.KeepAsync(PersonStore.Record(result.User.Record.User, result.Passkey), http.RequestAborted);
        await signIns.SucceededAsync(result.User.Record.User, http.RequestAborted);
        return await desk.EnterAsync(http, result.User.Record, SessionStage.Full);
    }
}

/// <summary>A passkey as its user sees it.</summary>
/// <param name="BackedUp">It stands on more than one device.</param>
internal sealed record PasskeyItem(long Id, string? Name, DateTime CreatedAt, DateTime? LastUsedAt, bool BackedUp)
{
    public static PasskeyItem Of(PasskeyRecord row) => new(row.Id, row.Name, row.CreatedAt, row.LastUsedAt, row.IsBackedUp);
}

/// <summary><c>GET /api/me/passkeys</c>.</summary>
internal static class ListPasskeys
{
    public static async Task<Page<PasskeyItem>> AnswerAsync(HttpContext http, Who who, PasskeyAdmin passkeys) =>
        new([.. (await passkeys.ListAsync(who.User, http.RequestAborted)).Select(PasskeyItem.Of)], null);
}

/// <param name="Name">What its user calls it.</param>
/// <param name="Credential">What <c>navigator.credentials.create</c> gave, as JSON.</param>
internal sealed record NewPasskeyRequest(string? Name, JsonElement Credential);

/// <summary><c>POST /api/me/passkeys/options</c> and <c>POST /api/me/passkeys</c>.</summary>
internal static class MakePasskey
{
    private const string Purpose = "attestation";

    public static async Task<IResult> OptionsAsync(HttpContext http, Who who, IPasskeyHandler<Person> handler, SignInAdmin signIns, Ceremony ceremony)
    {
        var user = await signIns.FindAsync(who.User, http.RequestAborted) ?? throw Refused.NotFound("user");
        var made = await handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = user.Id(), Name = user.Email, DisplayName = user.Name ?? user.Email }, http);
        ceremony.Begin(http, Purpose, made.AttestationState);
        return Results.Text(made.CreationOptionsJson, "application/json");
    }

    public static async Task<IResult> AnswerAsync(Body<NewPasskeyRequest> body, HttpContext http, Who who, IPasskeyHandler<Person> handler, Ceremony ceremony, PasskeyAdmin passkeys)
    {
        var (name, credential) = body.Value;
        if (name is { Length: 0 or > 128 } || name?.Any(char.IsControl) == true)
        {
            throw Refused.Invalid("name", "must have 1 to 128 characters");
        }

        var state = ceremony.End(http, Purpose);
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = http, CredentialJson = credential.GetRawText(), AttestationState = state });
        if (!result.Succeeded || result.UserEntity.Id != who.User.Value.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            throw Refused.Invalid("credential", "was not made for these options: " + (result.Failure?.Message ?? "it is another user's"));
        }

        await passkeys.KeepAsync(PersonStore.Record(who.User, result.Passkey, name), http.RequestAborted);
        var made = await passkeys.FindAsync(result.Passkey.CredentialId, http.RequestAborted) ?? throw Refused.NotFound("passkey");
        return EntityTags.Made(http, $"/api/me/passkeys/{made.Id}", PasskeyItem.Of(made));
    }
}

/// <summary><c>DELETE /api/me/passkeys/{id}</c>.</summary>
internal static class RemovePasskey
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, PasskeyAdmin passkeys) =>
        await passkeys.RemoveAsync(who.User, id, http.RequestAborted) ? Results.NoContent() : throw Refused.NotFound("passkey");
}
