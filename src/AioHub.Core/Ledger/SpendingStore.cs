using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;

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

/// <summary>Reads what was spent: the posted sums, and the calls that are not in them yet or that a process must still count.</summary>
internal static class SpendingStore
{
    /// <summary>All sums of one moment, inside a transaction that sees one.</summary>
    /// <param name="unposted">The calls above the posting's mark.</param>
    public static async Task<Dictionary<Spender, Spending>> ReadAsync(HubContext context, CallTotals unposted, CancellationToken cancellation)
    {
        var rows = await context.Set<SpendingRow>().AsNoTracking().ToListAsync(cancellation);
        var spending = rows.ToDictionary(static row => row.Spender, static row => row.Spending);
        foreach (var (spender, spent) in unposted.Spending)
        {
            spending[spender] = spending.GetValueOrDefault(spender).With(spent);
        }

        return spending;
    }

    /// <summary>The calls above the posting's mark.</summary>
    public static async Task<CallTotals> UnpostedAsync(HubContext context, CancellationToken cancellation) => await ChargeStore.LoadAsync(
        context.Database.GetDbConnection(), context.Database.CurrentTransaction?.GetDbTransaction(), await LedgerStore.ThroughAsync(context, cancellation), 0, cancellation);

    /// <summary>
    /// Charged calls with after &lt; number ≤ last that are not of this origin, and those of it (own) that began before <paramref name="late"/>.
    /// </summary>
    public static async Task<List<(LoggedCall Call, bool Own)>> BetweenAsync(
        HubContext context, long after, long last, long origin, DateTime? late, CancellationToken cancellation)
    {
        var before = late ?? DateTime.UnixEpoch;
        return await ReadAsync(
            context.Set<RequestLogRow>().Where(row =>
                row.Seq > after && row.Seq <= last && row.ChargeNano != 0 && (row.Origin == null || row.Origin != origin || row.StartedAt < before)),
            origin, cancellation);
    }

    /// <summary>Charged calls of this origin with after &lt; number ≤ last that began at a moment or later.</summary>
    public static async Task<List<(LoggedCall Call, bool Own)>> OwnSinceAsync(
        HubContext context, long after, long last, long origin, DateTime since, CancellationToken cancellation) => await ReadAsync(
        context.Set<RequestLogRow>().Where(row => row.Seq > after && row.Seq <= last && row.ChargeNano != 0 && row.Origin == origin && row.StartedAt >= since),
        origin, cancellation);

    private static async Task<List<(LoggedCall Call, bool Own)>> ReadAsync(IQueryable<RequestLogRow> calls, long origin, CancellationToken cancellation)
    {
        var rows = await calls.AsNoTracking().Select(static row => new
        {
            row.Seq, row.UserId, row.KeyId, row.QuotaGroupId, row.StartedAt, row.ChargeNano, row.GroupId, row.ChannelId, row.CredentialId, row.BudgetChannelId, row.Origin,
        }).ToListAsync(cancellation);
        return rows.ConvertAll(row => (
            new LoggedCall(
                row.Seq, row.UserId, row.KeyId, row.QuotaGroupId, row.StartedAt, row.ChargeNano, row.GroupId, row.ChannelId, row.CredentialId, row.BudgetChannelId),
            row.Origin == origin));
    }
}
