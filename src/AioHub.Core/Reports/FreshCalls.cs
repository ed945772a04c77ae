using AioHub.Core.Ledger;
using AioHub.Core.Metering;

namespace AioHub.Core.Reports;

/// <summary>
/// Calls that this process has just written into the log, added up while they were at hand, so that <see cref="Rollups"/> need not read them again. Filled by
/// <see cref="ReceiptWriter"/> after its commits. It may forget whatever it likes: what it does not know stands in the log.
/// </summary>
public sealed class FreshCalls : IWrittenReceipts
{
    /// <summary>Different sums, each of them a few rows to write in one transaction: what comes when there are as many is read from the log.</summary>
    private const int MostSums = 10_000;

    private const int MostBlocks = 256;

    private readonly Lock _turn = new();
    private RollupBatch? _batch;

    void IWrittenReceipts.Add(long newest, IReadOnlyList<PendingReceipt> receipts)
    {
        lock (_turn)
        {
            if (_batch is { } full && (full.Tally.Sums.Count >= MostSums || full.Blocks >= MostBlocks))
            {
                return;
            }

            if (_batch?.Last != newest)
            {
                // The first, or others have written in between: what was known begins here.
                _batch = new RollupBatch(newest);
            }

            try
            {
                for (var i = 0; i < receipts.Count; i++)
                {
                    if (receipts[i].Number > 0)
                    {
                        _batch.Add(RowOf(receipts[i]));
                    }
                }
            }
            catch (ArithmeticException)
            {
                // Sums beyond all numbers are for those who read the log to complain of; these receipts are written, and their writer must not hear of it.
                _batch = null;
            }
        }
    }

    /// <summary>All that follows the mark, when it is known; it is forgotten here.</summary>
    /// <param name="until">Otherwise: up to which number the log must be read for what is known to follow; null = to its end.</param>
    internal RollupBatch? Take(long mark, out long? until)
    {
        lock (_turn)
        {
            var batch = _batch;
            until = null;
            if (batch is null || batch.Mark > mark)
            {
                until = batch?.Mark;
                return null;
            }

            _batch = null;
            if (batch.Mark == mark)
            {
                return batch.Rows > 0 ? batch : null;
            }

            // Its beginning has been counted by others. What comes next will be known from where it ended.
            until = batch.Last > mark ? batch.Last : null;
            return null;
        }
    }

    /// <summary>The row that a receipt made, as reports would read it.</summary>
    private static LogCall RowOf(PendingReceipt receipt) => new(
        receipt.Number, RequestLogRow.MomentOf(RequestLogRow.MicrosecondsOf(receipt.Call.At)), receipt.Call.User, receipt.Call.Key, RequestLogStore.Clean(receipt.Group) ?? "", RequestLogStore.Clean(receipt.Channel) ?? "",
        RequestLogStore.Clean(receipt.RequestedModel) ?? "", RequestLogStore.Clean(receipt.ServedModel) ?? "", (int)receipt.Dialect, (int)receipt.Operation, receipt.Stream, receipt.HttpStatus, receipt.Outcome,
        RequestLogStore.Clean(receipt.ErrorCode), receipt.InputTokens, receipt.CacheReadTokens, receipt.OutputTokens, receipt.Call.Nano, receipt.OperatorCost.Value, receipt.LostCost.Value,
        RequestLogStore.Number(receipt.TotalMilliseconds), receipt.FirstByteMilliseconds is { } first ? RequestLogStore.Number(first) : null, receipt.Payload);
}
