using AioHub.Core.Ledger;
using AioHub.Core.Pins;
using AioHub.Core.Storage;
using AioHub.Core.Tasks;
using Microsoft.Data.Sqlite;

namespace AioHub.Core.Metering;

/// <summary>A SQLite connection of its own, with the statements of each batch prepared once.</summary>
internal sealed class SqliteReceiptStore : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<Receipt> _pinning = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _raise;
    private readonly SqliteStatement _state;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _mark;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;

    private SqliteReceiptStore(SqliteConnection connection, string nodeId)
    {
        _connection = connection;
        _begin = new SqliteStatement(connection, "BEGIN IMMEDIATE");
        _raise = new SqliteStatement(connection, ChargeStore.RaiseSql);
        _state = new SqliteStatement(connection, ChargeStore.StateSql);
        _insert = RequestLogStore.PrepareInsert(connection);
        _mark = new SqliteStatement(connection, ReceiptStore.MarkSql).Bind(1, nodeId);
        _commit = new SqliteStatement(connection, "COMMIT");
        _rollback = new SqliteStatement(connection, "ROLLBACK");
    }

    /// <summary>
    /// With room for the pages that every batch touches (with the default of 2 MB they are read again and again), and fewer checkpoints, which copy a
    /// page once however often it was written.
    /// </summary>
    public static async Task<SqliteReceiptStore> OpenAsync(HubDatabase database, string nodeId, CancellationToken cancellation)
    {
        var connection = (SqliteConnection)await database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=1000;";
            await command.ExecuteNonQueryAsync(cancellation);
            return new SqliteReceiptStore(connection, nodeId);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>After an exception the store must be disposed of, which undoes the transaction.</summary>
    public async ValueTask<(long Version, long Newest, CallTotals Unposted)> ApplyAsync(
        CallTotals? unposted, IReadOnlyList<PendingReceipt> receipts, long? origin, JournalMark? mark, bool commit, Predicate<CallTotals> due, long now)
    {
        _begin.Execute();
        var (version, through, lastCall, lastEntry) = ReadState();
        if (unposted is null || !unposted.Covers(through, lastCall))
        {
            unposted = await ChargeStore.LoadAsync(_connection, null, through, now, CancellationToken.None);
        }

        _pinning.Clear();
        RequestLogStore.Add(_insert, receipts, Math.Max(through, Math.Max(lastCall, lastEntry)) + 1, origin, unposted, _pinning);
        if (_pinning.Count > 0)
        {
            await PinStore.ApplyAsync(_connection, null, [.. _pinning.SelectMany(static receipt => receipt.PinChanges(ReceiptStore.ConversationLifetime))], CancellationToken.None);
            await TaskStore.ApplyAsync(_connection, null, _pinning.Select(static receipt => receipt.TaskChange).OfType<TaskChange>(), CancellationToken.None);
        }

        var figures = await FigureStore.AddAsync(_connection, null, receipts, CancellationToken.None);
        if (unposted.Count > 0 && due(unposted))
        {
            ChargeStore.Post(_connection, unposted);
            unposted = new CallTotals(unposted.Last, now);
        }

        if (mark is { } position)
        {
            _mark.Bind(2, position.Segment).Bind(3, position.Offset).Execute();
        }

        (commit ? _commit : _rollback).Execute();
        FigureStore.Keep(commit ? figures : null);
        return (version, lastCall, unposted);
    }

    public void Dispose()
    {
        try
        {
            // The connection goes back to its pool, which knows nothing of this transaction.
            _rollback.Execute();
        }
        catch (SqliteException)
        {
            // None was open.
        }

        foreach (var statement in new[] { _begin, _raise, _state, _insert, _mark, _commit, _rollback })
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private (long Version, long Through, long LastCall, long LastEntry) ReadState()
    {
        Span<long> values = stackalloc long[3];
        _raise.Read(values[..1]);
        var version = values[0];
        _state.Read(values);
        return (version, values[0], values[1], values[2]);
    }
}
