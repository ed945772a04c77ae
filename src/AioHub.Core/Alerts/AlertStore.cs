using System.Collections.Immutable;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Alerts;

/// <summary>Something that people should be told of; see <see cref="Alert"/>.</summary>
internal sealed class AlertRow
{
    public const int MaxMark = 200;

    public long Id { get; set; }
    public DateTime At { get; set; }
    public required string Kind { get; set; }
    public AlertOwner Owner { get; set; }
    public long OwnerId { get; set; }
    /// <summary>As it was then.</summary>
    public required string Name { get; set; }
    /// <summary><see cref="BudgetPeriod.None"/>: not about a limit.</summary>
    public BudgetPeriod Period { get; set; }
    /// <summary>The period's number (<see cref="SpendingWindow"/>); 0 in total.</summary>
    public int Window { get; set; }
    public long LimitNano { get; set; }
    public long SpentNano { get; set; }
    /// <summary>See <see cref="Alert.Mark"/>.</summary>
    public string Mark { get; set; } = "";
    /// <summary>Whom alone it concerns; null = operators.</summary>
    public long? UserId { get; set; }
    public string Facts { get; set; } = JsonText.EmptyMap;
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
            builder.Property(static row => row.Mark).HasMaxLength(MaxMark).HasDefaultValue("");
            builder.Property(static row => row.Facts).HasDefaultValue(JsonText.EmptyMap);
            builder.Property(static row => row.AckedBy).HasMaxLength(200);
            // Once for a window, however many processes look; a limit that was changed may be told of again. All else: once until it is over.
            builder.HasIndex(static row => new { row.Owner, row.OwnerId, row.Period, row.Window, row.LimitNano, row.Kind, row.Mark }).IsUnique().HasFilter("\"Period\" <> 0");
            builder.HasIndex(static row => new { row.Owner, row.OwnerId, row.Kind, row.Mark }).IsUnique().HasFilter("\"Period\" = 0 AND \"EndedAt\" IS NULL");
            builder.HasIndex(static row => new { row.UserId, row.Id });
        }
    }
}

