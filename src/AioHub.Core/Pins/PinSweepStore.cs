using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Pins;

/// <summary>Takes out what no call will name again, a little at a time: other writers of the database wait meanwhile.</summary>
internal static class PinSweepStore
{
    private const int RowsAtOnce = 5_000;
    private const int MostTurns = 100;

    /// <summary>
    /// So long a cache's row outlives it: a server that was away may still bring calls that changed it, and a deletion must then be known.
    /// </summary>
    private static readonly TimeSpan CachesStay = TimeSpan.FromDays(30);

    /// <returns>How many pins went.</returns>
    public static async Task<int> SweepAsync(HubDatabase database, PinOptions options, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var gone = 0;
        foreach (var kind in (ObjectKind[])[ObjectKind.Response, ObjectKind.Conversation])
        {
            gone += await ExpiredAsync(context, kind, PinStore.MicrosecondsOf(now), cancellation);
            gone += await SurplusAsync(context, kind, options.MostResponses, cancellation);
        }

        var since = PinStore.MicrosecondsOf(now - CachesStay);
        var caches = context.Set<PinRow>().Where(row => row.Kind == ObjectKind.CachedContent && row.ExpiresAt < since
            && !context.Set<StoredStretchRow>().Any(stretch => stretch.Kind == row.Kind && stretch.Name == row.Name && stretch.UserId == row.UserId && stretch.DueNano > stretch.DoneNano));
        gone += await caches.ExecuteDeleteAsync(cancellation);
        await context.Set<StoredStretchRow>().Where(stretch => stretch.ToAt < since && stretch.DueNano <= stretch.DoneNano).ExecuteDeleteAsync(cancellation);
        return gone;
    }

    private static async Task<int> ExpiredAsync(HubContext context, ObjectKind kind, long now, CancellationToken cancellation)
    {
        var gone = 0;
        for (var turn = 0; turn < MostTurns; turn++)
        {
            var last = await context.Set<PinRow>().Where(row => row.Kind == kind && row.ExpiresAt < now).OrderBy(static row => row.ExpiresAt)
                .Select(static row => (long?)row.ExpiresAt).Skip(RowsAtOnce).FirstOrDefaultAsync(cancellation);
            var below = last ?? now;
            var some = await context.Set<PinRow>().Where(row => row.Kind == kind && row.ExpiresAt < below).ExecuteDeleteAsync(cancellation);
            gone += some;
            if (last is null || some == 0)
            {
                break;
            }
        }

        return gone;
    }

    private static async Task<int> SurplusAsync(HubContext context, ObjectKind kind, int most, CancellationToken cancellation)
    {
        var gone = 0;
        for (var turn = 0; turn < MostTurns; turn++)
        {
            var surplus = await context.Set<PinRow>().CountAsync(row => row.Kind == kind, cancellation) - most;
            if (surplus <= 0)
            {
                break;
            }

            var through = await context.Set<PinRow>().Where(row => row.Kind == kind).OrderBy(static row => row.ExpiresAt)
                .Select(static row => row.ExpiresAt).Skip(Math.Min(surplus, RowsAtOnce) - 1).FirstAsync(cancellation);
            gone += await context.Set<PinRow>().Where(row => row.Kind == kind && row.ExpiresAt <= through).ExecuteDeleteAsync(cancellation);
        }

        return gone;
    }
}
