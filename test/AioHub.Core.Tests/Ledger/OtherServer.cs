using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Ledger;

/// <summary>A second server on the same database, with a journal of its own, that lives for a few calls.</summary>
internal static class OtherServer
{
    private static readonly JournalSizes Small = new(SegmentBytes: 64 << 10);

    /// <param name="dies">Before it has written anything into the database: its next start does.</param>
    public static async Task ServeAsync(
        HubDatabase database, string folder, TimeProvider time, IReadOnlyList<Receipt> receipts, bool dies, CancellationToken cancellation)
    {
        using (var journal = UsageJournal.Open(folder, time, sizes: Small))
        {
            using var book = new LocalHoldBook(database, time);
            await using var writer = new ReceiptWriter(database, journal, book, time);
            foreach (var receipt in receipts)
            {
                journal.Append(receipt);
            }

            if (!dies)
            {
                await writer.FlushAsync(cancellation);
                return;
            }
        }

        using var again = UsageJournal.Open(folder, time, sizes: Small);
        using var loaded = new LocalHoldBook(database, time);
        await using var replaying = new ReceiptWriter(database, again, loaded, time);
        await replaying.ReplayAsync(cancellation);
    }
}
