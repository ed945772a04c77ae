using System.Collections.Immutable;

namespace AioHub.Core.Routing.Selection;

/// <summary>Globs of names: <c>*</c> stands for any run of characters, <c>?</c> for one; case does not count.</summary>
internal static class Glob
{
    public static bool IsWild(string pattern) => pattern.AsSpan().ContainsAny('*', '?');

    /// <summary>How much a pattern says: its characters without the wildcards.</summary>
    public static int Letters(string pattern) => pattern.Count(static one => one is not ('*' or '?'));

    /// <summary>Two pointers and one way back: no allocation, at most pattern × name steps.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || Same(pattern[p], name[n])))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    public static bool MatchesAny(ImmutableArray<string> patterns, string name)
    {
        foreach (var pattern in patterns)
        {
            if (Matches(pattern, name))
                return true;
        }

        return false;
    }

    private static bool Same(char left, char right) => left == right || char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}

/// <summary>A list of globs made ready: names without a wildcard are looked up, the others are tried one after the other.</summary>
internal sealed class GlobSet
{
    private readonly HashSet<string>? _exact;
    private readonly string[] _wild;
    private readonly bool _all;

    /// <param name="whenEmpty">What an empty list means.</param>
    public GlobSet(ImmutableArray<string> patterns, bool whenEmpty)
    {
        var list = patterns.IsDefault ? [] : patterns;
        _all = list.IsEmpty ? whenEmpty : list.Contains("*");
        _wild = [.. list.Where(static pattern => Glob.IsWild(pattern) && !string.Equals(pattern, "*", StringComparison.Ordinal))];
        var exact = list.Where(static pattern => !Glob.IsWild(pattern)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _exact = exact.Count == 0 ? null : exact;
    }

    /// <summary>The names that stand in the list without a wildcard.</summary>
    public IReadOnlyCollection<string> Names => _exact is null ? [] : _exact;

    public bool Matches(string name)
    {
        if (_all || (_exact is not null && _exact.Contains(name)))
            return true;

        foreach (var pattern in _wild)
        {
            if (Glob.Matches(pattern, name))
                return true;
        }

        return false;
    }
}

/// <summary>Lists of globs compared by content, so that thousands of channels with one list share what is made of it.</summary>
internal sealed class GlobListComparer : IEqualityComparer<ImmutableArray<string>>
{
    public static GlobListComparer Instance { get; } = new();

    public bool Equals(ImmutableArray<string> x, ImmutableArray<string> y) => x.AsSpan().SequenceEqual(y.AsSpan());

    public int GetHashCode(ImmutableArray<string> obj)
    {
        var hash = default(HashCode);
        hash.Add(obj.Length);
        // A few of them tell lists apart well enough; equality looks at all.
        for (var i = 0; i < obj.Length; i += 1 + (obj.Length / 8))
            hash.Add(obj[i], StringComparer.Ordinal);
        return hash.ToHashCode();
    }
}
