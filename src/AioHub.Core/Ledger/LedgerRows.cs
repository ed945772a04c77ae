using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Ledger;

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
