using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace AioHub.Core.Primitives;

/// <summary>
/// Writes numbered fields in the wire format of Protocol Buffers (protobuf.dev, "Encoding"). Zero, false, null and empty are left out.
/// </summary>
internal ref struct FieldWriter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Lengthed = 2;
    private const int LongestVarint = 10;

    private byte[] _buffer;
    private int _at;

    /// <param name="buffer">Replaced by a larger one when it is too short.</param>
    /// <param name="start">How many bytes stay free in front, for whoever frames what is written.</param>
    public FieldWriter(byte[] buffer, int start) => (_buffer, _at) = (buffer, start);

    /// <summary>What was written, up to <see cref="Position"/>.</summary>
    public readonly byte[] Buffer => _buffer;

    /// <summary>Where the next byte goes.</summary>
    public readonly int Position => _at;

    public void Number(int field, long value)
    {
        if (value != 0)
        {
            Ensure(2 * LongestVarint);
            Tag(field, Varint);
            Raw((ulong)value);
        }
    }

    public void Flag(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>Always written: to the reader an absent figure may mean something else than zero.</summary>
    public void Double(int field, double value)
    {
        Ensure(LongestVarint + sizeof(double));
        Tag(field, Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.AsSpan(_at), value);
        _at += sizeof(double);
    }

    /// <summary>A number of 64 bits of which all are used: eight bytes.</summary>
    public void Fixed(int field, long value)
    {
        Ensure(LongestVarint + sizeof(long));
        Tag(field, Fixed64);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_at), value);
        _at += sizeof(long);
    }

    /// <summary>Left out when empty.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        Ensure((2 * LongestVarint) + bytes.Length);
        Tag(field, Lengthed);
        Raw((ulong)bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_at));
        _at += bytes.Length;
    }

    /// <summary>What is no Unicode becomes U+FFFD.</summary>
    public void Text(int field, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Ensure(2 * LongestVarint + most);
        Tag(field, Lengthed);

        // The length stands before the bytes: where it takes one byte whatever comes, they are written in one go.
        if (most < 0x80)
        {
            var written = Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_at + 1));
            _buffer[_at] = (byte)written;
            _at += 1 + written;
            return;
        }

        Raw((ulong)Encoding.UTF8.GetByteCount(text));
        _at += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_at));
    }

    /// <summary>The sixteen bytes of a decimal, its scale among them, so that what is read equals what was written.</summary>
    public void Decimal(int field, decimal value)
    {
        Ensure(2 * LongestVarint + 16);
        Tag(field, Lengthed);
        _buffer[_at++] = 16;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        foreach (var part in bits)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_at), part);
            _at += sizeof(int);
        }
    }

    public void Id(int field, RequestId id)
    {
        Ensure(2 * LongestVarint + 16);
        Tag(field, Lengthed);
        _buffer[_at++] = 16;
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_at), id.High);
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_at + 8), id.Low);
        _at += 16;
    }

    /// <summary>Begins a message within the message.</summary>
    /// <returns>What <see cref="End"/> wants.</returns>
    public int Begin(int field)
    {
        Ensure(2 * LongestVarint);
        Tag(field, Lengthed);

        // Messages of less than 128 bytes, most of them, then need not be moved.
        return ++_at;
    }

    public void End(int begun)
    {
        var length = _at - begun;
        var more = (BitOperations.Log2((uint)length | 1) / 7);
        if (more > 0)
        {
            Ensure(more);
            _buffer.AsSpan(begun, length).CopyTo(_buffer.AsSpan(begun + more));
        }

        _at = begun - 1;
        Raw((ulong)length);
        _at += length;
    }

    private void Tag(int field, int kind) => Raw((ulong)((field << 3) | kind));

    private void Raw(ulong value)
    {
        while (value >= 0x80)
        {
            _buffer[_at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_at++] = (byte)value;
    }

    private void Ensure(int more)
    {
        if (_buffer.Length - _at >= more)
        {
            return;
        }

        Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _at + more));
    }
}
