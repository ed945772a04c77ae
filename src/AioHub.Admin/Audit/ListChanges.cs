using AioHub.Admin.Frame;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Audit;

/// <summary>One member of a change: a field before and after, or a note.</summary>
internal sealed record ChangeShape(string? Field, string? Before, string? After, string? Note);

/// <summary>One line of the audit log.</summary>
/// <param name="Actor">An e-mail address, <c>cli</c>, <c>file</c>, <c>system</c> or <c>anonymous</c>.</param>
/// <param name="How">The door: <c>session</c>, <c>token</c>, <c>cli</c>, <c>file</c>, <c>system</c>, <c>anonymous</c>.</param>
/// <param name="Subject">Kind and name.</param>
internal sealed record AuditLine(
    long Id, DateTime At, string Actor, long? ActorId, string How, string Action, string Subject, long? SubjectId, IReadOnlyList<ChangeShape> Changes, string? Address);

/// <summary><c>GET /api/admin/audit</c>: newest first.</summary>
internal static class ListChanges
{
    public static async Task<Page<AuditLine>> AnswerAsync(
        Paging paging, string? actor, string? subject, string? action, DateTime? from, DateTime? to, HttpContext http, ChangeLog log)
    {
        paging.SortOf("-at");
        var rows = await log.ListAsync(new ChangeFilter(actor, null, subject, action, from?.ToUniversalTime(), to?.ToUniversalTime()), paging.AfterId, paging.Ask, http.RequestAborted);
        return paging.Of(
            rows,
            static row => new AuditLine(
                row.Id, row.At, row.Actor, row.ActorId?.Value, row.How, row.Action, row.Subject, row.SubjectId,
                [.. row.Changes.Select(static one => new ChangeShape(one.Field, one.Before, one.After, one.Note))], row.Address),
            static row => row.Id);
    }
}
