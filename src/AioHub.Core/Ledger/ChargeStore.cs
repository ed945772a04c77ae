using System.Buffers.Binary;
using System.Data.Common;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using NpgsqlTypes;

namespace AioHub.Core.Ledger;

/// <summary>
/// Posts calls of the request log: adds them to balances, key windows and the list by user, inside a transaction that has raised the ledger counter.
/// What is posted and what is not is told by one number (<see cref="PostingRow"/>), so that a crash between the two loses nothing and doubles nothing.
/// </summary>
internal static class ChargeStore
{
    /// <summary>The first statement of the transaction (see <see cref="ChangeCounter"/>).</summary>
    public const string RaiseSql =
        """INSERT INTO changes ("Area", "Version") VALUES ('ledger', 1) ON CONFLICT ("Area") DO UPDATE SET "Version" = changes."Version" + 1 RETURNING "Version" """;

    /// <summary>The posting's mark, the newest call's number, the newest entry's.</summary>
    public const string StateSql = """
        SELECT COALESCE((SELECT "Through" FROM posting WHERE "Id" = 1), 0), COALESCE((SELECT MAX("Seq") FROM request_log), 0),
            COALESCE((SELECT MAX("Id") FROM entries), 0)
        """;

    private const string LoadSql = """
        SELECT "Seq", "UserId", "KeyId", "QuotaGroupId", "StartedAt", "ChargeNano", "GroupId", "ChannelId", "CredentialId", "BudgetChannelId"
        FROM request_log WHERE "Seq" > $1 ORDER BY "Seq"
        """;

    private const string ThroughSql = """INSERT INTO posting ("Id", "Through") VALUES (1, $1) ON CONFLICT ("Id") DO UPDATE SET "Through" = excluded."Through" """;

    private const string BalanceConflict =
        """ON CONFLICT ("Kind", "OwnerId") DO UPDATE SET "BalanceNano" = accounts."BalanceNano" + excluded."BalanceNano" """;

    private const string WindowInsert = """INSERT INTO spending ("Owner", "OwnerId", "Day", "DayNano", "WeekNano", "Month", "MonthNano", "TotalNano") """;

    // The week of a day is its number divided by seven (SpendingWindow).
    private const string WindowConflict = """
        ON CONFLICT ("Owner", "OwnerId") DO UPDATE SET
            "Day" = CASE WHEN excluded."Day" > spending."Day" THEN excluded."Day" ELSE spending."Day" END,
            "DayNano" = CASE WHEN excluded."Day" > spending."Day" THEN 0 ELSE spending."DayNano" END
                + CASE WHEN excluded."Day" < spending."Day" THEN 0 ELSE excluded."DayNano" END,
            "WeekNano" = CASE WHEN excluded."Day" / 7 > spending."Day" / 7 THEN 0 ELSE spending."WeekNano" END
                + CASE WHEN excluded."Day" / 7 < spending."Day" / 7 THEN 0 ELSE excluded."WeekNano" END,
            "Month" = CASE WHEN excluded."Month" > spending."Month" THEN excluded."Month" ELSE spending."Month" END,
            "MonthNano" = CASE WHEN excluded."Month" > spending."Month" THEN 0 ELSE spending."MonthNano" END
                + CASE WHEN excluded."Month" < spending."Month" THEN 0 ELSE excluded."MonthNano" END,
            "TotalNano" = spending."TotalNano" + excluded."TotalNano"
        """;

    /// <summary>Reads from the request log what is not posted: after a start, or when another process wrote meanwhile.</summary>
    public static async Task<CallTotals> LoadAsync(
        DbConnection connection, DbTransaction? transaction, long through, long now, CancellationToken cancellation)
    {
        await using var command = connection.Statement(transaction, LoadSql, through);
        var calls = new CallTotals(through, now);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            calls.Add(LedgerReader.CallOf(reader));
        }

