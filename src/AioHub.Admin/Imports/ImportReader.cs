using AioHub.Admin.Frame;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Identity;
using AioHub.Core.Import.NewApi;
using AioHub.Core.Primitives;

namespace AioHub.Admin.Imports;

/// <summary>Reads what an import comes from: a file that was sent, or a running installation.</summary>
internal sealed class ImportReader(Uploads uploads, OpenTypedAddress open)
{
    /// <summary>How long a running installation may take altogether.</summary>
    private static readonly TimeSpan LongestAsking = TimeSpan.FromMinutes(10);

    /// <exception cref="Refused">The request names no source, or none that is there.</exception>
    /// <exception cref="AdminException">The source cannot be read.</exception>
    public async Task<NewApiContent> ReadAsync(ImportRequest wanted, UserId user, Action<long, long?> tell, CancellationToken cancellation)
    {
        if (wanted.Upload is { } id)
        {
            return wanted.Url is null ? await ReadFileAsync(uploads.Find(user, id), tell, cancellation) : throw Refused.Invalid("url", "cannot stand beside 'upload': name one of the two");
        }

        if (!Uri.TryCreate(wanted.Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw Refused.Invalid("url", "must be an address such as https://new-api.example.com; or send a file and name it as 'upload'");
        }

        if (string.IsNullOrWhiteSpace(wanted.Token))
        {
            throw Refused.Invalid("token", "is missing: an access token of the installation's root user");
        }

        return await AskAsync(wanted, address, tell, cancellation);
    }

    private async Task<NewApiContent> AskAsync(ImportRequest wanted, Uri address, Action<long, long?> tell, CancellationToken cancellation)
    {
        tell(0, null);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(LongestAsking);
        try
        {
            using var http = open(wanted.AllowPrivateNetwork ?? false);
            return await new NewApiSite(http, address, wanted.Token!.Trim(), wanted.TokenUser ?? 1).ReadAsync(late.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Refused.Invalid("url", $"did not give everything within {LongestAsking.TotalMinutes:0} minutes; import from its database");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or FormatException)
        {
            throw Refused.Invalid("url", failure.GetBaseException().Message);
        }
    }

    private static async Task<NewApiContent> ReadFileAsync(string path, Action<long, long?> tell, CancellationToken cancellation)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var length = file.Length;
            tell(0, length);
            if (await Uploads.KindAsync(file, cancellation) == UploadKind.Sqlite)
            {
                return await NewApiSqliteStore.ReadAsync(path, cancellation);
            }

            file.Position = 0;
            await using var counted = new CountedStream(file, came => tell(came, length), cancellation);
            // A dump is read by a thread of its own: it may take minutes.
            return await Task.Factory.StartNew(() =>
            {
                using var text = new StreamReader(counted, bufferSize: 1 << 16);
                return MySqlDump.Read(text);
            }, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (AdminException refused)
        {
            // Where the file lies on this machine, and what a command line calls it, is nothing to the caller.
            throw new AdminException(refused.Problems.Select(problem => new Problem("upload", problem.Message.Replace($"'{path}'", "the file", StringComparison.Ordinal))));
        }
    }

    /// <summary>Counts what is read, and ends the reading when its caller leaves: the reader of dumps knows no cancellation.</summary>
    private sealed class CountedStream(FileStream inner, Action<long> tell, CancellationToken cancellation) : Stream
    {
        private long _came;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = inner.Read(buffer);
            tell(_came += read);
            return read;
        }

        public override void Flush()
        {
            // Only read from.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
