namespace AioHub.Host.Configuration;

/// <summary>The known name that a misspelled one comes nearest to.</summary>
internal static class NearKeys
{
    private const int Longest = 64;

    /// <returns>Null when none is near.</returns>
    public static string? Of(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > Longest)
        {
            return null;
        }

        var (nearest, edits) = known.Where(static other => other.Length <= Longest)
            .Select(other => (other, Edits(name, other)))
            .DefaultIfEmpty((null!, int.MaxValue))
            .MinBy(static pair => pair.Item2);
        return edits <= Math.Max(2, name.Length / 3) ? nearest : null;
    }

    /// <summary>Levenshtein's distance, case apart.</summary>
    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
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
