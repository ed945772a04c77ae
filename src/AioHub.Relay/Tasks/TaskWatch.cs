using System.Data.Common;
using System.Net;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Tasks;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Failures;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.Extensions.Logging;

namespace AioHub.Relay.Tasks;

/// <summary>
/// Sees tasks to their end: what callers are told on the way, and what the hub asks by itself for those who never ask (decision 0044). Which server asks for a task is decided by the database;
/// who dies while it asks is followed by another after <see cref="Lease"/>.
/// </summary>
public sealed class TaskWatch : ITaskEnds, IDisposable
{
    private const int MostAtOnce = 8;
    private const int MostReplyBytes = 1024 * 1024;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAsk = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private readonly TaskLedger _ledger;
    private readonly RoutingDirectory _routing;
    private readonly ApiKeyDirectory _keys;
    private readonly Upstreams _upstreams;
    private readonly IHealth _health;
    private readonly TimeProvider _time;
    private readonly ILogger<TaskWatch> _logger;
    private readonly SemaphoreSlim _places = new(MostAtOnce);

    internal TaskWatch(TaskLedger ledger, RoutingDirectory routing, ApiKeyDirectory keys, Upstreams upstreams, IHealth health, TimeProvider time, ILogger<TaskWatch> logger) =>
        (_ledger, _routing, _keys, _upstreams, _health, _time, _logger) = (ledger, routing, keys, upstreams, health, time, logger);

    void ITaskEnds.Keep(RequestId call, Hold hold) => _ledger.Keep(call, hold);

    ValueTask ITaskEnds.SeeAsync(Pin pin, TaskReply? reply, bool wasDeleted) => SeeAsync(pin, reply, wasDeleted);

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>Sets money aside for every open task. Before the first call is served.</summary>
    public Task LoadAsync(CancellationToken cancellation) => _ledger.RefreshAsync(ClaimOf, cancellation);

    /// <summary>Asks for tasks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(Now, stopping);
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                RelayLog.TasksUnwatched(_logger, exception);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(Round, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One look at what is under way, and a question for each task that is due.</summary>
    /// <param name="now">What is due by then is asked for.</param>
    public async Task RoundAsync(DateTime now, CancellationToken cancellation)
    {
        var due = (await _ledger.RefreshAsync(ClaimOf, cancellation)).Where(task => task.NextAt <= now).OrderBy(static task => task.NextAt).Take(MostAtOnce * 4).ToArray();
        await Task.WhenAll(due.Select(task => AskInTurnAsync(task, now, cancellation)));
    }

    /// <summary>A caller was told how its task stands: an end is charged before the caller sees it, when the database lets it; else the hub's own question finds it.</summary>
    private async ValueTask SeeAsync(Pin pin, TaskReply? reply, bool wasDeleted)
    {
        var ending = wasDeleted ? new TaskEnding(TaskState.Cancelled) { ErrorCode = "task_cancelled" } : reply is { } told ? TaskTerms.EndingOf(told) : null;
        if (ending is null)
        {
            return;
        }

        // A database's work must not run on a socket's thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (await _ledger.FindAsync(pin.User, pin.Object.Name, CancellationToken.None) is { } task)
            {
                await _ledger.EndAsync(task, ending, CancellationToken.None);
            }
        }
        catch (Exception exception) when (IsOfDatabase(exception))
        {
            RelayLog.TasksUnwatched(_logger, exception);
        }
    }

    /// <summary>What has ended unseen is charged before it is deleted; what is at work is not deleted. Null = it may go.</summary>
    internal async ValueTask<Failure?> BeforeDeletionAsync(Pin pin, CancellationToken cancellation)
    {
        try
        {
            if (await _ledger.FindAsync(pin.User, pin.Object.Name, cancellation) is not { } task)
            {
                return null;
            }

            if (await AskAsync(task, cancellation) is not { } reply)
            {
                return TaskFailures.Unasked(task.Name);
            }

            if (TaskTerms.EndingOf(reply) is { } ending)
            {
                await _ledger.EndAsync(task, ending, cancellation);
                return null;
            }

            return task.Shape == TaskShape.Ark && reply.Progress == TaskProgress.Queued ? null : TaskFailures.StillRunning(task.Name);
        }
        catch (Exception exception) when (IsOfDatabase(exception))
        {
            RelayLog.TasksUnwatched(_logger, exception);
            return HubFailures.ObjectsUnavailable;
        }
    }

