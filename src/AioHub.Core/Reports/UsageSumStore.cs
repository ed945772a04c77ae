using System.Data.Common;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using NpgsqlTypes;

namespace AioHub.Core.Reports;

/// <summary>Whose sums a row holds.</summary>
/// <param name="Owner">A user; 0 = everybody.</param>
/// <param name="At">The hour or the day since 1970, UTC.</param>
/// <param name="Key">0 = all of them; so are names' numbers.</param>
internal readonly record struct UsageSumKey(UsageFacet Facet, long Owner, long At, long Key, int Group, int Channel, int Model) : IComparable<UsageSumKey>
{
    public int CompareTo(UsageSumKey other) => Ordered.CompareTo(other.Ordered);

    private (int, long, long, long, int, int, int) Ordered => ((int)Facet, Owner, At, Key, Group, Channel, Model);
}

/// <summary>Adds to the rows of <c>usage_sums</c>, and reads them.</summary>
internal static class UsageSumStore
{
    private static readonly string[] Keys = ["Facet", "OwnerId", "At", "KeyId", "GroupNo", "ChannelNo", "ModelNo"];

    private static readonly (string Column, Converter<UsageSums, long> Of)[] Figures =
    [
        ("Calls", static sums => sums.Calls), ("CallerErrors", static sums => sums.CallerErrors), ("UpstreamErrors", static sums => sums.UpstreamErrors),
        ("HubErrors", static sums => sums.HubErrors), ("Cancelled", static sums => sums.Cancelled), ("Attempts", static sums => sums.Attempts),
        ("FailedAttempts", static sums => sums.FailedAttempts), ("InputTokens", static sums => sums.Input), ("CacheReadTokens", static sums => sums.CacheRead),
        ("CacheWriteTokens", static sums => sums.CacheWrite), ("OutputTokens", static sums => sums.Output), ("ChargeNano", static sums => sums.Charge.Value),
        ("CostNano", static sums => sums.Cost.Value), ("LostNano", static sums => sums.Lost.Value),
    ];

    private static readonly string[] Columns = [.. Keys, .. Figures.Select(static figure => figure.Column), "Times", "FirstBytes"];

    /// <summary>Of the rows that <see cref="AddTo"/> reads.</summary>
    private static readonly string FigureList = string.Join(", ", Figures.Select(static figure => $"\"{figure.Column}\""));

    private static readonly string ColumnList = string.Join(", ", Columns.Select(static name => $"\"{name}\""));

