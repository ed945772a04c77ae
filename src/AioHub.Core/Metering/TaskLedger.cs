using System.Collections.Concurrent;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tasks;
using AioHub.Wire.Vocabulary;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Metering;

/// <summary>How a task ended, as its upstream tells it.</summary>
/// <param name="State">Never <see cref="TaskState.Open"/>.</param>
public sealed record TaskEnding(TaskState State)
{
    /// <summary>Tokens of the video; 0 = not told.</summary>
    public long Tokens { get; init; }
    /// <summary>Length of the video; 0 = not told.</summary>
    public long Milliseconds { get; init; }
    public string? Size { get; init; }
    /// <summary>Seconds as prices name them, such as <c>8</c>.</summary>
    public string? Seconds { get; init; }
    public string? ServiceTier { get; init; }
    /// <summary>What stands in the record of a task that was not charged.</summary>
    public string? ErrorCode { get; init; }
}

/// <summary>
/// The money of tasks (decision 0044): what is set aside for them from the call that makes them to their end, over restarts, and their charge, once, whoever sees the end first. Nothing here
/// depends on being the only process: ends are decided by the database, and every server sets the money of all open tasks aside.
/// </summary>
public sealed class TaskLedger(HubDatabase database, LocalHoldBook holds, string nodeId, TimeProvider time, ILogger<TaskLedger>? logger = null) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<RequestId, Kept> _kept = new();
    private readonly ReceiptStore _store = new(database, nodeId, time);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ILogger _logger = logger ?? NullLogger<TaskLedger>.Instance;

    /// <summary>Tasks whose money this process sets aside.</summary>
    public int Open => _kept.Count;

    /// <summary>Takes over the hold of the call that made a task. Its receipt is in the journal.</summary>
    public void Keep(RequestId call, Hold hold) => _kept[call] = new Kept(hold, Seen: false);

    /// <summary>A user's own that is under way; null = there is none, or its row is on the way.</summary>
    public Task<OpenTask?> FindAsync(UserId user, string name, CancellationToken cancellation) => TaskStore.FindAsync(database, user, name, cancellation);

    /// <summary>A user's own, newest first.</summary>
    public Task<List<(OpenTask Task, TaskState State, DateTime? EndedAt)>> ListAsync(UserId user, TaskShape shape, int take, int skip, CancellationToken cancellation) =>
        TaskStore.ListAsync(database, user, shape, Math.Clamp(take, 1, 1_000), Math.Max(0, skip), cancellation);

    /// <summary>Takes the right to ask for a task until a moment. False: another server did.</summary>
    public Task<bool> TakeAsync(OpenTask task, DateTime until, CancellationToken cancellation) => TaskStore.TakeAsync(database, task, until, cancellation);

    /// <summary>Says when a task is to be asked for next.</summary>
    public Task PutAsync(OpenTask task, DateTime next, CancellationToken cancellation) => TaskStore.PutAsync(database, task.Call, next, cancellation);

    /// <summary>
    /// Reads which tasks are under way, sets money aside for those that this process does not know yet, and lets go of what was set aside for those that ended elsewhere. At the start, before
    /// the first call, and then each second.
    /// </summary>
    /// <param name="claimOf">Whose money a task needs, by the configuration in force; null = its key is gone, and nothing is set aside.</param>
    public async Task<IReadOnlyList<OpenTask>> RefreshAsync(Func<OpenTask, HoldClaim?> claimOf, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var open = await TaskStore.OpenAsync(database, cancellation);
            var known = new HashSet<RequestId>();
            foreach (var task in open)
            {
                known.Add(task.Call);
                if (_kept.TryGetValue(task.Call, out var kept))
                {
                    _kept[task.Call] = kept with { Seen = true };
                    continue;
                }

                var hold = claimOf(task) is { } claim ? (await holds.ReserveAsync(claim with { Patience = TimeSpan.Zero }, task.Held, cancellation)).Hold : null;
                _kept[task.Call] = new Kept(hold, Seen: true);
            }

            foreach (var (call, kept) in _kept)
            {
                if (!known.Contains(call) && (kept.Seen || await TaskStore.HasEndedAsync(database, call, cancellation)))
                {
                    // Its charge is counted before its money is free.
                    await holds.RefreshAsync(cancellation);
                    LetGo(call);
                }
            }

            return open;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Ends a task: charged when it succeeded, else not. Done by the database in one transaction with the record that charges it, of which there is one whoever writes it. Returns when the
    /// charge is counted and what was set aside is free.
    /// </summary>
    /// <returns>False: the call that made it is still on its way to the database; somebody will see the end again.</returns>
    public async Task<bool> EndAsync(OpenTask task, TaskEnding ending, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (await ReadAsync(task.Call, cancellation) is not { Task: { } note } made)
            {
                return false;
            }

            var receipt = End(made, note, ending);
            var frame = ReceiptBytes.Write(receipt, out var length);
            var pending = new PendingReceipt(receipt, frame.Slice(JournalFormat.FrameHeader, length).ToArray());
            await _store.ApplyAsync([pending], origin: null, mark: null, cancellation);
            await holds.RefreshAsync(cancellation);
            LetGo(task.Call);
            MeteringLog.TaskEnded(_logger, task.Call.ToString(), ending.State.ToString(), receipt.Charge.Total.ToUsdString());
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes out the rows of what ended so long ago. The records of its calls stay, and so does what was charged.</summary>
    /// <returns>How many went.</returns>
    public Task<int> SweepAsync(TimeSpan lifetime, CancellationToken cancellation) => TaskStore.SweepAsync(database, time.GetUtcNow().UtcDateTime - lifetime, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _turn.Dispose();
    }

    private void LetGo(RequestId call)
    {
        if (_kept.TryRemove(call, out var kept) && kept.Hold is { } hold)
        {
            holds.Release(hold);
        }
    }

    private async Task<Receipt?> ReadAsync(RequestId call, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        var found = await reader.ReadAsync("""SELECT "Detail" FROM request_log WHERE "Id" = $1""", static row => row.GetFieldValue<byte[]>(0), cancellation, RequestLogRow.BytesOf(call));
        return found is [var detail] ? ReceiptFields.TryRead(detail) : null;
    }

    private Receipt End(Receipt made, TaskNote note, TaskEnding ending)
    {
        var isDone = ending.State == TaskState.Succeeded;
        var usage = isDone ? UsageOf(note, ending) : default;
        var price = RowOf(made.ServedModel, note.Price, note.PriceVersion);
        var charge = isDone ? Pricing.Price(price, note.GroupMultiplier, usage, ContextOf(made, note, ending)) : Charge.Nothing(note.PriceVersion);
        var cost = !isDone || note.CostPrice is not { } own ? null : Pricing.CostBy(RowOf(made.ServedModel, own, note.CostVersion), note.CostFactor, usage, ContextOf(made, note, ending));
        return new Receipt
        {
            Id = TaskNote.EndOf(note.Call),
            StartedAt = made.StartedAt,
            Key = made.Key,
            KeyName = made.KeyName,
            User = made.User,
            Dialect = made.Dialect,
            Operation = Operation.FinishTask,
            HttpStatus = 200,
            Outcome = isDone ? CallOutcome.Completed : ending.State == TaskState.Cancelled ? CallOutcome.Cancelled : CallOutcome.Failed,
            ErrorCode = isDone ? null : ending.ErrorCode,
            Group = made.Group,
            GroupId = made.GroupId,
            ChargesGroupQuota = made.ChargesGroupQuota,
            Channel = made.Channel,
            ChannelId = made.ChannelId,
            CredentialId = made.CredentialId,
            ChargesChannelQuota = made.ChargesChannelQuota,
            RequestedModel = made.RequestedModel,
            ServedModel = made.ServedModel,
            UpstreamModel = made.UpstreamModel,
            ServiceTier = ending.ServiceTier ?? note.ServiceTier,
            Usage = usage,
            Charge = charge,
            ServedCost = cost?.Total ?? (charge.Lines.IsEmpty ? NanoUsd.Zero : Pricing.CostOf(charge, note.CostFactor)),
            Cost = cost,
            TotalMilliseconds = (time.GetUtcNow().UtcDateTime - made.StartedAt).TotalMilliseconds,
            Task = new TaskNote(note.Shape, note.Name, note.Call) { State = ending.State, Held = note.Held },
        };
    }

    private static PriceContext ContextOf(Receipt made, TaskNote note, TaskEnding ending) => new()
    {
        Moment = made.StartedAt,
        ServiceTier = ending.ServiceTier ?? note.ServiceTier,
        Region = note.Region,
        ImageSize = ending.Size ?? note.Size,
        ImageQuality = ending.Seconds ?? note.Seconds,
        UserMultiplier = note.UserMultiplier,
        KeyMultiplier = note.KeyMultiplier,
    };

    private static Usage UsageOf(TaskNote note, TaskEnding ending) => new()
    {
        OutputVideo = ending.Tokens > 0 ? ending.Tokens : note.Tokens,
        Milliseconds = ending.Milliseconds > 0 ? ending.Milliseconds : note.Milliseconds,
        Images = 1,
        Source = ending.Tokens > 0 || ending.Milliseconds > 0 ? UsageSource.Reported : UsageSource.Estimated,
    };

    private static PriceRow RowOf(string model, string json, string version)
    {
        using var document = JsonDocument.Parse(json);
        return PriceJson.Read(model, document.RootElement) with { Version = version };
    }

    private sealed record Kept(Hold? Hold, bool Seen);
}
