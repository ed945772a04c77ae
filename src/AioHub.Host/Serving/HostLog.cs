namespace AioHub.Host.Serving;

/// <summary>What the host logs.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1001, LogLevel.Warning, "Configuration: {Warning}")]
    public static partial void ConfigurationWarning(ILogger logger, string warning);

    [LoggerMessage(1002, LogLevel.Warning, "The database did not answer a refresh; serving on with what is known")]
    public static partial void RefreshFailed(ILogger logger, Exception exception);
}
