using System.Buffers.Text;
using System.Text;

namespace AioHub.Bench.Load;

/// <summary>Reads HTTP/1.1 replies from any cut of the bytes. As little as a load generator needs: status, framing, end.</summary>
internal class ReplyReader
{
    private readonly byte[] _head = new byte[4 * 1024];
    private int _headLength;
    private bool _inBody, _chunked;
    private long _left;
    private int _chunkState; // 0 size line, 1 data, 2 CRLF after data, 3 trailers
    private long _chunkSize;
    private int _trailerLine;

    public int Status { get; private set; }

    /// <summary>The reply has been read to its end.</summary>
    public bool Done { get; private set; }

    /// <summary>The peer said it will close, or sent something unreadable: the connection is not to be used again.</summary>
    public bool Close { get; private set; }
    public long BodyBytes { get; private set; }

    public virtual void Reset()
    {
        _headLength = 0;
        _inBody = _chunked = false;
        _left = 0;
        _chunkState = 0;
        _chunkSize = 0;
        _trailerLine = 0;
        Status = 0;
        Done = Close = false;
        BodyBytes = 0;
    }

    public void Feed(ReadOnlySpan<byte> bytes, long now)
    {
        if (!_inBody)
        {
            int room = Math.Min(bytes.Length, _head.Length - _headLength), before = _headLength;
            bytes[..room].CopyTo(_head.AsSpan(before));
            _headLength += room;
            int from = Math.Max(0, before - 3);
            int end = _head.AsSpan(from, _headLength - from).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                if (_headLength == _head.Length) Done = Close = true;
                return;
            }
            int headEnd = from + end + 4;
            ReadHead(_head.AsSpan(0, headEnd));
            _inBody = true;
            bytes = bytes[(headEnd - before)..];
            if (!_chunked && _left == 0) Done = true;
        }
        if (bytes.Length == 0 || Done) return;
        if (_chunked) FeedChunked(bytes, now);
        else
        {
            int take = (int)Math.Min(_left, bytes.Length);
            Body(bytes[..take], now);
            _left -= take;
            if (_left == 0) Done = true;
        }
    }

    protected virtual void Body(ReadOnlySpan<byte> bytes, long now) => BodyBytes += bytes.Length;

    private void FeedChunked(ReadOnlySpan<byte> bytes, long now)
    {
        int i = 0;
        while (i < bytes.Length && !Done)
        {
            byte b = bytes[i];
            switch (_chunkState)
            {
                case 0:
                    i++;
                    if (b == '\n')
                    {
                        _left = _chunkSize;
                        _chunkState = _chunkSize > 0 ? 1 : 3;
                        _chunkSize = 0;
                    }
                    else if (char.IsAsciiHexDigit((char)b))
                        _chunkSize = _chunkSize * 16 + (b <= '9' ? b - '0' : (b | 32) - 'a' + 10);
                    break;
                case 1:
                    int take = (int)Math.Min(_left, bytes.Length - i);
                    Body(bytes.Slice(i, take), now);
                    i += take;
                    _left -= take;
                    if (_left == 0) _chunkState = 2;
                    break;
                case 2:
                    i++;
                    if (b == '\n') _chunkState = 0;
                    break;
                default:
                    i++;
                    if (b == '\n')
                    {
                        if (_trailerLine == 0) Done = true;
                        _trailerLine = 0;
                    }
                    else if (b != '\r') _trailerLine++;
                    break;
            }
        }
    }

    private void ReadHead(ReadOnlySpan<byte> head)
    {
        Status = head.Length > 12 && Utf8Parser.TryParse(head.Slice(9, 3), out int status, out _) ? status : 0;
        bool framed = false;
        ReadOnlySpan<byte> rest = head;
        for (int line = 0; line < 200; line++)
        {
            int end = rest.IndexOf("\r\n"u8);
            if (end <= 0) break;
            ReadOnlySpan<byte> text = rest[..end];
            rest = rest[(end + 2)..];
            if (Named(text, "content-length:"u8, out var value) && Utf8Parser.TryParse(value, out long length, out _)) { _left = length; framed = true; }
            else if (Named(text, "transfer-encoding:"u8, out value)) { _chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8); framed |= _chunked; }
            else if (Named(text, "connection:"u8, out value) && Ascii.EqualsIgnoreCase(value, "close"u8)) Close = true;
        }
        if (!framed) Done = Close = true; // until-close bodies are not used by anybody here
    }

    private static bool Named(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length < name.Length || !Ascii.EqualsIgnoreCase(line[..name.Length], name)) return false;
        value = line[name.Length..].Trim(" \t"u8);
        return true;
    }
}

/// <summary>Follows a stream: finds the stub's time stamps (<c>@@ns@@</c>) and the end marker of whatever dialect it is.</summary>
internal sealed class StreamReader(int expected, int scratchSize = 32 * 1024) : ReplyReader
{
    private readonly byte[] _scratch = new byte[scratchSize];
    private int _kept;

    public int Chunks { get; private set; }
    public bool Ended { get; private set; }

    /// <summary>Stopwatch time of the first content chunk.</summary>
    public long FirstAt { get; private set; }

    /// <summary>Where the nanoseconds from the stub's write to our read go; null = nowhere. The first chunk of a stream is left out: it carries the head.</summary>
    public List<long>? Latencies { get; set; }

    /// <summary>All chunks and a proper end.</summary>
    public bool Complete => Status == 200 && Done && Ended && Chunks == expected;

    public override void Reset()
    {
        base.Reset();
        _kept = 0;
        Chunks = 0;
        Ended = false;
        FirstAt = 0;
    }

    protected override void Body(ReadOnlySpan<byte> bytes, long now)
    {
        base.Body(bytes, now);
        while (bytes.Length > 0)
        {
            int take = Math.Min(bytes.Length, _scratch.Length - _kept);
            bytes[..take].CopyTo(_scratch.AsSpan(_kept));
            bytes = bytes[take..];
            Look(_kept + take, now);
        }
    }

    private void Look(int length, long now)
    {
        ReadOnlySpan<byte> text = _scratch.AsSpan(0, length);
        if (!Ended) Ended = text.IndexOf("[DONE]"u8) >= 0 || text.IndexOf("message_stop"u8) >= 0;
        int at = 0;
        while (true)
        {
            int open = text[at..].IndexOf("@@"u8);
            if (open < 0) break;
            open += at;
            int close = text[(open + 2)..].IndexOf("@@"u8);
            if (close < 0)
            {
                at = open; // cut inside the stamp: keep it for the next bytes
                break;
            }
            if (Utf8Parser.TryParse(text.Slice(open + 2, close), out long written, out _))
            {
                Chunks++;
                if (FirstAt == 0) FirstAt = now;
                else Latencies?.Add(now - written); // Stopwatch and the stub read the same monotonic clock, in nanoseconds
            }
            at = open + close + 4;
        }
        // Keep what may be the beginning of a stamp or of an end marker.
        int keepFrom = at < length && text[at..].StartsWith("@@"u8) ? at : Math.Max(at, length - 16);
        _kept = Math.Min(length - keepFrom, 128);
        text[(length - _kept)..].CopyTo(_scratch);
    }
}