    // Histograms come with those of the row already in them: engines cannot add them up.
    private static readonly string Conflict =
        $"ON CONFLICT ({string.Join(", ", Keys.Select(static name => $"\"{name}\""))}) DO UPDATE SET "
        + string.Join(", ", Figures.Select(static figure => $"\"{figure.Column}\" = usage_sums.\"{figure.Column}\" + excluded.\"{figure.Column}\""))
        + ", \"Times\" = excluded.\"Times\", \"FirstBytes\" = excluded.\"FirstBytes\"";

    private static readonly string SqliteFind =
        $"SELECT \"Times\", \"FirstBytes\" FROM usage_sums WHERE {string.Join(" AND ", Keys.Select(static (name, i) => $"\"{name}\" = ${i + 1}"))}";

    private static readonly string SqliteAddNew = $"INSERT INTO usage_sums ({ColumnList}) VALUES ({string.Join(", ", Columns.Select(static (_, i) => $"?{i + 1}"))}) ON CONFLICT DO NOTHING";

    private static readonly string SqliteAdd = $"INSERT INTO usage_sums ({ColumnList}) VALUES ({string.Join(", ", Columns.Select(static (_, i) => $"?{i + 1}"))}) {Conflict}";

    private static readonly string PostgresFind =
        $"SELECT n, \"Times\", \"FirstBytes\" FROM unnest({string.Join(", ", Keys.Select(static (_, i) => $"${i + 1}"))}) WITH ORDINALITY AS k(f, o, a, y, g, c, m, n) "
        + """JOIN usage_sums ON "Facet" = f AND "OwnerId" = o AND "At" = a AND "KeyId" = y AND "GroupNo" = g AND "ChannelNo" = c AND "ModelNo" = m""";

    private static readonly string PostgresAdd = $"INSERT INTO usage_sums ({ColumnList}) SELECT * FROM unnest({string.Join(", ", Columns.Select(static (_, i) => $"${i + 1}"))}) {Conflict}";

    /// <summary>The caller holds the mark's row lock: nobody else writes here.</summary>
    public static Task AddAsync(DbConnection connection, DbTransaction transaction, List<(UsageSumKey Key, UsageSums Sums)> rows, CancellationToken cancellation)
    {
        if (connection is SqliteConnection sqlite)
        {
            Add(sqlite, (SqliteTransaction)transaction, rows);
            return Task.CompletedTask;
        }

        return rows.Count == 0 ? Task.CompletedTask : AddToPostgresAsync(connection, transaction, rows, cancellation);
    }

    /// <summary>Rows of one facet in a stretch of time.</summary>
    /// <param name="owner">A user; 0 = everybody. Null = every user.</param>
    /// <param name="from">The first hour or day.</param>
    /// <param name="to">The first that no longer counts.</param>
    /// <param name="target">Where a row of this key is added to.</param>
    public static async Task ReadAsync(
        HubReader reader, UsageFacet facet, long? owner, long from, long to, Func<UsageSumKey, UsageSums> target, CancellationToken cancellation)
    {
        var sql = $"SELECT \"OwnerId\", \"At\", \"KeyId\", \"GroupNo\", \"ChannelNo\", \"ModelNo\", \"Times\", \"FirstBytes\", {FigureList} FROM usage_sums "
            + "WHERE \"Facet\" = $1 AND \"At\" >= $2 AND \"At\" < $3" + (owner is null ? "" : " AND \"OwnerId\" = $4");
        if (reader.Connection is SqliteConnection sqlite)
        {
            Read(sqlite, sql, facet, owner, from, to, target, cancellation);
            return;
        }

        object[] values = owner is { } one ? [(int)facet, from, to, one] : [(int)facet, from, to];
        await using var command = reader.Connection.Statement(reader.Transaction, sql, values);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            AddTo(target(new UsageSumKey(facet, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5))), row, 6);
        }
    }

    /// <summary>Of each user what the calls of some days came to, without the rest: the engine adds up, and no histogram is read.</summary>
    public static Task<List<(long Owner, long Calls, long Charge)>> UsersAsync(HubReader reader, long fromDay, long toDay, CancellationToken cancellation) => reader.ReadAsync(
        """
        SELECT "OwnerId", CAST(SUM("Calls") AS BIGINT), CAST(SUM("ChargeNano") AS BIGINT) FROM usage_sums WHERE "Facet" = $1 AND "At" >= $2 AND "At" < $3 GROUP BY "OwnerId"
        """,
        static row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellation, (int)UsageFacet.UserDay, fromDay, toDay);

    /// <summary>Names by their numbers.</summary>
    public static async Task<Dictionary<int, string>> NamesAsync(HubReader reader, CancellationToken cancellation)
    {
        var rows = await reader.ReadAsync("""SELECT "Id", "Name" FROM usage_names""", static row => KeyValuePair.Create(row.GetInt32(0), row.GetString(1)), cancellation);
        return new Dictionary<int, string>(rows) { [0] = "" };
    }

    /// <summary>Ninety days of hours are a hundred thousand rows: the provider's reader takes longer for each than all the rest.</summary>
    private static void Read(
        SqliteConnection connection, string sql, UsageFacet facet, long? owner, long from, long to, Func<UsageSumKey, UsageSums> target, CancellationToken cancellation)
    {
        using var row = new SqliteStatement(connection, sql);
        row.Bind(1, (long)facet).Bind(2, from).Bind(3, to);
        if (owner is { } one)
        {
            row.Bind(4, one);
        }

        while (row.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            var sums = target(new UsageSumKey(facet, row.Number(0), row.Number(1), row.Number(2), (int)row.Number(3), (int)row.Number(4), (int)row.Number(5)));
            var at = 7;
            sums.Add(new UsageCounts(
                row.Number(++at), row.Number(++at), row.Number(++at), row.Number(++at), row.Number(++at), row.Number(++at), row.Number(++at), row.Number(++at), row.Number(++at), row.Number(++at),
                row.Number(++at), row.Number(++at), row.Number(++at), row.Number(++at)));
            sums.Times.Add(row.Bytes(6));
            sums.FirstBytes.Add(row.Bytes(7));
        }
    }

    private static void AddTo(UsageSums sums, DbDataReader row, int first)
    {
        var at = first + 1;
        sums.Add(new UsageCounts(
            row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at),
            row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at), row.GetInt64(++at)));
        sums.Times.Add(row.GetFieldValue<byte[]>(first));
        sums.FirstBytes.Add(row.GetFieldValue<byte[]>(first + 1));
    }

    private static void Add(SqliteConnection connection, SqliteTransaction transaction, List<(UsageSumKey Key, UsageSums Sums)> rows)
    {
        using var find = (SqliteCommand)connection.Statement(transaction, SqliteFind, 0, 0L, 0L, 0L, 0, 0, 0);
        using var addNew = new SqliteStatement(connection, SqliteAddNew);
        using var add = new SqliteStatement(connection, SqliteAdd);
        foreach (var (key, sums) in rows)
        {
            // Most rows are new: a user's hour rarely stands there already.
            if (Bind(addNew, key, sums).Execute() == 1)
            {
                continue;
            }

            object[] values = [(int)key.Facet, key.Owner, key.At, key.Key, key.Group, key.Channel, key.Model];
            for (var i = 0; i < values.Length; i++)
            {
                find.Parameters[i].Value = values[i];
            }

            using (var row = find.ExecuteReader())
            {
                row.Read();
                sums.Times.Add(row.GetFieldValue<byte[]>(0));
                sums.FirstBytes.Add(row.GetFieldValue<byte[]>(1));
            }

            Bind(add, key, sums).Execute();
        }

        static SqliteStatement Bind(SqliteStatement statement, in UsageSumKey key, UsageSums sums)
        {
            statement.Bind(1, (long)key.Facet).Bind(2, key.Owner).Bind(3, key.At).Bind(4, key.Key).Bind(5, (long)key.Group).Bind(6, (long)key.Channel).Bind(7, (long)key.Model);
            for (var i = 0; i < Figures.Length; i++)
            {
                statement.Bind(Keys.Length + i + 1, Figures[i].Of(sums));
            }

            return statement.Bind(Columns.Length - 1, sums.Times.ToBytes()).Bind(Columns.Length, sums.FirstBytes.ToBytes());
        }
    }

    /// <summary>Its driver is loaded when this is called, and not before.</summary>
    private static async Task AddToPostgresAsync(DbConnection own, DbTransaction ownTransaction, List<(UsageSumKey Key, UsageSums Sums)> rows, CancellationToken cancellation)
    {
        var (connection, transaction) = ((NpgsqlConnection)own, (NpgsqlTransaction)ownTransaction);
        await using (var find = new NpgsqlCommand(PostgresFind, connection, transaction))
        {
            BindKeys(find);
            await using var reader = await find.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var sums = rows[(int)reader.GetInt64(0) - 1].Sums;
                sums.Times.Add(reader.GetFieldValue<byte[]>(1));
                sums.FirstBytes.Add(reader.GetFieldValue<byte[]>(2));
            }
        }

        await using var add = new NpgsqlCommand(PostgresAdd, connection, transaction);
        BindKeys(add);
        foreach (var (_, of) in Figures)
        {
            Bind(add, NpgsqlDbType.Bigint, row => of(row.Sums));
        }

        Bind(add, NpgsqlDbType.Bytea, static row => row.Sums.Times.ToBytes());
        Bind(add, NpgsqlDbType.Bytea, static row => row.Sums.FirstBytes.ToBytes());
        await add.ExecuteNonQueryAsync(cancellation);

        void BindKeys(NpgsqlCommand command)
        {
            Bind(command, NpgsqlDbType.Integer, static row => (int)row.Key.Facet);
            Bind(command, NpgsqlDbType.Bigint, static row => row.Key.Owner);
            Bind(command, NpgsqlDbType.Bigint, static row => row.Key.At);
            Bind(command, NpgsqlDbType.Bigint, static row => row.Key.Key);
            Bind(command, NpgsqlDbType.Integer, static row => row.Key.Group);
            Bind(command, NpgsqlDbType.Integer, static row => row.Key.Channel);
            Bind(command, NpgsqlDbType.Integer, static row => row.Key.Model);
        }

        void Bind<T>(NpgsqlCommand command, NpgsqlDbType type, Converter<(UsageSumKey Key, UsageSums Sums), T> value) =>
            command.Parameters.Add(new NpgsqlParameter { Value = rows.ConvertAll(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}

/// <summary>
/// What calls came to, added up from the log (<see cref="RollupStore"/>). <see cref="At"/> is an hour or a day since 1970; 0 stands for everybody, all keys, all names.
/// </summary>
internal sealed class UsageSumRow
{
    public UsageFacet Facet { get; set; }
    public long OwnerId { get; set; }
    public long At { get; set; }
    public long KeyId { get; set; }
    public int GroupNo { get; set; }
    public int ChannelNo { get; set; }
    public int ModelNo { get; set; }
    public long Calls { get; set; }
    public long CallerErrors { get; set; }
    public long UpstreamErrors { get; set; }
    public long HubErrors { get; set; }
    public long Cancelled { get; set; }
    public long Attempts { get; set; }
    public long FailedAttempts { get; set; }
    public long InputTokens { get; set; }
    public long CacheReadTokens { get; set; }
    public long CacheWriteTokens { get; set; }
    public long OutputTokens { get; set; }
    public long ChargeNano { get; set; }
    public long CostNano { get; set; }
    public long LostNano { get; set; }
    /// <summary>See <see cref="LatencyHistogram.ToBytes"/>.</summary>
    public byte[] Times { get; set; } = [];
    public byte[] FirstBytes { get; set; } = [];

    private sealed class Configuration : IEntityTypeConfiguration<UsageSumRow>
    {
        public void Configure(EntityTypeBuilder<UsageSumRow> builder)
        {
            builder.ToTable("usage_sums");
            builder.HasKey(static row => new { row.Facet, row.OwnerId, row.At, row.KeyId, row.GroupNo, row.ChannelNo, row.ModelNo });
        }
    }
}
