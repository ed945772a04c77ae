using System.Buffers.Binary;

namespace AioHub.Core.Reports;

/// <summary>What stands in a row of the log that a filter may ask for.</summary>
internal enum LogMark
{
    Key = 1,
    User,
    Group,
    Channel,
    /// <summary>Asked for or served.</summary>
    Model,
    Status,
    /// <summary>A status' first digit.</summary>
    StatusClass,
    Outcome,
    Code,
    Dialect,
    Stream,
    /// <summary>Some call took 2ⁿ milliseconds or more.</summary>
    Slow,
    /// <summary>Some call was charged 2ⁿ nano-USD or more.</summary>
    Dear,
    /// <summary>The block tells of <see cref="Slow"/> and <see cref="Dear"/>; those that were written before these were there do not.</summary>
    TellsOfSizes,
}

/// <summary>
/// What occurs in a stretch of the log, as a Bloom filter of ten bits for each different value: it never overlooks a value, and takes one in a hundred for there that is not.
/// The hashes are part of what is stored and never change.
/// </summary>
internal sealed class LogMarks
{
    private const int BitsEach = 10;
    private const int Probes = 6;
    private const int FewestBytes = 16;
    private const int SizeSigns = 6;
    private const int Kinds = (int)LogMark.TellsOfSizes + 1;
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private readonly HashSet<ulong> _values = [];

    // What the call before had: most calls say the same again, and need no hash then.
    private readonly long?[] _lastNumbers = new long?[Kinds];
    private readonly string?[] _lastTexts = new string?[Kinds];

    public void Add(LogMark mark, long value)
    {
        ref var last = ref _lastNumbers[(int)mark];
        if (last != value)
        {
            last = value;
            _values.Add(HashOf(mark, value));
        }
    }

    public void Add(LogMark mark, string? value)
    {
        ref var last = ref _lastTexts[(int)mark];
        if (!string.IsNullOrEmpty(value) && last != value)
        {
            last = value;
            _values.Add(HashOf(mark, value));
        }
    }

    public void Join(LogMarks other) => _values.UnionWith(other._values);

    /// <summary>Notes that something was as large as this: each power of two up to it.</summary>
    public void AddSize(LogMark mark, double size)
    {
        for (var power = 0; power <= PowerOf(size); power++)
        {
            Add(mark, power);
        }
    }

    /// <summary>Notes that sizes are told. Several marks, so that an older block does not look as if it did by chance: less than once in 10¹².</summary>
    public void AddSizesTold()
    {
        foreach (var sign in Enumerable.Range(0, SizeSigns))
        {
            Add(LogMark.TellsOfSizes, sign);
        }
    }

    /// <summary>False: nothing as large occurs there.</summary>
    public static bool MayHoldSize(ReadOnlySpan<byte> marks, ulong value)
    {
        for (var sign = 0; sign < SizeSigns; sign++)
        {
            if (!MayHold(marks, HashOf(LogMark.TellsOfSizes, sign)))
            {
                return true;
            }
        }

        return MayHold(marks, value);
    }

    /// <summary>What must be there for something of this size to be there; null = anything may be.</summary>
    public static ulong? OfSize(LogMark mark, double size) => PowerOf(size) is >= 0 and var power ? HashOf(mark, power) : null;

    private static int PowerOf(double size) => size < 1 ? -1 : (int)Math.Floor(Math.Log2(Math.Min(size, long.MaxValue)));

    public byte[] ToBytes()
    {
        var bytes = new byte[Math.Max(FewestBytes, ((_values.Count * BitsEach) + 7) / 8)];
        foreach (var value in _values)
        {
            for (var probe = 0; probe < Probes; probe++)
            {
                var bit = BitOf(value, probe, bytes.Length);
                bytes[bit >> 3] |= (byte)(1 << (bit & 7));
            }
        }

        return bytes;
    }

    /// <summary>False: the value does not occur there.</summary>
    public static bool MayHold(ReadOnlySpan<byte> marks, ulong value)
    {
        if (marks.IsEmpty)
        {
            return true;
        }

        for (var probe = 0; probe < Probes; probe++)
        {
            var bit = BitOf(value, probe, marks.Length);
            if ((marks[bit >> 3] & (1 << (bit & 7))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    public static ulong HashOf(LogMark mark, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Mixed(Taken((FnvOffset ^ (ulong)mark) * FnvPrime, bytes));
    }

    public static ulong HashOf(LogMark mark, string value)
    {
        var hash = (FnvOffset ^ (ulong)mark) * FnvPrime;
        foreach (var c in value)
        {
            hash = (hash ^ c) * FnvPrime;
        }

        return Mixed(hash);
    }

    private static ulong Taken(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            hash = (hash ^ one) * FnvPrime;
        }

        return hash;
    }

    /// <summary>Spreads what FNV leaves in the low bits (the finalizer of MurmurHash3, in the public domain).</summary>
    private static ulong Mixed(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }

    private static int BitOf(ulong value, int probe, int length) =>
        (int)(((uint)value + ((ulong)probe * (uint)(value >> 32 | 1))) % ((ulong)length * 8));
}
