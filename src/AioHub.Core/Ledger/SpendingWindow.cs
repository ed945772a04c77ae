using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>The period of a limit on money.</summary>
public enum BudgetPeriod
{
    None,
    Day,
    Week,
    Month,
    Total,
}

/// <summary>Spending windows: UTC calendar periods, by number. Weeks begin on Monday, as day number 0 did.</summary>
internal static class SpendingWindow
{
    public static int DayNumber(DateTime utc) => DateOnly.FromDateTime(utc).DayNumber;

    public static int WeekNumber(DateTime utc) => WeekNumber(DayNumber(utc));

    public static int WeekNumber(int day) => day / 7;

    public static int MonthNumber(DateTime utc) => (utc.Year * 12) + utc.Month - 1;

    public static DateTime NextDay(DateTime utc) => utc.Date.AddDays(1);

    public static DateTime NextWeek(DateTime utc) => utc.Date.AddDays(7 - (DayNumber(utc) % 7));

    public static DateTime NextMonth(DateTime utc) => new DateTime(utc.Year, utc.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);

    /// <summary>When the period that a moment lies in ends; null = never.</summary>
    public static DateTime? End(BudgetPeriod period, DateTime utc) => period switch
    {
        BudgetPeriod.Day => NextDay(utc),
        BudgetPeriod.Week => NextWeek(utc),
        BudgetPeriod.Month => NextMonth(utc),
        _ => null,
    };

    public static int Number(BudgetPeriod period, DateTime utc) => period switch
    {
        BudgetPeriod.Day => DayNumber(utc),
        BudgetPeriod.Week => WeekNumber(utc),
        BudgetPeriod.Month => MonthNumber(utc),
        _ => 0,
    };

    /// <summary>The limit's name in settings; null for no period.</summary>
    public static string? NameOf(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Day => LimitNames.PerDay,
        BudgetPeriod.Week => LimitNames.PerWeek,
        BudgetPeriod.Month => LimitNames.PerMonth,
        BudgetPeriod.Total => LimitNames.Total,
        _ => null,
    };

    public static NanoUsd? LimitOf(BudgetPeriod period, Limits limits) => period switch
    {
        BudgetPeriod.Day => limits.PerDay,
        BudgetPeriod.Week => limits.PerWeek,
        BudgetPeriod.Month => limits.PerMonth,
        BudgetPeriod.Total => limits.Total,
        _ => null,
    };
}
