using Microsoft.Extensions.Logging;

namespace AioHub.Core.Reports;

/// <summary>The log page of reports.</summary>
internal static partial class ReportsLog
{
    [LoggerMessage(1801, LogLevel.Warning, "The request log could not be added up; trying again in {Seconds} s. Dashboards count fewer calls meanwhile, charges are untouched")]
    public static partial void RollupFailed(ILogger logger, Exception problem, double seconds);
}
