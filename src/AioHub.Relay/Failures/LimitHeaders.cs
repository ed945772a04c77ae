using System.Globalization;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Failures;

/// <summary>
/// The headers by which clients of a vendor learn which rate they reached and when there is room again: OpenAI's <c>x-ratelimit-*</c> and Anthropic's
/// <c>anthropic-ratelimit-*</c>. Gemini has none: its error's body says it.
/// </summary>
internal static class LimitHeaders
{
    public static void Write(IHeaderDictionary headers, Dialect dialect, FailureLimit limit, TimeSpan wait)
    {
        var what = limit.Name switch
        {
            LimitNames.Rpm or LimitNames.Rpd => "requests",
            LimitNames.Tpm => "tokens",
            _ => null,
        };
        if (what is null)
        {
            return;
        }

        var most = limit.Most.ToString(CultureInfo.InvariantCulture);
        if (dialect == Dialect.AnthropicMessages)
        {
            headers[$"anthropic-ratelimit-{what}-limit"] = most;
            headers[$"anthropic-ratelimit-{what}-remaining"] = "0";
            headers[$"anthropic-ratelimit-{what}-reset"] = limit.ResetsAt.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        }
        else if (dialect is Dialect.OpenAiChat or Dialect.OpenAiResponses)
        {
            headers[$"x-ratelimit-limit-{what}"] = most;
            headers[$"x-ratelimit-remaining-{what}"] = "0";
            headers[$"x-ratelimit-reset-{what}"] = Span(wait);
        }
    }

    /// <summary>As OpenAI writes durations: <c>12s</c>, <c>6m0s</c>, <c>1h2m3s</c>.</summary>
    private static string Span(TimeSpan wait)
    {
        var seconds = HubFailures.Seconds(wait);
        return seconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
            : seconds < 3600 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m{seconds % 60}s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}h{seconds / 60 % 60}m{seconds % 60}s");
    }
}
