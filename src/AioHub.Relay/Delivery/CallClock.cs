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

        _alarm.SetTo(longest);
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

    private Alarm Start() => ReferenceEquals(_time, TimeProvider.System) && _kept is { Count: > 0 } kept ? kept.Pop() : new Alarm(_time);
}