    public void Dispose() => _places.Dispose();

    private static bool IsOfDatabase(Exception exception) => exception is DbException or InvalidOperationException or TimeoutException or IOException;

    private async Task AskInTurnAsync(OpenTask task, DateTime now, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            var rests = _health.CoolingUntil(task.Credential, task.Model);
            if (rests is { } until && until > now && now < task.DeadlineAt)
            {
                await _ledger.PutAsync(task, until, cancellation);
                return;
            }

            if (!await _ledger.TakeAsync(task, now + Lease, cancellation))
            {
                return;
            }

            var reply = await AskAsync(task, cancellation);
            var ending = reply is { } told ? TaskTerms.EndingOf(told) : null;
            if (ending is null && now >= task.DeadlineAt)
            {
                RelayLog.TaskLost(_logger, task.Call, task.Name);
                ending = new TaskEnding(TaskState.Lost) { ErrorCode = "task_lost" };
            }

            if (ending is null || !await _ledger.EndAsync(task, ending, cancellation))
            {
                await _ledger.PutAsync(task, now + PauseAfter(task.Asked, answered: reply is not null), cancellation);
            }
        }
        catch (Exception exception) when (IsOfDatabase(exception))
        {
            RelayLog.TasksUnwatched(_logger, exception);
        }
        finally
        {
            _places.Release();
        }
    }

    private static TimeSpan PauseAfter(int asked, bool answered)
    {
        var pause = ShortestPause * Math.Pow(answered ? 1.5 : 2, Math.Min(asked, 12));
        var longest = answered ? LongestPause : LongestPause * 5;
        return (pause < longest ? pause : longest) * (1 + (Random.Shared.NextDouble() / 5));
    }

    /// <summary>Null: no answer that says anything, or the channel or its credential is gone.</summary>
    private async Task<TaskReply?> AskAsync(OpenTask task, CancellationToken cancellation)
    {
        var channel = _routing.Current.FindChannel(task.Channel);
        if (channel?.Credentials.FirstOrDefault(one => one.Id == task.Credential) is not { } credential)
        {
            return null;
        }

        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(LongestAsk);
        try
        {
            using var request = UpstreamAuth.NewRequest(HttpMethod.Get, UpstreamAddress.OfTask(channel, task.Shape, task.Name), channel, credential);
            UpstreamAuth.Identify(request, channel, credential, Dialect.OpenAiChat);

            using var response = await _upstreams.For(channel).SendAsync(request, late.Token);
            if (response.StatusCode is not (>= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices))
            {
                RelayLog.TaskUnanswered(_logger, task.Call, (int)response.StatusCode);
                return null;
            }

            using var body = new PooledBytes(4096);
            await using var stream = await response.Content.ReadAsStreamAsync(late.Token);
            for (int read; body.Length <= MostReplyBytes && (read = await stream.ReadAsync(body.GetMemory(4096), late.Token)) > 0;)
            {
                body.Advance(read);
            }

            return TaskReply.TryRead(body.Span, out var reply) ? reply : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            RelayLog.TaskUnanswered(_logger, task.Call, 0);
            return null;
        }
    }

    /// <summary>Whose money a task needs. Null: its key is gone; it is charged all the same.</summary>
    private HoldClaim? ClaimOf(OpenTask task)
    {
        var table = _routing.Current;
        var group = table.Groups.FirstOrDefault(one => one.Id == task.Group);
        var channel = table.FindChannel(task.Channel);
        var credential = channel?.Credentials.FirstOrDefault(one => one.Id == task.Credential);
        return _keys.Keys.FirstOrDefault(one => one.Id == task.Key) is not { } key ? null : new HoldClaim(
            key,
            group is null ? Payer.None : new Payer(group.Id.Value, group.Limits, group.HasQuota),
            channel is null ? Payer.None : new Payer(channel.Id.Value, channel.Limits, channel.HasQuota),
            credential is null ? Payer.None : new Payer(credential.Id.Value, credential.Limits, false),
            Now);
    }
}
