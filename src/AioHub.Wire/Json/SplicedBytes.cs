using System.Buffers;

namespace AioHub.Wire.Json;

/// <summary>
/// Bytes with changes, as a list of runs: what stays is not copied. It refers to the source's and the replacements' memory, which must outlive it.
/// </summary>
public sealed class SplicedBytes
{
    private readonly ReadOnlyMemory<byte> _first;
    private readonly ReadOnlyMemory<byte>[]? _segments; // null: the source as it is

    /// <param name="splices">Sorted by start, without overlap. Several may be put in at one place: they keep their order.</param>
    /// <exception cref="ArgumentException">The splices are not sorted, overlap, or reach beyond the source.</exception>
    public SplicedBytes(ReadOnlyMemory<byte> source, ReadOnlySpan<Splice> splices)
    {
        if (splices.IsEmpty)
        {
            _first = source;
            Length = source.Length;
            return;
        }

        var segments = new ReadOnlyMemory<byte>[(2 * splices.Length) + 1];
        var at = 0;
        foreach (var splice in splices)
        {
            if (splice.Length < 0 || splice.Start < at || splice.Start > source.Length - splice.Length)
            {
                throw new ArgumentException("Splices are sorted, do not overlap, and lie within the source.", nameof(splices));
            }

            Add(segments, source[at..splice.Start]);
            Add(segments, splice.Replacement);
            at = splice.Start + splice.Length;
        }

        Add(segments, source[at..]);
        _segments = segments;
    }

    /// <summary>How many bytes there are after the changes.</summary>
    public long Length { get; private set; }

    public int SegmentCount { get; private set; } = 1;

    /// <summary>The runs, in order. None is empty, but for the only one of no bytes at all.</summary>
    public ReadOnlyMemory<byte> Segment(int i)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(i);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(i, SegmentCount);
        return _segments is null ? _first : _segments[i];
    }

    public void CopyTo(IBufferWriter<byte> output)
    {
        for (var i = 0; i < SegmentCount; i++)
        {
            output.Write(Segment(i).Span);
        }
    }

    /// <exception cref="OverflowException">There are more bytes than an array holds.</exception>
    public byte[] ToArray()
    {
        var bytes = new byte[checked((int)Length)];
        var at = 0;
        for (var i = 0; i < SegmentCount; i++)
        {
            Segment(i).CopyTo(bytes.AsMemory(at));
            at += Segment(i).Length;
        }

        return bytes;
    }

    private void Add(ReadOnlyMemory<byte>[] segments, ReadOnlyMemory<byte> segment)
    {
        if (segment.IsEmpty)
        {
            return;
        }

        SegmentCount = Length == 0 ? 1 : SegmentCount + 1;
        segments[SegmentCount - 1] = segment;
        Length += segment.Length;
    }
}
