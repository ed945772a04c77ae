using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Pins;

/// <summary>
/// Storage that one call paid for: what is left of it after cuts, and what its payer gets back. The call's charge stays what it was; a refund in the ledger
/// follows <see cref="DueNano"/>.
/// </summary>
internal sealed class StoredStretchRow
{
    /// <summary>The call that paid; it pays once, so there is one stretch of it.</summary>
    public required string RequestId { get; set; }
    public ObjectKind Kind { get; set; }
    public required string Name { get; set; }
    public long UserId { get; set; }
    public long FromAt { get; set; }
    public long ToAt { get; set; }
    /// <summary>What the time from <see cref="FromAt"/> to <see cref="ToAt"/> cost.</summary>
    public long Nano { get; set; }
    /// <summary>What of the charge is to be given back, in all; never less than before.</summary>
    public long DueNano { get; set; }
    /// <summary>What of that has been given back.</summary>
    public long DoneNano { get; set; }

    /// <summary>Takes what both pay for out of one of them.</summary>
    /// <returns>Whether it was the other that changed.</returns>
    public bool CutShared(StoredStretchRow other)
    {
        if (other.ToAt <= FromAt || other.FromAt >= ToAt || other.FromAt == other.ToAt)
        {
            return false;
        }

        if (other.FromAt <= FromAt)
        {
            CutBefore(other.ToAt);
            return false;
        }

        if (other.ToAt >= ToAt)
        {
            CutAfter(other.FromAt);
            return false;
        }

        return other.CutAfter(other.FromAt);
    }

    /// <summary>Takes the time before <paramref name="from"/> out: another call has paid for it already.</summary>
    public bool CutBefore(long from) => Cut(Math.Clamp(from, FromAt, ToAt) - FromAt, atStart: true);

    /// <summary>Takes the time after <paramref name="to"/> out: nothing is stored then.</summary>
    public bool CutAfter(long to) => Cut(ToAt - Math.Clamp(to, FromAt, ToAt), atStart: false);

    /// <summary>Rounded down: no more is ever given back than was paid.</summary>
    private bool Cut(long time, bool atStart)
    {
        if (time <= 0)
        {
            return false;
        }

        var back = (long)((Int128)Nano * time / (ToAt - FromAt));
        (Nano, DueNano) = (Nano - back, DueNano + back);
        if (atStart)
        {
            FromAt += time;
        }
        else
        {
            ToAt -= time;
        }

        return true;
    }

    private sealed class Configuration : IEntityTypeConfiguration<StoredStretchRow>
    {
        public void Configure(EntityTypeBuilder<StoredStretchRow> builder)
        {
            builder.ToTable("stored_stretches");
            builder.HasKey(static row => row.RequestId);
            builder.Property(static row => row.RequestId).HasMaxLength(26);
            builder.Property(static row => row.Name).HasMaxLength(UpstreamObject.LongestName);
            builder.HasIndex(static row => new { row.Kind, row.Name, row.UserId });
            builder.HasIndex(static row => row.RequestId, "IX_stored_stretches_due").HasFilter("\"DueNano\" > \"DoneNano\"");
        }
    }
}
