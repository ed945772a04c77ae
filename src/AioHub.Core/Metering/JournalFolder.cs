using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;

namespace AioHub.Core.Metering;

/// <summary>The files of a journal folder: <c>NNNNNNNN.log</c>, <c>NNNNNNNN.bad</c>, <c>NNNNNNNN.spare</c>, <c>lock</c>, <c>node</c>.</summary>
internal static class JournalFolder
{
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "journal");

    public static string SegmentPath(string folder, int number) => Path.Combine(folder, number.ToString("00000000", CultureInfo.InvariantCulture) + ".log");

    /// <summary>A segment that is done, while it is emptied to be used again.</summary>
    public static string SparePath(string folder, int number) => Path.ChangeExtension(SegmentPath(folder, number), ".spare");

    /// <summary>Removes what a process left that ended while it emptied a segment. All in it is in the database.</summary>
    public static void DeleteSpares(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.spare"))
        {
            File.Delete(path);
        }
    }

    /// <summary>Segment files in the order of their numbers.</summary>
    public static ImmutableArray<string> Segments(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.log").Where(static path => Number(path) is not null).Order(StringComparer.Ordinal)] : [];

    /// <summary>Files with records that could not be read, kept for people to look at.</summary>
    public static ImmutableArray<string> Rejected(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.bad").Order(StringComparer.Ordinal)] : [];

    public static int HighestNumber(string folder) =>
        Directory.EnumerateFiles(folder).Select(static path => Number(path) ?? 0).DefaultIfEmpty(0).Max();

    /// <summary>The folder's own random name, made at its first use.</summary>
    public static string NodeId(string folder)
    {
        var path = Path.Combine(folder, "node");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 and <= 32 } known)
        {
            return known;
        }

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(path, id);
        return id;
    }

    private static int? Number(string path) =>
        int.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
