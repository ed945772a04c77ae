using System.Text;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace AioHub.Core.Metering;

/// <summary>A receipt with the bytes that the journal holds of it.</summary>
internal readonly record struct PendingReceipt(Receipt Receipt, ReadOnlyMemory<byte> Payload);

/// <summary>The rows of the request log.</summary>
internal static class RequestLogStore
{
    private static readonly string[] Columns =
    [
        "Id", "StartedAt", "KeyId", "UserId", "GroupName", "ChannelName", "RequestedModel", "ServedModel", "Dialect", "Operation", "Stream", "HttpStatus",
        "Outcome", "ErrorCode", "InputTokens", "CacheReadTokens", "OutputTokens", "ChargeNano", "QuotaGroupId", "TotalMs", "FirstByteMs", "Detail",
    ];

    private static readonly string ColumnList = string.Join(", ", Columns.Select(static name => $"\"{name}\""));

    private static readonly string SqliteInsert =
        $"INSERT INTO request_log ({ColumnList}) VALUES ({string.Join(", ", Columns.Select(static (_, i) => $"?{i + 1}"))}) ON CONFLICT (\"Id\") DO NOTHING";

    private static readonly string PostgresInsert =
        $"INSERT INTO request_log ({ColumnList}) SELECT * FROM unnest({string.Join(", ", Columns.Select(static (_, i) => $"${i + 1}"))}) ON CONFLICT (\"Id\") DO NOTHING RETURNING \"Id\"";

    public static async Task<Receipt?> FindAsync(HubDatabase database, RequestId id, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var text = id.ToString();
        var detail = await context.Set<RequestLogRow>().Where(row => row.Id == text).Select(static row => row.Detail).SingleOrDefaultAsync(cancellation);
        return detail is null ? null : ReceiptFields.TryRead(detail);
    }

    /// <summary>Adds rows that are not there yet and hands back those. Inside the connection's running transaction.</summary>
    public static List<PendingReceipt> Add(SqliteConnection connection, IReadOnlyList<PendingReceipt> receipts)
    {
        using var row = new SqliteStatement(connection, SqliteInsert);
        var added = new List<PendingReceipt>(receipts.Count);
        foreach (var pending in receipts)
        {
            var receipt = pending.Receipt;
            row.Bind(1, receipt.Id.ToString())
                .Bind(2, Utc(receipt.StartedAt))
                .Bind(3, receipt.Key.Value)
                .Bind(4, receipt.User.Value)
                .Bind(5, Clean(receipt.Group))
                .Bind(6, Clean(receipt.Channel))
                .Bind(7, Clean(receipt.RequestedModel) ?? "")
                .Bind(8, Clean(receipt.ServedModel) ?? "")
                .Bind(9, DialectNames.Of(receipt.Dialect))
                .Bind(10, NameOf(receipt.Operation))
                .Bind(11, receipt.Stream ? 1L : 0L)
                .Bind(12, (long)receipt.HttpStatus)
                .Bind(13, NameOf(receipt.Outcome))
                .Bind(14, Clean(receipt.ErrorCode))
                .Bind(15, receipt.Usage.TotalInput)
                .Bind(16, receipt.Usage.CacheRead)
                .Bind(17, receipt.Usage.TotalOutput)
                .Bind(18, receipt.Charge.Total.Value)
                .Bind(19, QuotaOf(receipt))
                .Bind(20, Number(receipt.TotalMilliseconds))
                .Bind(21, receipt.FirstByteMilliseconds is { } first ? Number(first) : (double?)null)
                .Bind(22, pending.Payload.Span);
            if (row.Execute() == 1)
            {
                added.Add(pending);
            }
        }

        return added;
    }

    /// <inheritdoc cref="Add"/>
    public static async Task<List<PendingReceipt>> AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PendingReceipt> receipts, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(PostgresInsert, connection, transaction);
        var byId = new Dictionary<string, PendingReceipt>(receipts.Count);
        foreach (var pending in receipts)
        {
            byId.TryAdd(pending.Receipt.Id.ToString(), pending);
        }

