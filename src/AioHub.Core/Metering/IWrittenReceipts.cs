namespace AioHub.Core.Metering;

/// <summary>Hears of receipts while they are at hand, after the commit that wrote them.</summary>
public interface IWrittenReceipts
{
    /// <summary>Must not throw: what it would complain of is written.</summary>
    /// <param name="newest">The newest number that stood in the log before these, as the transaction saw it that wrote them.</param>
    /// <param name="receipts">Those that have a number are new. They are used again when this returns.</param>
    internal void Add(long newest, IReadOnlyList<PendingReceipt> receipts);
}
