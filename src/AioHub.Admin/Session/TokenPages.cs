using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Session;

/// <summary>A personal access token.</summary>
/// <param name="Secret">Of a new one alone, here and never again.</param>
internal sealed record TokenReply(
    long Id, string Name, string LastFour, IReadOnlyList<string> Scopes, DateTime CreatedAt, DateTime? ExpiresAt, DateTime? LastUsedAt, string? Secret = null)
{
    public static TokenReply Of(TokenListing row) => new(row.Id, row.Name, row.LastFour, row.Scopes, row.CreatedAt, row.EndsAt, row.LastUsedAt);
}

/// <summary><c>GET /api/me/tokens</c>.</summary>
internal static class ListTokens
{
    public static async Task<Page<TokenReply>> AnswerAsync(HttpContext http, Who who, SessionAdmin sessions) =>
        new([.. (await sessions.ListTokensAsync(who.User, http.RequestAborted)).Select(TokenReply.Of)], null);
}

/// <param name="Scopes"><c>me:read</c>, <c>me:write</c>, <c>admin:read</c>, <c>admin:write</c>, <c>money</c>. A token never may what its user may not.</param>
/// <param name="ExpiresAt">Absent = never.</param>
internal sealed record TokenRequest(string Name, IReadOnlyList<string> Scopes, DateTime? ExpiresAt);

/// <summary><c>POST /api/me/tokens</c>.</summary>
internal static class MakeToken
{
    public static async Task<IResult> AnswerAsync(Body<TokenRequest> body, HttpContext http, Who who, SessionAdmin sessions)
    {
        var (name, scopes, ends) = body.Value;
        var made = await sessions.MakeTokenAsync(who.User, name, [.. scopes], ends, http.RequestAborted);
        return EntityTags.Made(http, $"/api/me/tokens/{made.Token.Id}", TokenReply.Of(made.Token) with { Secret = made.Secret });
    }
}

/// <summary><c>DELETE /api/me/tokens/{id}</c>: it ends at once.</summary>
internal static class EndToken
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, Who who, SessionAdmin sessions) =>
        await sessions.RemoveTokenAsync(who.User, id, http.RequestAborted) ? Results.NoContent() : throw Refused.NotFound("token");
}
