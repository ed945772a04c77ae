using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Reports;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Usage;

/// <summary><c>GET /api/me/usage/totals</c>.</summary>
internal static class ShowOwnTotals
{
    public static async Task<UsageTotalsReply> AnswerAsync([AsParameters] OwnUsageQuery query, HttpContext http, Who who, UsageReports reports, TimeProvider time) =>
        UsageTotalsReply.Of(await reports.TotalsAsync(query.Of(who.User, time.GetUtcNow().UtcDateTime), http.RequestAborted), isAll: false);
}

/// <summary><c>GET /api/me/usage/series</c>.</summary>
internal static class ShowOwnSeries
{
    /// <param name="step"><c>hour</c> or <c>day</c>, which begins at midnight UTC unless <c>offset_minutes</c> says otherwise.</param>
    /// <param name="by"><c>none</c>, <c>model</c>, <c>group</c> or <c>key</c>.</param>
    public static async Task<UsageSeriesReply> AnswerAsync(
        [AsParameters] OwnUsageQuery query, string? step, string? by, [AsParameters] DayOffset offset, HttpContext http, Who who, UsageReports reports, TimeProvider time)
    {
        var question = UsageQuery.Refine(query.Of(who.User, time.GetUtcNow().UtcDateTime), step, by, offset.Minutes);
        return new UsageSeriesReply(question.Step, [.. (await reports.SeriesAsync(question, http.RequestAborted)).Select(static point => UsagePoint.Of(point, isAll: false))]);
    }
}

/// <summary><c>GET /api/me/usage/rank</c>: models, groups or keys, dearest first.</summary>
internal static class ShowOwnRank
{
    /// <param name="by"><c>model</c>, <c>group</c> or <c>key</c>.</param>
    /// <param name="limit">How many are told by themselves, 1 to 100; 20 unless said.</param>
    public static async Task<UsageRankReply> AnswerAsync(
        [AsParameters] OwnUsageQuery query, string? by, int? limit, HttpContext http, Who who, UsageReports reports, IdentityLists lists, TimeProvider time)
    {
        var question = UsageQuery.Refine(query.Of(who.User, time.GetUtcNow().UtcDateTime), null, by, null);
        return await UsageRank.ReadAsync(reports, lists, question, limit, http.RequestAborted);
    }
}

/// <summary>Days of another time zone than UTC.</summary>
internal sealed class DayOffset
{
    /// <summary>What days are ahead of UTC, in minutes; taken to the next full hour.</summary>
    [Query("offset_minutes")]
    public int? Minutes { get; init; }
}

/// <summary>Reads a rank with the names of what it numbers.</summary>
internal static class UsageRank
{
    private const int UsualLimit = 20;
    private const int MostLimit = 100;

    public static async Task<UsageRankReply> ReadAsync(UsageReports reports, IdentityLists lists, ReportQuestion question, int? limit, CancellationToken cancellation)
    {
        if (question.By == ReportBy.None)
        {
            throw Refused.Invalid("by", "must be said: model, group, or one of the others that this list has");
        }

        if (limit is < 1 or > MostLimit)
        {
            throw Refused.Invalid("limit", $"must be 1 to {MostLimit}");
        }

        var rank = await reports.RankAsync(question, limit ?? UsualLimit, compare: true, cancellation);
        var items = new List<UsageRankItem>(rank.Items.Length);
        foreach (var one in rank.Items)
        {
            items.Add(UsageRankItem.Of(one, await NameAsync(lists, question, one.Key, cancellation), question.Scope.SeesChannels));
        }

        return new UsageRankReply(items, rank.OtherCount, rank.OtherCalls, rank.OtherCharge.ToUsd());
    }

    private static async Task<string?> NameAsync(IdentityLists lists, ReportQuestion question, string key, CancellationToken cancellation)
    {
        if (question.By is not (ReportBy.User or ReportBy.Key) || !long.TryParse(key, System.Globalization.CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        return question.By == ReportBy.User
            ? (await lists.FindUserAsync(new Core.Primitives.UserId(id), cancellation))?.Email
            : (await lists.FindKeyAsync(new Core.Primitives.ApiKeyId(id), question.Scope.User!.Value, cancellation))?.Key.Name;
    }
}
