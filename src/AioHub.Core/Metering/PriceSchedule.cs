using System.Collections.Immutable;
using AioHub.Core.Catalog;

namespace AioHub.Core.Metering;

/// <summary>The windows of a price row's schedule, with their zones looked up once.</summary>
internal sealed class PriceSchedule
{
    private readonly Window[] _windows;

    /// <exception cref="TimeZoneNotFoundException">A window names a zone that this machine does not know.</exception>
    public PriceSchedule(ImmutableArray<PriceWindow> schedule)
    {
        _windows = new Window[schedule.Length];
        for (var i = 0; i < _windows.Length; i++)
        {
            _windows[i] = new Window(schedule[i], TimeZoneInfo.FindSystemTimeZoneById(schedule[i].TimeZone));
        }
    }

    /// <summary>
    /// The multiplier of the first window that is open, else 1. A window that ends before it begins runs over midnight and belongs to the day on which it began;
    /// one whose ends are equal lasts the whole day; one without days is open on all, save that one with dates alone is open on these.
    /// Times are read off the wall: where clocks are put forward the hour that is missing is never, where they are put back the one that is doubled is open twice.
    /// </summary>
    public decimal MultiplierAt(DateTime utc)
    {
        foreach (ref readonly var window in _windows.AsSpan())
        {
            if (IsOpen(window, utc))
            {
                return window.Of.Multiplier;
            }
        }

        return 1m;
    }

    private static bool IsOpen(in Window window, DateTime utc)
    {
        var local = TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), window.Zone);
        var (time, date, of) = (TimeOnly.FromDateTime(local), DateOnly.FromDateTime(local), window.Of);
        if (of.From == of.To)
        {
            return Covers(of, date);
        }

        if (of.From < of.To)
        {
            return time >= of.From && time < of.To && Covers(of, date);
        }

        return time >= of.From ? Covers(of, date) : time < of.To && Covers(of, date.AddDays(-1));
    }

    private static bool Covers(PriceWindow window, DateOnly date)
    {
        if (Has(window.Except, date))
        {
            return false;
        }

        if (Has(window.Dates, date))
        {
            return true;
        }

        return window.Days.IsDefaultOrEmpty ? window.Dates.IsDefaultOrEmpty : window.Days.Contains(date.DayOfWeek);
    }

    private static bool Has(ImmutableArray<DateOnly> dates, DateOnly date) => !dates.IsDefaultOrEmpty && dates.Contains(date);

    private readonly record struct Window(PriceWindow Of, TimeZoneInfo Zone);
}
