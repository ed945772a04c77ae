using AioHub.Admin.Frame;
using AioHub.Core.Reports;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Calls;

/// <summary>One call as the log lists it. Exports have the same members.</summary>
/// <param name="At">When it began.</param>
/// <param name="Key">What the key is called now; absent = it is gone.</param>
/// <param name="User">The user's address; for operators.</param>
/// <param name="Group">That served, or was tried last; empty = none.</param>
/// <param name="Channel">For operators.</param>
/// <param name="ServedModel">Empty = none.</param>
/// <param name="InputTokens">Neither read from a cache nor written into one.</param>
/// <param name="CostUsd">For operators.</param>
/// <param name="FirstByteMs">From the call's beginning.</param>
internal sealed record CallItem(
    string RequestId, DateTime At, long KeyId, string? Key, long? UserId, string? User, string Group, string? Channel, string RequestedModel, string ServedModel, string Dialect, string Operation,
    bool Stream, int Status, string Outcome, string? ErrorCode, long InputTokens, long CacheReadTokens, long CacheWriteTokens, long OutputTokens, decimal ChargeUsd, decimal? CostUsd,
    double TotalMs, double? FirstByteMs)
{
    public static CallItem Of(CallLine call, ReportScope scope) => new(
        call.Id.ToString(), call.At, call.Key.Value, call.KeyName, scope.User is null ? call.User.Value : null, call.Email, call.Group, call.Channel, call.RequestedModel, call.ServedModel,
        DialectNames.Of(call.Dialect), QueryWords.NameOf(call.Operation), call.Stream, call.Status, QueryWords.NameOf(call.Outcome), call.ErrorCode, call.Uncached, call.CacheRead, call.CacheWrite,
        call.Output, call.Charge.ToUsd(), call.Cost?.ToUsd(), Math.Round(call.TotalMilliseconds, 3), call.FirstByteMilliseconds is { } first ? Math.Round(first, 3) : null);
}

/// <summary>A page of the log, in the order in which calls were recorded, which is that of their ends.</summary>
/// <param name="Next">The cursor of the next page; absent = this was the last.</param>
/// <param name="ScannedThrough">The page is not full because the search took its time: it came down to calls of about this moment. <c>next</c> goes on from there.</param>
/// <param name="Newest">For <c>since</c>: what is recorded after this page was read.</param>
internal sealed record CallListReply(IReadOnlyList<CallItem> Items, string? Next, DateTime? ScannedThrough, string Newest)
{
    public static async Task<CallListReply> ReadAsync(CallLog log, ReportScope scope, CallQuery query, Paging paging, string? since, HttpContext http)
    {
        paging.SortOf("-recorded");
        var page = await log.ReadAsync(scope, query.Filter(), paging.After, paging.Limit, since, http.RequestAborted);
        return new CallListReply([.. page.Items.Select(call => CallItem.Of(call, scope))], page.Next, page.ScannedThrough, page.Newest);
    }
}

/// <summary><c>GET /api/me/calls</c>: newest first. <c>since</c> takes <c>newest</c> of an earlier answer and gives only what came after it.</summary>
internal static class ListOwnCalls
{
    public static Task<CallListReply> AnswerAsync(Paging paging, [AsParameters] OwnCallQuery query, string? since, HttpContext http, Who who, CallLog log) =>
        CallListReply.ReadAsync(log, ReportScope.Of(who.User), query, paging, since, http);
}

/// <summary><c>GET /api/admin/calls</c>: everybody's, with users, channels and costs.</summary>
internal static class ListAllCalls
{
    public static Task<CallListReply> AnswerAsync(Paging paging, [AsParameters] AllCallQuery query, string? since, HttpContext http, CallLog log) =>
        CallListReply.ReadAsync(log, ReportScope.Everybody, query, paging, since, http);
}
