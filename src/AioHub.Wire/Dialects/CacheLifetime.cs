using System.Globalization;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects;

/// <summary>How long a caller wants a cached content to be kept: <c>ttl</c> (<c>"3600s"</c>) or <c>expireTime</c> of a body of Google's <c>cachedContents</c>.</summary>
public static class CacheLifetime
{
    /// <summary>What Google keeps a cache for when nobody says (ai.google.dev, "Context caching": one hour).</summary>
    public static readonly TimeSpan Default = TimeSpan.FromHours(1);

    /// <summary>A hold reckons with no more; what is really kept longer is charged all the same.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3660);

    private const int MostText = 64;

    private static readonly JsonPeek Root = new("ttl", "expireTime", "expire_time");

    /// <summary>The end that is asked for, UTC; null = none, or nothing that can be read: then the upstream judges, and what it answers is charged.</summary>
    /// <param name="now">When the call began.</param>
    public static DateTime? EndIn(ReadOnlySpan<byte> body, DateTime now)
    {
        Span<JsonMember> found = stackalloc JsonMember[3];
        if (body.IsEmpty || Root.Scan(body, found, out _) != PeekFault.None)
            return null;

        DateTime? end = null;
        if (Text(body, found[0]) is { } ttl && ttl.EndsWith('s') && double.TryParse(ttl.AsSpan(0, ttl.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && double.IsFinite(seconds))
            end = now + TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));

        foreach (var member in found[1..])
        {
            if (Text(body, member) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
                && (end is null || moment.UtcDateTime > end))
                end = moment.UtcDateTime < now + Longest ? moment.UtcDateTime : now + Longest;
        }

        return end;
    }

    private static string? Text(ReadOnlySpan<byte> body, JsonMember member) =>
        member.Exists && JsonValue.TryReadString(member.ValueIn(body), MostText, out var text) ? text : null;
}
