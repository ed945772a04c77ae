namespace AioHub.Core.Ledger;

/// <summary>A key's spending windows: UTC calendar periods, by number.</summary>
internal static class SpendingWindow
{
    public static int DayNumber(DateTime utc) => DateOnly.FromDateTime(utc).DayNumber;

    public static int MonthNumber(DateTime utc) => (utc.Year * 12) + utc.Month - 1;

    public static DateTime NextDay(DateTime utc) => utc.Date.AddDays(1);

    public static DateTime NextMonth(DateTime utc) => new DateTime(utc.Year, utc.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
}
