using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using AioHub.Core.Metering;
using AioHub.Core.Ledger;
using AioHub.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Reports;

/// <summary>Which sums a row of <c>usage_sums</c> holds. The numbers are stored.</summary>
internal enum UsageFacet
{
    /// <summary>A user's calls of an hour, by key, group, channel and model.</summary>
    UserHour,
    /// <summary>Everybody's, by group and channel.</summary>
    RouteHour,
    /// <summary>Everybody's, by model.</summary>
    ModelHour,
    /// <summary>Everybody's of a UTC day, by group and channel.</summary>
    RouteDay,
    /// <summary>Everybody's of a UTC day, by model.</summary>
    ModelDay,
    /// <summary>A user's calls of a UTC day.</summary>
    UserDay,
}

/// <summary>Reads the request log in the order of its numbers, and adds what it read to the sums, once.</summary>
internal static class RollupStore
{
    /// <summary>Of the rows that <see cref="CallOf"/> reads.</summary>
    public const string CallColumns = """
        "Seq", "StartedAt", "UserId", "KeyId", "GroupName", "ChannelName", "RequestedModel", "ServedModel", "Dialect", "Operation", "Stream", "HttpStatus", "Outcome", "ErrorCode",
        "InputTokens", "CacheReadTokens", "OutputTokens", "ChargeNano", "CostNano", "LostNano", "TotalMs", "FirstByteMs", "Detail"
        """;

    private const string StateSql = """SELECT COALESCE((SELECT "Through" FROM rollup_marks WHERE "Id" = 1), 0), COALESCE((SELECT MAX("Seq") FROM request_log), 0)""";
    private const string FirstMarkSql = """INSERT INTO rollup_marks ("Id", "Through") VALUES (1, 0) ON CONFLICT ("Id") DO NOTHING""";

    // Whoever moved the mark from where this pass found it has counted these rows; nobody else does. PostgreSQL waits for another's row lock and looks again.
    private const string MoveMarkSql = """UPDATE rollup_marks SET "Through" = $1 WHERE "Id" = 1 AND "Through" = $2""";

    /// <summary>Up to which number calls are in the sums, and the newest call's number.</summary>
    public static async Task<(long Mark, long Head)> StateAsync(HubReader reader, CancellationToken cancellation) =>
        (await reader.ReadAsync(StateSql, static row => (row.GetInt64(0), row.GetInt64(1)), cancellation))[0];

