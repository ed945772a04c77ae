using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Metering;

/// <summary>Everything about one call. Ids sort by time, so pages run along (UserId, Id) or the key itself.</summary>
internal sealed class RequestLogRow
{
    public required string Id { get; set; }
    public DateTime StartedAt { get; set; }
    public long KeyId { get; set; }
    public long UserId { get; set; }
    public string? GroupName { get; set; }
    public string? ChannelName { get; set; }
    public required string RequestedModel { get; set; }
    public required string ServedModel { get; set; }
    public required string Dialect { get; set; }
    public required string Operation { get; set; }
    public bool Stream { get; set; }
    public int HttpStatus { get; set; }
    public required string Outcome { get; set; }
    public string? ErrorCode { get; set; }
    public long InputTokens { get; set; }
    public long CacheReadTokens { get; set; }
    public long OutputTokens { get; set; }
    public long ChargeNano { get; set; }
    /// <summary>The group whose quota paid too.</summary>
    public long? QuotaGroupId { get; set; }
    public double TotalMs { get; set; }
    public double? FirstByteMs { get; set; }
    /// <summary>The receipt, as in the journal: UTF-8 JSON.</summary>
    public required byte[] Detail { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<RequestLogRow>
    {
        public void Configure(EntityTypeBuilder<RequestLogRow> builder)
        {
            builder.ToTable("request_log");
            builder.Property(static row => row.Id).HasMaxLength(26);
            builder.Property(static row => row.Dialect).HasMaxLength(32);
            builder.Property(static row => row.Operation).HasMaxLength(32);
            builder.Property(static row => row.Outcome).HasMaxLength(16);
            builder.HasIndex(static row => new { row.UserId, row.Id });
        }
    }
}

/// <summary>How far a node's journal is known to be applied: below, a replay need not look.</summary>
internal sealed class JournalMarkRow
{
    public required string NodeId { get; set; }
    /// <summary>The segment's random name.</summary>
    public long Segment { get; set; }
    public long Offset { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<JournalMarkRow>
    {
        public void Configure(EntityTypeBuilder<JournalMarkRow> builder)
        {
            builder.ToTable("journal_marks");
            builder.HasKey(static row => row.NodeId);
            builder.Property(static row => row.NodeId).HasMaxLength(32);
        }
    }
}

/// <summary>A running server's sign of life, for commands that look at the same database.</summary>
internal sealed class NodeRow
{
    public required string NodeId { get; set; }
    public DateTime StartedAt { get; set; }
    public DateTime Heartbeat { get; set; }
    public int OpenHolds { get; set; }
    public int Pending { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<NodeRow>
    {
        public void Configure(EntityTypeBuilder<NodeRow> builder)
        {
            builder.ToTable("nodes");
            builder.HasKey(static row => row.NodeId);
            builder.Property(static row => row.NodeId).HasMaxLength(32);
        }
    }
}
