namespace AioHub.Core.Routing.Selection;

/// <summary>
/// A 64-bit hash that is the same in every process and on every node (unlike <see cref="string.GetHashCode()"/>), so that a conversation finds
/// the same credential without any shared state. Not for secrets.
/// </summary>
internal static class StableHash
{
    public static ulong Of(string text)
    {
        // FNV-1a over UTF-16 units, finished by a mixer since FNV's high bits are weak.
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ (byte)c) * 1099511628211UL;
            hash = (hash ^ (byte)(c >> 8)) * 1099511628211UL;
        }

        return Mix(hash);
    }

    public static ulong Combine(ulong left, ulong right) => Mix(left ^ (right * 0x9E3779B97F4A7C15UL));

    /// <summary>The finisher of SplitMix64.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