    /// <summary>Up to which number calls are in the sums.</summary>
    public static async Task<long> MarkAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return (await StateAsync(reader, cancellation)).Mark;
    }

    /// <summary>At most so many rows above the mark. Null when there are none.</summary>
    /// <param name="until">No row above this number; null = to the end.</param>
    /// <param name="open">What the pass before left, which this one goes on with and thereby spoils; taken only when nobody has moved the mark since.</param>
    public static async Task<RollupBatch?> ReadAsync(HubDatabase database, int most, long? until, OpenBlock? open, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var (mark, head) = await StateAsync(reader, cancellation);
        head = Math.Min(head, until ?? head);
        if (head <= mark)
        {
            return null;
        }

        var batch = new RollupBatch(mark);
        await GoOnAsync(reader, batch, open, cancellation);
        await foreach (var call in RowsAsync(reader, mark, head, most, cancellation))
        {
            batch.Read++;
            batch.Add(call);
        }

        // The first rows above the mark may be gone by now, with no others behind them.
        return batch.Rows > 0 ? batch : null;
    }

    /// <summary>Gives a batch that was not read from the log what its first block held before.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async Task CompleteAsync(HubDatabase database, RollupBatch batch, OpenBlock? open, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        await GoOnAsync(reader, batch, open, cancellation);
    }

    /// <summary>The block in which the mark stands was not complete. Who does not remember it reads its rows again, for its marks alone.</summary>
    private static async Task GoOnAsync(HubReader reader, RollupBatch batch, OpenBlock? open, CancellationToken cancellation)
    {
        if (open?.Through == batch.Mark)
        {
            batch.GoOnFrom(open.Block);
            return;
        }

        var block = new LogBlock(LogBlock.Of(batch.Mark));
        await foreach (var call in RowsAsync(reader, LogBlock.StartOf(block.Number) - 1, batch.Mark, LogBlock.Size, cancellation))
        {
            batch.Read++;
            block.Add(call);
        }

        if (block.Calls > 0)
        {
            batch.GoOnFrom(block);
        }
    }

    private static async IAsyncEnumerable<LogCall> RowsAsync(HubReader reader, long above, long through, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = reader.Connection.Statement(
            reader.Transaction, $"SELECT {CallColumns} FROM request_log WHERE \"Seq\" > $1 AND \"Seq\" <= $2 ORDER BY \"Seq\" LIMIT $3", above, through, (long)most);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            yield return CallOf(row);
        }
    }

    /// <summary>Adds a batch to the sums and moves the mark, in one transaction.</summary>
    /// <param name="known">Numbers of names; gets those that were given.</param>
    /// <param name="commit">False: does it all and undoes it.</param>
    /// <returns>False: another process counted these rows meanwhile, and nothing was changed.</returns>
    public static async Task<bool> ApplyAsync(HubDatabase database, RollupBatch batch, Dictionary<string, int> known, CancellationToken cancellation, bool commit = true)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(IsolationLevel.Serializable, deferred: false)
            : await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(transaction, FirstMarkSql, cancellation);
        if (await connection.ExecuteAsync(transaction, MoveMarkSql, cancellation, batch.Last, batch.Mark) != 1)
        {
            return false;
        }

        var names = await NumbersAsync(connection, transaction, batch.Tally, known, cancellation);
        await UsageSumStore.AddAsync(connection, transaction, Rows(batch.Tally, names), cancellation);
        foreach (var block in batch.Closed)
        {
            await connection.ExecuteAsync(
                transaction, """INSERT INTO log_blocks ("Block", "FirstAt", "LastAt", "Calls", "Marks") VALUES ($1, $2, $3, $4, $5)""", cancellation, block.Number,
                RequestLogRow.MicrosecondsOf(block.FirstAt), RequestLogRow.MicrosecondsOf(block.LastAt), block.Calls, block.Marks());
        }

        if (!commit)
        {
            return true;
        }

        await transaction.CommitAsync(cancellation);
        foreach (var (name, number) in names)
        {
            known[name] = number;
        }

        return true;
    }

    /// <summary>Columns as <see cref="CallColumns"/> names them.</summary>
    public static LogCall CallOf(DbDataReader row) => new(
        row.GetInt64(0), RequestLogRow.MomentOf(row.GetInt64(1)), row.GetInt64(2), row.GetInt64(3), row.Text(4) ?? "", row.Text(5) ?? "", row.GetString(6), row.GetString(7),
        row.GetInt32(8), row.GetInt32(9), row.GetBoolean(10), row.GetInt32(11), (CallOutcome)row.GetInt32(12), row.Text(13), row.GetInt64(14), row.GetInt64(15), row.GetInt64(16),
        row.GetInt64(17), row.GetInt64(18), row.GetInt64(19), row.GetDouble(20), row.IsDBNull(21) ? null : row.GetDouble(21), row.GetFieldValue<byte[]>(22));

    /// <summary>The same calls as every facet adds them up.</summary>
    private static List<(UsageSumKey Key, UsageSums Sums)> Rows(UsageTally tally, Dictionary<string, int> numbers)
    {
        var rows = new Dictionary<UsageSumKey, UsageSums>();
        foreach (var (key, sums) in tally.Sums)
        {
            var (group, channel, model) = (numbers[key.Group], numbers[key.Channel], numbers[key.Model]);
            var day = key.Hour / 24;
            Add(new UsageSumKey(UsageFacet.RouteHour, 0, key.Hour, 0, group, channel, 0), sums);
            Add(new UsageSumKey(UsageFacet.ModelHour, 0, key.Hour, 0, 0, 0, model), sums);
            Add(new UsageSumKey(UsageFacet.RouteDay, 0, day, 0, group, channel, 0), sums);
            Add(new UsageSumKey(UsageFacet.ModelDay, 0, day, 0, 0, 0, model), sums);
            Add(new UsageSumKey(UsageFacet.UserDay, key.User, day, 0, 0, 0, 0), sums);

            // Most rows are of this facet, and each is the tally's own.
            rows.Add(new UsageSumKey(UsageFacet.UserHour, key.User, key.Hour, key.Key, group, channel, model), sums);
        }

        // In the order of the table's key, which is what makes writing them cheap.
        return [.. rows.Select(static pair => (pair.Key, pair.Value)).OrderBy(static row => row.Key)];

        void Add(UsageSumKey key, UsageSums sums)
        {
            if (!rows.TryGetValue(key, out var sum))
            {
                rows.Add(key, sum = new UsageSums());
            }

            sum.Add(sums);
        }
    }

    /// <summary>Numbers of all names of a batch. New ones are given under the mark's row lock.</summary>
    private static async Task<Dictionary<string, int>> NumbersAsync(
        DbConnection connection, DbTransaction transaction, UsageTally tally, Dictionary<string, int> known, CancellationToken cancellation)
    {
        var wanted = tally.Sums.Keys.SelectMany(static key => new[] { key.Group, key.Channel, key.Model }).ToHashSet(StringComparer.Ordinal);
        var numbers = new Dictionary<string, int>(known, StringComparer.Ordinal) { [""] = 0 };
        if (wanted.All(numbers.ContainsKey))
        {
            return numbers;
        }

        await using (var command = connection.Statement(transaction, """SELECT "Id", "Name" FROM usage_names"""))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                numbers[reader.GetString(1)] = reader.GetInt32(0);
            }
        }

        var last = numbers.Values.Max();
        foreach (var name in wanted.Where(name => !numbers.ContainsKey(name)).Order(StringComparer.Ordinal).ToList())
        {
            await connection.ExecuteAsync(transaction, """INSERT INTO usage_names ("Id", "Name") VALUES ($1, $2)""", cancellation, ++last, name);
            numbers[name] = last;
        }

        return numbers;
    }
}

