using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace AioHub.TestKit;

/// <summary>Reads HTTP/1.1 requests without judging them: it keeps names, order and case, and refuses only what it cannot delimit.</summary>
internal static class RequestParser
{
    internal const long LargestBody = 128L << 20;
    private const int LargestHead = 1 << 20;
    private const int LongestChunkLine = 4096;

    /// <summary>A head that was read, or why it could not be.</summary>
    internal sealed record HeadRead(CapturedRequest? Request, string? Fault);

    /// <returns>Null when the client closed between requests.</returns>
    internal static async Task<HeadRead?> ReadHeadAsync(PipeReader reader, int connection, CancellationToken cancelled)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancelled);
            if (TryTakeHead(read.Buffer, out var head, out var after))
            {
                reader.AdvanceTo(after);
                return ParseHead(head, connection);
            }

            if (read.Buffer.Length > LargestHead)
            {
                reader.AdvanceTo(read.Buffer.End);
                return new(null, "The head is longer than 1 MiB.");
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return read.Buffer.IsEmpty ? null : new(null, "The connection ended inside a head.");
            }
        }
    }

    /// <returns>What was wrong; null when the body is whole.</returns>
    internal static async Task<string?> ReadBodyAsync(PipeReader reader, CapturedRequest request, CancellationToken cancelled)
    {
        if (request.Header("Transfer-Encoding") is { } coding)
        {
            if (!coding.Trim().Equals("chunked", StringComparison.OrdinalIgnoreCase))
            {
                return $"Transfer-Encoding {coding} is not known here.";
            }

            request.BodyWasChunked = true;
            return await ReadChunksAsync(reader, request, cancelled);
        }

        if (request.Header("Content-Length") is not { } text)
        {
            return null;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > LargestBody)
        {
            return $"Content-Length {text} is no length up to 128 MiB.";
        }

        var body = new byte[length];
        if (!await FillAsync(reader, body, cancelled))
        {
            return "The connection ended inside a body.";
        }

        request.Body = body;
        return null;
    }

    private static async Task<string?> ReadChunksAsync(PipeReader reader, CapturedRequest request, CancellationToken cancelled)
    {
        using var body = new MemoryStream();
        while (true)
        {
            if (await ReadLineAsync(reader, cancelled) is not { } line)
            {
                return "The connection ended inside a chunk line, or the line is too long.";
            }

            var size = line.Split(';', 2)[0].Trim();
            if (!long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0 || body.Length + length > LargestBody)
            {
                return $"'{size}' is no chunk size, or the body is larger than 128 MiB.";
            }

            if (length == 0)
            {
                break;
            }

            var chunk = new byte[length];
            if (!await FillAsync(reader, chunk, cancelled) || await ReadLineAsync(reader, cancelled) is not { Length: 0 })
            {
                return "The connection ended inside a chunk, or the chunk is longer than it says.";
            }

            body.Write(chunk);
        }

        // Trailers, up to the empty line.
        while (await ReadLineAsync(reader, cancelled) is { Length: > 0 })
        {
        }

        request.Body = body.ToArray();
        return null;
    }

    private static bool TryTakeHead(ReadOnlySequence<byte> buffer, out byte[] head, out SequencePosition after)
    {
        var sequence = new SequenceReader<byte>(buffer);
        if (sequence.TryReadTo(out ReadOnlySequence<byte> found, "\r\n\r\n"u8))
        {
            head = found.ToArray();
            after = sequence.Position;
            return true;
        }

        head = [];
        after = buffer.Start;
        return false;
    }

    private static HeadRead ParseHead(byte[] head, int connection)
    {
        var lines = Encoding.Latin1.GetString(head).Split("\r\n");
        var start = lines[0].Split(' ');
        if (start.Length != 3 || !start[2].StartsWith("HTTP/1.", StringComparison.Ordinal))
        {
            return new(null, $"'{lines[0]}' is no request line of HTTP/1.");
        }

        var headers = new List<KeyValuePair<string, string>>(lines.Length - 1);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                return new(null, $"'{line}' is no header line.");
            }

            headers.Add(new(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        return new(new CapturedRequest(connection, start[0], start[1], start[2], headers), null);
    }

    private static async Task<bool> FillAsync(PipeReader reader, byte[] target, CancellationToken cancelled)
    {
        for (var at = 0; at < target.Length;)
        {
            var read = await reader.ReadAsync(cancelled);
            var take = (int)Math.Min(read.Buffer.Length, target.Length - at);
            var slice = read.Buffer.Slice(0, take);
            slice.CopyTo(target.AsSpan(at));
            at += take;
            reader.AdvanceTo(slice.End);
            if (at < target.Length && read.IsCompleted)
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>The line without its end; null when there is none.</returns>
    private static async Task<string?> ReadLineAsync(PipeReader reader, CancellationToken cancelled)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancelled);
            if (TryTakeLine(read.Buffer, out var line, out var after))
            {
                reader.AdvanceTo(after);
                return line;
            }

            var tooLong = read.Buffer.Length > LongestChunkLine;
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (tooLong || read.IsCompleted)
            {
                return null;
            }
        }
    }

    private static bool TryTakeLine(ReadOnlySequence<byte> buffer, out string line, out SequencePosition after)
    {
        var sequence = new SequenceReader<byte>(buffer);
        if (sequence.TryReadTo(out ReadOnlySequence<byte> found, "\r\n"u8))
        {
            line = Encoding.Latin1.GetString(found);
            after = sequence.Position;
            return true;
        }

        line = "";
        after = buffer.Start;
        return false;
    }
}
