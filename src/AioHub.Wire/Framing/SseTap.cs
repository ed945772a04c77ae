using AioHub.Wire.Json;

namespace AioHub.Wire.Framing;

/// <summary>
/// Reads a <c>text/event-stream</c> from chunks that are cut anywhere, by the rules of the HTML Living Standard (section 9.2.6): line ends LF, CRLF, CR;
/// one byte order mark; comments; blocks without data are no events; a block that the stream's end cuts off is none either. Bytes are not checked to
/// be UTF-8. Single-line events that lie within one chunk are slices of it; others are put together in rented memory.
/// One instance a stream; not thread-safe; never throws on any bytes.
/// </summary>
public sealed partial class SseTap : IDisposable
{
    /// <summary>The longest data of one event that is held unless told otherwise, in bytes.</summary>
    public const int DefaultMaxData = 16 * 1024 * 1024;

    /// <summary>The longest event type, in bytes; a longer one makes the event <see cref="SseEvent.Oversize"/>.</summary>
    public const int MaxType = 1024;

    /// <summary>Memory beyond this is given back after the event: thousands of streams are held at once.</summary>
    private const int KeepMemory = 64 * 1024;

    private readonly int _maxData;
    private readonly PooledBytes _data = new();
    private readonly PooledBytes _type = new();

    private Place _place = Place.ByteOrderMark;
    private Field _field;
    private int _matched; // bytes of the mark, or of the field's name, seen so far
    private bool _lineFeedMayFollow;
    private bool _delivered;
    private bool _hasData;
    private bool _dataTooLong;
    private bool _typeTooLong;
    private long _pending;

