using AioHub.Core.Ledger;

namespace AioHub.Core.Tests.Ledger;

/// <summary>Which window a charge is counted in, around midnight and at a start.</summary>
public sealed class SpendingPursesTests
{
    private static readonly DateTime Sunday = new(2026, 11, 29, 23, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Monday = new(2026, 11, 30, 1, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Tuesday = new(2026, 12, 1, 1, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_call_that_runs_over_midnight_stays_in_its_day_and_week()
    {
        var purses = new SpendingPurses(Sunday, DateTime.MinValue);
        purses.At(Monday);
        purses.At(Sunday).Settle(0, 10);
        Told(purses, Sunday).ShouldBe((10, 10, 10, 10));
        Told(purses, Monday).ShouldBe((0, 0, 10, 10));
        Told(purses, Tuesday).ShouldBe((0, 0, 0, 10), "December, in the same week as Monday");
        purses.At(Tuesday).Settle(0, 5);
        Told(purses, Monday).ShouldBe((0, 5, 10, 15));
    }

    [Fact]
    public void What_the_database_tells_of_yesterday_is_counted_yesterday()
    {
        var purses = new SpendingPurses(Sunday, DateTime.MinValue);
        purses.At(Monday);
        purses.Spend(10, Sunday);
        purses.Spend(3, Monday);
        Told(purses, Sunday).ShouldBe((10, 10, 13, 13));
        Told(purses, Monday).ShouldBe((3, 3, 13, 13));
        purses.At(Tuesday);
        purses.Spend(100, Sunday);
        Told(purses, Monday).ShouldBe((3, 3, 113, 113), "a day that is gone is counted where its window is still open: in the month before, and in all");
    }

    [Fact]
    public void A_start_begins_with_what_was_spent()
    {
        var spent = new Spending(SpendingWindow.DayNumber(Monday), 1, 2, SpendingWindow.MonthNumber(Monday), 3, 4);
        Told(SpendingPurses.Of(spent, Monday), Monday).ShouldBe((1, 2, 3, 4));
        Told(SpendingPurses.Of(spent, Tuesday), Tuesday).ShouldBe((0, 2, 0, 4));
        var purses = new SpendingPurses(Monday, DateTime.MinValue);
        purses.Spend(spent, Monday);
        Told(purses, Monday).ShouldBe((1, 2, 3, 4));
    }

    [Fact]
    public void Sums_of_two_stretches_are_added_where_their_windows_are_one()
    {
        var sunday = Of(Sunday, 10);
        var monday = Of(Monday, 3);
        var tuesday = Of(Tuesday, 5);
        sunday.With(sunday).ShouldBe(Of(Sunday, 20));
        sunday.With(monday).ShouldBe(monday with { MonthNano = 13, Total = 13 });
        monday.With(sunday).ShouldBe(sunday.With(monday));
        monday.With(tuesday).ShouldBe(tuesday with { WeekNano = 8, Total = 8 });
        var added = sunday;
        added.Add(Monday, 3);
        added.Add(Sunday, 1);
        added.ShouldBe(monday with { MonthNano = 14, Total = 14 });

        static Spending Of(DateTime at, long nano)
        {
            var spending = default(Spending);
            spending.Add(at, nano);
            return spending;
        }
    }

    private static (long Day, long Week, long Month, long Total) Told(SpendingPurses purses, DateTime at)
    {
        var windows = purses.At(at);
        return (-windows.Day.Balance, -windows.Week.Balance, -windows.Month.Balance, -windows.Total.Balance);
    }
}
