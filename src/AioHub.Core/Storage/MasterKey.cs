using System.Security.Cryptography;
using System.Text;

namespace AioHub.Core.Storage;

/// <summary>
/// The one secret that all others hang on: 32 bytes, from which a key for each purpose is derived (HKDF-SHA256). Whoever loses it loses the
/// stored credentials and every API key; nodes that share a database share it.
/// </summary>
public sealed class MasterKey
{
    public const int Length = 32;
    public const string FileName = "master.key";
    private const int MostAttempts = 400;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private readonly byte[] _key;

    /// <exception cref="MasterKeyException">Not 32 bytes.</exception>
    public MasterKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
        {
            throw new MasterKeyException($"The master key has {key.Length} bytes instead of {Length}.");
        }

        _key = key.ToArray();
        Id = Convert.ToHexStringLower(Derive("key id").AsSpan(0, 4));
    }

    /// <summary>Names the key without telling anything of it: 8 hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>
    /// The configured key (base64 of 32 bytes); when that is empty, the file <c>master.key</c> of the data folder, made on first start and
    /// readable by its owner alone.
    /// </summary>
    /// <exception cref="MasterKeyException">The setting or the file holds no key.</exception>
    public static MasterKey Load(string? base64, string dataFolder)
    {
        if (!string.IsNullOrWhiteSpace(base64))
        {
            return Parse(base64, "AIOHUB_MASTER_KEY");
        }

        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path))
        {
            DataFolder.Ensure(dataFolder);
            Make(path);
        }

        return Parse(File.ReadAllText(path), path);
    }

    /// <summary>A key for one purpose; the same purpose always gives the same key.</summary>
    internal byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Length, salt: null, Encoding.UTF8.GetBytes("aiohub " + purpose));

    public override string ToString() => Id;

    private static MasterKey Parse(string text, string where)
    {
        Span<byte> key = stackalloc byte[Length + 16];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == Length
            ? new MasterKey(key[..length])
            : throw new MasterKeyException($"{where} must hold {Length} bytes in base64 (44 characters); `openssl rand -base64 32` makes such a key.");
    }

    private static void Make(string path)
    {
        // Of processes that start at once one makes it and all read that one. File.Move looks before it moves and so is no lock: two could get past it.
        using var gate = Enter(path + ".lock");
        if (File.Exists(path))
        {
            return;
        }

        // Written aside and moved: nobody reads half a key.
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(draft, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Length)) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: false);
    }

    /// <summary>A file that one process at a time has open, gone when it is closed.</summary>
    private static FileStream Enter(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (Exception exception) when (attempt < MostAttempts && (exception is IOException or UnauthorizedAccessException))
            {
                // Held by another; one that makes a key needs a few milliseconds.
                Thread.Sleep(Pause);
            }
        }
    }
}

/// <summary>The folder of a hub's files. A new one is its owner's alone: it holds the master key and people's addresses.</summary>
internal static class DataFolder
{
    public static void Ensure(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

/// <summary>The master key is missing, malformed, or not the one that the database was encrypted with.</summary>
public sealed class MasterKeyException(string message) : Exception(message);
