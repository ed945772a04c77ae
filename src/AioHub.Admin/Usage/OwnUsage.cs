using AioHub.Admin.Frame;
using AioHub.Core.Reports;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Usage;

/// <summary>The period of a report: the last thirty days unless it is said.</summary>
internal static class Period
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);

    public static ReportQuestion Of(ReportScope scope, DateTime? from, DateTime? to, DateTime now)
    {
        var end = to?.ToUniversalTime() ?? now;
        return new ReportQuestion(scope, from?.ToUniversalTime() ?? end - Usual, end);
    }
}

/// <summary><c>GET /api/me/usage/totals</c>.</summary>
internal static class ShowOwnTotals
{
    public static async Task<UsageTotalsReply> AnswerAsync(DateTime? from, DateTime? to, HttpContext http, Who who, UsageReports reports, TimeProvider time) =>
        UsageTotalsReply.Of(await reports.TotalsAsync(Period.Of(ReportScope.Of(who.User), from, to, time.GetUtcNow().UtcDateTime), http.RequestAborted));
}

/// <summary><c>GET /api/me/usage/series</c>.</summary>
internal static class ShowOwnSeries
{
    /// <param name="step"><c>hour</c> or <c>day</c>, which begins at midnight UTC.</param>
    /// <param name="by"><c>none</c>, <c>model</c>, <c>group</c> or <c>key</c>.</param>
    public static async Task<UsageSeriesReply> AnswerAsync(DateTime? from, DateTime? to, string? step, string? by, HttpContext http, Who who, UsageReports reports, TimeProvider time)
    {
        var question = Period.Of(ReportScope.Of(who.User), from, to, time.GetUtcNow().UtcDateTime) with { Step = Word("step", step, ReportStep.Day), By = Word("by", by, ReportBy.None) };
        return new UsageSeriesReply(question.Step, [.. (await reports.SeriesAsync(question, http.RequestAborted)).Select(UsagePoint.Of)]);
    }

    private static T Word<T>(string field, string? word, T usual)
        where T : struct, Enum
    {
        if (word is null)
            return usual;

        var names = Enum.GetNames<T>().Select(static name => name.ToLowerInvariant()).ToList();
        return names.Contains(word, StringComparer.Ordinal) ? Enum.Parse<T>(word, ignoreCase: true) : throw Refused.Invalid(field, $"must be one of {string.Join(", ", names)}");
    }
}
