using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using AioHub.Core.Storage;

namespace AioHub.Core.Reports;

/// <summary>
/// A stretch of 1,024 numbers of the log, told in short: when its calls began and what occurs in it, so that a search passes it by without reading its rows. Written once, when
/// no further number can come into it.
/// </summary>
internal sealed class LogBlock(long number)
{
    public const int Bits = 10;
    public const int Size = 1 << Bits;

    private readonly LogMarks _marks = new();
    private double _slowest;
    private long _dearest;

    public long Number { get; } = number;

    /// <summary>The earliest beginning of a call.</summary>
    public DateTime FirstAt { get; private set; } = DateTime.MaxValue;

    /// <summary>The latest.</summary>
    public DateTime LastAt { get; private set; } = DateTime.MinValue;

    public int Calls { get; private set; }

    public static long Of(long seq) => seq >> Bits;

    /// <summary>The first number of a block.</summary>
    public static long StartOf(long block) => block << Bits;

    public byte[] Marks()
    {
        _marks.AddSizesTold();
        _marks.AddSize(LogMark.Slow, _slowest);
        _marks.AddSize(LogMark.Dear, _dearest);
        return _marks.ToBytes();
    }

    /// <summary>Takes in what another stretch of the same block holds.</summary>
    public void Join(LogBlock other)
    {
        Calls += other.Calls;
        _slowest = Math.Max(_slowest, other._slowest);
        _dearest = Math.Max(_dearest, other._dearest);
        FirstAt = other.FirstAt < FirstAt ? other.FirstAt : FirstAt;
        LastAt = other.LastAt > LastAt ? other.LastAt : LastAt;
        _marks.Join(other._marks);
    }

    public void Add(in LogCall call)
    {
        Calls++;
        _slowest = Math.Max(_slowest, call.Total);
        _dearest = Math.Max(_dearest, call.Charge);
        FirstAt = call.At < FirstAt ? call.At : FirstAt;
        LastAt = call.At > LastAt ? call.At : LastAt;
        _marks.Add(LogMark.Key, call.Key);
        _marks.Add(LogMark.User, call.User);
        _marks.Add(LogMark.Group, call.Group);
        _marks.Add(LogMark.Channel, call.Channel);
        _marks.Add(LogMark.Model, call.RequestedModel);
        _marks.Add(LogMark.Model, call.Model);
        _marks.Add(LogMark.Status, call.Status);
        _marks.Add(LogMark.StatusClass, call.Status / 100);
        _marks.Add(LogMark.Outcome, (long)call.Outcome);
        _marks.Add(LogMark.Code, call.Code);
        _marks.Add(LogMark.Dialect, call.Dialect);
        _marks.Add(LogMark.Stream, call.Stream ? 1 : 0);
    }
}

/// <summary>What blocks tell of themselves never changes: a search reads it once in a process' life. At most 32 MB of the newest that were asked for, which is 25 million calls.</summary>
internal sealed class LogBlockShelf
{
    private const long MostBytes = 32 << 20;
    private const long FilledAtOnce = 64;

    private readonly ConcurrentDictionary<long, ToldBlock> _blocks = new();
    private long _bytes;
    private Task? _filling;

    public bool TryGet(long block, [NotNullWhen(true)] out ToldBlock? told) => _blocks.TryGetValue(block, out told);

    /// <summary>
    /// Reads what all blocks tell, from the newest down, in small steps beside everything else: their rows lie far apart, so that on a cold disk ten thousand of them take seconds, which no
    /// search would have. Goes on once in a process' life; a failure ends it, and searches read for themselves.
    /// </summary>
    public Task FillAsync(HubDatabase database)
    {
        lock (_blocks)
        {
            return _filling ??= Task.Run(() => ReadAllAsync(database));
        }
    }

    private async Task ReadAllAsync(HubDatabase database)
    {
        try
        {
            for (var below = long.MaxValue; Volatile.Read(ref _bytes) < MostBytes;)
            {
                await using var reader = await HubReader.OpenAsync(database, consistent: false, CancellationToken.None);
                var told = await reader.ReadAsync(
                    """SELECT "Block", "Marks" FROM log_blocks WHERE "Block" < $1 ORDER BY "Block" DESC LIMIT $2""",
                    static row => new ToldBlock(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), CancellationToken.None, below, FilledAtOnce);
                told.ForEach(Keep);
                if (told.Count < FilledAtOnce)
                {
                    return;
                }

                below = told[^1].Number;
            }
        }
        catch (Exception failure) when (failure is DbException or InvalidOperationException or IOException)
        {
            // The database goes away with the process, or cannot be read now.
        }
    }

    public void Keep(ToldBlock told)
    {
        if (Volatile.Read(ref _bytes) < MostBytes && _blocks.TryAdd(told.Number, told))
        {
            Interlocked.Add(ref _bytes, told.Marks.Length + ToldBlock.Overhead);
        }
    }
}

/// <summary>What is stored of a block.</summary>
/// <param name="Marks">See <see cref="LogMarks"/>.</param>
internal sealed record ToldBlock(long Number, byte[] Marks)
{
    public const int Overhead = 128;
}
