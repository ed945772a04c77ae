using System.Collections.Immutable;
using System.Data;
using System.Globalization;
using AioHub.Core.Ledger;
using AioHub.Core.Storage;
using Microsoft.Data.Sqlite;

namespace AioHub.Core.Metering;

/// <summary>Reads receipts in the order of their numbers from a mark on, and puts smaller ones in their place.</summary>
internal static class ReceiptThinningStore
{
    private const string RowsSql = """SELECT "Seq", "StartedAt", "Detail" FROM request_log WHERE "Seq" > $1 ORDER BY "Seq" LIMIT $2""";
    private const string ThinSql = """UPDATE request_log SET "Detail" = $1 WHERE "Seq" = $2""";
    private const string MarkSql = """SELECT "Value" FROM settings WHERE "Key" = $1""";
    private const string MoveMarkSql = """INSERT INTO settings ("Key", "Value") VALUES ($1, $2) ON CONFLICT ("Key") DO UPDATE SET "Value" = excluded."Value" """;

    /// <param name="before">Calls that began earlier, in microseconds of the log.</param>
    public static async Task<ImmutableArray<(long Seq, byte[] Detail)>> NextAsync(HubDatabase database, long before, int limit, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var mark = (await reader.ReadAsync(MarkSql, static row => row.GetString(0), cancellation, SettingsStore.ThinnedThrough)) is [var known, ..] ? long.Parse(known, CultureInfo.InvariantCulture) : 0;
        var found = await reader.ReadAsync(RowsSql, static row => (Seq: row.GetInt64(0), At: row.GetInt64(1), Detail: row.GetFieldValue<byte[]>(2)), cancellation, mark, (long)limit);
        // Numbers are given at the ends of calls: the first that is too young ends the pass, and waits for its day.
        return [.. found.TakeWhile(row => row.At < before).Select(static row => (row.Seq, row.Detail))];
    }

    /// <summary>All of them and the mark, or nothing.</summary>
    /// <param name="through">The number up to which all were looked at.</param>
    public static async Task ReplaceAsync(HubDatabase database, IReadOnlyList<(long Seq, byte[] Detail)> smaller, long through, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(IsolationLevel.Serializable, deferred: false)
            : await connection.BeginTransactionAsync(cancellation);
        foreach (var (seq, detail) in smaller)
        {
            await connection.ExecuteAsync(transaction, ThinSql, cancellation, detail, seq);
        }

        await connection.ExecuteAsync(transaction, MoveMarkSql, cancellation, SettingsStore.ThinnedThrough, through.ToString(CultureInfo.InvariantCulture));
        await transaction.CommitAsync(cancellation);
    }
}
