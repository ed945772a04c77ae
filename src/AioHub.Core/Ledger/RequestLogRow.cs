using System.Buffers.Binary;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Ledger;

/// <summary>
/// One settled call, and its charge: the ledger has no second row of it. Append-only. <see cref="Seq"/> comes from the same row of numbers as
/// <see cref="EntryRow.Id"/>, so that an account's entries and calls are one history.
/// </summary>
internal sealed class RequestLogRow
{
    /// <summary>Given while the ledger counter's row lock is held: the order of numbers is the order of commits.</summary>
    public long Seq { get; set; }
    /// <summary>The request id's 16 bytes; unique, so that a call is charged once. They sort by the moment at which the call began.</summary>
    public required byte[] Id { get; set; }
    /// <summary>Stored as microseconds since 1970.</summary>
    public DateTime StartedAt { get; set; }
    public long KeyId { get; set; }
    public long UserId { get; set; }
    public string? GroupName { get; set; }
    public string? ChannelName { get; set; }
    public required string RequestedModel { get; set; }
    public required string ServedModel { get; set; }
    public Dialect Dialect { get; set; }
    public Operation Operation { get; set; }
    public bool Stream { get; set; }
    public int HttpStatus { get; set; }
    /// <summary>The number of a <c>CallOutcome</c>.</summary>
    public int Outcome { get; set; }
    public string? ErrorCode { get; set; }
    public long InputTokens { get; set; }
    public long CacheReadTokens { get; set; }
    public long OutputTokens { get; set; }
    public long ChargeNano { get; set; }
    /// <summary>The group whose quota paid too.</summary>
    public long? QuotaGroupId { get; set; }
    public double TotalMs { get; set; }
    public double? FirstByteMs { get; set; }
    /// <summary>The process that has counted this charge in memory already; null = every process must pick it up.</summary>
    public long? Origin { get; set; }
    /// <summary>The receipt, as in the journal.</summary>
    public required byte[] Detail { get; set; }

    public static RequestId IdOf(ReadOnlySpan<byte> id) => new(BinaryPrimitives.ReadUInt64BigEndian(id), BinaryPrimitives.ReadUInt64BigEndian(id[8..]));

    public static void WriteId(RequestId id, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], id.Low);
    }

    public static byte[] BytesOf(RequestId id)
    {
        var bytes = new byte[16];
        WriteId(id, bytes);
        return bytes;
    }

    public static DateTime MomentOf(long microseconds) => DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public static long MicrosecondsOf(DateTime moment) => (moment.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private sealed class Configuration : IEntityTypeConfiguration<RequestLogRow>
    {
        public void Configure(EntityTypeBuilder<RequestLogRow> builder)
        {
            builder.ToTable("request_log");
            builder.HasKey(static row => row.Seq);
            builder.Property(static row => row.Seq).ValueGeneratedNever();
            builder.Property(static row => row.StartedAt).HasConversion(static moment => MicrosecondsOf(moment), static number => MomentOf(number));
            builder.Property(static row => row.Id).HasMaxLength(16).IsRequired();
            builder.HasIndex(static row => row.Id).IsUnique();
            builder.HasIndex(static row => new { row.QuotaGroupId, row.Seq }).HasFilter("\"QuotaGroupId\" IS NOT NULL");
        }
    }
}

/// <summary>
/// The request log by user: written with the balances, many calls at once, because a row at a random place for each call costs more than the call's
/// own row. Calls above <see cref="PostingRow.Through"/> are not in it yet.
/// </summary>
internal sealed class UserCallRow
{
    public long UserId { get; set; }
    public long Seq { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<UserCallRow>
    {
        public void Configure(EntityTypeBuilder<UserCallRow> builder)
        {
            builder.ToTable("user_calls");
            builder.HasKey(static row => new { row.UserId, row.Seq });
        }
    }
}

/// <summary>One row: up to which number calls are in balances, key windows and <see cref="UserCallRow"/>. Those above are added by whoever reads.</summary>
internal sealed class PostingRow
{
    public const int TheOne = 1;

    public int Id { get; set; }
    public long Through { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<PostingRow>
    {
        public void Configure(EntityTypeBuilder<PostingRow> builder)
        {
            builder.ToTable("posting");
            builder.Property(static row => row.Id).ValueGeneratedNever();
        }
    }
}

/// <summary>What a key has spent in its latest day and month (UTC), and in all; by the moments at which calls began.</summary>
internal sealed class KeySpendingRow
{
    public long KeyId { get; set; }
    /// <summary><see cref="SpendingWindow.DayNumber"/> of the latest day with a charge.</summary>
    public int Day { get; set; }
    public long DayNano { get; set; }
    /// <summary><see cref="SpendingWindow.MonthNumber"/> of the latest month with a charge.</summary>
    public int Month { get; set; }
    public long MonthNano { get; set; }
    public long TotalNano { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<KeySpendingRow>
    {
        public void Configure(EntityTypeBuilder<KeySpendingRow> builder)
        {
            builder.ToTable("key_spending");
            builder.HasKey(static row => row.KeyId);
            builder.Property(static row => row.KeyId).ValueGeneratedNever();
        }
    }
}
