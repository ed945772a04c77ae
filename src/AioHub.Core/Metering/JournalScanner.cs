using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace AioHub.Core.Metering;

/// <summary>Reads the records of a segment in order, passing over holes and rubbish. Reads never throw for what the bytes say.</summary>
internal sealed class JournalScanner(SafeFileHandle file, long from, long to) : IDisposable
{
    private const int BufferSize = 4 * JournalFormat.LongestPayload;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private long _bufferAt;
    private int _filled;
    private bool _inRubbish;

    /// <summary>Where the next record is looked for.</summary>
    public long Position { get; private set; } = from;

    /// <summary>Stretches of bytes that are neither zeros nor records.</summary>
    public int Bad { get; private set; }

    /// <param name="payload">Valid until the next call.</param>
    public bool TryNext(out long offset, out ReadOnlyMemory<byte> payload)
    {
        while (Position < to)
        {
            var frame = Peek(JournalFormat.Block);
            if (frame.IsEmpty)
            {
                break;
            }

            offset = Position;
            if (JournalFormat.TryReadFrameHeader(frame.Span, out var length))
            {
                frame = Peek(JournalFormat.FrameHeader + length);
                if (JournalFormat.IsIntact(frame.Span, length))
                {
                    _inRubbish = false;
                    Position += JournalFormat.SizeOf(length);
                    payload = frame.Slice(JournalFormat.FrameHeader, length);
                    return true;
                }

                frame = Peek(JournalFormat.Block);
            }

            var hole = !frame.Span[..Math.Min(JournalFormat.Block, frame.Length)].ContainsAnyExcept((byte)0);
            Bad += hole || _inRubbish ? 0 : 1;
            _inRubbish = !hole;
            Position += JournalFormat.Block;
        }

        offset = 0;
        payload = default;
        return false;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Up to <paramref name="wanted"/> bytes at <see cref="Position"/>; fewer at the end of the file.</summary>
    private ReadOnlyMemory<byte> Peek(int wanted)
    {
        var start = Position - _bufferAt;
        if (start < 0 || start + wanted > _filled)
        {
            _bufferAt = Position;
            _filled = 0;
            int read;
            while (_filled < BufferSize && (read = RandomAccess.Read(file, _buffer.AsSpan(_filled, BufferSize - _filled), _bufferAt + _filled)) > 0)
            {
                _filled += read;
            }

            start = 0;
        }

        return _buffer.AsMemory((int)start, (int)Math.Min(_filled - start, wanted));
    }
}
