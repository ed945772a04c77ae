using System.Buffers;
using AioHub.Core.Ledger;
using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Metering;

/// <summary>
/// Brings receipts from the journal into the database, in batches, for ever trying again. At start: <see cref="ReplayAsync"/>, then
/// <see cref="LocalHoldBook.LoadAsync"/>, then <see cref="RunAsync"/> for as long as the server lives.
/// </summary>
public sealed class ReceiptWriter(HubDatabase database, UsageJournal journal, LocalHoldBook holds, TimeProvider time, ILogger<ReceiptWriter>? logger = null) : IAsyncDisposable
{
    private const int BatchSize = 1_000;
    private const int TriesBeforeSingles = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);
    private readonly ILogger _logger = logger ?? NullLogger<ReceiptWriter>.Instance;
    private readonly ReceiptStore _store = new(database, journal.NodeId);
    private readonly List<JournalTicket> _batch = [];
    private readonly List<JournalTicket> _parked = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly DateTime _started = time.GetUtcNow().UtcDateTime;
    private long? _lastBeat;

    /// <summary>Receipts that the database refuses one by one; they are tried again every flush.</summary>
    public int Parked => Volatile.Read(ref _parkedCount);

    /// <summary>Stretches of the journal that no replay could read.</summary>
    public int Unreadable { get; private set; }

    private int _parkedCount;

    /// <summary>Applies all that earlier processes left in the journal. Before anything is served and before the hold book is loaded.</summary>
    /// <returns>How many records there were, applied now or long since.</returns>
    public async Task<int> ReplayAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var mark = await RetryAsync(() => _store.ReadMarkAsync(cancellation), 0, cancellation);
            var count = 0;
            foreach (var path in journal.Leftovers)
            {
                count += await ReplayFileAsync(path, mark, cancellation);
            }

            if (!journal.Leftovers.IsEmpty)
            {
                MeteringLog.Replayed(_logger, count, journal.Leftovers.Length);
            }

            journal.ForgetLeftovers();
            return count;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes until cancelled, then what is left, for at most ten seconds; the rest stays in the journal for the next start.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        // Requests may complete inline on I/O threads; this work must not start on one.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await FlushAsync(BatchSize, stopping);
                await BeatAsync(stopping);
            }
            catch (Exception problem) when (!stopping.IsCancellationRequested)
            {
                // Such as a full disk that refuses the next segment: the loop must outlive it.
                MeteringLog.LoopFailed(_logger, problem);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        using var last = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
        try
        {
            await FlushAsync(last.Token);
            await _store.LeaveAsync(last.Token);
        }
        catch (Exception problem)
        {
            MeteringLog.BeatFailed(_logger, problem);
        }
    }

    /// <summary>Writes all that waits; returns when it is in the database.</summary>
    public Task FlushAsync(CancellationToken cancellation) => FlushAsync(1, cancellation);

    /// <param name="worthwhile">After the first batch: how many must wait for another transaction to be made at once.</param>
    private async Task FlushAsync(int worthwhile, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await RetryParkedAsync(cancellation);
            while (Fill() > 0)
            {
                await ApplyBatchAsync(cancellation);
                if (journal.Queued < worthwhile)
                {
                    break;
                }
            }

            if (journal.HasOverflowed)
            {
                MeteringLog.Overflowed(_logger);
                journal.ForgetOverflow();
                await ReadBackAsync(cancellation);
            }

            journal.DeleteDone();
            journal.PrepareStandby();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes the server's sign of life when one is due.</summary>
    public async Task BeatAsync(CancellationToken cancellation)
    {
        if (_lastBeat is { } before && time.GetElapsedTime(before) < BeatEvery)
        {
            return;
        }

        _lastBeat = time.GetTimestamp();
        try
        {
            await _store.BeatAsync(_started, time.GetUtcNow().UtcDateTime, holds.OpenHolds, journal.Queued + _batch.Count + Parked, cancellation);
        }
        catch (Exception problem) when (!cancellation.IsCancellationRequested)
        {
            MeteringLog.BeatFailed(_logger, problem);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _turn.Dispose();
    }

    /// <summary>A batch that was interrupted stays and is finished first.</summary>
    private int Fill()
    {
        while (_batch.Count < BatchSize && journal.TryTake(out var ticket))
        {
            _batch.Add(ticket);
        }

        return _batch.Count;
    }

    private async Task ApplyBatchAsync(CancellationToken cancellation)
    {
        var tries = 0;
        var backoff = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            try
            {
                await ApplyAsync(Pending(_batch), holds.Origin, cancellation);
                foreach (var ticket in _batch)
                {
                    Finish(ticket);
                }

                _batch.Clear();
                return;
            }
            catch (Exception problem) when (!cancellation.IsCancellationRequested)
            {
                MeteringLog.FlushFailed(_logger, problem, _batch.Count, ++tries, backoff.TotalSeconds);
                await Task.Delay(backoff, time, cancellation);
                backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
                if (tries % TriesBeforeSingles == 0 && await ApplySinglesAsync(cancellation))
                {
                    return;
                }
            }
        }
    }

    /// <summary>One by one: a receipt that alone is refused while others pass is parked. False: nothing passed, the database is away.</summary>
    private async Task<bool> ApplySinglesAsync(CancellationToken cancellation)
    {
        var refused = new List<(JournalTicket Ticket, Exception Problem)>();
        var passed = 0;
        while (refused.Count < _batch.Count)
        {
            var ticket = _batch[refused.Count];
            try
            {
                await ApplyAsync([new PendingReceipt(ticket.Receipt, ticket.Payload)], holds.Origin, cancellation);
                _batch.RemoveAt(refused.Count);
                Finish(ticket);
                passed++;
            }
            catch (Exception problem) when (!cancellation.IsCancellationRequested)
            {
                refused.Add((ticket, problem));
                if (passed == 0 && refused.Count >= TriesBeforeSingles && !await AnswersAsync(cancellation))
                {
                    return false;
                }
            }
        }

        if (passed == 0 && !await AnswersAsync(cancellation))
        {
            return false;
        }

        foreach (var (ticket, problem) in refused)
        {
            MeteringLog.Parked(_logger, problem, ticket.Receipt.Id.ToString());
            _batch.Remove(ticket);
            _parked.Add(ticket);
        }

        Volatile.Write(ref _parkedCount, _parked.Count);
        return _batch.Count == 0;
    }

    /// <summary>Whether the database takes a batch of nothing.</summary>
    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            await ApplyAsync([], holds.Origin, cancellation);
            return true;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task RetryParkedAsync(CancellationToken cancellation)
    {
        for (var i = _parked.Count - 1; i >= 0; i--)
        {
            try
            {
                await ApplyAsync([new PendingReceipt(_parked[i].Receipt, _parked[i].Payload)], holds.Origin, cancellation);
                Finish(_parked[i]);
                _parked.RemoveAt(i);
            }
            catch (Exception) when (!cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        Volatile.Write(ref _parkedCount, _parked.Count);
    }

    private async Task ApplyAsync(IReadOnlyList<PendingReceipt> receipts, string? origin, CancellationToken cancellation)
    {
        var active = journal.Active;
        active.MarkVoids();
        var version = await _store.ApplyAsync(receipts, origin, new JournalMark(active.Name, active.LowWater), cancellation);
        if (origin is not null)
        {
            holds.NoteOwnVersion(version);
        }
    }

    /// <summary>Reads what overflowed the queue. Records that were in the queue too are there by now; the request id tells.</summary>
    private async Task ReadBackAsync(CancellationToken cancellation)
    {
        foreach (var segment in journal.OpenSegments.ToList())
        {
            segment.MarkVoids();
            using var scanner = new JournalScanner(segment.File, segment.LowWater, segment.End);
            var found = new List<(PendingReceipt Receipt, long Offset)>();
            var more = true;
            while (more)
            {
                more = scanner.TryNext(out var offset, out var payload);
                if (more && ReceiptJson.TryRead(payload.Span) is { } receipt && !IsParked(segment, offset))
                {
                    found.Add((new PendingReceipt(receipt, payload.ToArray()), offset));
                }

                if (found.Count >= BatchSize || (!more && found.Count > 0))
                {
                    await RetryAsync(() => ApplyAsync([.. found.Select(static one => one.Receipt)], holds.Origin, cancellation), found.Count, cancellation);
                    foreach (var (one, at) in found)
                    {
                        segment.Mark(at, JournalFormat.SizeOf(one.Payload.Length));
                    }

                    found.Clear();
                }
            }
        }
    }

    private bool IsParked(JournalSegment segment, long offset) => _parked.Exists(ticket => ReferenceEquals(ticket.Segment, segment) && ticket.Offset == offset);

    private async Task<int> ReplayFileAsync(string path, JournalMark? mark, CancellationToken cancellation)
    {
        var count = 0;
        int bad;
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            var from = mark?.StartIn(file) ?? JournalFormat.Block;
            using var scanner = new JournalScanner(file, from, RandomAccess.GetLength(file));
            var found = new List<PendingReceipt>();
            var unreadable = 0;
            var more = true;
            while (more)
            {
                more = scanner.TryNext(out _, out var payload);
                if (more && ReceiptJson.TryRead(payload.Span) is { } receipt)
                {
                    found.Add(new PendingReceipt(receipt, payload.ToArray()));
                }
                else if (more)
                {
                    unreadable++;
                }

                if (found.Count >= BatchSize || (!more && found.Count > 0))
                {
                    // No origin: whether the hold book is loaded before or after, it counts these entries once.
                    await RetryAsync(() => ApplyAsync([.. found], null, cancellation), found.Count, cancellation);
                    count += found.Count;
                    found.Clear();
                }
            }

            bad = scanner.Bad + unreadable;
        }

        Unreadable += bad;
        if (bad == 0)
        {
            File.Delete(path);
        }
        else
        {
            var kept = Path.ChangeExtension(path, ".bad");
            File.Move(path, kept, overwrite: true);
            MeteringLog.Rejected(_logger, bad, path, kept);
        }

        return count;
    }

    private Task<bool> RetryAsync(Func<Task> attempt, int count, CancellationToken cancellation) => RetryAsync(
        async () =>
        {
            await attempt();
            return true;
        }, count, cancellation);

    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt, int count, CancellationToken cancellation)
    {
        var backoff = TimeSpan.FromMilliseconds(100);
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await attempt();
            }
            catch (Exception problem) when (!cancellation.IsCancellationRequested)
            {
                MeteringLog.FlushFailed(_logger, problem, count, tries, backoff.TotalSeconds);
                await Task.Delay(backoff, time, cancellation);
                backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
            }
        }
    }

    private static List<PendingReceipt> Pending(List<JournalTicket> tickets) =>
        tickets.ConvertAll(static ticket => new PendingReceipt(ticket.Receipt, ticket.Payload));

    private static void Finish(in JournalTicket ticket)
    {
        ticket.Segment.Mark(ticket.Offset, ticket.Size);
        ArrayPool<byte>.Shared.Return(ticket.Buffer);
    }
}
