using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Delivery;

/// <summary>Ends a call's upstream work when the caller leaves or when the upstream is silent for too long.</summary>
internal sealed class CallClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenRegistration _callerLeaves;
    private readonly CancellationToken _aborted;
    private volatile CancellationTokenSource _stop;

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

        _stop.CancelAfter(longest);
    }

    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public void ThrowIfCallerLeft() => _aborted.ThrowIfCancellationRequested();

    public void Dispose()
    {
        _callerLeaves.Dispose();
        _stop.Dispose();
    }

    private CancellationTokenSource Start() =>
        ReferenceEquals(_time, TimeProvider.System) ? new CancellationTokenSource() : new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
}
