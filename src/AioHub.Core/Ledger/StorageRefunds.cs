using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Ledger;

/// <summary>
/// Gives back what callers paid for storage that was not used, because its object was deleted early or its end was moved forward. The receipts of such calls say
/// what is due (decision 0022); here it becomes refunds of the calls that had paid, each once, whichever server does it.
/// </summary>
/// <param name="onChanged">Told after refunds, so that the hold book of this process need not wait for its next refresh; may be null.</param>
public sealed class StorageRefunds(HubDatabase database, TimeProvider time, Func<CancellationToken, Task>? onChanged = null, ILogger<StorageRefunds>? logger = null)
{
    private const int MostAtOnce = 100;

    private readonly ILogger _logger = logger ?? NullLogger<StorageRefunds>.Instance;

    /// <summary>Pays what is due now. Cheap when nothing is.</summary>
    /// <returns>How many refunds were made.</returns>
    public async Task<int> SettleAsync(CancellationToken cancellation)
    {
        var paid = 0;
        foreach (var request in await StorageRefundStore.DueAsync(database, MostAtOnce, cancellation))
        {
            if (await StorageRefundStore.PayAsync(database, request, time.GetUtcNow().UtcDateTime, cancellation) is { } amount)
            {
                LedgerLog.StorageRefunded(_logger, request, amount.ToUsdString());
                paid++;
            }
        }

        if (paid > 0 && onChanged is not null)
        {
            await onChanged(cancellation);
        }

        return paid;
    }
}
