using System.Collections.Immutable;

namespace AioHub.Core.Routing;

/// <summary>Names that a caller may have meant.</summary>
internal static class NearNames
{
    private const int Most = 5;
    private const int MostCompared = 2_000;
    private const int MostAsked = 50;
    private const int LongestCompared = 64;

    /// <summary>Up to five, nearest first: few edits away, or one the beginning of the other.</summary>
    /// <param name="keep">Asked of the nearest names only, in order.</param>
    public static ImmutableArray<string> Of(string name, IEnumerable<string> known, Func<string, bool> keep)
    {
        if (name.Length is 0 or > LongestCompared)
            return [];

        var most = Math.Max(2, name.Length / 4);
        return
        [
            .. known.Take(MostCompared)
                .Where(static other => other.Length is > 0 and <= LongestCompared)
                .Select(other => (other, distance: Nearness(name, other, most)))
                .Where(pair => pair.distance <= most)
                .OrderBy(static pair => pair.distance)
                .ThenBy(static pair => pair.other, StringComparer.Ordinal)
                .Select(static pair => pair.other)
                .Take(MostAsked)
                .Where(keep)
                .Take(Most),
        ];
    }

    private static int Nearness(string name, string other, int most)
    {
        // A shared beginning of some length counts as a near miss whatever follows.
        if (name.Length >= 3 && (other.StartsWith(name, StringComparison.OrdinalIgnoreCase) || (other.Length >= 3 && name.StartsWith(other, StringComparison.OrdinalIgnoreCase))))
            return 1;
        return Math.Abs(name.Length - other.Length) > most ? int.MaxValue : Edits(name, other);
    }

    /// <summary>Levenshtein's distance, case apart.</summary>
    private static int Edits(string left, string right)
    {
        Span<int> row = stackalloc int[LongestCompared + 1];
        for (var j = 0; j <= right.Length; j++)
            row[j] = j;

        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                var change = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? diagonal : diagonal + 1;
                row[j] = Math.Min(change, Math.Min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
