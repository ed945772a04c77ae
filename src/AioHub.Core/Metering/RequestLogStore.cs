using System.Text;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace AioHub.Core.Metering;

/// <summary>Writes rows of the request log, and reads one.</summary>
internal static class RequestLogStore
{
    private static readonly string[] Columns =
    [
        "Seq", "Id", "StartedAt", "KeyId", "UserId", "GroupName", "ChannelName", "RequestedModel", "ServedModel", "Dialect", "Operation", "Stream",
        "HttpStatus", "Outcome", "ErrorCode", "InputTokens", "CacheReadTokens", "OutputTokens", "ChargeNano", "QuotaGroupId", "TotalMs", "FirstByteMs",
        "Origin", "Detail", "GroupId", "ChannelId", "CredentialId", "BudgetChannelId",
        "CostNano", "LostNano",
    ];

    private static readonly string ColumnList = string.Join(", ", Columns.Select(static name => $"\"{name}\""));

    private static readonly string SqliteInsert =
        $"INSERT INTO request_log ({ColumnList}) VALUES ({string.Join(", ", Columns.Select(static (_, i) => $"?{i + 1}"))}) ON CONFLICT (\"Id\") DO NOTHING";

    private static readonly string PostgresInsert =
        $"INSERT INTO request_log ({ColumnList}) SELECT * FROM unnest({string.Join(", ", Columns.Select(static (_, i) => $"${i + 1}"))})";

    public static async Task<Receipt?> FindAsync(HubDatabase database, RequestId id, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var bytes = RequestLogRow.BytesOf(id);
        var detail = await context.Set<RequestLogRow>().Where(row => row.Id == bytes).Select(static row => row.Detail).SingleOrDefaultAsync(cancellation);
        return detail is null || ReceiptFields.TryRead(detail) is not { } receipt ? null : await FigureStore.WithFigureAsync(database, receipt, cancellation);
    }

    /// <summary>The statement that <see cref="Add"/> runs for each row; it may live as long as the connection.</summary>
    public static SqliteStatement PrepareInsert(SqliteConnection connection) => new(connection, SqliteInsert);

    /// <summary>Adds the rows that are not there yet, numbered from <paramref name="next"/>, and adds those to <paramref name="calls"/>.</summary>
    /// <param name="pinning">Gets those of the added that tell of objects.</param>
    public static void Add(SqliteStatement row, IReadOnlyList<PendingReceipt> receipts, long next, long? origin, CallTotals calls, List<Receipt> pinning)
    {
        Span<byte> id = stackalloc byte[16];
        row.Bind(23, origin);
        for (var i = 0; i < receipts.Count; i++)
        {
            var receipt = receipts[i];
            RequestLogRow.WriteId(receipt.Id, id);
            var call = receipt.Call with { Seq = next };
            receipt.Number = 0;
            row.Bind(1, next)
                .Bind(2, id)
                .Bind(3, RequestLogRow.MicrosecondsOf(call.At))
                .Bind(4, call.Key)
                .Bind(5, call.User)
                .Bind(6, Clean(receipt.Group))
                .Bind(7, Clean(receipt.Channel))
                .Bind(8, Clean(receipt.RequestedModel) ?? "")
                .Bind(9, Clean(receipt.ServedModel) ?? "")
                .Bind(10, (long)receipt.Dialect)
                .Bind(11, (long)receipt.Operation)
                .Bind(12, receipt.Stream ? 1L : 0L)
                .Bind(13, (long)receipt.HttpStatus)
                .Bind(14, (long)receipt.Outcome)
                .Bind(15, Clean(receipt.ErrorCode))
                .Bind(16, receipt.InputTokens)
                .Bind(17, receipt.CacheReadTokens)
                .Bind(18, receipt.OutputTokens)
                .Bind(19, call.Nano)
                .Bind(20, call.Quota)
                .Bind(21, Number(receipt.TotalMilliseconds))
                .Bind(22, receipt.FirstByteMilliseconds is { } first ? Number(first) : (double?)null)
                .Bind(24, receipt.Payload.Span)
                .Bind(25, call.Group)
                .Bind(26, call.Channel)
                .Bind(27, call.Credential)
                .Bind(28, call.Budget)
                .Bind(29, receipt.OperatorCost.Value)
                .Bind(30, receipt.LostCost.Value);
            if (row.Execute() == 1)
            {
                calls.Add(call);
                receipt.Number = next++;
                if (receipt.Pinning is { } told)
                {
                    pinning.Add(told);
                }
            }
        }
    }

