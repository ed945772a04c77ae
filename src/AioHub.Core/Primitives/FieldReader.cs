using System.Buffers.Binary;
using System.Text;

namespace AioHub.Core.Primitives;

/// <summary>Reads what <see cref="FieldWriter"/> writes. Never reads outside its bytes and never throws for what they say: <see cref="Broken"/> tells.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private ulong _number;
    private ReadOnlySpan<byte> _data;

    public bool Broken { get; private set; }

    /// <summary>The next field's number; its value is then asked for in the way it was written. False at the end, and when the bytes are no fields.</summary>
    public bool Next(out int field)
    {
        field = 0;
        _data = default;
        _number = 0;
        if (_at == _bytes.Length || Broken || !TryVarint(out var tag))
        {
            return false;
        }

        field = (int)Math.Min(tag >> 3, int.MaxValue);
        switch (tag & 7)
        {
            case 0:
                return TryVarint(out _number);
            case 1 when _bytes.Length - _at >= 8:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_at..]);
                _at += 8;
                return true;
            case 2 when TryVarint(out var length) && length <= (ulong)(_bytes.Length - _at):
                _data = _bytes.Slice(_at, (int)length);
                _at += (int)length;
                return true;
            default:
                Broken = true;
                return false;
        }
    }

    public readonly long Number => (long)_number;

    public readonly int Small => (int)Math.Clamp((long)_number, int.MinValue, int.MaxValue);

    public readonly bool Flag => _number != 0;

    public readonly double Double => BitConverter.UInt64BitsToDouble(_number);

    public readonly string Text => Encoding.UTF8.GetString(_data);

    /// <summary>The bytes of a message within the message.</summary>
    public readonly ReadOnlySpan<byte> Data => _data;

    public RequestId Id()
    {
        if (_data.Length == 16)
        {
            return new(BinaryPrimitives.ReadUInt64BigEndian(_data), BinaryPrimitives.ReadUInt64BigEndian(_data[8..]));
        }

        Broken = true;
        return default;
    }

    public decimal Decimal()
    {
        const int Sign = int.MinValue;
        Span<int> bits = stackalloc int[4];
        for (var i = 0; i < bits.Length && _data.Length == 16; i++)
        {
            bits[i] = BinaryPrimitives.ReadInt32LittleEndian(_data[(i * 4)..]);
        }

        // Of the last part only the sign and a scale of 0 to 28 may be set.
        if (_data.Length == 16 && (bits[3] & ~(Sign | 0x00FF0000)) == 0 && ((bits[3] >> 16) & 0xFF) <= 28)
        {
            return new decimal(bits);
        }

        Broken = true;
        return 0;
    }

    /// <summary>A value of an enum that counts from zero without gaps.</summary>
    public T Name<T>()
        where T : struct, Enum
    {
        if (_number < (ulong)EnumCount<T>.Value)
        {
            return (T)Enum.ToObject(typeof(T), (int)_number);
        }

        Broken = true;
        return default;
    }

    /// <summary>A message within this one was broken: then so is this one.</summary>
    public void Fail(bool broken) => Broken |= broken;

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && _at < _bytes.Length; shift += 7)
        {
            var one = _bytes[_at++];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return true;
            }
        }

        Broken = true;
        return false;
    }

    private static class EnumCount<T>
        where T : struct, Enum
    {
        public static readonly int Value = Enum.GetValues<T>().Length;
    }
}
