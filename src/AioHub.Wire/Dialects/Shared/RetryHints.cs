using System.Globalization;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>Reads when to come back from the words of an error: <c>try again in 1.5s</c>, <c>Please retry in 32.1s</c>, <c>6m0s</c>, <c>20ms</c>.</summary>
internal static class RetryHints
{
    /// <summary>Nothing longer is believed.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    private static readonly string[] Leads = ["try again in ", "retry in ", "retry after "];

    public static TimeSpan? InMessage(string message)
    {
        foreach (var lead in Leads)
        {
            var at = message.IndexOf(lead, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && Parse(message.AsSpan(at + lead.Length)) is { } wait)
                return wait;
        }

        return null;
    }

    public static TimeSpan? FromSeconds(double seconds) =>
        double.IsFinite(seconds) && seconds >= 0 ? TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds)) : null;

    /// <summary>A moment (UTC) as seconds or milliseconds since 1970; null = no moment of our time.</summary>
    public static DateTime? MomentOf(double figure) => figure switch
    {
        >= 1e9 and < 1e11 => DateTime.UnixEpoch.AddSeconds(figure),
        >= 1e12 and < 1e14 => DateTime.UnixEpoch.AddMilliseconds(figure),
        _ => null,
    };

    /// <summary>A moment (UTC) as figures, by RFC 3339 or as an HTTP date.</summary>
    public static DateTime? MomentOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var figure) ? MomentOf(figure)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment.UtcDateTime : null;

    /// <summary>Reads a length of time at the start of a text: <c>1.5s</c>, <c>6m0s</c>, <c>1h2m</c>, <c>20 ms</c>, <c>3 seconds</c>; null when there is none.</summary>
    public static TimeSpan? Parse(ReadOnlySpan<char> text)
    {
        var total = 0d;
        var found = false;
        for (var parts = 0; parts < 4; parts++)
        {
            text = text.TrimStart();
            var digits = 0;
            while (digits < text.Length && digits < 20 && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
                digits++;

            // A sentence may end right behind the figure.
            if (!double.TryParse(text[..digits].TrimEnd('.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var figure))
                break;

            text = text[digits..].TrimStart();
            var letters = 0;
            while (letters < text.Length && char.IsAsciiLetter(text[letters]))
                letters++;

            if (SecondsPer(text[..letters]) is not { } unit)
                break;

            total += figure * unit;
            found = true;
            text = text[letters..];
        }

        return found ? FromSeconds(total) : null;
    }

    private static double? SecondsPer(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" or "millisecond" or "milliseconds" => 0.001,
        "s" or "sec" or "secs" or "second" or "seconds" => 1,
        "m" or "min" or "mins" or "minute" or "minutes" => 60,
        "h" or "hr" or "hour" or "hours" => 3600,
        "d" or "day" or "days" => 86400,
        _ => null,
    };
}
