using Microsoft.Extensions.Logging;

namespace AioHub.Core.Ledger;

/// <summary>The log page of the ledger.</summary>
internal static partial class LedgerLog
{
    [LoggerMessage(1301, LogLevel.Warning, "The {Owner} {Name} has spent {Spent} of {Limit} USD ({Period})")]
    public static partial void SoftLimit(ILogger logger, string owner, string name, string spent, string limit, string? period);

    [LoggerMessage(1302, LogLevel.Warning, "The quota of {Owner} {Name} is {State}: {Left} USD are left. A top-up revives it")]
    public static partial void Quota(ILogger logger, string owner, string name, string state, string left);

    [LoggerMessage(1303, LogLevel.Information, "Call {Request}: {Amount} USD of unused storage were given back")]
    public static partial void StorageRefunded(ILogger logger, string request, string amount);
}