/// <summary>Writes and reads alerts. To open and to close one is <see cref="DeliveryStore"/>'s, since both are told.</summary>
internal static class AlertStore
{
    /// <summary>Inside the caller's transaction.</summary>
    /// <returns>Its number; null = it was opened before, perhaps by another server.</returns>
    public static async Task<long?> AddAsync(HubContext context, Alert alert, int window, CancellationToken cancellation)
    {
        var facts = JsonText.Of(alert.Facts);
        var user = alert.User?.Value;
        var added = await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO alerts ("At", "Kind", "Owner", "OwnerId", "Name", "Period", "Window", "LimitNano", "SpentNano", "Mark", "UserId", "Facts")
            VALUES ({alert.At}, {alert.Kind}, {(int)alert.Owner}, {alert.OwnerId}, {alert.Name}, {(int)alert.Period}, {window}, {alert.Limit.Value}, {alert.Spent.Value}, {alert.Mark}, {user}, {facts})
            ON CONFLICT DO NOTHING
            """, cancellation) > 0;
        return !added ? null : await context.Set<AlertRow>()
            .Where(row => row.Owner == alert.Owner && row.OwnerId == alert.OwnerId && row.Kind == alert.Kind && row.Mark == alert.Mark && row.Period == alert.Period)
            .MaxAsync(static row => row.Id, cancellation);
    }

    /// <summary>Inside the caller's transaction: what the alert tells of is over.</summary>
    /// <returns>The alert; null = none was open, or another server said so before.</returns>
    public static async Task<Alert?> EndAsync(HubContext context, AlertOwner owner, long id, string kind, string mark, DateTime now, CancellationToken cancellation)
    {
        var row = await context.Set<AlertRow>().AsNoTracking().SingleOrDefaultAsync(
            row => row.Period == BudgetPeriod.None && row.EndedAt == null && row.Owner == owner && row.OwnerId == id && row.Kind == kind && row.Mark == mark, cancellation);
        if (row is null || await context.Set<AlertRow>().Where(one => one.Id == row.Id && one.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(static one => one.EndedAt, now), cancellation) == 0)
        {
            return null;
        }

        row.EndedAt = now;
        return Of(row);
    }

    /// <summary>Whether there is anything for <see cref="EndWindowsAsync"/>, on a plain connection.</summary>
    public static async Task<bool> AnyWindowOpenAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return (await reader.ReadAsync("""SELECT "Id" FROM alerts WHERE "Period" <> 0 AND "EndedAt" IS NULL LIMIT 1""", static row => row.GetInt64(0), cancellation)).Count > 0;
    }

    /// <summary>Alerts about limits whose day, week or month has passed are over; nobody is told of that.</summary>
    public static async Task EndWindowsAsync(HubDatabase database, DateTime now, CancellationToken cancellation)
    {
        var (day, week, month) = (SpendingWindow.DayNumber(now), SpendingWindow.WeekNumber(now), SpendingWindow.MonthNumber(now));
        await using var context = database.CreateContext();
        await context.Set<AlertRow>().Where(row => row.EndedAt == null
                && ((row.Period == BudgetPeriod.Day && row.Window < day) || (row.Period == BudgetPeriod.Week && row.Window < week) || (row.Period == BudgetPeriod.Month && row.Window < month)))
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.EndedAt, now), cancellation);
    }

    /// <summary>One page, newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="before">Alerts below this number; null = from the newest.</param>
    public static async Task<ImmutableArray<Alert>> ListAsync(HubDatabase database, AlertFilter filter, long? before, int limit, DateTime now, CancellationToken cancellation)
    {
        var (day, week, month) = (SpendingWindow.DayNumber(now), SpendingWindow.WeekNumber(now), SpendingWindow.MonthNumber(now));
        await using var context = database.CreateContext();
        var rows = context.Set<AlertRow>().AsNoTracking();
        rows = filter.User is { Value: var user } ? rows.Where(row => row.UserId == user) : rows.Where(static row => row.UserId == null);
        rows = filter.Kind is { } kind ? rows.Where(row => row.Kind == kind) : rows;
        rows = before is { } below ? rows.Where(row => row.Id < below) : rows;
        rows = filter.State switch
        {
            AlertState.Open => rows.Where(Holds()).Where(static row => row.AckedAt == null),
            AlertState.Acknowledged => rows.Where(Holds()).Where(static row => row.AckedAt != null),
            AlertState.Past => rows.Where(static row => row.EndedAt != null),
            _ => rows,
        };
        return [.. (await rows.OrderByDescending(static row => row.Id).Take(limit).ToListAsync(cancellation)).Select(Of)];

        System.Linq.Expressions.Expression<Func<AlertRow, bool>> Holds() => row => row.EndedAt == null
            && (row.Period == BudgetPeriod.None || row.Period == BudgetPeriod.Total || (row.Period == BudgetPeriod.Day && row.Window == day)
                || (row.Period == BudgetPeriod.Week && row.Window == week) || (row.Period == BudgetPeriod.Month && row.Window == month));
    }

    /// <param name="user">Whose alone; null = operators'.</param>
    public static async Task<Alert?> FindAsync(HubDatabase database, long id, UserId? user, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var owner = user?.Value;
        return await context.Set<AlertRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.UserId == owner, cancellation) is { } row ? Of(row) : null;
    }

    /// <summary>Alerts that are not over and are no limit's, for whoever looks whether they still hold.</summary>
    public static async Task<List<(AlertOwner Owner, long Id, string Kind, string Mark, NanoUsd Spent)>> OpenOnesAsync(HubDatabase database, IReadOnlyCollection<string> kinds, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        var all = await reader.ReadAsync(
            """SELECT "Owner", "OwnerId", "Kind", "Mark", "SpentNano" FROM alerts WHERE "Period" = 0 AND "EndedAt" IS NULL""",
            static row => ((AlertOwner)row.GetInt32(0), row.GetInt64(1), row.GetString(2), row.GetString(3), new NanoUsd(row.GetInt64(4))), cancellation);
        return all.FindAll(one => kinds.Contains(one.Item3, StringComparer.Ordinal));
    }

    /// <param name="ids">Null = all.</param>
    /// <param name="user">Whose alone; null = operators'.</param>
    /// <returns>How many.</returns>
    public static async Task<int> AcknowledgeAsync(HubDatabase database, long[]? ids, UserId? user, string actor, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var owner = user?.Value;
        return await context.Set<AlertRow>().Where(row => row.UserId == owner && row.AckedAt == null && (ids == null || ids.Contains(row.Id)))
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.AckedAt, now).SetProperty(static row => row.AckedBy, actor), cancellation);
    }

    /// <summary>Which of them exist.</summary>
    public static async Task<List<long>> KnownAsync(HubDatabase database, long[] ids, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        return await context.Set<AlertRow>().Where(row => row.UserId == null && ids.Contains(row.Id)).Select(static row => row.Id).ToListAsync(cancellation);
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

    internal static Alert Of(AlertRow row) => new(row.At, row.Kind, row.Owner, row.OwnerId, row.Name, row.Period, new NanoUsd(row.LimitNano), new NanoUsd(row.SpentNano))
    {
        Id = row.Id, EndedAt = row.EndedAt, AcknowledgedAt = row.AckedAt, AcknowledgedBy = row.AckedBy, Mark = row.Mark,
        User = row.UserId is { } user ? new UserId(user) : null, Facts = JsonText.ToMap(row.Facts),
    };
}
