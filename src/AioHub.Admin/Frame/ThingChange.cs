using AioHub.Core.Primitives;

namespace AioHub.Admin.Frame;

/// <summary>What becomes of a thing.</summary>
internal enum ChangeSort
{
    Added,
    Changed,
    Removed,
}

/// <summary>One member of it.</summary>
/// <param name="Field">Absent: the line tells all there is.</param>
/// <param name="Before">Absent = none.</param>
/// <param name="After">Absent = none.</param>
/// <param name="Line">The same for people, such as <c>multiplier: 1 → 0.4</c>. Secrets are never in it.</param>
internal sealed record ChangedMember(string? Field, string? Before, string? After, string Line);

/// <summary>A thing that a piece of work adds, changes or removes.</summary>
/// <param name="What">Kind and name: <c>group claude-kiro</c>.</param>
internal sealed record ThingChange(ChangeSort Sort, string What, IReadOnlyList<ChangedMember> Members)
{
    public static ThingChange Of(ChangeReport report)
    {
        var told = report.Notes.GroupBy(static note => note.Line, StringComparer.Ordinal).ToDictionary(static lines => lines.Key, static lines => lines.First(), StringComparer.Ordinal);
        var sort = report.Created ? ChangeSort.Added : report.Action == "removed" ? ChangeSort.Removed : ChangeSort.Changed;
        return new ThingChange(sort, report.What,
            [.. report.Changes.Select(line => told.TryGetValue(line, out var note) ? new ChangedMember(note.Field, note.Before, note.After, line) : new ChangedMember(null, null, null, line))]);
    }
}
