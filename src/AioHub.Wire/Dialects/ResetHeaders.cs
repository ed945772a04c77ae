using System.Globalization;
using AioHub.Wire.Dialects.Shared;

namespace AioHub.Wire.Dialects;

/// <summary>
/// Reads from an error's headers when to come back, in every vendor's way: <c>retry-after-ms</c> and <c>retry-after</c> first, which are meant for this call; then
/// the window that is said to be used up, of several the one that resets last. No value makes it throw; what lies in the past or is no time is passed over,
/// and nothing is longer than a month.
/// </summary>
public static class ResetHeaders
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    /// <summary>Where vendors say when a window resets, and where what is left of it. <c>*</c> is the window's name.</summary>
    private static readonly (string Reset, string State, Func<string, bool> IsUsedUp)[] Windows =
    [
        // https://docs.anthropic.com/en/api/rate-limits: RFC 3339; the unified ones, of subscriptions, seconds since 1970.
        ("anthropic-ratelimit-unified-*-reset", "anthropic-ratelimit-unified-*-status", IsRejected),
        ("anthropic-ratelimit-unified-reset", "anthropic-ratelimit-unified-status", IsRejected),
        ("anthropic-ratelimit-*-reset", "anthropic-ratelimit-*-remaining", IsNothing),
        // Codex's backend.
        ("x-codex-*-reset-after-seconds", "x-codex-*-used-percent", IsAll),
        ("x-codex-*-reset-at", "x-codex-*-used-percent", IsAll),
        // OpenAI and whoever speaks like it: 6m0s, 20ms, seconds, a moment.
        ("x-ratelimit-reset-*", "x-ratelimit-remaining-*", IsNothing),
        ("x-ratelimit-*-reset", "x-ratelimit-*-remaining", IsNothing),
        ("x-ratelimit-reset", "x-ratelimit-remaining", IsNothing),
        ("ratelimit-reset", "ratelimit-remaining", IsNothing),
    ];

    /// <param name="headers">Names in any case.</param>
    /// <param name="now">The hub's clock (UTC), or the reply's own <c>Date</c>.</param>
    /// <returns>How long to stay away; null = the headers do not say.</returns>
    public static TimeSpan? Wait(IReadOnlyDictionary<string, string> headers, DateTime now)
    {
        if (headers.TryGetValue("retry-after-ms", out var exact) && Figure(exact) is { } milliseconds && milliseconds >= 0)
            return RetryHints.FromSeconds(milliseconds / 1000);
        if (headers.TryGetValue("retry-after", out var text) && After(text, now) is { } asked)
            return asked;

        TimeSpan? longest = null;
        foreach (var (name, value) in headers)
        {
            foreach (var (reset, state, isUsedUp) in Windows)
            {
                if (Window(name, reset) is not { } window)
                    continue;
                if (headers.TryGetValue(state.Replace("*", window, StringComparison.Ordinal), out var left) && isUsedUp(left.Trim())
                    && After(value, now) is { Ticks: > 0 } wait && (longest is null || wait > longest))
                {
                    longest = wait;
                }

                break;
            }
        }

        return longest;
    }

    /// <summary>The part of a name that a pattern's star stands for; empty without a star; null = another name.</summary>
    private static string? Window(string name, string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return string.Equals(name, pattern, StringComparison.OrdinalIgnoreCase) ? "" : null;

        var (head, tail) = (pattern[..star], pattern[(star + 1)..]);
        return name.Length > head.Length + tail.Length && name.StartsWith(head, StringComparison.OrdinalIgnoreCase) && name.EndsWith(tail, StringComparison.OrdinalIgnoreCase)
            ? name[head.Length..^tail.Length] : null;
    }

    /// <summary>A length (<c>7</c>, <c>1.5</c>, <c>6m0s</c>) or a moment (since 1970 in seconds or milliseconds, RFC 3339, an HTTP date) as a length from now.</summary>
    private static TimeSpan? After(string text, DateTime now)
    {
        text = text.Trim();
        if (Figure(text) is { } figure)
            return RetryHints.MomentOf(figure) is { } since1970 ? Until(since1970, now) : figure < 0 ? null : RetryHints.FromSeconds(figure);
        if (RetryHints.Parse(text) is { } length)
            return length;

        return RetryHints.MomentOf(text) is { } moment ? Until(moment, now) : null;
    }

    private static TimeSpan? Until(DateTime moment, DateTime now) => moment > now ? TimeSpan.FromTicks(Math.Min((moment - now).Ticks, Longest.Ticks)) : null;

    private static double? Figure(string text) =>
        double.TryParse(text.AsSpan().Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var figure) && double.IsFinite(figure) ? figure : null;

    private static bool IsNothing(string left) => Figure(left) is <= 0;

    private static bool IsAll(string used) => Figure(used) is >= 100;

    private static bool IsRejected(string status) => string.Equals(status, "rejected", StringComparison.OrdinalIgnoreCase);
}
