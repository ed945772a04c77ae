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
    public BudgetPeriod Period { get; set; }
    /// <summary>The period's number (<see cref="SpendingWindow"/>); 0 in total.</summary>
    public int Window { get; set; }
    public long LimitNano { get; set; }
    public long SpentNano { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<AlertRow>
    {
        public void Configure(EntityTypeBuilder<AlertRow> builder)
        {
            builder.ToTable("alerts");
            builder.Property(static row => row.Kind).HasMaxLength(32);
            builder.Property(static row => row.Name).HasMaxLength(254);
            // Once for a window, however many processes look; a limit that was changed may be told of again.
            builder.HasIndex(static row => new { row.Owner, row.OwnerId, row.Period, row.Window, row.LimitNano, row.Kind }).IsUnique();
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
            ON CONFLICT ("Owner", "OwnerId", "Period", "Window", "LimitNano", "Kind") DO NOTHING
            """, cancellation) > 0;
    }

    /// <summary>Newest first.</summary>
    public static async Task<ImmutableArray<Alert>> ListAsync(HubDatabase database, int limit, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var rows = await context.Set<AlertRow>().AsNoTracking().OrderByDescending(static row => row.Id).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(static row => new Alert(
            row.At, row.Kind, row.Owner, row.OwnerId, row.Name, row.Period, new NanoUsd(row.LimitNano), new NanoUsd(row.SpentNano)))];
    }
}
