using AioHub.Core.Ledger;
using AioHub.Core.Storage;

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
        var rows = await ReceiptThinningStore.NextAsync(database, before, AtOnce, cancellation);
        if (rows.IsEmpty)
        {
            return (0, 0);
        }

        // What cannot be read is left for the audit to find.
        var smaller = rows.Select(static row => (row.Seq, Detail: ReceiptFields.TryRead(row.Detail) is { } receipt && Bytes(Thin(receipt)) is var thin && thin.Length < row.Detail.Length ? thin : null))
            .Where(static row => row.Detail is not null).Select(static row => (row.Seq, row.Detail!)).ToList();
        await ReceiptThinningStore.ReplaceAsync(database, smaller, rows[^1].Seq, cancellation);
        return (rows.Length, smaller.Count);
    }

    private static byte[] Bytes(Receipt receipt)
    {
        var frame = ReceiptBytes.Write(receipt, out var length);
        return frame.Slice(JournalFormat.FrameHeader, length).ToArray();
    }
}
