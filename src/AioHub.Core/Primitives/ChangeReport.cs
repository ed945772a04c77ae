using System.Collections.Immutable;
using System.Globalization;

namespace AioHub.Core.Primitives;

/// <summary>What a command gives back has in it what it changed: so no command can change anything that the audit log does not tell.</summary>
public interface IReported
{
    ChangeReport Report { get; }
}

/// <summary>What a command changed, or would change in a dry run.</summary>
/// <param name="What">Kind and name: <c>group claude-kiro</c>.</param>
/// <param name="Id">The row's id; 0 for rows that are known by name alone.</param>
/// <param name="Created">The thing did not exist.</param>
/// <param name="Changes">One line a member: <c>multiplier: 1 → 0.4</c>. Secrets are never in it.</param>
public sealed record ChangeReport(string What, long Id, bool Created, ImmutableArray<string> Changes) : IReported
{
    public bool Any => Created || !Changes.IsEmpty;

    /// <summary>The same changes as values, where a line tells of two values.</summary>
    public ImmutableArray<ChangeNote> Notes { get; init; } = [];

    /// <summary>What the audit log calls it.</summary>
    public string Action { get; init; } = Created ? "created" : Changes.Contains("removed", StringComparer.Ordinal) ? "removed" : "changed";

    ChangeReport IReported.Report => this;
}

/// <summary>One member before and after, as text; null = none.</summary>
/// <param name="Line">The same for people.</param>
public sealed record ChangeNote(string Field, string? Before, string? After, string Line);

/// <summary>Writes down changes while a command makes them.</summary>
internal sealed class ChangeLines
{
    private readonly List<string> _lines = [];
    private readonly List<ChangeNote> _notes = [];

    public bool Any => _lines.Count > 0;

    public void Add(string line) => _lines.Add(line);

    /// <summary>Compares, writes a line when the two differ, and gives the value that holds from now on.</summary>
    public T Set<T>(string field, T present, T next)
    {
        if (!EqualityComparer<T>.Default.Equals(present, next))
        {
            var (before, after) = (Show(present), Show(next));
            var line = $"{field}: {Words(before)} → {Words(after)}";
            _lines.Add(line);
            _notes.Add(new ChangeNote(field, before, after, line));
        }

        return next;
    }

    public ChangeReport Report(string what, long id, bool created, string? action = null)
    {
        var report = new ChangeReport(what, id, created, [.. _lines]) { Notes = [.. _notes] };
        return action is null ? report : report with { Action = action };
    }

    private static string Words(string? text) => text switch { null => "none", "" => "\"\"", _ => text };

    private static string? Show<T>(T value) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        Enum name => name.ToString().ToLowerInvariant(),
        DateTime moment => moment.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        decimal number => number.ToString("0.############", CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
