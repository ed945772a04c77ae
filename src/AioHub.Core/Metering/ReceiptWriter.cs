using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Metering;

/// <summary>
/// Brings receipts from the journal into the database, in batches, for ever trying again. At start: <see cref="ReplayAsync"/>, <see cref="JoinAsync"/>, then
/// <see cref="LocalHoldBook.LoadAsync"/>, then <see cref="RunAsync"/> for as long as the server lives.
/// </summary>
public sealed class ReceiptWriter : IAsyncDisposable
{
    private const int BatchSize = 1_000;
    private const int TriesBeforeSingles = 3;
    private const int MostParked = 1_000;
    private const int BusyBatch = 250;

    // A transaction of few receipts costs as much as those; many must not wait in memory for long.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ParkedEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);
    private readonly HubDatabase _database;
    private readonly UsageJournal _journal;
    private readonly LocalHoldBook _holds;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ReceiptStore _store;
    private readonly DatabasePatience _patience;
    private readonly JournalReader _reader;
    private readonly List<PendingReceipt> _batch = [];
    private readonly List<PendingReceipt> _parked = [];
    private byte[] _payloads = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly DateTime _started;
    private long? _lastBeat;
    private long _lastParkedTry;
    private int _parkedCount;

    /// <param name="written">Hears what was written; null = nobody wants it.</param>
    public ReceiptWriter(
        HubDatabase database, UsageJournal journal, LocalHoldBook holds, TimeProvider time, ILogger<ReceiptWriter>? logger = null, IWrittenReceipts? written = null)
    {
        (_database, _journal, _holds, _time, _logger) = (database, journal, holds, time, logger ?? NullLogger<ReceiptWriter>.Instance);
        _store = new ReceiptStore(database, journal.NodeId, time, written);
        _patience = new DatabasePatience(time, _logger);
        _reader = new JournalReader(ApplyAsync, AnswersAsync, _patience, _logger);
        _started = time.GetUtcNow().UtcDateTime;
    }

    /// <summary>Receipts that the database refuses one by one; they are tried again every five seconds.</summary>
    public int Parked => Volatile.Read(ref _parkedCount);

    /// <summary>Stretches of the journal that no replay could read.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Applies all that earlier processes left in the journal. Before anything is served and before the hold book is loaded.</summary>
    /// <returns>How many records there were, applied now or long since.</returns>
    public async Task<int> ReplayAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var mark = await _patience.UntilDoneAsync(() => _store.ReadMarkAsync(cancellation), 0, cancellation);
            var count = 0;
            foreach (var path in _journal.Leftovers)
            {
                var (records, bad) = await _reader.ReplayAsync(path, mark, cancellation);
                count += records;
                Unreadable += bad;
            }

            if (!_journal.Leftovers.IsEmpty)
            {
                MeteringLog.Replayed(_logger, count, _journal.Leftovers.Length);
            }

            _journal.ForgetLeftovers();
            await _patience.UntilDoneAsync(() => PostAsync(cancellation), 0, cancellation);
            return count;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Says that this server is about to read its balances: after the replay, before <see cref="LocalHoldBook.LoadAsync"/>. From then on commands ask it before
    /// they take money out of a wallet.
    /// </summary>
    public Task JoinAsync(CancellationToken cancellation) =>
        _patience.UntilDoneAsync(() => NodeStore.JoinAsync(_database, _journal.NodeId, _time.GetUtcNow().UtcDateTime, cancellation), 0, cancellation);

