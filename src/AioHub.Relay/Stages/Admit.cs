using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Failures;
using AioHub.Relay.Front;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace AioHub.Relay.Stages;

/// <summary>Stage 1: who calls, and may one more call of this key start?</summary>
internal sealed class Admit(ApiKeyDirectory keys, PlaygroundTokens playground, IRateLimits limits, TimeProvider time)
{
    private const string BearerPrefix = "Bearer ";

    /// <summary>Finds the key of a request without counting the call.</summary>
    public Step<Caller> Identify(HttpContext http)
    {
        var failure = ReadSecret(http.Request, out var secret, out var header);
        if (failure is not null)
        {
            return failure;
        }

        var key = header is null ? keys.Find(secret) : keys.Find(header, secret);
        var pass = default(PlaygroundPass);
        if (key is null)
        {
            // No key has this secret. What the console's playground shows is looked at here alone, and never remembered: it ends.
            pass = playground.Find(secret);
            if (pass is null)
            {
                return HubFailures.WrongKey;
            }

            if (pass.EndsAt <= time.GetUtcNow().UtcDateTime)
            {
                return HubFailures.PlaygroundOver(pass.EndsAt);
            }

            key = pass.Key;
        }

        if (!key.Enabled)
        {
            return HubFailures.KeyDisabled;
        }

        if (key.ExpiresAt is { } expires && expires <= time.GetUtcNow().UtcDateTime)
        {
            return HubFailures.KeyExpired(expires);
        }

        return new Caller(key, http.Request.Headers.UserAgent is [{ Length: > 0 } agent, ..] ? agent : null) { Playground = pass is not null };
    }

    /// <summary>Counts the call in; <see cref="Leave"/> must follow when this gives no failure.</summary>
    public Failure? Enter(Caller caller)
    {
        var verdict = limits.TryEnter(caller.Key);
        return verdict.Allowed ? null : HubFailures.RateLimited(verdict, time.GetUtcNow().UtcDateTime);
    }

    /// <summary>Whether a caller who was let in long ago would be let in now: keys are revoked, switched off, and expire.</summary>
    public Failure? Recheck(Caller caller)
    {
        var key = keys.Find(caller.Key.Id);
        return key is null ? HubFailures.WrongKey
            : !key.Enabled ? HubFailures.KeyDisabled
            : key.ExpiresAt is { } expires && expires <= time.GetUtcNow().UtcDateTime ? HubFailures.KeyExpired(expires)
            : null;
    }

    public void Leave(Caller caller) => limits.Leave(caller.Key);

    /// <summary>Every place a client may put its key; equal values count as one (some send two headers).</summary>
    /// <param name="header">The value of the Authorization header when the secret is in there.</param>
    private static Failure? ReadSecret(HttpRequest request, out ReadOnlySpan<char> secret, out string? header)
    {
        secret = default;
        var headers = request.Headers;
        var authorization = headers.Authorization;
        Take(Bearer(authorization), ref secret);
        header = secret.IsEmpty ? null : authorization[0];
        if (secret.IsEmpty && AwsCredential.IsSignature(Single(authorization)))
        {
            secret = AwsCredential.KeyIn(Single(authorization));
            if (secret.IsEmpty)
            {
                return HubFailures.ForeignSignature;
            }
        }

        if (!Take(Single(headers["x-api-key"]), ref secret)
            || !Take(Single(headers["x-goog-api-key"]), ref secret)
            || !Take(UpstreamAddress.MayNameKey(request.QueryString) ? Single(request.Query["key"]) : default, ref secret))
        {
            return HubFailures.DifferingKeys;
        }

        return secret.IsEmpty ? HubFailures.NoKey : null;
    }

    private static bool Take(ReadOnlySpan<char> found, ref ReadOnlySpan<char> secret)
    {
        if (found.IsEmpty)
        {
            return true;
        }

        if (secret.IsEmpty)
        {
            secret = found;
            return true;
        }

        return found.SequenceEqual(secret);
    }

    private static ReadOnlySpan<char> Single(StringValues values) => values.Count == 0 ? default : values[0].AsSpan().Trim();

    private static ReadOnlySpan<char> Bearer(StringValues values)
    {
        var value = Single(values);
        return value.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? value[BearerPrefix.Length..].Trim() : default;
    }
}
