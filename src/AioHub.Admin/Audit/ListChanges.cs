using AioHub.Admin.Frame;
using AioHub.Admin.Wallet;
using AioHub.Core.Ledger;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Audit;

/// <summary>One member of a change: a field before and after, or a note.</summary>
internal sealed record ChangeShape(string? Field, string? Before, string? After, string? Note);

/// <summary>One line of the audit log.</summary>
/// <param name="Actor">An e-mail address, <c>cli</c>, <c>file</c>, <c>system</c> or <c>anonymous</c>.</param>
/// <param name="How">The door: <c>session</c>, <c>token</c>, <c>cli</c>, <c>file</c>, <c>system</c>, <c>anonymous</c>.</param>
/// <param name="Subject">Kind and name; accounts go by their owner's number.</param>
/// <param name="SubjectName">Whose account it is, as they are called now: an e-mail address, or a group's or channel's name. Absent of other subjects, and of owners that are gone.</param>
internal sealed record AuditLine(
    long Id, DateTime At, string Actor, long? ActorId, string How, string Action, string Subject, long? SubjectId, string? SubjectName, IReadOnlyList<ChangeShape> Changes, string? Address);

/// <summary><c>GET /api/admin/audit</c>: newest first.</summary>
internal static class ListChanges
{
    public static async Task<Page<AuditLine>> AnswerAsync(
        Paging paging, string? actor, string? subject, string? action, DateTime? from, DateTime? to, HttpContext http, ChangeLog log, AccountOwners owners)
    {
        paging.SortOf("-at");
        var rows = await log.ListAsync(new ChangeFilter(actor, null, subject, action, from?.ToUniversalTime(), to?.ToUniversalTime()), paging.AfterId, paging.Ask, http.RequestAborted);
        var names = await owners.NamesAsync([.. rows.Select(AccountOf).OfType<AccountRef>().Distinct()], http.RequestAborted);
        return paging.Of(
            rows,
            row => new AuditLine(
                row.Id, row.At, row.Actor, row.ActorId?.Value, row.How, row.Action, row.Subject, row.SubjectId, AccountOf(row) is { } account ? names.GetValueOrDefault(account) : null,
                [.. row.Changes.Select(static one => new ChangeShape(one.Field, one.Before, one.After, one.Note))], row.Address),
            static row => row.Id);
    }

    private static AccountRef? AccountOf(ChangeEntry row) => row.SubjectId is { } owner
        ? Enum.GetValues<AccountKind>().Select(kind => (AccountRef?)new AccountRef(kind, owner)).FirstOrDefault(account => string.Equals(account.ToString(), row.Subject, StringComparison.Ordinal))
        : null;
}
