using Microsoft.Extensions.Logging;

namespace AioHub.Core.Ledger;

/// <summary>The log page of the ledger.</summary>
internal static partial class LedgerLog
{
    [LoggerMessage(1303, LogLevel.Information, "Call {Request}: {Amount} USD of unused storage were given back")]
    public static partial void StorageRefunded(ILogger logger, string request, string amount);
}
