using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers;

/// <summary>Which of an upstream's headers a caller sees: those that clients read and that say nothing of whose account answered.</summary>
internal static class ReplyHeaders
{
    /// <summary>Longest wait that an upstream may ask for.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private static readonly FrozenSet<string> Shown = new[]
    {
        "x-request-id", "request-id", "retry-after", "retry-after-ms", "x-should-retry", "openai-model", "openai-processing-ms", "openai-version",
        "x-reasoning-included", "x-codex-turn-state", "x-models-etag", "etag",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Does nothing once the reply has started (a keep-alive went out): its headers are on their way.</summary>
    public static void Show(HttpResponseMessage from, HttpResponse to)
    {
        if (to.HasStarted)
        {
            return;
        }

        foreach (var header in from.Headers.NonValidated)
        {
            if (Shown.Contains(header.Key) && header.Value.ToString() is var value && IsPlain(value))
            {
                to.Headers[header.Key] = value;
            }
        }
    }

    public static string? ContentType(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) && values.ToString() is var type && IsPlain(type) ? type : null;

    /// <summary>What the upstream says; a hint, never a bound.</summary>
    public static long? ContentLength(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values)
            && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length < int.MaxValue ? length : null;

    /// <summary>Printable ASCII: what both sides' header writers take. Anything else makes them throw in the middle of a call.</summary>
    public static bool IsPlain(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>retry-after-ms, or retry-after in seconds or as a date (RFC 9110 10.2.3); bounded.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated;
        if (headers.TryGetValues("retry-after-ms", out var exact)
            && double.TryParse(exact.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && double.IsFinite(milliseconds))
        {
            return Bounded(milliseconds / 1000);
        }

        if (!headers.TryGetValues("retry-after", out var values))
        {
            return null;
        }

        var text = values.ToString();
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds))
        {
            return Bounded(seconds);
        }

        return response.Headers.RetryAfter?.Date is { } date && response.Headers.Date is { } now ? Bounded((date - now).TotalSeconds) : null;
    }

    private static TimeSpan Bounded(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestWait.TotalSeconds));
}