    /// <summary>Writes until cancelled, then what is left, for at most ten seconds; the rest stays in the journal for the next start.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        // Requests may complete inline on I/O threads; this work must not start on one.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!stopping.IsCancellationRequested)
        {
            var written = 0;
            try
            {
                written = await FlushAsync(BatchSize, stopping);
                await BeatAsync(stopping);
            }
            catch (Exception problem) when (!stopping.IsCancellationRequested)
            {
                // Such as a full disk that refuses the next segment: the loop must outlive it.
                MeteringLog.LoopFailed(_logger, problem);
            }
            catch (Exception)
            {
                break;
            }

            await Task.Delay(written >= BusyBatch ? BusyPause : Pause, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        using var last = new CancellationTokenSource(TimeSpan.FromSeconds(10), _time);
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
    /// <returns>How many were written.</returns>
    private async Task<int> FlushAsync(int worthwhile, CancellationToken cancellation)
    {
        var written = 0;
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_parked.Count > 0 && (worthwhile == 1 || _time.GetElapsedTime(_lastParkedTry) >= ParkedEvery))
            {
                await RetryParkedAsync(cancellation);
            }

            while (Fill() is > 0 and var count)
            {
                await ApplyBatchAsync(cancellation);
                written += count;
                if (_journal.Queued < worthwhile)
                {
                    break;
                }
            }

            if (_journal.HasOverflowed)
            {
                await ReadBackAsync(cancellation);
            }

            if (written == 0 || worthwhile == 1)
            {
                await PostAsync(cancellation);
            }

            _journal.DeleteDone();
            _journal.PrepareStandby();
            return written;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes the server's sign of life when one is due.</summary>
    public async Task BeatAsync(CancellationToken cancellation)
    {
        if (_lastBeat is { } before && _time.GetElapsedTime(before) < BeatEvery)
        {
            return;
        }

        _lastBeat = _time.GetTimestamp();
        try
        {
            await _store.BeatAsync(_started, _time.GetUtcNow().UtcDateTime, _holds.OpenHolds, _journal.Queued + _batch.Count + Parked, cancellation);
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

    private async Task ReadBackAsync(CancellationToken cancellation)
    {
        MeteringLog.Overflowed(_logger);
        _journal.ForgetOverflow();
        try
        {
            foreach (var segment in _journal.OpenSegments.ToList())
            {
                await _reader.ReadBackAsync(segment, _parked, _holds.Origin, cancellation);
            }
        }
        catch
        {
            _journal.NoteOverflow();
            throw;
        }
    }

    /// <summary>A batch that was interrupted stays and is finished first.</summary>
    private int Fill()
    {
        while (_batch.Count < BatchSize && _journal.TryTake(out var pending))
        {
            _batch.Add(pending);
        }

        return _batch.Count;
    }

    private async Task ApplyBatchAsync(CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await ApplyAsync(WithPayloads(_batch), _holds.Origin, cancellation);
                FinishBatch();
                return;
            }
            catch (Exception problem) when (!cancellation.IsCancellationRequested)
            {
                await _patience.WaitAsync(problem, _batch.Count, tries, cancellation);
                if (tries % TriesBeforeSingles == 0 && await ApplySinglesAsync(cancellation))
                {
                    return;
                }
            }
        }
    }

    private void FinishBatch()
    {
        try
        {
            foreach (var pending in _batch)
            {
                _journal.Finish(pending);
            }
        }
        finally
        {
            // They are other receipts' objects now: none may be finished twice, whatever comes.
            _batch.Clear();
        }
    }

    /// <summary>
    /// One by one. What is refused twice, with the database taking a faultless receipt in between, is parked. False: the database is away, or there
    /// is no more room; what is left of the batch waits.
    /// </summary>
    private async Task<bool> ApplySinglesAsync(CancellationToken cancellation)
    {
        while (_batch.Count > 0)
        {
            var pending = _batch[0];
            if (await TryAsync(pending, cancellation) is not null)
            {
                if (_parked.Count >= MostParked || !await AnswersAsync(cancellation))
                {
                    return false;
                }

                if (await TryAsync(pending, cancellation) is { } problem)
                {
                    MeteringLog.Parked(_logger, problem, pending.Id.ToString());
                    _parked.Add(pending);
                    Volatile.Write(ref _parkedCount, _parked.Count);
                }
            }

            _batch.RemoveAt(0);
        }

        return true;
    }

    /// <summary>Applies one receipt alone. Null: done; otherwise why not.</summary>
    private async Task<Exception?> TryAsync(PendingReceipt pending, CancellationToken cancellation)
    {
        try
        {
            await ApplyAsync(WithPayloads([pending]), _holds.Origin, cancellation);
        }
        catch (Exception problem) when (!cancellation.IsCancellationRequested)
        {
            return problem;
        }

        _journal.Finish(pending);
        return null;
    }

    /// <summary>Whether the database would take a receipt of which nobody could find fault. It is undone.</summary>
    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            var probe = new Receipt
            {
                Id = RequestId.New(_time),
                StartedAt = _started,
                Key = new ApiKeyId(0),
                KeyName = "probe",
                User = new UserId(0),
                Dialect = Dialect.OpenAiChat,
                Operation = Operation.Generate,
                Outcome = CallOutcome.Completed,
                Charge = new Charge([], 1m, new NanoUsd(1), ""),
            };
            await _store.ApplyAsync([new PendingReceipt(probe, default)], _holds.Origin, null, cancellation, commit: false);
            return true;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task RetryParkedAsync(CancellationToken cancellation)
    {
        _lastParkedTry = _time.GetTimestamp();
        for (var i = _parked.Count - 1; i >= 0; i--)
        {
            if (await TryAsync(_parked[i], cancellation) is null)
            {
                _parked.RemoveAt(i);
            }
        }

        Volatile.Write(ref _parkedCount, _parked.Count);
    }

    private async Task ApplyAsync(IReadOnlyList<PendingReceipt> receipts, long? origin, CancellationToken cancellation)
    {
        var active = _journal.Active;
        active.MarkVoids();
        var version = await _store.ApplyAsync(receipts, origin, new JournalMark(active.Name, active.LowWater), cancellation);
        if (origin is not null)
        {
            _holds.NoteOwnVersion(version);
        }
    }

    /// <summary>Brings balances and key windows up to date with the request log.</summary>
    private async Task PostAsync(CancellationToken cancellation)
    {
        if (_store.HasUnposted)
        {
            _holds.NoteOwnVersion(await _store.ApplyAsync([], _holds.Origin, null, cancellation, post: true));
        }
    }

    /// <summary>Their payloads are valid until it is called again.</summary>
    private List<PendingReceipt> WithPayloads(List<PendingReceipt> receipts)
    {
        var length = receipts.Sum(static pending => pending.PayloadLength);
        if (_payloads.Length < length)
        {
            _payloads = new byte[length + (length / 4)];
        }

        var free = _payloads.AsMemory();
        foreach (var pending in receipts)
        {
            pending.ReadPayload(free[..pending.PayloadLength]);
            free = free[pending.PayloadLength..];
        }

        return receipts;
    }
}
