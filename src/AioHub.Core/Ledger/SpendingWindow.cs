using System.Globalization;

namespace AioHub.Core.Ledger;

/// <summary>The names of a key's spending windows: UTC calendar periods, and all time.</summary>
internal static class SpendingWindow
{
    public const string Total = "total";

    public static string Day(DateTime utc) => "day:" + utc.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Month(DateTime utc) => "month:" + utc.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    public static int DayNumber(DateTime utc) => DateOnly.FromDateTime(utc).DayNumber;

    public static int MonthNumber(DateTime utc) => (utc.Year * 12) + utc.Month - 1;

    public static DateTime NextDay(DateTime utc) => utc.Date.AddDays(1);

    public static DateTime NextMonth(DateTime utc) => new DateTime(utc.Year, utc.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
}
