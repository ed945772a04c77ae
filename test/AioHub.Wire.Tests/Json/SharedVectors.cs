namespace AioHub.Wire.Tests.Json;

/// <summary>Public test vectors that may lie beside the repository; tests that want them pass without them and say so.</summary>
internal static class SharedVectors
{
    /// <summary>The full path of a file or folder among the vectors; null (and a printed line) when it is not there.</summary>
    public static string? Find(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AioHub.slnx")))
        {
            folder = folder.Parent;
        }

        var path = folder?.Parent is { } parent ? Path.Combine(parent.FullName, "shared", "oracle", "vectors", relative) : null;
        if (path is not null && (File.Exists(path) || Directory.Exists(path)))
        {
            return path;
        }

        Say($"skipped: no vectors at ../shared/oracle/vectors/{relative}");
        return null;
    }

    public static void Say(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.WriteLine(line);
    }
}
