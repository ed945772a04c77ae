using AioHub.Core.Primitives;
using Microsoft.Extensions.Logging;

namespace AioHub.Relay;

/// <summary>What the data path logs: never content, never secrets.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(2001, LogLevel.Information, "Call {Request}: channel {Channel} failed before content ({Failure})")]
    public static partial void AttemptFailed(ILogger logger, RequestId request, string channel, string failure);

    [LoggerMessage(2002, LogLevel.Error, "Call {Request}: the usage journal refused its receipt; the answer was not completed")]
    public static partial void JournalRefused(ILogger logger, Exception exception, RequestId request);

    [LoggerMessage(2003, LogLevel.Error, "Call {Request} failed inside the hub")]
    public static partial void CallCrashed(ILogger logger, Exception exception, RequestId request);
}
