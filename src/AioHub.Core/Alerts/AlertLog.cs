using Microsoft.Extensions.Logging;

namespace AioHub.Core.Alerts;

/// <summary>The log page of alerts.</summary>
internal static partial class AlertLog
{
    [LoggerMessage(1301, LogLevel.Warning, "The {Owner} {Name} has spent {Spent} of {Limit} USD ({Period})")]
    public static partial void SoftLimit(ILogger logger, string owner, string name, string spent, string limit, string? period);

    [LoggerMessage(1302, LogLevel.Warning, "The quota of {Owner} {Name} is {State}: {Left} USD are left. A top-up revives it")]
    public static partial void Quota(ILogger logger, string owner, string name, string state, string left);

    [LoggerMessage(1310, LogLevel.Warning, "Alert {Kind}: {Owner} {Name}")]
    public static partial void Opened(ILogger logger, string kind, string owner, string name);

    [LoggerMessage(1311, LogLevel.Information, "Alert {Kind} is over: {Owner} {Name}")]
    public static partial void Closed(ILogger logger, string kind, string owner, string name);

    [LoggerMessage(1312, LogLevel.Warning, "Looking for {Kinds} failed; the next round looks again")]
    public static partial void LookFailed(ILogger logger, string kinds, Exception exception);

    [LoggerMessage(1313, LogLevel.Warning, "Alert delivery {Id} failed ({Attempts} tries): {Answer}")]
    public static partial void DeliveryFailed(ILogger logger, long id, int attempts, string answer);

    [LoggerMessage(1314, LogLevel.Warning, "Alerts could not be delivered; the next round tries again")]
    public static partial void RoundFailed(ILogger logger, Exception exception);
}
