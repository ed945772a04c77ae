using AioHub.Core.Ledger;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Delivery;

/// <summary>Ends a call's upstream work when the caller leaves or when the upstream is silent for too long.</summary>
internal sealed class CallClock : IDisposable
{
    /// <summary>For each thread.</summary>
    private const int MostKept = 64;

    /// <summary>Alarms with their timers, from calls that ended well.</summary>
    [ThreadStatic]
    private static Stack<Alarm>? _kept;

    private readonly TimeProvider _time;
    private readonly CancellationTokenRegistration _callerLeaves;
    private readonly CancellationToken _aborted;
    private volatile Alarm _alarm;

    /// <summary>Timestamps up to which content must have come: for the call, and for its present attempt. After it only silence counts.</summary>
    private long _callUntil = long.MaxValue;
    private long _attemptUntil = long.MaxValue;

    /// <param name="heedsCaller">False: the upstream's work must be known to its end, since it costs money there, whether or not the caller waits.</param>
    public CallClock(HttpContext http, TimeProvider time, bool heedsCaller = true)
    {
        _time = time;
        _aborted = heedsCaller ? http.RequestAborted : CancellationToken.None;
        _alarm = Start();
        _callerLeaves = _aborted.UnsafeRegister(static state => ((CallClock)state!)._alarm.Ring(), this);
    }

    public CancellationToken Token => _alarm.Token;

    /// <summary>Cancelled only when the caller leaves.</summary>
    public CancellationToken CallerToken => _aborted;

    public bool CallerLeft => _aborted.IsCancellationRequested;

    /// <summary>The present attempt's places, kept for as long as it may be silent; null = it needs none.</summary>
    public RatePass? Places { get; set; }

    /// <summary>The hub's clock (UTC).</summary>
    public DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>The call's own time for content, over all attempts, is used up: what was cut off by it says little of its upstream.</summary>
    public bool CallIsOverdue => _callUntil != long.MaxValue && _time.GetTimestamp() >= _callUntil;

    /// <summary>The present attempt's time for content is used up, however often its upstream gave a sign of life.</summary>
    public bool AttemptIsOverdue => _attemptUntil != long.MaxValue && _time.GetTimestamp() >= _attemptUntil;

    /// <summary>Content must have come by then, whatever is tried.</summary>
    public void BoundCall(TimeSpan left) => _callUntil = After(left);

    /// <summary>An attempt begins: keep-alives of its upstream do not put this end off.</summary>
    public void StartAttempt(TimeSpan longest)
    {
        _attemptUntil = long.MaxValue;
        AllowSilence(longest);
        _attemptUntil = After(longest);
    }

    /// <summary>The answer comes as a whole: its length is the upstream's affair, within the call's time.</summary>
    public void AwaitWhole() => _attemptUntil = long.MaxValue;

    /// <summary>Content came.</summary>
    public void Commit() => _callUntil = _attemptUntil = long.MaxValue;

    /// <summary>Starts the wait for the next byte anew; one that ended before says nothing of the next attempt. <see cref="Token"/> may be another one afterwards.</summary>
    public void AllowSilence(TimeSpan longest)
    {
        if (_alarm.HasRung)
        {
            // Not disposed of: the caller may be leaving at this moment, and its registration may still hold the old one.
            _alarm = Start();
            if (CallerLeft)
            {
                _alarm.Ring();
            }
        }

        var until = Math.Min(_callUntil, _attemptUntil);
        if (until != long.MaxValue && _time.GetElapsedTime(_time.GetTimestamp(), until) is var left && left < longest)
        {
            longest = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        _alarm.SetTo(longest);
        Places?.Keep(longest);
    }

    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public void ThrowIfCallerLeft() => _aborted.ThrowIfCancellationRequested();

    public void Dispose()
    {
        _callerLeaves.Dispose();

        // Nobody else holds it any more: the registration is gone, and the call's reads have ended.
        var kept = _kept ??= new Stack<Alarm>(MostKept);
        if (ReferenceEquals(_time, TimeProvider.System) && kept.Count < MostKept && _alarm.TryReset())
        {
            kept.Push(_alarm);
            return;
        }

        _alarm.Dispose();
    }

    private long After(TimeSpan wait) => _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);

    private Alarm Start() => ReferenceEquals(_time, TimeProvider.System) && _kept is { Count: > 0 } kept ? kept.Pop() : new Alarm(_time);
}
