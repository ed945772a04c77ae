using AioHub.Core.Ledger;
using AioHub.Core.Storage;
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

/// <summary>Applies a batch of receipts in one transaction: log rows, entries, balances, key windows and the journal's mark.</summary>
/// <remarks>Used by one caller at a time. SQLite works synchronously, on whatever pool thread the receipt writer runs on.</remarks>
internal sealed class ReceiptStore(HubDatabase database, string nodeId) : IAsyncDisposable
{
    private const string MarkSql = """
        INSERT INTO journal_marks ("NodeId", "Segment", "Offset") VALUES ($1, $2, $3)
        ON CONFLICT ("NodeId") DO UPDATE SET "Segment" = excluded."Segment", "Offset" = excluded."Offset"
        """;

    private const string BeatSql = """
        INSERT INTO nodes ("NodeId", "StartedAt", "Heartbeat", "OpenHolds", "Pending") VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ("NodeId") DO UPDATE SET
            "StartedAt" = excluded."StartedAt", "Heartbeat" = excluded."Heartbeat", "OpenHolds" = excluded."OpenHolds", "Pending" = excluded."Pending"
        """;

    private SqliteConnection? _sqlite;

    /// <param name="origin">Null for a replay: every process must then pick the entries up.</param>
    /// <param name="commit">False: does it all and undoes it, which tells whether the database works.</param>
    /// <returns>The ledger's version of this transaction.</returns>
    public async Task<long> ApplyAsync(
        IReadOnlyList<PendingReceipt> receipts, string? origin, JournalMark? mark, CancellationToken cancellation, bool commit = true)
    {
        if (database.Engine == DatabaseEngine.Postgres)
        {
            return await ApplyPostgresAsync(receipts, origin, mark, commit, cancellation);
        }

        var connection = _sqlite ??= await OpenWriterAsync(cancellation);
        try
        {
            return ApplySqlite(connection, receipts, origin, mark, commit);
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    public async Task<JournalMark?> ReadMarkAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = """SELECT "Segment", "Offset" FROM journal_marks WHERE "NodeId" = $1""";
        Bind(command, nodeId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new JournalMark(reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    /// <summary>Says that this server lives, what it holds and what it has not written yet.</summary>
    public Task BeatAsync(DateTime started, DateTime now, int openHolds, int pending, CancellationToken cancellation) =>
        RunAsync(BeatSql, cancellation, nodeId, started, now, openHolds, pending);

    /// <summary>Says that this server has ended in good order.</summary>
    public Task LeaveAsync(CancellationToken cancellation) => RunAsync("""DELETE FROM nodes WHERE "NodeId" = $1""", cancellation, nodeId);

    public async ValueTask DisposeAsync() => await CloseAsync();

    private long ApplySqlite(SqliteConnection connection, IReadOnlyList<PendingReceipt> receipts, string? origin, JournalMark? mark, bool commit)
    {
        using var transaction = connection.BeginTransaction();
        var version = ChargeStore.Raise(connection, transaction);
        var added = RequestLogStore.Add(connection, receipts);
        ChargeStore.Add(connection, ChargesOf(added), origin);
        if (mark is { } position)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = MarkSql;
            Bind(command, nodeId, position.Segment, position.Offset);
            command.ExecuteNonQuery();
        }

        if (commit)
        {
            transaction.Commit();
        }

        return version;
    }

    private async Task<long> ApplyPostgresAsync(
        IReadOnlyList<PendingReceipt> receipts, string? origin, JournalMark? mark, bool commit, CancellationToken cancellation)
    {
        await using var connection = (NpgsqlConnection)await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var version = await ChargeStore.RaiseAsync(connection, transaction, cancellation);
        var added = await RequestLogStore.AddAsync(connection, transaction, receipts, cancellation);
        if (ChargesOf(added) is { Count: > 0 } charges)
        {
            await ChargeStore.AddAsync(connection, transaction, charges, origin, cancellation);
        }

        if (mark is { } position)
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = MarkSql;
            Bind(command, nodeId, position.Segment, position.Offset);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        if (commit)
        {
            await transaction.CommitAsync(cancellation);
        }

        return version;
    }

    /// <summary>
    /// Room for the pages that every batch touches (with the default of 2 MB they are read again and again), and fewer checkpoints, which copy a page
    /// once however often it was written.
    /// </summary>
    private async Task<SqliteConnection> OpenWriterAsync(CancellationToken cancellation)
    {
        var connection = (SqliteConnection)await database.OpenConnectionAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=4000;";
        await command.ExecuteNonQueryAsync(cancellation);
        return connection;
    }

    private async Task RunAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Bind(command, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Both drivers take <c>$1</c>: SQLite as a name, Npgsql as a position when the parameter has no name.</summary>
    private static void Bind(System.Data.Common.DbCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            if (parameter is SqliteParameter)
            {
                parameter.ParameterName = $"${i + 1}";
            }

            parameter.Value = values[i];
            command.Parameters.Add(parameter);
        }
    }

    private static List<CallCharge> ChargesOf(List<PendingReceipt> receipts)
    {
        var charges = new List<CallCharge>(receipts.Count);
        foreach (var (receipt, _) in receipts)
        {
            if (receipt.Charge.Total != Primitives.NanoUsd.Zero)
            {
                charges.Add(new CallCharge(
                    receipt.Id.ToString(),
                    receipt.User,
                    receipt.ChargesGroupQuota ? receipt.GroupId : null,
                    receipt.Key,
                    receipt.Charge.Total.Value,
                    Text(receipt.ServedModel.Length > 0 ? receipt.ServedModel : receipt.RequestedModel, 500, "call"),
                    Text(receipt.KeyName, 200, "key"),
                    RequestLogStore.Utc(receipt.StartedAt)));
            }
        }

        return charges;

        static string Text(string text, int longest, string otherwise)
        {
            var clean = RequestLogStore.Clean(text.Length > longest ? text[..longest] : text)!;
            return clean.Length > 0 ? clean : otherwise;
        }
    }

    private async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _sqlite, null) is { } connection)
        {
            await connection.DisposeAsync();
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
