using System.Data.Common;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Pins;

/// <summary>Takes out what no call will name again, a little at a time: other writers of the database wait meanwhile.</summary>
internal static class PinSweepStore
{
    private const int RowsAtOnce = 5_000;
    private const int MostTurns = 100;

    /// <summary>
    /// So long a cache's row outlives it: a server that was away may still bring calls that changed it, and a deletion must then be known. And a task's, which may be under way for days.
    /// </summary>
    private static readonly TimeSpan LongestStay = TimeSpan.FromDays(30);

    /// <returns>How many pins went.</returns>
    public static async Task<int> SweepAsync(HubDatabase database, PinOptions options, DateTime now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenPlainConnectionAsync(cancellation);
        var gone = 0;
        foreach (var kind in (ObjectKind[])[ObjectKind.Response, ObjectKind.Conversation, ObjectKind.File])
        {
            gone += await ExpiredAsync(connection, (int)kind, PinStore.MicrosecondsOf(now), cancellation);
            gone += await SurplusAsync(connection, (int)kind, options.MostResponses, cancellation);
        }

        var since = PinStore.MicrosecondsOf(now - LongestStay);
        gone += await ExpiredAsync(connection, (int)ObjectKind.Task, since, cancellation);
        gone += await connection.ExecuteAsync(
            null,
            """
            DELETE FROM pins WHERE "Kind" = $1 AND "ExpiresAt" < $2 AND NOT EXISTS (SELECT 1 FROM stored_stretches AS stretch
                WHERE stretch."Kind" = pins."Kind" AND stretch."Name" = pins."Name" AND stretch."UserId" = pins."UserId" AND stretch."DueNano" > stretch."DoneNano")
            """,
            cancellation, (int)ObjectKind.CachedContent, since);
        await connection.ExecuteAsync(null, """DELETE FROM stored_stretches WHERE "ToAt" < $1 AND "DueNano" <= "DoneNano" """, cancellation, since);
        return gone;
    }

    private static async Task<int> ExpiredAsync(DbConnection connection, int kind, long now, CancellationToken cancellation)
    {
        var gone = 0;
        for (var turn = 0; turn < MostTurns; turn++)
        {
            var last = await NumberAsync(
                connection, """SELECT "ExpiresAt" FROM pins WHERE "Kind" = $1 AND "ExpiresAt" < $2 ORDER BY "ExpiresAt" LIMIT 1 OFFSET $3""", cancellation, kind, now, RowsAtOnce);
            var some = await connection.ExecuteAsync(null, """DELETE FROM pins WHERE "Kind" = $1 AND "ExpiresAt" < $2""", cancellation, kind, last ?? now);
            gone += some;
            if (last is null || some == 0)
            {
                break;
            }
        }

        return gone;
    }

    private static async Task<int> SurplusAsync(DbConnection connection, int kind, int most, CancellationToken cancellation)
    {
        var gone = 0;
        for (var turn = 0; turn < MostTurns; turn++)
        {
            // What is beyond the newest so many, a little at a time.
            var surplus = (await NumberAsync(connection, """SELECT COUNT(*) FROM pins WHERE "Kind" = $1""", cancellation, kind) ?? 0) - most;
            if (surplus <= 0)
            {
                break;
            }

            var through = await NumberAsync(
                connection, """SELECT "ExpiresAt" FROM pins WHERE "Kind" = $1 ORDER BY "ExpiresAt" LIMIT 1 OFFSET $2""", cancellation, kind, Math.Min(surplus, RowsAtOnce) - 1);
            gone += through is { } end ? await connection.ExecuteAsync(null, """DELETE FROM pins WHERE "Kind" = $1 AND "ExpiresAt" <= $2""", cancellation, kind, end) : 0;
        }

        return gone;
    }

    private static async Task<long?> NumberAsync(DbConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = connection.Statement(null, sql, values);
        return await command.ExecuteScalarAsync(cancellation) is long number ? number : null;
    }
}