        // In the order of the receipts: dictionaries without removals keep it.
        var all = byId.Values.Select(static pending => pending.Receipt).ToArray();
        Array(NpgsqlDbType.Text, byId.Keys.ToArray());
        Array(NpgsqlDbType.TimestampTz, Of(static receipt => Utc(receipt.StartedAt)));
        Array(NpgsqlDbType.Bigint, Of(static receipt => receipt.Key.Value));
        Array(NpgsqlDbType.Bigint, Of(static receipt => receipt.User.Value));
        Array(NpgsqlDbType.Text, Of(static receipt => Clean(receipt.Group)));
        Array(NpgsqlDbType.Text, Of(static receipt => Clean(receipt.Channel)));
        Array(NpgsqlDbType.Text, Of(static receipt => Clean(receipt.RequestedModel) ?? ""));
        Array(NpgsqlDbType.Text, Of(static receipt => Clean(receipt.ServedModel) ?? ""));
        Array(NpgsqlDbType.Text, Of(static receipt => DialectNames.Of(receipt.Dialect)));
        Array(NpgsqlDbType.Text, Of(static receipt => NameOf(receipt.Operation)));
        Array(NpgsqlDbType.Boolean, Of(static receipt => receipt.Stream));
        Array(NpgsqlDbType.Integer, Of(static receipt => receipt.HttpStatus));
        Array(NpgsqlDbType.Text, Of(static receipt => NameOf(receipt.Outcome)));
        Array(NpgsqlDbType.Text, Of(static receipt => Clean(receipt.ErrorCode)));
        Array(NpgsqlDbType.Bigint, Of(static receipt => receipt.Usage.TotalInput));
        Array(NpgsqlDbType.Bigint, Of(static receipt => receipt.Usage.CacheRead));
        Array(NpgsqlDbType.Bigint, Of(static receipt => receipt.Usage.TotalOutput));
        Array(NpgsqlDbType.Bigint, Of(static receipt => receipt.Charge.Total.Value));
        Array(NpgsqlDbType.Bigint, Of(QuotaOf));
        Array(NpgsqlDbType.Double, Of(static receipt => Number(receipt.TotalMilliseconds)));
        Array(NpgsqlDbType.Double, Of(static receipt => receipt.FirstByteMilliseconds is { } first ? Number(first) : (double?)null));
        Array(NpgsqlDbType.Bytea, byId.Values.Select(static pending => pending.Payload.ToArray()).ToArray());

        var added = new List<PendingReceipt>(receipts.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            added.Add(byId[reader.GetString(0)]);
        }

        return added;

        T[] Of<T>(Func<Receipt, T> value) => System.Array.ConvertAll(all, receipt => value(receipt));

        void Array<T>(NpgsqlDbType type, T[] values) =>
            command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    /// <summary>The group whose quota a charge is taken from too.</summary>
    public static long? QuotaOf(Receipt receipt) => receipt.ChargesGroupQuota ? receipt.GroupId?.Value : null;

    public static DateTime Utc(DateTime moment) => moment.Kind == DateTimeKind.Local ? moment.ToUniversalTime() : DateTime.SpecifyKind(moment, DateTimeKind.Utc);

    /// <summary>Text that both engines store: PostgreSQL takes neither NUL nor half a surrogate pair, and callers choose model names freely.</summary>
    public static string? Clean(string? text)
    {
        if (text is null || (!text.Contains('\0') && text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0))
        {
            return text;
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }

    private static double Number(double value) => double.IsFinite(value) ? value : 0;

    private static string NameOf(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Completed => "completed",
        CallOutcome.Partial => "partial",
        CallOutcome.Failed => "failed",
        CallOutcome.Refused => "refused",
        CallOutcome.Cancelled => "cancelled",
        _ => "unknown",
    };

    private static string NameOf(Operation operation) => operation switch
    {
        Operation.Generate => "generate",
        Operation.CountTokens => "count_tokens",
        Operation.Compact => "compact",
        Operation.Complete => "complete",
        Operation.Embed => "embed",
        Operation.GenerateImage => "generate_image",
        Operation.EditImage => "edit_image",
        Operation.VaryImage => "vary_image",
        Operation.Speak => "speak",
        Operation.Transcribe => "transcribe",
        Operation.TranslateSpeech => "translate_speech",
        Operation.Moderate => "moderate",
        Operation.Rerank => "rerank",
        _ => "unknown",
    };
}

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
