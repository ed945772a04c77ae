using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Ledger;

/// <summary>The calendar of limits, told by dates: the model of random histories counts by the same numbers and could not see them wrong.</summary>
public sealed class SpendingWindowTests
{
    private static readonly DateTime Sunday = new(2026, 11, 22, 23, 59, 59, DateTimeKind.Utc);
    private static readonly DateTime Monday = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Weeks_begin_on_Monday_and_months_belong_to_their_year()
    {
        Sunday.DayOfWeek.ShouldBe(DayOfWeek.Sunday);
        SpendingWindow.WeekNumber(Monday).ShouldBe(SpendingWindow.WeekNumber(Sunday) + 1);
        SpendingWindow.WeekNumber(Monday.AddDays(6)).ShouldBe(SpendingWindow.WeekNumber(Monday));
        SpendingWindow.DayNumber(Monday).ShouldBe(SpendingWindow.DayNumber(Sunday) + 1);
        SpendingWindow.MonthNumber(new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc)).ShouldBe(SpendingWindow.MonthNumber(new DateTime(2026, 12, 31, 0, 0, 0, DateTimeKind.Utc)) + 1);
        SpendingWindow.MonthNumber(Sunday.AddYears(1)).ShouldBe(SpendingWindow.MonthNumber(Sunday) + 12);
    }

    [Theory]
    [InlineData("Day", "2026-11-23", "usd_per_day")]
    [InlineData("Week", "2026-11-23", "usd_per_week")]
    [InlineData("Month", "2026-12-01", "usd_per_month")]
    [InlineData("Total", null, "usd_total")]
    public void A_window_tells_when_it_ends_and_which_limit_is_its_own(string name, string? end, string limit)
    {
        var period = Enum.Parse<BudgetPeriod>(name);
        SpendingWindow.End(period, Sunday)?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(end);
        SpendingWindow.NameOf(period).ShouldBe(limit);
        var limits = new Limits { PerDay = new NanoUsd(1), PerWeek = new NanoUsd(2), PerMonth = new NanoUsd(3), Total = new NanoUsd(4) };
        SpendingWindow.LimitOf(period, limits).ShouldBe(new NanoUsd((int)period));
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(1, 6)]
    [InlineData(6, 1)]
    public void A_week_ends_with_its_Sunday(int day, int left) => SpendingWindow.End(BudgetPeriod.Week, Monday.AddDays(day)).ShouldBe(Monday.AddDays(day + left));
}
