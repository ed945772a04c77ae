using System.Collections.Immutable;
using System.Data;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Ledger;

internal sealed record NewEntry(EntryKind Kind, NanoUsd Amount, string Reason, string Actor, RequestId? Request, DateTime At);

/// <summary>An entry that this process has not counted in memory.</summary>
internal readonly record struct ForeignEntry(AccountRef Account, long AmountNano, long? KeyId, DateTime At);

/// <summary>All that the hold book needs to start, of one moment.</summary>
internal sealed record LedgerSnapshot(
    long Version, long LastEntryId, IReadOnlyList<KeyValuePair<AccountRef, long>> Balances, IReadOnlyList<(long KeyId, string Window, long Spent)> Spending);

/// <summary>Reads and writes accounts and entries through EF Core; the charges of calls go in bulk (<see cref="ChargeStore"/>).</summary>
internal static class LedgerStore
{
    public static async Task<long> AddAsync(HubDatabase database, AccountRef account, NewEntry entry, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var balance = await AddAsync(context, account, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return balance;
    }

    /// <summary>Inside a transaction that the caller commits. The ledger's counter comes last in the order of areas, so it may be raised late.</summary>
    public static async Task<long> AddAsync(HubContext context, AccountRef account, NewEntry entry, CancellationToken cancellation)
    {
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        var kind = LedgerNames.Of(account.Kind);
        var row = await context.Set<AccountRow>().SingleOrDefaultAsync(candidate => candidate.Kind == kind && candidate.OwnerId == account.OwnerId, cancellation);
        if (row is null)
        {
            row = new AccountRow { Kind = kind, OwnerId = account.OwnerId };
            context.Add(row);
            await context.SaveChangesAsync(cancellation);
        }

        row.BalanceNano = checked(row.BalanceNano + entry.Amount.Value);
        context.Add(new EntryRow
        {
            AccountId = row.Id,
            Kind = LedgerNames.Of(entry.Kind),
            AmountNano = entry.Amount.Value,
            RequestId = entry.Request?.ToString(),
            Reason = entry.Reason,
            Actor = entry.Actor,
            At = entry.At,
        });
        await context.SaveChangesAsync(cancellation);
        return row.BalanceNano;
    }

    /// <summary>All that was put in or put right for one reason.</summary>
    public static async Task<long> SumAsync(HubContext context, AccountRef account, string reason, CancellationToken cancellation)
    {
        var kind = LedgerNames.Of(account.Kind);
        return await (
            from entry in context.Set<EntryRow>()
            join owner in context.Set<AccountRow>() on entry.AccountId equals owner.Id
            where owner.Kind == kind && owner.OwnerId == account.OwnerId && entry.Reason == reason
            select (long?)entry.AmountNano).SumAsync(cancellation) ?? 0;
    }

    public static async Task<long> BalanceAsync(HubDatabase database, AccountRef account, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var kind = LedgerNames.Of(account.Kind);
        return await context.Set<AccountRow>().Where(row => row.Kind == kind && row.OwnerId == account.OwnerId).Select(static row => row.BalanceNano).SingleOrDefaultAsync(cancellation);
    }

    public static async Task<ImmutableArray<Entry>> EntriesAsync(HubDatabase database, AccountRef account, long? before, int limit, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var kind = LedgerNames.Of(account.Kind);
        var id = await context.Set<AccountRow>().Where(row => row.Kind == kind && row.OwnerId == account.OwnerId).Select(static row => (long?)row.Id).SingleOrDefaultAsync(cancellation);
        if (id is null)
        {
            return [];
        }

        var below = before ?? long.MaxValue;
        var rows = await context.Set<EntryRow>().AsNoTracking().Where(row => row.AccountId == id && row.Id < below)
            .OrderByDescending(static row => row.Id).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(row => new Entry(row.Id, account, LedgerNames.EntryKindOf(row.Kind), new NanoUsd(row.AmountNano), row.RequestId, row.Reason, row.Actor, row.At))];
    }

    public static async Task<LedgerSnapshot> LoadAsync(HubDatabase database, string day, string month, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await BeginSnapshotAsync(context, cancellation);
        var version = await VersionAsync(context, cancellation);
        var last = await context.Set<EntryRow>().MaxAsync(static row => (long?)row.Id, cancellation) ?? 0;
        var balances = await context.Set<AccountRow>().AsNoTracking().Select(static row => new { row.Kind, row.OwnerId, row.BalanceNano }).ToListAsync(cancellation);
        var spending = await context.Set<KeySpendingRow>().AsNoTracking()
            .Where(row => row.Window == SpendingWindow.Total || row.Window == day || row.Window == month).ToListAsync(cancellation);
        return new LedgerSnapshot(
            version,
            last,
            [.. balances.Select(static row => KeyValuePair.Create(new AccountRef(LedgerNames.AccountKindOf(row.Kind), row.OwnerId), row.BalanceNano))],
            [.. spending.Select(static row => (row.KeyId, row.Window, row.SpentNano))]);
    }

