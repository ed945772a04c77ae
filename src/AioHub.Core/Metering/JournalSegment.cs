using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace AioHub.Core.Metering;

/// <summary>One file of the journal that this process writes. Reserving and writing are for any thread; marking is for the receipt writer alone.</summary>
internal sealed class JournalSegment : IDisposable
{
    private readonly Dictionary<long, int> _ahead = [];
    private readonly long _size;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private long _position = JournalFormat.Block;
    private long _sealedAt = -1;

    private JournalSegment(int number, string path, long name, long size, SafeFileHandle file, MemoryMappedFile mapping, MemoryMappedViewAccessor view) =>
        (Number, FilePath, Name, _size, File, _mapping, _view) = (number, path, name, size, file, mapping, view);

    public int Number { get; }

    public string FilePath { get; }

    /// <summary>Random, and never that of another segment.</summary>
    public long Name { get; }

    public SafeFileHandle File { get; }

    /// <summary>Reservations whose write failed.</summary>
    public ConcurrentQueue<(long Offset, int Size)> Voids { get; } = new();

    /// <summary>Everything below is in the database (or void).</summary>
    public long LowWater { get; private set; } = JournalFormat.Block;

    /// <summary>Up to where bytes were reserved.</summary>
    public long End => Volatile.Read(ref _sealedAt) is >= 0 and var end ? end : Math.Min(Volatile.Read(ref _position), _size);

    public bool IsHalfFull => Volatile.Read(ref _position) > _size / 2;

    /// <summary>No byte can be reserved any more, and all that were are in the database.</summary>
    public bool IsDone => Volatile.Read(ref _sealedAt) is >= 0 and var end && LowWater == end;

    /// <exception cref="IOException">The disk refused.</exception>
    public static JournalSegment Create(string folder, int number, long size, DateTimeOffset now)
    {
        var path = JournalFolder.SegmentPath(folder, number);
        var file = System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            Span<byte> header = stackalloc byte[JournalFormat.Block];
            var name = NewHeader(header, now);
            RandomAccess.Write(file, header, 0);
            Fill(file, size);
            var mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            return new JournalSegment(number, path, name, size, file, mapping, mapping.CreateViewAccessor(0, size));
        }
        catch
        {
            file.Dispose();
            System.IO.File.Delete(path);
            throw;
        }
    }

    /// <summary>
    /// The file of a segment that is done, emptied, as a new one: it has its room on the disk and its pages in memory. This object is spent, also when
    /// it fails.
    /// </summary>
    /// <exception cref="IOException">The disk refused; the file is gone.</exception>
    public JournalSegment Renew(string folder, int number, DateTimeOffset now)
    {
        // Under a name that no start takes for a segment's, until there is nothing of the old one in it.
        var spare = JournalFolder.SparePath(folder, Number);
        try
        {
            System.IO.File.Move(FilePath, spare);
            var end = End;
            var zeros = new byte[64 * 1024];
            for (long at = 0; at < end; at += zeros.Length)
            {
                Write(at, zeros.AsSpan(0, (int)Math.Min(zeros.Length, end - at)));
            }

            Span<byte> header = stackalloc byte[JournalFormat.Block];
            var name = NewHeader(header, now);
            Write(0, header);
            var path = JournalFolder.SegmentPath(folder, number);
            System.IO.File.Move(spare, path);
            return new JournalSegment(number, path, name, _size, File, _mapping, _view);
        }
        catch
        {
            Dispose();
            System.IO.File.Delete(spare);
            System.IO.File.Delete(FilePath);
            throw;
        }
    }

    /// <summary>
    /// Copies a frame to where it was reserved. The pages are the file's own: what stands in them outlives the process, as with a written file, but
    /// without a call of the system.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The journal is closed.</exception>
    public void Write(long offset, ReadOnlySpan<byte> frame) => _view.SafeMemoryMappedViewHandle.WriteSpan((ulong)(_view.PointerOffset + offset), frame);

    /// <summary>Copies what was written.</summary>
    /// <exception cref="ObjectDisposedException">The journal is closed.</exception>
    public void Read(long offset, Span<byte> into) => _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_view.PointerOffset + offset), into);

    /// <summary>Zeros up to the end, so that the disk has room for every record before it comes: a full disk is met here.</summary>
    private static void Fill(SafeFileHandle file, long size)
    {
        var zeros = new byte[(int)Math.Min(size, 256 * 1024)];
        for (long at = JournalFormat.Block; at < size; at += zeros.Length)
        {
            RandomAccess.Write(file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)), at);
        }
    }

    /// <summary>False: the segment is full, and sealed now if it was not before.</summary>
    public bool TryReserve(int bytes, out long offset)
    {
        offset = Interlocked.Add(ref _position, bytes) - bytes;
        if (offset + bytes <= _size)
        {
            return true;
        }

        // Exactly one reservation starts inside and ends outside: it knows where the segment really ends. After it the position is outside, so no later one fits.
        if (offset <= _size)
        {
            Volatile.Write(ref _sealedAt, offset);
        }

        return false;
    }

    /// <summary>Lets no further reservation succeed.</summary>
    public void Seal() => TryReserve(checked((int)_size + JournalFormat.Block), out _);

    /// <summary>Counts a stretch as applied; twice is as good as once.</summary>
    public void Mark(long offset, int bytes)
    {
        if (offset > LowWater)
        {
            _ahead[offset] = bytes;
            return;
        }

        if (offset == LowWater)
        {
            LowWater += bytes;
            while (_ahead.Remove(LowWater, out var next))
            {
                LowWater += next;
            }
        }
    }

    public void MarkVoids()
    {
        while (Voids.TryDequeue(out var hole))
        {
            Mark(hole.Offset, hole.Size);
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _mapping.Dispose();
        File.Dispose();
    }

    public void Delete()
    {
        Dispose();
        System.IO.File.Delete(FilePath);
    }

    /// <returns>The name that it gives the segment: random, and never that of another.</returns>
    private static long NewHeader(Span<byte> block, DateTimeOffset now)
    {
        var name = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
        JournalFormat.WriteSegmentHeader(block, name, now.ToUnixTimeMilliseconds());
        return name;
    }
}