    /// <inheritdoc cref="Add"/>
    public static async Task AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PendingReceipt> receipts, long next, long? origin, CallTotals calls, List<Receipt> pinning,
        CancellationToken cancellation)
    {
        var wanted = new Dictionary<RequestId, PendingReceipt>(receipts.Count);
        foreach (var pending in receipts)
        {
            pending.Number = 0;
            wanted.TryAdd(pending.Id, pending);
        }

        // All writers hold the ledger counter's row lock: what is not there now will not come in between.
        await using (var known = new NpgsqlCommand("""SELECT "Id" FROM request_log WHERE "Id" = ANY($1)""", connection, transaction))
        {
            known.Parameters.Add(new NpgsqlParameter
            {
                Value = wanted.Keys.Select(RequestLogRow.BytesOf).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            });
            await using var reader = await known.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                wanted.Remove(RequestLogRow.IdOf(reader.GetFieldValue<byte[]>(0)));
            }
        }

        if (wanted.Count == 0)
        {
            return;
        }

        var rows = wanted.Values.Select((pending, i) => (Call: pending.Call with { Seq = next + i }, Receipt: pending)).ToArray();
        await using var insert = new NpgsqlCommand(PostgresInsert, connection, transaction);
        Array(NpgsqlDbType.Bigint, static row => row.Call.Seq);
        Array(NpgsqlDbType.Bytea, static row => RequestLogRow.BytesOf(row.Receipt.Id));
        Array(NpgsqlDbType.Bigint, static row => RequestLogRow.MicrosecondsOf(row.Call.At));
        Array(NpgsqlDbType.Bigint, static row => row.Call.Key);
        Array(NpgsqlDbType.Bigint, static row => row.Call.User);
        Array(NpgsqlDbType.Text, static row => Clean(row.Receipt.Group));
        Array(NpgsqlDbType.Text, static row => Clean(row.Receipt.Channel));
        Array(NpgsqlDbType.Text, static row => Clean(row.Receipt.RequestedModel) ?? "");
        Array(NpgsqlDbType.Text, static row => Clean(row.Receipt.ServedModel) ?? "");
        Array(NpgsqlDbType.Integer, static row => (int)row.Receipt.Dialect);
        Array(NpgsqlDbType.Integer, static row => (int)row.Receipt.Operation);
        Array(NpgsqlDbType.Boolean, static row => row.Receipt.Stream);
        Array(NpgsqlDbType.Integer, static row => row.Receipt.HttpStatus);
        Array(NpgsqlDbType.Integer, static row => (int)row.Receipt.Outcome);
        Array(NpgsqlDbType.Text, static row => Clean(row.Receipt.ErrorCode));
        Array(NpgsqlDbType.Bigint, static row => row.Receipt.InputTokens);
        Array(NpgsqlDbType.Bigint, static row => row.Receipt.CacheReadTokens);
        Array(NpgsqlDbType.Bigint, static row => row.Receipt.OutputTokens);
        Array(NpgsqlDbType.Bigint, static row => row.Call.Nano);
        Array(NpgsqlDbType.Bigint, static row => row.Call.Quota);
        Array(NpgsqlDbType.Double, static row => Number(row.Receipt.TotalMilliseconds));
        Array(NpgsqlDbType.Double, static row => row.Receipt.FirstByteMilliseconds is { } first ? Number(first) : (double?)null);
        Array(NpgsqlDbType.Bigint, _ => origin);
        Array(NpgsqlDbType.Bytea, static row => row.Receipt.Payload.ToArray());
        Array(NpgsqlDbType.Bigint, static row => row.Call.Group);
        Array(NpgsqlDbType.Bigint, static row => row.Call.Channel);
        Array(NpgsqlDbType.Bigint, static row => row.Call.Credential);
        Array(NpgsqlDbType.Bigint, static row => row.Call.Budget);
        Array(NpgsqlDbType.Bigint, static row => row.Receipt.OperatorCost.Value);
        Array(NpgsqlDbType.Bigint, static row => row.Receipt.LostCost.Value);
        await insert.ExecuteNonQueryAsync(cancellation);
        foreach (var row in rows)
        {
            calls.Add(row.Call);
            row.Receipt.Number = row.Call.Seq;
        }

        pinning.AddRange(rows.Select(static row => row.Receipt.Pinning).OfType<Receipt>());

        void Array<T>(NpgsqlDbType type, Converter<(LoggedCall Call, PendingReceipt Receipt), T> value) =>
            insert.Parameters.Add(new NpgsqlParameter { Value = System.Array.ConvertAll(rows, value), NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    /// <summary>What the ledger needs of a receipt; the moment as the log stores it.</summary>
    public static LoggedCall CallOf(Receipt receipt, long seq) => new(
        seq, receipt.User.Value, receipt.Key.Value, receipt.ChargesGroupQuota ? receipt.GroupId?.Value : null,
        RequestLogRow.MomentOf(RequestLogRow.MicrosecondsOf(Utc(receipt.StartedAt))), receipt.Charge.Total.Value,
        receipt.GroupId?.Value, receipt.ChannelId?.Value, receipt.CredentialId?.Value, receipt.ChargesChannelQuota ? receipt.ChannelId?.Value : null);

    private static DateTime Utc(DateTime moment) => moment.Kind == DateTimeKind.Local ? moment.ToUniversalTime() : DateTime.SpecifyKind(moment, DateTimeKind.Utc);

    /// <summary>Text that both engines store: PostgreSQL takes neither NUL nor half a surrogate pair, and callers choose model names freely.</summary>
    public static string? Clean(string? text)
    {
        if (text is null || (!text.Contains('\0') && text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0))
        {
            return text;
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }

    /// <summary>What both engines store: no infinity, and nothing that is no number.</summary>
    public static double Number(double value) => double.IsFinite(value) ? value : 0;
}
