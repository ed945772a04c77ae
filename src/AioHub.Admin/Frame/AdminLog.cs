using Microsoft.Extensions.Logging;

namespace AioHub.Admin.Frame;

/// <summary>What the management API logs.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(4001, LogLevel.Error, "{Method} {Path} failed (request {RequestId})")]
    public static partial void Failed(ILogger logger, string method, string path, string requestId, Exception exception);

    [LoggerMessage(4002, LogLevel.Warning, "Signing in through {Provider} failed: {Reason}")]
    public static partial void ProviderFailed(ILogger logger, string provider, string reason);
}
