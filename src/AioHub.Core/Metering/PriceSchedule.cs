using System.Collections.Immutable;
using AioHub.Core.Catalog;

namespace AioHub.Core.Metering;

/// <summary>Reads the windows of a price row's schedule.</summary>
internal static class PriceSchedule
{
    /// <summary>
    /// The multiplier of the first window that is open, else 1. A window that ends before it begins runs over midnight and belongs to the day on which it began;
    /// one whose ends are equal lasts the whole day; one without days is open on all.
    /// </summary>
    public static decimal MultiplierAt(ImmutableArray<PriceWindow> schedule, DateTime utc)
    {
        foreach (var window in schedule)
        {
            if (IsOpen(window, utc))
            {
                return window.Multiplier;
            }
        }

        return 1m;
    }

    private static bool IsOpen(PriceWindow window, DateTime utc)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(window.TimeZone);
        var local = TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), zone);
        var time = TimeOnly.FromDateTime(local);
        if (window.From == window.To)
        {
            return Covers(window, local.DayOfWeek);
        }

        if (window.From < window.To)
        {
            return time >= window.From && time < window.To && Covers(window, local.DayOfWeek);
        }

        return time >= window.From
            ? Covers(window, local.DayOfWeek)
            : time < window.To && Covers(window, (DayOfWeek)(((int)local.DayOfWeek + 6) % 7));
    }

    private static bool Covers(PriceWindow window, DayOfWeek day) => window.Days.IsDefaultOrEmpty || window.Days.Contains(day);
}
