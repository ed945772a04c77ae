using AioHub.Core.Ledger;
using AioHub.Core.Pins;
using AioHub.Core.Storage;
using AioHub.Core.Tasks;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore;
using Microsoft.Win32.SafeHandles;
using Npgsql;

namespace AioHub.Core.Metering;

/// <summary>How far the journal was applied before this batch.</summary>
internal readonly record struct JournalMark(long Segment, long Offset)
{
    /// <summary>Where in a segment file the records begin that this mark does not cover.</summary>
    public long StartIn(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[JournalFormat.Block];
        var read = RandomAccess.Read(file, header, 0);
        return JournalFormat.TryReadSegmentHeader(header[..read], out var name) && name == Segment && Offset % JournalFormat.Block == 0
            ? Math.Max(JournalFormat.Block, Offset)
            : JournalFormat.Block;
    }
}

/// <summary>
/// Applies a batch of receipts in one transaction: log rows and the journal's mark; balances, key windows and the list by user follow when many calls
/// wait for them, or at once when few come (<see cref="CallTotals"/>).
/// </summary>
/// <remarks>Used by one caller at a time. SQLite works synchronously, on whatever pool thread the receipt writer runs on.</remarks>
/// <param name="written">Hears what was written; null = nobody wants it.</param>
internal sealed class ReceiptStore(HubDatabase database, string nodeId, TimeProvider time, IWrittenReceipts? written = null) : IAsyncDisposable
{
    internal const string MarkSql = """
        INSERT INTO journal_marks ("NodeId", "Segment", "Offset") VALUES ($1, $2, $3)
        ON CONFLICT ("NodeId") DO UPDATE SET "Segment" = excluded."Segment", "Offset" = excluded."Offset"
        """;

    private const string BeatSql = """
        INSERT INTO nodes ("NodeId", "StartedAt", "Heartbeat", "OpenHolds", "Pending") VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ("NodeId") DO UPDATE SET
            "StartedAt" = excluded."StartedAt", "Heartbeat" = excluded."Heartbeat", "OpenHolds" = excluded."OpenHolds", "Pending" = excluded."Pending"
        """;

    /// <summary>A batch of fewer is posted at once: then nobody is in a hurry.</summary>
    private const int SmallBatch = 100;
    private const int MostUnposted = 100_000;

    /// <summary>How long a conversation is remembered after a call that named it as an unknown one; OpenAI keeps them until they are deleted.</summary>
    internal static readonly TimeSpan ConversationLifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestUnposted = TimeSpan.FromSeconds(10);

    private SqliteReceiptStore? _sqlite;
    private CallTotals? _unposted;

    /// <summary>Whether this store has logged calls that are not in balances yet.</summary>
    public bool HasUnposted => _unposted is { Count: > 0 };

    /// <param name="origin">Null for a replay: every process must then pick the charges up.</param>
    /// <param name="commit">False: does it all and undoes it, which tells whether the database works.</param>
    /// <param name="post">Brings balances and windows up to date, whatever waits for them.</param>
    /// <returns>The ledger's version of this transaction.</returns>
    public async Task<long> ApplyAsync(
        IReadOnlyList<PendingReceipt> receipts, long? origin, JournalMark? mark, CancellationToken cancellation, bool commit = true, bool post = false)
    {
        var unposted = _unposted;
        // Whatever happens before the commit, memory must not count what the database does not hold. Without it, the next batch reads what is unposted.
        _unposted = null;
        bool Due(CallTotals calls) =>
            post || receipts.Count < SmallBatch || calls.Count >= MostUnposted || time.GetElapsedTime(calls.Since) >= LongestUnposted;

        if (database.Engine == DatabaseEngine.Postgres)
        {
            return Committed(await ApplyPostgresAsync(unposted, receipts, origin, mark, commit, Due, cancellation));
        }

        _sqlite ??= await SqliteReceiptStore.OpenAsync(database, nodeId, cancellation);
        try
        {
            return Committed(await _sqlite.ApplyAsync(unposted, receipts, origin, mark, commit, Due, time.GetTimestamp()));
        }
        catch
        {
            await DisposeAsync();
            throw;
        }

        long Committed((long Version, long Newest, CallTotals Unposted) done)
        {
            if (commit)
            {
                _unposted = done.Unposted;
                written?.Add(done.Newest, receipts);
            }

            return done.Version;
        }
    }

    public async Task<JournalMark?> ReadMarkAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = connection.Statement(null, """SELECT "Segment", "Offset" FROM journal_marks WHERE "NodeId" = $1""", nodeId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new JournalMark(reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    /// <summary>Says that this server lives, what it holds and what it has not written yet.</summary>
    public Task BeatAsync(DateTime started, DateTime now, int openHolds, int pending, CancellationToken cancellation) =>
        RunAsync(BeatSql, cancellation, nodeId, started, now, openHolds, pending);

    /// <summary>Says that this server has ended in good order.</summary>
    public Task LeaveAsync(CancellationToken cancellation) => RunAsync("""DELETE FROM nodes WHERE "NodeId" = $1""", cancellation, nodeId);

    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _sqlite, null)?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(long Version, long Newest, CallTotals Unposted)> ApplyPostgresAsync(
        CallTotals? unposted, IReadOnlyList<PendingReceipt> receipts, long? origin, JournalMark? mark, bool commit, Predicate<CallTotals> due,
        CancellationToken cancellation)
    {
        await using var connection = (NpgsqlConnection)await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        long version, through, lastCall, lastEntry;
        await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { new(ChargeStore.RaiseSql), new(ChargeStore.StateSql) } })
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            version = reader.GetInt64(0);
            await reader.NextResultAsync(cancellation);
            await reader.ReadAsync(cancellation);
            (through, lastCall, lastEntry) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        }

        var now = time.GetTimestamp();
        if (unposted is null || !unposted.Covers(through, lastCall))
        {
            unposted = await ChargeStore.LoadAsync(connection, transaction, through, now, cancellation);
        }

        var pinning = new List<Receipt>();
        await RequestLogStore.AddAsync(
            connection, transaction, receipts, Math.Max(through, Math.Max(lastCall, lastEntry)) + 1, origin, unposted, pinning, cancellation);
        if (pinning.Count > 0)
        {
            await PinStore.ApplyAsync(connection, transaction, [.. pinning.SelectMany(static receipt => receipt.PinChanges(ConversationLifetime))], cancellation);
            await TaskStore.ApplyAsync(connection, transaction, pinning.Select(static receipt => receipt.TaskChange).OfType<TaskChange>(), cancellation);
        }

        var figures = await FigureStore.AddAsync(connection, transaction, receipts, cancellation);
        if (unposted.Count > 0 && due(unposted))
        {
            await ChargeStore.PostAsync(connection, transaction, unposted, cancellation);
            unposted = new CallTotals(unposted.Last, now);
        }

        if (mark is { } position)
        {
            await connection.ExecuteAsync(transaction, MarkSql, cancellation, nodeId, position.Segment, position.Offset);
        }

        if (commit)
        {
            await transaction.CommitAsync(cancellation);
            FigureStore.Keep(figures);
        }

        return (version, lastCall, unposted);
    }

    private async Task RunAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(null, sql, cancellation, values);
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
