using AioHub.Core.Primitives;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Ledger;

/// <summary>
/// What a key, user, group, channel or credential has spent in its latest day with a charge, in that day's week and month (UTC), and in all; by the
/// moments at which calls began.
/// </summary>
internal sealed class SpendingRow
{
    public LimitOwner Owner { get; set; }
    public long OwnerId { get; set; }
    /// <summary><see cref="SpendingWindow.DayNumber"/> of the latest day with a charge.</summary>
    public int Day { get; set; }
    public long DayNano { get; set; }
    /// <summary>In the week that <see cref="Day"/> lies in.</summary>
    public long WeekNano { get; set; }
    /// <summary><see cref="SpendingWindow.MonthNumber"/> of the latest month with a charge.</summary>
    public int Month { get; set; }
    public long MonthNano { get; set; }
    public long TotalNano { get; set; }

    public Spender Spender => new(Owner, OwnerId);

    public Spending Spending => new(Day, DayNano, WeekNano, Month, MonthNano, TotalNano);

    private sealed class Configuration : IEntityTypeConfiguration<SpendingRow>
    {
        public void Configure(EntityTypeBuilder<SpendingRow> builder)
        {
            builder.ToTable("spending");
            builder.HasKey(static row => new { row.Owner, row.OwnerId });
            builder.Property(static row => row.OwnerId).ValueGeneratedNever();
            builder.Ignore(static row => row.Spender);
            builder.Ignore(static row => row.Spending);
        }
    }
}
