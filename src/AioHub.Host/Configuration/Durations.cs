using System.Globalization;

namespace AioHub.Host.Configuration;

/// <summary>Durations as configuration files spell them: <c>500ms</c>, <c>30s</c>, <c>2m</c>; a bare number means seconds.</summary>
internal static class Durations
{
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var (digits, unit) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], TimeSpan.FromMilliseconds(1)),
            _ when text.EndsWith('s') => (text[..^1], TimeSpan.FromSeconds(1)),
            _ when text.EndsWith('m') => (text[..^1], TimeSpan.FromMinutes(1)),
            _ when text.EndsWith('h') => (text[..^1], TimeSpan.FromHours(1)),
            _ => (text, TimeSpan.FromSeconds(1)),
        };
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1_000_000)
        {
            return false;
        }

        span = TimeSpan.FromTicks((long)(number * unit.Ticks));
        return true;
    }

    public static string Of(TimeSpan span) => span.Ticks % TimeSpan.TicksPerSecond == 0
        ? $"{span.Ticks / TimeSpan.TicksPerSecond}s"
        : $"{span.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture)}ms";
}
