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

/// <summary>All money that moved other than by a call. Append-only; <see cref="Id"/> comes from the same row of numbers as <see cref="RequestLogRow.Seq"/>.</summary>
internal sealed class EntryRow
{
    /// <summary>Given while the ledger counter's row lock is held: the order of numbers is the order of commits.</summary>
    public long Id { get; set; }
    public long AccountId { get; set; }
    public required string Kind { get; set; }
    public long AmountNano { get; set; }
    /// <summary>The call that a refund is about.</summary>
    public string? RequestId { get; set; }
    public required string Reason { get; set; }
    public required string Actor { get; set; }
    /// <summary>Whole microseconds.</summary>
    public DateTime At { get; set; }
    /// <summary>Whoever asks twice under one key moves money once.</summary>
    public string? Key { get; set; }
    /// <summary>The redemption code that paid; a code pays once.</summary>
    public long? CodeId { get; set; }
    /// <summary>The other entry of the same movement: of a transfer, or of a refund that a group's quota gets back too.</summary>
    public long? PairId { get; set; }
    /// <summary>A digest of this row and of the seal before it (<see cref="EntrySeal"/>).</summary>
    public required byte[] Seal { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<EntryRow>
    {
        public void Configure(EntityTypeBuilder<EntryRow> builder)
        {
            builder.ToTable("entries");
            builder.Property(static row => row.Id).ValueGeneratedNever();
            builder.Property(static row => row.Kind).HasMaxLength(16);
            builder.Property(static row => row.RequestId).HasMaxLength(26);
            builder.Property(static row => row.Reason).HasMaxLength(500);
            builder.Property(static row => row.Actor).HasMaxLength(200);
            builder.HasOne<AccountRow>().WithMany().HasForeignKey(static row => row.AccountId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(static row => new { row.AccountId, row.Id });
            builder.Property(static row => row.Key).HasMaxLength(LedgerBook.MaxKeyLength);
            builder.HasIndex(static row => row.Key).IsUnique();
            builder.HasIndex(static row => row.CodeId).IsUnique();
            builder.HasIndex(static row => row.RequestId).HasFilter("\"RequestId\" IS NOT NULL");
            builder.Property(static row => row.Seal).HasMaxLength(EntrySeal.Length);
        }
    }
}
