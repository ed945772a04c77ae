namespace AioHub.Core.Metering;

/// <summary>The append-only file that makes a charge safe before its answer's last byte is released.</summary>
public interface IUsageJournal
{
    /// <summary>
    /// Appends a receipt and hands it to the database writer. When it returns, a <c>kill -9</c> of this process no longer loses the charge.
    /// Takes no lock and does not wait for a database.
    /// </summary>
    /// <exception cref="IOException">The disk refused; the answer must not be completed.</exception>
    void Append(Receipt receipt);
}
