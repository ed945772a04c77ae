using System.Collections.Frozen;
using System.Security.Cryptography;

namespace AioHub.Host.Serving;

/// <summary>One file of the console as it goes out. <c>Brotli</c> and <c>Gzip</c> are null where the build found it not worth it.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="IsNamedByContent">Its name changes with its content: browsers may keep it for ever.</param>
internal sealed record ConsoleFile(string Type, bool IsNamedByContent, byte[] Bytes, byte[]? Brotli, byte[]? Gzip, string Tag);

/// <summary>
/// The built console beside the program. Looking at what is there takes a list of names at start; each file is read when it is first asked for and kept: all of it is
/// a few megabytes, and requests then touch no disk.
/// </summary>
internal sealed class ConsoleFiles
{
    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".json"] = "application/json",
        [".txt"] = "text/plain; charset=utf-8",
        [".webmanifest"] = "application/manifest+json",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, Lazy<ConsoleFile>> _files;

    private ConsoleFiles(FrozenDictionary<string, Lazy<ConsoleFile>> files, Lazy<ConsolePage>? page)
    {
        _files = files;
        Page = page;
    }

    /// <summary>The one page behind all addresses; null when the console was not built.</summary>
    public Lazy<ConsolePage>? Page { get; }

    /// <param name="folder">Such as <c>wwwroot</c> beside the program; it need not exist.</param>
    public static ConsoleFiles Find(string folder)
    {
        var files = new Dictionary<string, Lazy<ConsoleFile>>(StringComparer.Ordinal);
        var index = Path.Combine(folder, "index.html");
        if (!File.Exists(index))
        {
            return new ConsoleFiles(files.ToFrozenDictionary(StringComparer.Ordinal), null);
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Types.TryGetValue(Path.GetExtension(file), out var type))
            {
                var path = "/" + Path.GetRelativePath(folder, file).Replace('\\', '/');
                files[path] = new Lazy<ConsoleFile>(() => Read(file, path, type));
            }
        }

        return new ConsoleFiles(files.ToFrozenDictionary(StringComparer.Ordinal), new Lazy<ConsolePage>(() => new ConsolePage(File.ReadAllText(index))));
    }

    /// <param name="path">Of the request: only what <see cref="Find"/> saw is ever read, whatever is asked for.</param>
    public ConsoleFile? Get(string path) => _files.TryGetValue(path, out var file) ? file.Value : null;

    private static ConsoleFile Read(string file, string path, string type)
    {
        var bytes = File.ReadAllBytes(file);
        return new ConsoleFile(
            type, path.StartsWith("/assets/", StringComparison.Ordinal), bytes, Beside(file + ".br"), Beside(file + ".gz"), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..20]}\"");
    }

    private static byte[]? Beside(string file) => File.Exists(file) ? File.ReadAllBytes(file) : null;
}
