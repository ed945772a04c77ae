using System.Collections.Immutable;
using System.Data;
using System.Globalization;
using AioHub.Core.Ledger;
using AioHub.Core.Storage;
using Microsoft.Data.Sqlite;

namespace AioHub.Core.Metering;

/// <summary>What bounds what the request log tells of a call. Section <c>AioHub:Log</c>.</summary>
public sealed class LogOptions
{
    /// <summary>For how many days the log keeps what a call was like beside its money; null = for ever. Rows, charges, costs and sums stay in any case.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 36_600)]
    public int? DetailsDays { get; set; }
}

/// <summary>
/// Thins the receipts of old calls: who they came from, the conversation, the route's story, what was lost in translation and what upstreams said go; whatever money was worked out from stays, so
/// that audits prove a thin receipt as they prove a whole one, and sums can still be made again. In the order of numbers, a few hundred at a time; done twice it does nothing.
/// </summary>
public sealed class ReceiptThinning(HubDatabase database, TimeProvider time)
{
    private const int AtOnce = 500;
    private const string RowsSql = """SELECT "Seq", "StartedAt", "Detail" FROM request_log WHERE "Seq" > $1 ORDER BY "Seq" LIMIT $2""";
    private const string ThinSql = """UPDATE request_log SET "Detail" = $1 WHERE "Seq" = $2""";
    private const string MarkSql = """SELECT "Value" FROM settings WHERE "Key" = $1""";
    private const string MoveMarkSql = """INSERT INTO settings ("Key", "Value") VALUES ($1, $2) ON CONFLICT ("Key") DO UPDATE SET "Value" = excluded."Value" """;

    /// <param name="days">Calls that began longer ago are thinned.</param>
    /// <param name="batches">How much is done at most.</param>
    /// <returns>How many receipts became smaller.</returns>
    public async Task<int> SweepAsync(int days, int batches, CancellationToken cancellation = default)
    {
        var thinned = 0;
        for (var batch = 0; batch < batches; batch++)
        {
            var (rows, smaller) = await StepAsync(RequestLogRow.MicrosecondsOf(time.GetUtcNow().UtcDateTime.AddDays(-days)), cancellation);
            thinned += smaller;
            if (rows < AtOnce)
            {
                break;
            }
        }

        return thinned;
    }

    /// <summary>The same receipt with nothing but what its charge and its costs rest on.</summary>
    internal static Receipt Thin(Receipt receipt) => receipt with
    {
        UserAgent = null,
        Session = null,
        Affinity = null,
        Route = null,
        Losses = [],
        Attempts = receipt.Attempts.IsDefaultOrEmpty ? [] : [.. receipt.Attempts.Select(static attempt => attempt with { Detail = null })],
    };

    private async Task<(int Rows, int Smaller)> StepAsync(long before, CancellationToken cancellation)
    {
        var rows = ImmutableArray<(long Seq, byte[] Detail)>.Empty;
        await using (var reader = await HubReader.OpenAsync(database, consistent: true, cancellation))
        {
            var mark = (await reader.ReadAsync(MarkSql, static row => row.GetString(0), cancellation, SettingsStore.ThinnedThrough)) is [var known, ..] ? long.Parse(known, CultureInfo.InvariantCulture) : 0;
            var found = await reader.ReadAsync(RowsSql, static row => (Seq: row.GetInt64(0), At: row.GetInt64(1), Detail: row.GetFieldValue<byte[]>(2)), cancellation, mark, (long)AtOnce);
            // Numbers are given at the ends of calls: the first that is too young ends the pass, and waits for its day.
            rows = [.. found.TakeWhile(row => row.At < before).Select(static row => (row.Seq, row.Detail))];
        }

        if (rows.IsEmpty)
        {
            return (0, 0);
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(IsolationLevel.Serializable, deferred: false)
            : await connection.BeginTransactionAsync(cancellation);
        var smaller = 0;
        foreach (var (seq, detail) in rows)
        {
            // What cannot be read is left for the audit to find.
            if (ReceiptFields.TryRead(detail) is { } receipt && Bytes(Thin(receipt)) is var thin && thin.Length < detail.Length)
            {
                await connection.ExecuteAsync(transaction, ThinSql, cancellation, thin, seq);
                smaller++;
            }
        }

        await connection.ExecuteAsync(transaction, MoveMarkSql, cancellation, SettingsStore.ThinnedThrough, rows[^1].Seq.ToString(CultureInfo.InvariantCulture));
        await transaction.CommitAsync(cancellation);
        return (rows.Length, smaller);
    }

    private static byte[] Bytes(Receipt receipt)
    {
        var frame = ReceiptBytes.Write(receipt, out var length);
        return frame.Slice(JournalFormat.FrameHeader, length).ToArray();
    }
}