    /// <param name="maxData">The longest data of one event that is held, in bytes.</param>
    public SseTap(int maxData = DefaultMaxData)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxData);
        _maxData = maxData;
    }

    /// <summary>Where a chunk may end.</summary>
    private enum Place
    {
        /// <summary>Within the stream's first three bytes.</summary>
        ByteOrderMark,
        LineStart,
        /// <summary>In a name that may still become <c>data</c> or <c>event</c>.</summary>
        Name,
        /// <summary>Behind the colon, where one space is dropped.</summary>
        ValueStart,
        Value,
    }

    private enum Field
    {
        Other,
        Data,
        Event,
    }

    /// <summary>Everything consumed so far ends with a block's blank line, or nothing was consumed: another event may be written here.</summary>
    public bool AtBoundary => _pending == 0;

    /// <summary>Bytes consumed since the last boundary.</summary>
    public int PendingBytes => (int)Math.Min(_pending, int.MaxValue);

    /// <summary>Reads on until an event ends or the chunk is used up.</summary>
    /// <param name="chunk">The next bytes of the stream: what the last call left over, then the next chunk.</param>
    /// <param name="consumed">How many bytes of the chunk were read: all of them when false is returned.</param>
    /// <param name="e">The event that ended; valid until the next call.</param>
    public bool TryRead(ReadOnlySpan<byte> chunk, out int consumed, out SseEvent e)
    {
        if (_delivered)
        {
            Forget();
        }

        var block = new Block(chunk);
        var at = SkipLateLineFeed(chunk);
        while (at < chunk.Length)
        {
            if (_place != Place.LineStart)
            {
                at = ReadOn(ref block, at);
            }
            else if (chunk[at] is not ((byte)'\n' or (byte)'\r'))
            {
                at = ReadLine(ref block, at);
            }
            else
            {
                at = EndLine(chunk, at);
                _pending = 0;
                if (_hasData)
                {
                    consumed = at;
                    e = Deliver(block);
                    return true;
                }

                block = new Block(chunk);
                Forget();
            }
        }

        Keep(ref block);
        consumed = chunk.Length;
        e = default;
        return false;
    }

    public void Dispose()
    {
        _data.Dispose();
        _type.Dispose();
    }

    // ---- lines

    /// <summary>Reads a line from its first byte. The common case: all of it lies in the chunk.</summary>
    private int ReadLine(ref Block block, int at)
    {
        var rest = block.Chunk[at..];
        var length = rest.IndexOfAny((byte)'\n', (byte)'\r');
        if (length < 0)
        {
            _place = Place.Name;
            _field = rest[0] switch { (byte)'d' => Field.Data, (byte)'e' => Field.Event, _ => Field.Other };
            _matched = 0;
            return ReadOn(ref block, at);
        }

        var line = rest[..length];
        var end = at + length;
        if (line.StartsWith("data"u8) && TryFindValue(line, 4, out var start))
        {
            AddData(ref block, (at + start)..end);
        }
        else if (line.StartsWith("event"u8) && TryFindValue(line, 5, out start))
        {
            BeginType(ref block);
            _typeTooLong = length - start > MaxType;
            block.Type = _typeTooLong ? 0..0 : (at + start)..end;
        }

        _pending += length;
        return EndLine(block.Chunk, end);
    }

    /// <summary>Where the value of a line begins whose name has that length; false when the name goes on.</summary>
    private static bool TryFindValue(ReadOnlySpan<byte> line, int nameLength, out int start)
    {
        start = nameLength;
        if (line.Length == nameLength)
        {
            return true;
        }

        start += line.Length > nameLength + 1 && line[nameLength + 1] == ' ' ? 2 : 1;
        return line[nameLength] == ':';
    }

    /// <summary>Steps over a line's end.</summary>
    private int EndLine(ReadOnlySpan<byte> chunk, int at)
    {
        _place = Place.LineStart;
        var length = 1;
        if (chunk[at] == '\r')
        {
            _lineFeedMayFollow = at + 1 == chunk.Length;
            length = !_lineFeedMayFollow && chunk[at + 1] == '\n' ? 2 : 1;
        }

        _pending += length;
        return at + length;
    }

    /// <summary>A CRLF that a chunk's end cut in two is still one line end.</summary>
    private int SkipLateLineFeed(ReadOnlySpan<byte> chunk)
    {
        if (!_lineFeedMayFollow || chunk.IsEmpty)
        {
            return 0;
        }

        _lineFeedMayFollow = false;
        if (chunk[0] != '\n')
        {
            return 0;
        }

        _pending += AtBoundary ? 0 : 1;
        return 1;
    }

    private void BeginField(ref Block block)
    {
        if (_field == Field.Event)
        {
            BeginType(ref block);
            return;
        }

        KeepData(ref block);
        if (_hasData)
        {
            AppendData("\n"u8);
        }

        _hasData = true;
    }

    private void BeginType(ref Block block)
    {
        block.Type = 0..0;
        _type.Clear();
        _typeTooLong = false;
    }

    private void AddData(ref Block block, Range line)
    {
        if (!_hasData)
        {
            _hasData = true;
            _dataTooLong = line.End.Value - line.Start.Value > _maxData;
            block.Data = line;
            block.HasData = !_dataTooLong;
            return;
        }

        KeepData(ref block);
        AppendData("\n"u8);
        AppendData(block.Chunk[line]);
    }

    private void AppendData(ReadOnlySpan<byte> piece)
    {
        if (_dataTooLong)
        {
            return;
        }

        if (piece.Length > _maxData - _data.Length)
        {
            _dataTooLong = true;
            _data.Release();
            return;
        }

        _data.Append(piece);
    }

    private void AppendType(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > MaxType - _type.Length)
        {
            _typeTooLong = true;
            _type.Clear();
        }
        else if (!_typeTooLong)
        {
            _type.Append(piece);
        }
    }

    private void KeepData(ref Block block)
    {
        if (block.HasData)
        {
            AppendData(block.Chunk[block.Data]);
            block.HasData = false;
        }
    }

    /// <summary>The chunk is about to go: what the event needs of it is copied.</summary>
    private void Keep(ref Block block)
    {
        KeepData(ref block);
        if (!block.Type.Equals(0..0))
        {
            AppendType(block.Chunk[block.Type]);
        }
    }

    private SseEvent Deliver(Block block)
    {
        _delivered = true;
        var type = block.Type.Equals(0..0) ? _type.Span : block.Chunk[block.Type];
        var data = _dataTooLong ? default : block.HasData ? block.Chunk[block.Data] : _data.Span;
        return new SseEvent(type, data, _dataTooLong || _typeTooLong);
    }

    private void Forget()
    {
        _delivered = false;
        _hasData = false;
        _dataTooLong = false;
        _typeTooLong = false;
        _type.Clear();
        if (_data.Length > KeepMemory)
        {
            _data.Release();
        }

        _data.Clear();
    }

    /// <summary>What of the event lies in the present chunk. Nothing of it outlives the call.</summary>
    private ref struct Block(ReadOnlySpan<byte> chunk)
    {
        public readonly ReadOnlySpan<byte> Chunk = chunk;
        public bool HasData;
        public Range Data;
        public Range Type;
    }
}
