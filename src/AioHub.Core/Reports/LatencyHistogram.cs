using System.Numerics;

namespace AioHub.Core.Reports;

/// <summary>
/// How long calls took, as counts in 256 fixed buckets, each a tenth wider than the one below: from 0.1 ms to more than a month. Histograms of different hours, keys or
/// channels add up without loss, which percentiles do not. A quantile that is read from it is at most 5 % off (<see cref="WorstError"/>).
/// </summary>
public sealed class LatencyHistogram
{
    private const double Growth = 1.1;
    private const double Narrowest = 0.1;
    private const int Buckets = 256;
    private const int LargestVarint = 10;
    private static readonly double Scale = 1 / Math.Log(Growth);

    /// <summary>Beyond it all buckets have a place: sums of many hours are added to row by row.</summary>
    private const int MostSparse = 24;

    // Sparse: the buckets that hold something in order, and their counts. Dense: the counts of all, by bucket.
    private byte[] _buckets = [];
    private long[] _counts = [];
    private int _used;
    private bool _isDense;

    /// <summary>The largest relative error of a quantile between 0.1 ms and 37 days.</summary>
    public static double WorstError => (Growth - 1) / (Growth + 1);

    /// <summary>How many times were added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds one time; what is no number counts as none.</summary>
    public void Add(double milliseconds)
    {
        if (double.IsFinite(milliseconds))
        {
            Add(BucketOf(milliseconds), 1);
        }
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < other._used; i++)
        {
            if (other._counts[i] > 0)
            {
                Add(other.BucketAt(i), other._counts[i]);
            }
        }
    }

    /// <summary>Adds what <see cref="ToBytes"/> wrote. Bytes that are damaged end the reading; what stood before them counts.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 1)
        {
            var bucket = bytes[0];
            var (count, shift, at) = (0L, 0, 1);
            while (at < bytes.Length && shift < 63)
            {
                count |= (long)(bytes[at] & 0x7F) << shift;
                shift += 7;
                if (bytes[at++] < 0x80)
                {
                    break;
                }
            }

            if (count <= 0)
            {
                return;
            }

            Add(bucket, count);
            bytes = bytes[at..];
        }
    }

    /// <summary>Two bytes for most buckets that hold something, in order: its number, then its count as a varint.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_used * (1 + LargestVarint)];
        var length = 0;
        for (var i = 0; i < _used; i++)
        {
            var count = (ulong)_counts[i];
            if (count == 0)
            {
                continue;
            }

            bytes[length++] = BucketAt(i);
            for (; count >= 0x80; count >>= 7)
            {
                bytes[length++] = (byte)(count | 0x80);
            }

            bytes[length++] = (byte)count;
        }

        return bytes.AsSpan(0, length).ToArray();
    }

    /// <summary>The time that this share of calls did not exceed, in milliseconds; null when there are none.</summary>
    /// <param name="share">0 to 1: 0.95 for the 95th percentile.</param>
    public double? Quantile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        for (var i = 0; i < _used; i++)
        {
            rank -= _counts[i];
            if (rank <= 0)
            {
                return ValueOf(BucketAt(i));
            }
        }

        return ValueOf(BucketAt(_used - 1));
    }

    private static byte BucketOf(double milliseconds) =>
        milliseconds <= Narrowest ? (byte)0 : (byte)Math.Min(Buckets - 1, Math.Ceiling(Math.Log(milliseconds / Narrowest) * Scale));

    /// <summary>Between a bucket's ends, as far from the lower as from the upper in proportion.</summary>
    private static double ValueOf(byte bucket) => bucket == 0 ? Narrowest : 2 * Narrowest * Math.Pow(Growth, bucket) / (Growth + 1);

    private void Add(byte bucket, long count)
    {
        Count += count;
        if (_isDense)
        {
            _counts[bucket] += count;
            return;
        }

        var at = _buckets.AsSpan(0, _used).BinarySearch(bucket);
        if (at >= 0)
        {
            _counts[at] += count;
            return;
        }

        if (_used == MostSparse)
        {
            Spread();
            _counts[bucket] += count;
            return;
        }

        at = ~at;
        if (_used == _buckets.Length)
        {
            var room = (int)BitOperations.RoundUpToPowerOf2((uint)_used + 4);
            Array.Resize(ref _buckets, room);
            Array.Resize(ref _counts, room);
        }

        _buckets.AsSpan(at, _used - at).CopyTo(_buckets.AsSpan(at + 1));
        _counts.AsSpan(at, _used - at).CopyTo(_counts.AsSpan(at + 1));
        (_buckets[at], _counts[at]) = (bucket, count);
        _used++;
    }

    private byte BucketAt(int index) => _isDense ? (byte)index : _buckets[index];

    private void Spread()
    {
        var counts = new long[Buckets];
        for (var i = 0; i < _used; i++)
        {
            counts[_buckets[i]] = _counts[i];
        }

        (_counts, _buckets, _used, _isDense) = (counts, [], Buckets, true);
    }
}
