using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Playground;

/// <param name="KeyId">One of one's own keys.</param>
internal sealed record PlaygroundTokenRequest(long KeyId);

/// <summary>A token that the endpoints of models take in place of the key's secret, for a short time.</summary>
/// <param name="Token">Begins with <c>ahp_</c>; goes where a key's secret goes.</param>
/// <param name="EndsAt">A call that began before is answered to its end.</param>
internal sealed record PlaygroundTokenReply(string Token, DateTime EndsAt);

/// <summary><c>POST /api/me/playground/token</c>: the playground calls models as a key whose secret nobody has any more.</summary>
internal static class MakePlaygroundToken
{
    public static async Task<IResult> AnswerAsync(Body<PlaygroundTokenRequest> body, HttpContext http, Who who, IdentityLists lists, PlaygroundTokens tokens, TimeProvider time)
    {
        var key = await lists.FindKeyAsync(new ApiKeyId(body.Value.KeyId), who.User, http.RequestAborted) ?? throw Refused.NotFound("key");
        var now = time.GetUtcNow().UtcDateTime;
        if (!key.Key.Enabled || key.Key.ExpiresAt <= now)
        {
            throw Refused.Invalid("key_id", key.Key.Enabled ? "the key has expired: take another, or give it a later end" : "the key is switched off: switch it on, or take another");
        }

        var (token, endsAt) = tokens.Make(key.Key.Id, who.User, now);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new PlaygroundTokenReply(token, endsAt), ManagementJson.Options, statusCode: StatusCodes.Status201Created);
    }
}