    public static async Task<long> VersionAsync(HubContext context, CancellationToken cancellation) =>
        await context.Set<ChangeRow>().AsNoTracking().Where(static row => row.Area == ChangeAreas.Ledger).Select(static row => row.Version).SingleOrDefaultAsync(cancellation);

    public static async Task<long> LastEntryIdAsync(HubContext context, CancellationToken cancellation) =>
        await context.Set<EntryRow>().MaxAsync(static row => (long?)row.Id, cancellation) ?? 0;

    /// <summary>Entries with after &lt; id ≤ last that are not of this origin.</summary>
    public static async Task<IReadOnlyList<ForeignEntry>> ForeignAsync(HubContext context, long after, long last, string origin, CancellationToken cancellation)
    {
        var rows = await (
            from entry in context.Set<EntryRow>().AsNoTracking()
            join account in context.Set<AccountRow>().AsNoTracking() on entry.AccountId equals account.Id
            where entry.Id > after && entry.Id <= last && (entry.Origin == null || entry.Origin != origin)
            select new { account.Kind, account.OwnerId, entry.AmountNano, EntryKind = entry.Kind, entry.KeyId, entry.At }).ToListAsync(cancellation);
        return
        [
            .. rows.Select(static row => new ForeignEntry(
                new AccountRef(LedgerNames.AccountKindOf(row.Kind), row.OwnerId), row.AmountNano, row.EntryKind == "charge" ? row.KeyId : null, row.At)),
        ];
    }

    /// <summary>A transaction that sees one moment. SQLite: a deferred one, so that readers never wait for the writer.</summary>
    public static async Task<IAsyncDisposable> BeginSnapshotAsync(HubContext context, CancellationToken cancellation)
    {
        if (context.Database.IsNpgsql())
        {
            return await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        }

        await context.Database.OpenConnectionAsync(cancellation);
        var connection = (Microsoft.Data.Sqlite.SqliteConnection)context.Database.GetDbConnection();
        var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: true);
        await context.Database.UseTransactionAsync(transaction, cancellation);
        return transaction;
    }
}

internal sealed class AccountRow
{
    public long Id { get; set; }
    public required string Kind { get; set; }
    public long OwnerId { get; set; }
    public long BalanceNano { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<AccountRow>
    {
        public void Configure(EntityTypeBuilder<AccountRow> builder)
        {
            builder.ToTable("accounts");
            builder.Property(static row => row.Kind).HasMaxLength(16);
            builder.HasIndex(static row => new { row.Kind, row.OwnerId }).IsUnique();
        }
    }
}

/// <summary>Append-only. Ids are given while the ledger counter's row lock is held: their order is the order of commits.</summary>
internal sealed class EntryRow
{
    public long Id { get; set; }
    public long AccountId { get; set; }
    public required string Kind { get; set; }
    public long AmountNano { get; set; }
    public string? RequestId { get; set; }
    /// <summary>The key of a charge on a wallet, so that other processes can count its spending.</summary>
    public long? KeyId { get; set; }
    public required string Reason { get; set; }
    public required string Actor { get; set; }
    public DateTime At { get; set; }
    /// <summary>The process that has counted this charge in memory already; null = every process must pick it up.</summary>
    public string? Origin { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<EntryRow>
    {
        public void Configure(EntityTypeBuilder<EntryRow> builder)
        {
            builder.ToTable("entries");
            builder.Property(static row => row.Kind).HasMaxLength(16);
            builder.Property(static row => row.RequestId).HasMaxLength(26);
            builder.Property(static row => row.Reason).HasMaxLength(500);
            builder.Property(static row => row.Actor).HasMaxLength(200);
            builder.Property(static row => row.Origin).HasMaxLength(32);
            builder.HasOne<AccountRow>().WithMany().HasForeignKey(static row => row.AccountId).OnDelete(DeleteBehavior.Restrict);
            // Both engines read this filter alike. It also serves the account's history without charges poorly on purpose: histories page by (AccountId, Id).
            builder.HasIndex(static row => new { row.AccountId, row.RequestId }).IsUnique().HasFilter("\"Kind\" = 'charge'").HasDatabaseName("IX_entries_charge_once");
            builder.HasIndex(static row => new { row.AccountId, row.Id });
        }
    }
}

/// <summary>What a key has spent in one window: <c>day:2026-11-22</c>, <c>month:2026-11</c>, <c>total</c>.</summary>
internal sealed class KeySpendingRow
{
    public long KeyId { get; set; }
    public required string Window { get; set; }
    public long SpentNano { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<KeySpendingRow>
    {
        public void Configure(EntityTypeBuilder<KeySpendingRow> builder)
        {
            builder.ToTable("key_spending");
            builder.HasKey(static row => new { row.KeyId, row.Window });
            builder.Property(static row => row.Window).HasMaxLength(16);
        }
    }
}