        return calls;
    }

    public static void Post(SqliteConnection connection, CallTotals calls)
    {
        using var balance = new SqliteStatement(connection, $"INSERT INTO accounts (\"Kind\", \"OwnerId\", \"BalanceNano\") VALUES (?1, ?2, ?3) {BalanceConflict}");
        foreach (var (account, nano) in calls.Balances())
        {
            balance.Bind(1, LedgerNames.Of(account.Kind)).Bind(2, account.OwnerId).Bind(3, nano).Execute();
        }

        using var window = new SqliteStatement(connection, $"{WindowInsert} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) {WindowConflict}");
        foreach (var (spender, spent) in calls.Spending)
        {
            window.Bind(1, (long)spender.Owner).Bind(2, spender.Id).Bind(3, (long)spent.Day).Bind(4, spent.DayNano).Bind(5, spent.WeekNano)
                .Bind(6, (long)spent.Month).Bind(7, spent.MonthNano).Bind(8, spent.Total).Execute();
        }

        PostByUser(connection, calls);
        using var through = new SqliteStatement(connection, ThroughSql);
        through.Bind(1, calls.Last).Execute();
    }

    public static async Task PostAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CallTotals calls, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        var balances = calls.Balances().ToArray();
        Command($"INSERT INTO accounts (\"Kind\", \"OwnerId\", \"BalanceNano\") SELECT * FROM unnest($1, $2, $3) {BalanceConflict}")
            .Add(NpgsqlDbType.Text, balances, static row => LedgerNames.Of(row.Account.Kind))
            .Add(NpgsqlDbType.Bigint, balances, static row => row.Account.OwnerId)
            .Add(NpgsqlDbType.Bigint, balances, static row => row.Nano);
        var spending = calls.Spending.ToArray();
        Command($"{WindowInsert} SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) {WindowConflict}")
            .Add(NpgsqlDbType.Integer, spending, static row => (int)row.Key.Owner)
            .Add(NpgsqlDbType.Bigint, spending, static row => row.Key.Id)
            .Add(NpgsqlDbType.Integer, spending, static row => row.Value.Day)
            .Add(NpgsqlDbType.Bigint, spending, static row => row.Value.DayNano)
            .Add(NpgsqlDbType.Bigint, spending, static row => row.Value.WeekNano)
            .Add(NpgsqlDbType.Integer, spending, static row => row.Value.Month)
            .Add(NpgsqlDbType.Bigint, spending, static row => row.Value.MonthNano)
            .Add(NpgsqlDbType.Bigint, spending, static row => row.Value.Total);
        var users = calls.ByUser().ToArray();
        Command("INSERT INTO user_calls (\"UserId\", \"Seq\") SELECT * FROM unnest($1, $2)")
            .Add(NpgsqlDbType.Bigint, users, static row => row.User)
            .Add(NpgsqlDbType.Bigint, users, static row => row.Seq);
        Command(ThroughSql).Parameters.Add(new NpgsqlParameter { Value = calls.Last });
        await batch.ExecuteNonQueryAsync(cancellation);

        NpgsqlBatchCommand Command(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            batch.BatchCommands.Add(command);
            return command;
        }
    }

    /// <summary>Many rows a statement: one statement a row would cost more than half of what the request log's own row does.</summary>
    private static void PostByUser(SqliteConnection connection, CallTotals calls)
    {
        const int Most = 128;
        var rows = new (long User, long Seq)[Most];
        var count = 0;
        using var many = new SqliteStatement(connection, InsertSql(Most));
        foreach (var row in calls.ByUser())
        {
            rows[count++] = row;
            if (count == Most)
            {
                Insert(many);
            }
        }

        if (count > 0)
        {
            using var rest = new SqliteStatement(connection, InsertSql(count));
            Insert(rest);
        }

        static string InsertSql(int rows) =>
            "INSERT INTO user_calls (\"UserId\", \"Seq\") VALUES " + string.Join(", ", Enumerable.Range(0, rows).Select(static i => $"(?{(2 * i) + 1}, ?{(2 * i) + 2})"));

        void Insert(SqliteStatement statement)
        {
            for (var i = 0; i < count; i++)
            {
                statement.Bind((2 * i) + 1, rows[i].User).Bind((2 * i) + 2, rows[i].Seq);
            }

            statement.Execute();
            count = 0;
        }
    }

    private static NpgsqlBatchCommand Add<TRow, T>(this NpgsqlBatchCommand command, NpgsqlDbType type, TRow[] rows, Converter<TRow, T> value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(rows, value), NpgsqlDbType = NpgsqlDbType.Array | type });
        return command;
    }
}

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
    /// <summary>What it cost the operator, failed attempts included; no money of the ledger.</summary>
    public long CostNano { get; set; }
    /// <summary>Of <see cref="CostNano"/> what attempts cost that nobody is charged for.</summary>
    public long LostNano { get; set; }
    /// <summary>The group whose quota paid too.</summary>
    public long? QuotaGroupId { get; set; }
    /// <summary>The channel whose budget paid too.</summary>
    public long? BudgetChannelId { get; set; }
    /// <summary>What served it, for limits on money.</summary>
    public long? GroupId { get; set; }
    public long? ChannelId { get; set; }
    public long? CredentialId { get; set; }
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
            builder.HasIndex(static row => new { row.BudgetChannelId, row.Seq }).HasFilter("\"BudgetChannelId\" IS NOT NULL");
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
