using Microsoft.Extensions.Logging;

namespace AioHub.Core.Ledger;

/// <summary>The log page of the ledger.</summary>
internal static partial class LedgerLog
{
    [LoggerMessage(1301, LogLevel.Warning, "The {Owner} {Name} has spent {Spent} of {Limit} USD ({Period})")]
    public static partial void SoftLimit(ILogger logger, string owner, string name, string spent, string limit, string? period);
}