/// <summary>One row: up to which number of the log calls are in the sums and blocks.</summary>
internal sealed class RollupMarkRow
{
    public int Id { get; set; }
    public long Through { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<RollupMarkRow>
    {
        public void Configure(EntityTypeBuilder<RollupMarkRow> builder)
        {
            builder.ToTable("rollup_marks");
            builder.Property(static row => row.Id).ValueGeneratedNever();
        }
    }
}

/// <summary>A name of a group, a channel or a model, as the log said it.</summary>
internal sealed class UsageNameRow
{
    public int Id { get; set; }
    public required string Name { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<UsageNameRow>
    {
        public void Configure(EntityTypeBuilder<UsageNameRow> builder)
        {
            builder.ToTable("usage_names");
            builder.Property(static row => row.Id).ValueGeneratedNever();
            builder.HasIndex(static row => row.Name).IsUnique();
        }
    }
}

/// <summary>See <see cref="LogBlock"/>.</summary>
internal sealed class LogBlockRow
{
    public long Block { get; set; }
    /// <summary>Microseconds since 1970.</summary>
    public long FirstAt { get; set; }
    public long LastAt { get; set; }
    public int Calls { get; set; }
    /// <summary>See <see cref="LogMarks"/>.</summary>
    public byte[] Marks { get; set; } = [];

    private sealed class Configuration : IEntityTypeConfiguration<LogBlockRow>
    {
        public void Configure(EntityTypeBuilder<LogBlockRow> builder)
        {
            builder.ToTable("log_blocks");
            builder.HasKey(static row => row.Block);
            builder.Property(static row => row.Block).ValueGeneratedNever();
        }
    }
}
