using System.Globalization;
using System.Security.Cryptography;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Imports;

/// <summary>Where files lie that are imported from: in the data folder, since they hold secrets.</summary>
/// <param name="MostBytes">Of one file.</param>
public sealed record UploadFolder(string Path, long MostBytes = 4L * 1024 * 1024 * 1024);

/// <summary>The kinds of files.</summary>
internal enum UploadKind
{
    Sqlite,
    MysqlDump,
}

/// <summary>A file that was sent.</summary>
/// <param name="Id">Names it in an import.</param>
/// <param name="Kind">As its first bytes show it.</param>
internal sealed record UploadReply(string Id, UploadKind Kind, long Bytes);

/// <summary>
/// Files that were sent, each of one user: written to the disk as they come, readable for the hub's own account alone, gone after a day, with the user's next file, or when they are imported.
/// </summary>
internal sealed class Uploads(UploadFolder folder, TimeProvider time)
{
    private const string Ending = ".upload";
    private const string Unfinished = ".part";
    private const int IdBytes = 16;
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    /// <exception cref="Refused">It is too large, empty, or cut off; nothing is kept.</exception>
    public async Task<UploadReply> KeepAsync(UserId user, Stream body, long? length, CancellationToken cancellation)
    {
        if (length > folder.MostBytes)
        {
            throw TooLarge();
        }

        Directory.CreateDirectory(folder.Path);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var part = PathOf(user, id) + Unfinished;
        try
        {
            long bytes;
            UploadKind kind;
            await using (var file = new FileStream(part, Owned(FileMode.CreateNew, FileAccess.ReadWrite)))
            {
                bytes = await CopyAsync(body, file, cancellation);
                kind = await KindAsync(file, cancellation);
            }

            RemoveOld(user);
            File.Move(part, PathOf(user, id));
            return new UploadReply(id, kind, bytes);
        }
        catch (IOException full) when (full is not FileNotFoundException and not DirectoryNotFoundException && !cancellation.IsCancellationRequested)
        {
            throw new Refused(RefusalCode.Invalid, $"The file could not be kept: {full.Message}") { Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["body"] = [full.Message] } };
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Where a user's file lies.</summary>
    /// <exception cref="Refused">There is none, or none of theirs.</exception>
    public string Find(UserId user, string id) =>
        id.Length == IdBytes * 2 && id.All(char.IsAsciiHexDigitLower) && PathOf(user, id) is var path && File.Exists(path)
            ? path
            : throw Refused.Invalid("upload", "is not here (any more): files are kept for a day, and one for each user; send it again");

    /// <returns>Whether there was one.</returns>
    public bool Remove(UserId user, string id)
    {
        if (id.Length != IdBytes * 2 || !id.All(char.IsAsciiHexDigitLower) || !File.Exists(PathOf(user, id)))
        {
            return false;
        }

        File.Delete(PathOf(user, id));
        return true;
    }

    /// <summary>What the first bytes say: SQLite's own mark, or a text.</summary>
    public static async Task<UploadKind> KindAsync(Stream file, CancellationToken cancellation)
    {
        var head = new byte[16];
        file.Position = 0;
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        return read == head.Length && head.AsSpan().SequenceEqual("SQLite format 3\0"u8) ? UploadKind.Sqlite : UploadKind.MysqlDump;
    }

    private async Task<long> CopyAsync(Stream body, FileStream file, CancellationToken cancellation)
    {
        var buffer = new byte[128 * 1024];
        var bytes = 0L;
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            bytes += read;
            if (bytes > folder.MostBytes)
            {
                throw TooLarge();
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        await file.FlushAsync(cancellation);
        return bytes > 0 ? bytes : throw Refused.Invalid("body", "is empty; send the file itself");
    }

    private void RemoveOld(UserId user)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{user.Value}-");
        var old = time.GetUtcNow().UtcDateTime - Life;
        foreach (var path in Directory.EnumerateFiles(folder.Path))
        {
            var name = Path.GetFileName(path);
            if ((name.StartsWith(own, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal)) || File.GetLastWriteTimeUtc(path) < old)
            {
                File.Delete(path);
            }
        }
    }

    private string PathOf(UserId user, string id) => Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"{user.Value}-{id}{Ending}"));

    private Refused TooLarge() => new(RefusalCode.TooLarge, string.Create(CultureInfo.InvariantCulture,
        $"The file is larger than {folder.MostBytes} bytes. Leave the log out of the dump (mysqldump --ignore-table=DATABASE.logs), or import on the hub's machine: aiohub import new-api."));

    private static FileStreamOptions Owned(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}

/// <summary><c>POST /api/admin/imports/uploads</c>: the file is the body.</summary>
internal static class KeepUpload
{
    public const string ContentType = "application/octet-stream";

    public static async Task<IResult> AnswerAsync(HttpContext http, Who who, Uploads uploads)
    {
        var kept = await uploads.KeepAsync(who.User, http.Request.Body, http.Request.ContentLength, http.RequestAborted);
        return Results.Json(kept, ManagementJson.Options, statusCode: StatusCodes.Status201Created);
    }
}

/// <summary><c>DELETE /api/admin/imports/uploads/{id}</c>.</summary>
internal static class DropUpload
{
    public static IResult Answer(string id, Who who, Uploads uploads) => uploads.Remove(who.User, id) ? Results.NoContent() : throw Refused.NotFound("file");
}
