using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Delivery;

/// <summary>Ends a call's upstream work when the caller leaves or when the upstream is silent for too long.</summary>
internal sealed class CallClock : IDisposable
{
    /// <summary>A wait may last longer by this part of it: a stream then sets its timer a few times a minute, not with every chunk.</summary>
    private const int Slack = 16;

    /// <summary>For each thread.</summary>
    private const int MostKept = 64;

    /// <summary>Sources with their timers, from calls that ended well.</summary>
    [ThreadStatic]
    private static Stack<CancellationTokenSource>? _kept;

    private readonly TimeProvider _time;
    private readonly CancellationTokenRegistration _callerLeaves;
    private readonly CancellationToken _aborted;
    private volatile CancellationTokenSource _stop;
    private long _setAt;
    private TimeSpan _setTo = Timeout.InfiniteTimeSpan;

    public CallClock(HttpContext http, TimeProvider time)
    {
        _time = time;
        _aborted = http.RequestAborted;
        _stop = Start();
        _callerLeaves = _aborted.UnsafeRegister(static state => ((CallClock)state!)._stop.Cancel(), this);
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>Cancelled only when the caller leaves.</summary>
    public CancellationToken CallerToken => _aborted;

    public bool CallerLeft => _aborted.IsCancellationRequested;

    /// <summary>Starts the wait for the next byte anew; one that ended before says nothing of the next attempt. <see cref="Token"/> may be another one afterwards.</summary>
    public void AllowSilence(TimeSpan longest)
    {
        if (_stop.IsCancellationRequested)
        {
            // Not disposed: the caller may be leaving at this moment, and its registration may still hold the old one.
            _stop = Start();
            if (CallerLeft)
            {
                _stop.Cancel();
            }
        }
        else if (longest == _setTo && _time.GetElapsedTime(_setAt) <= longest / Slack)
        {
            return;
        }

        (_setAt, _setTo) = (_time.GetTimestamp(), longest);
        _stop.CancelAfter(longest + (longest / Slack));
    }

    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public void ThrowIfCallerLeft() => _aborted.ThrowIfCancellationRequested();

    public void Dispose()
    {
        _callerLeaves.Dispose();

        // Nobody else holds it any more: the registration is gone, and the call's reads have ended.
        var kept = _kept ??= new Stack<CancellationTokenSource>(MostKept);
        if (ReferenceEquals(_time, TimeProvider.System) && kept.Count < MostKept && _stop.TryReset())
        {
            kept.Push(_stop);
            return;
        }

        _stop.Dispose();
    }

    private CancellationTokenSource Start()
    {
        if (!ReferenceEquals(_time, TimeProvider.System))
        {
            return new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        }

        return _kept is { Count: > 0 } kept ? kept.Pop() : new CancellationTokenSource();
    }
}
