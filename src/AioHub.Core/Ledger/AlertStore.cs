using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Ledger;

/// <summary>Something that people should be told of; see <see cref="Alert"/>.</summary>
internal sealed class AlertRow
{
    public long Id { get; set; }
    public DateTime At { get; set; }
    public required string Kind { get; set; }
    public LimitOwner Owner { get; set; }
    public long OwnerId { get; set; }
    /// <summary>As it was then.</summary>
    public required string Name { get; set; }
    /// <summary><see cref="BudgetPeriod.None"/>: about a quota, not a limit.</summary>
    public BudgetPeriod Period { get; set; }
    /// <summary>The period's number (<see cref="SpendingWindow"/>); 0 in total.</summary>
    public int Window { get; set; }
    public long LimitNano { get; set; }
    public long SpentNano { get; set; }
    /// <summary>When what it tells of was over.</summary>
    public DateTime? EndedAt { get; set; }
    public DateTime? AckedAt { get; set; }
    public string? AckedBy { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<AlertRow>
    {
        public void Configure(EntityTypeBuilder<AlertRow> builder)
        {
            builder.ToTable("alerts");
            builder.Property(static row => row.Kind).HasMaxLength(32);
            builder.Property(static row => row.Name).HasMaxLength(254);
            builder.Property(static row => row.AckedBy).HasMaxLength(200);
            // Once for a window, however many processes look; a limit that was changed may be told of again. A quota's: once until it is over.
            builder.HasIndex(static row => new { row.Owner, row.OwnerId, row.Period, row.Window, row.LimitNano, row.Kind }).IsUnique().HasFilter("\"Period\" <> 0");
            builder.HasIndex(static row => new { row.Owner, row.OwnerId, row.Kind }).IsUnique().HasFilter("\"Period\" = 0 AND \"EndedAt\" IS NULL");
        }
    }
}

/// <summary>Writes and reads alerts.</summary>
internal static class AlertStore
{
    /// <returns>False: it was raised before.</returns>
    public static async Task<bool> AddAsync(HubDatabase database, Alert alert, int window, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        return await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO alerts ("At", "Kind", "Owner", "OwnerId", "Name", "Period", "Window", "LimitNano", "SpentNano")
            VALUES ({alert.At}, {alert.Kind}, {(int)alert.Owner}, {alert.OwnerId}, {alert.Name}, {(int)alert.Period}, {window}, {alert.Limit.Value}, {alert.Spent.Value})
            ON CONFLICT DO NOTHING
            """, cancellation) > 0;
    }

    /// <summary>Newest first.</summary>
    public static async Task<ImmutableArray<Alert>> ListAsync(HubDatabase database, int limit, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        return Alerts(await context.Set<AlertRow>().AsNoTracking().OrderByDescending(static row => row.Id).Take(limit).ToListAsync(cancellation));
    }

    /// <summary>What still holds and nobody has acknowledged, newest first.</summary>
    public static async Task<ImmutableArray<Alert>> ListOpenAsync(HubDatabase database, DateTime now, int limit, CancellationToken cancellation)
    {
        var (day, week, month) = (SpendingWindow.DayNumber(now), SpendingWindow.WeekNumber(now), SpendingWindow.MonthNumber(now));
        await using var context = database.CreateContext();
        return Alerts(await context.Set<AlertRow>().AsNoTracking()
            .Where(row => row.EndedAt == null && row.AckedAt == null
                && (row.Period == BudgetPeriod.None || row.Period == BudgetPeriod.Total || (row.Period == BudgetPeriod.Day && row.Window == day)
                    || (row.Period == BudgetPeriod.Week && row.Window == week) || (row.Period == BudgetPeriod.Month && row.Window == month)))
            .OrderByDescending(static row => row.Id).Take(limit).ToListAsync(cancellation));
    }

    /// <summary>Alerts about quotas that are not over, with the balance at which each was raised.</summary>
    public static async Task<List<(LimitOwner Owner, long Id, string Kind, NanoUsd Balance)>> OfQuotasAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            """SELECT "Owner", "OwnerId", "Kind", "SpentNano" FROM alerts WHERE "Period" = 0 AND "EndedAt" IS NULL""",
            static row => ((LimitOwner)row.GetInt32(0), row.GetInt64(1), row.GetString(2), new NanoUsd(row.GetInt64(3))), cancellation);
    }

    /// <summary>What an alert about a quota tells of is over.</summary>
    public static async Task EndAsync(HubDatabase database, LimitOwner owner, long id, string kind, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await context.Set<AlertRow>().Where(row => row.Period == BudgetPeriod.None && row.EndedAt == null && row.Owner == owner && row.OwnerId == id && row.Kind == kind)
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.EndedAt, now), cancellation);
    }

    /// <param name="ids">Null = all.</param>
    /// <returns>How many.</returns>
    public static async Task<int> AcknowledgeAsync(HubDatabase database, long[]? ids, string actor, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        return await context.Set<AlertRow>().Where(row => row.AckedAt == null && (ids == null || ids.Contains(row.Id)))
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.AckedAt, now).SetProperty(static row => row.AckedBy, actor), cancellation);
    }

    /// <summary>Which of them exist.</summary>
    public static async Task<List<long>> KnownAsync(HubDatabase database, long[] ids, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        return await context.Set<AlertRow>().Where(row => ids.Contains(row.Id)).Select(static row => row.Id).ToListAsync(cancellation);
    }

    /// <summary>What was last put into a quota; zero when nothing ever was.</summary>
    public static async Task<NanoUsd> LastTopUpAsync(HubDatabase database, AccountRef account, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        var amounts = await reader.ReadAsync(
            """
            SELECT entries."AmountNano" FROM entries JOIN accounts ON accounts."Id" = entries."AccountId"
            WHERE accounts."Kind" = $1 AND accounts."OwnerId" = $2 AND entries."Kind" = $3 ORDER BY entries."Id" DESC LIMIT 1
            """,
            static row => row.GetInt64(0), cancellation, LedgerNames.Of(account.Kind), account.OwnerId, LedgerNames.Of(EntryKind.TopUp));
        return new NanoUsd(amounts.FirstOrDefault());
    }

    private static ImmutableArray<Alert> Alerts(List<AlertRow> rows) => [.. rows.Select(static row => new Alert(
        row.At, row.Kind, row.Owner, row.OwnerId, row.Name, row.Period, new NanoUsd(row.LimitNano), new NanoUsd(row.SpentNano))
    {
        Id = row.Id, EndedAt = row.EndedAt, AcknowledgedAt = row.AckedAt, AcknowledgedBy = row.AckedBy,
    })];
}
