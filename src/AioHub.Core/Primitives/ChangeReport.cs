using System.Collections.Immutable;
using System.Globalization;

namespace AioHub.Core.Primitives;

/// <summary>What a command changed, or would change in a dry run.</summary>
/// <param name="What">Kind and name: <c>group claude-kiro</c>.</param>
/// <param name="Id">The row's id; 0 for rows that are known by name alone.</param>
/// <param name="Created">The thing did not exist.</param>
/// <param name="Changes">One line a member: <c>multiplier: 1 → 0.4</c>. Secrets are never in it.</param>
public sealed record ChangeReport(string What, long Id, bool Created, ImmutableArray<string> Changes)
{
    public bool Any => Created || !Changes.IsEmpty;
}

/// <summary>Writes down changes while a command makes them.</summary>
internal sealed class ChangeLines
{
    private readonly List<string> _lines = [];

    public bool Any => _lines.Count > 0;

    public void Add(string line) => _lines.Add(line);

    /// <summary>Compares, writes a line when the two differ, and gives the value that holds from now on.</summary>
    public T Set<T>(string field, T present, T next)
    {
        if (!EqualityComparer<T>.Default.Equals(present, next))
        {
            _lines.Add($"{field}: {Show(present)} → {Show(next)}");
        }

        return next;
    }

    public ChangeReport Report(string what, long id, bool created) => new(what, id, created, [.. _lines]);

    private static string Show<T>(T value) => value switch
    {
        null => "none",
        "" => "\"\"",
        bool flag => flag ? "true" : "false",
        Enum name => name.ToString().ToLowerInvariant(),
        DateTime moment => moment.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        decimal number => number.ToString("0.############", CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
