namespace AioHub.Core.Ledger;

/// <summary>Somebody's windows of one day; replaced as a whole when the day changes.</summary>
/// <param name="Before">The windows of the day before that calls may still be running in; one step back, no further.</param>
internal sealed record SpendingWindows(int DayNumber, Purse Day, Purse Week, int MonthNumber, Purse Month, Purse Total, SpendingWindows? Before = null)
{
    public int WeekNumber => SpendingWindow.WeekNumber(DayNumber);

    public Purse Of(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Day => Day,
        BudgetPeriod.Week => Week,
        BudgetPeriod.Month => Month,
        _ => Total,
    };

    /// <summary>Counts a charge of which nothing was set aside here.</summary>
    public void Settle(long held, long charge)
    {
        Total.Settle(held, charge);
        Month.Settle(held, charge);
        Week.Settle(held, charge);
        Day.Settle(held, charge);
    }

    public void Release(long amount)
    {
        Total.Release(amount);
        Month.Release(amount);
        Week.Release(amount);
        Day.Release(amount);
    }
}

/// <summary>What a key, user, group, channel or credential spends. A window starts at zero and may fall to minus its limit.</summary>
/// <param name="since">Calls that began earlier are counted from the database alone (see <see cref="PurseTable.FollowAsync"/>).</param>
internal sealed class SpendingPurses(SpendingWindows initial, DateTime since)
{
    private SpendingWindows _windows = initial;

    public SpendingPurses(DateTime now, DateTime since)
        : this(New(now), since)
    {
    }

    public DateTime Since { get; } = since;

    /// <summary>Charges up to this number were in the database's sums when they were read.</summary>
    public long Through { get; set; }

    public SpendingWindows Latest => Volatile.Read(ref _windows);

    public static SpendingPurses Of(Spending spent, DateTime now)
    {
        var (day, week, month) = spent.At(now);
        return new SpendingPurses(
            new SpendingWindows(
                SpendingWindow.DayNumber(now), new Purse(-day), new Purse(-week), SpendingWindow.MonthNumber(now), new Purse(-month), new Purse(-spent.Total)),
            DateTime.MinValue);
    }

    /// <summary>The windows of a call that began at a moment. Time that goes backwards (a corrected clock) never reopens a window.</summary>
    public SpendingWindows At(DateTime started)
    {
        var day = SpendingWindow.DayNumber(started);
        while (true)
        {
            var seen = Latest;
            if (day <= seen.DayNumber)
            {
                return day < seen.DayNumber && seen.Before is { } before && before.DayNumber == day ? before : seen;
            }

            var month = SpendingWindow.MonthNumber(started);
            var next = new SpendingWindows(
                day, new Purse(0), SpendingWindow.WeekNumber(day) == seen.WeekNumber ? seen.Week : new Purse(0),
                month, month == seen.MonthNumber ? seen.Month : new Purse(0), seen.Total, seen with { Before = null });
            if (ReferenceEquals(Interlocked.CompareExchange(ref _windows, next, seen), seen))
            {
                return next;
            }
        }
    }

    /// <summary>Counts what the database holds and memory does not: a charge of another process, or of before this was followed.</summary>
    public void Spend(long amount, DateTime at)
    {
        var windows = Latest;
        windows.Total.Add(-amount);
        var (day, month) = (SpendingWindow.DayNumber(at), SpendingWindow.MonthNumber(at));
        Find(windows, window => window.MonthNumber == month)?.Month.Add(-amount);
        Find(windows, window => window.WeekNumber == SpendingWindow.WeekNumber(day))?.Week.Add(-amount);
        Find(windows, window => window.DayNumber == day)?.Day.Add(-amount);
    }

    /// <summary>Counts sums that the database holds.</summary>
    public void Spend(Spending spent, DateTime now)
    {
        var (day, week, month) = spent.At(now);
        var windows = At(now);
        windows.Total.Add(-spent.Total);
        windows.Month.Add(-month);
        windows.Week.Add(-week);
        windows.Day.Add(-day);
    }

    private static SpendingWindows? Find(SpendingWindows windows, Predicate<SpendingWindows> fits) =>
        fits(windows) ? windows : windows.Before is { } before && fits(before) ? before : null;

    private static SpendingWindows New(DateTime now) => new(
        SpendingWindow.DayNumber(now), new Purse(0), new Purse(0), SpendingWindow.MonthNumber(now), new Purse(0), new Purse(0));
}
