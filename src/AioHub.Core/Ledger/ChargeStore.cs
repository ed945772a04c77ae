using System.Data.Common;
using AioHub.Core.Storage;
using Microsoft.Data.Sqlite;
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

    private const string LoadSql =
        """SELECT "Seq", "UserId", "KeyId", "QuotaGroupId", "StartedAt", "ChargeNano" FROM request_log WHERE "Seq" > $1 ORDER BY "Seq" """;

    private const string ThroughSql = """INSERT INTO posting ("Id", "Through") VALUES (1, $1) ON CONFLICT ("Id") DO UPDATE SET "Through" = excluded."Through" """;

    private const string BalanceConflict =
        """ON CONFLICT ("Kind", "OwnerId") DO UPDATE SET "BalanceNano" = accounts."BalanceNano" + excluded."BalanceNano" """;

    private const string WindowConflict = """
        ON CONFLICT ("KeyId") DO UPDATE SET
            "Day" = CASE WHEN excluded."Day" > key_spending."Day" THEN excluded."Day" ELSE key_spending."Day" END,
            "DayNano" = CASE WHEN excluded."Day" > key_spending."Day" THEN 0 ELSE key_spending."DayNano" END
                + CASE WHEN excluded."Day" < key_spending."Day" THEN 0 ELSE excluded."DayNano" END,
            "Month" = CASE WHEN excluded."Month" > key_spending."Month" THEN excluded."Month" ELSE key_spending."Month" END,
            "MonthNano" = CASE WHEN excluded."Month" > key_spending."Month" THEN 0 ELSE key_spending."MonthNano" END
                + CASE WHEN excluded."Month" < key_spending."Month" THEN 0 ELSE excluded."MonthNano" END,
            "TotalNano" = key_spending."TotalNano" + excluded."TotalNano"
        """;

    /// <summary>Reads from the request log what is not posted: after a start, or when another process wrote meanwhile.</summary>
    public static async Task<CallTotals> LoadAsync(
        DbConnection connection, DbTransaction? transaction, long through, long now, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = LoadSql;
        command.Parameters.Add(command is SqliteCommand ? new SqliteParameter("$1", through) : new NpgsqlParameter { Value = through });
        var calls = new CallTotals(through, now);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            calls.Add(new LoggedCall(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetInt64(3),
                RequestLogRow.MomentOf(reader.GetInt64(4)), reader.GetInt64(5)));
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

        using var window = new SqliteStatement(
            connection, $"INSERT INTO key_spending (\"KeyId\", \"Day\", \"DayNano\", \"Month\", \"MonthNano\", \"TotalNano\") VALUES (?1, ?2, ?3, ?4, ?5, ?6) {WindowConflict}");
        foreach (var (key, spent) in calls.Keys)
        {
            window.Bind(1, key).Bind(2, (long)spent.Day).Bind(3, spent.DayNano).Bind(4, (long)spent.Month).Bind(5, spent.MonthNano).Bind(6, spent.Total).Execute();
        }

        PostByUser(connection, calls);
        using var through = new SqliteStatement(connection, ThroughSql.Replace("$1", "?1", StringComparison.Ordinal));
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
        var keys = calls.Keys.ToArray();
        Command($"INSERT INTO key_spending (\"KeyId\", \"Day\", \"DayNano\", \"Month\", \"MonthNano\", \"TotalNano\") SELECT * FROM unnest($1, $2, $3, $4, $5, $6) {WindowConflict}")
            .Add(NpgsqlDbType.Bigint, keys, static row => row.Key)
            .Add(NpgsqlDbType.Integer, keys, static row => row.Value.Day)
            .Add(NpgsqlDbType.Bigint, keys, static row => row.Value.DayNano)
            .Add(NpgsqlDbType.Integer, keys, static row => row.Value.Month)
            .Add(NpgsqlDbType.Bigint, keys, static row => row.Value.MonthNano)
            .Add(NpgsqlDbType.Bigint, keys, static row => row.Value.Total);
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
