using AioHub.Core.Identity;
using AioHub.Core.Reports;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Usage;

/// <summary><c>GET /api/admin/usage/totals</c>.</summary>
internal static class ShowTotals
{
    public static async Task<UsageTotalsReply> AnswerAsync([AsParameters] AllUsageQuery query, HttpContext http, UsageReports reports, TimeProvider time) =>
        UsageTotalsReply.Of(await reports.TotalsAsync(query.Of(time.GetUtcNow().UtcDateTime), http.RequestAborted), isAll: true) with { Behind = await reports.BehindAsync(http.RequestAborted) };
}

/// <summary><c>GET /api/admin/usage/series</c>.</summary>
internal static class ShowSeries
{
    /// <param name="step"><c>hour</c> or <c>day</c>, which begins at midnight UTC unless <c>offset_minutes</c> says otherwise.</param>
    /// <param name="by"><c>none</c>, <c>model</c>, <c>group</c>, <c>channel</c>, of everybody <c>user</c>, of one user <c>key</c>.</param>
    public static async Task<UsageSeriesReply> AnswerAsync(
        [AsParameters] AllUsageQuery query, string? step, string? by, [AsParameters] DayOffset offset, HttpContext http, UsageReports reports, TimeProvider time)
    {
        var question = UsageQuery.Refine(query.Of(time.GetUtcNow().UtcDateTime), step, by, offset.Minutes);
        return new UsageSeriesReply(question.Step, [.. (await reports.SeriesAsync(question, http.RequestAborted)).Select(static point => UsagePoint.Of(point, isAll: true))]);
    }
}

/// <summary><c>GET /api/admin/usage/rank</c>: models, groups, channels, users, or one user's keys, dearest first.</summary>
internal static class ShowRank
{
    /// <param name="by"><c>model</c>, <c>group</c>, <c>channel</c>, of everybody <c>user</c> (whole days), of one user <c>key</c>.</param>
    /// <param name="limit">How many are told by themselves, 1 to 100; 20 unless said.</param>
    public static async Task<UsageRankReply> AnswerAsync(
        [AsParameters] AllUsageQuery query, string? by, int? limit, HttpContext http, UsageReports reports, IdentityLists lists, TimeProvider time) =>
        await UsageRank.ReadAsync(reports, lists, UsageQuery.Refine(query.Of(time.GetUtcNow().UtcDateTime), null, by, null), limit, http.RequestAborted);
}

/// <summary><c>GET /api/admin/usage/flow</c>: from which group to which channel calls went, and how they fared there.</summary>
internal static class ShowFlow
{
    public static async Task<UsageFlowReply> AnswerAsync([AsParameters] AllUsageQuery query, HttpContext http, UsageReports reports, TimeProvider time) =>
        new([.. (await reports.FlowAsync(query.Of(time.GetUtcNow().UtcDateTime), http.RequestAborted)).Select(UsageLink.Of)]);
}
