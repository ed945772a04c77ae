using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Storage;

/// <summary>Which lines of the audit log are wanted; null members bound nothing.</summary>
/// <param name="Actor">An e-mail address, <c>cli</c>, <c>file</c> or <c>system</c>.</param>
/// <param name="Subject">Kind and name, whole.</param>
/// <param name="From">UTC, inclusive.</param>
/// <param name="To">UTC, exclusive.</param>
public sealed record ChangeFilter(string? Actor = null, UserId? ActorId = null, string? Subject = null, string? Action = null, DateTime? From = null, DateTime? To = null);

/// <summary>One member that a change touched: a field with its values before and after, or a note where there is no such pair. Secrets are never in it.</summary>
public sealed record ChangedMember(string? Field, string? Before, string? After, string? Note);

/// <summary>One line of the audit log.</summary>
/// <param name="At">UTC.</param>
/// <param name="Subject">Kind and name: <c>group claude-kiro</c>.</param>
/// <param name="SubjectId">The row's id; null for what is known by name alone.</param>
public sealed record ChangeEntry(
    long Id, DateTime At, string Actor, UserId? ActorId, string How, string Action, string Subject, long? SubjectId, ImmutableArray<ChangedMember> Changes, string? Address);

/// <summary>The audit log: append-only, written by every command in its own transaction, read here.</summary>
public sealed class ChangeLog(HubDatabase database)
{
    public const int MostOfPage = 200;

    /// <summary>Newest first.</summary>
    /// <param name="filter">What bounds the page.</param>
    /// <param name="before">Only lines with a smaller id; null = from the newest.</param>
    /// <param name="limit">1 to 200.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ImmutableArray<ChangeEntry>> ListAsync(ChangeFilter filter, long? before = null, int limit = 50, CancellationToken cancellation = default) =>
        [.. (await ChangeLogStore.ListAsync(database, filter, before, Math.Clamp(limit, 1, MostOfPage + 1), cancellation)).Select(ChangeLogStore.Entry)];
}
