using System.Text.Json;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>One recorded interaction with a provider.</summary>
internal sealed record Recording(string Name, int Status, byte[] Reply, bool Streamed)
{
    public override string ToString() => Name;
}

/// <summary>Recorded interactions that may lie beside the repository; tests that want them pass without them and say so.</summary>
internal static class Recordings
{
    public static string? Folder(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AioHub.slnx")))
            folder = folder.Parent;

        var path = folder?.Parent is { } parent ? Path.Combine(parent.FullName, "shared", "oracle", relative) : null;
        if (path is not null && Directory.Exists(path))
            return path;

        Console.WriteLine($"skipped: no ../shared/oracle/{relative}");
        return null;
    }

    public static IReadOnlyList<Recording> Of(string format)
    {
        if (Folder($"recorded/{format}") is not { } folder)
            return [];

        var found = new List<Recording>();
        foreach (var at in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            using var meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(at, "meta.json")));
            var file = meta.RootElement.GetProperty("reply_file").GetString()!;
            found.Add(new Recording(
                $"{format}/{Path.GetFileName(at)}",
                meta.RootElement.GetProperty("status").GetInt32(),
                File.ReadAllBytes(Path.Combine(at, file)),
                file.EndsWith(".sse", StringComparison.Ordinal)));
        }

        return found;
    }
}
