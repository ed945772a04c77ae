using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Delivery;

/// <summary>Ends a call's upstream work when the caller leaves or when the upstream is silent for too long.</summary>
internal sealed class CallClock : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _callerLeaves;
    private readonly CancellationToken _aborted;

    public CallClock(HttpContext http, TimeProvider time)
    {
        _aborted = http.RequestAborted;
        _stop = ReferenceEquals(time, TimeProvider.System) ? new CancellationTokenSource() : new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _callerLeaves = _aborted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _stop);
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>Cancelled only when the caller leaves.</summary>
    public CancellationToken CallerToken => _aborted;

    public bool CallerLeft => _aborted.IsCancellationRequested;

    /// <summary>Starts the wait for the next byte anew.</summary>
    public void AllowSilence(TimeSpan longest) => _stop.CancelAfter(longest);

    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public void ThrowIfCallerLeft() => _aborted.ThrowIfCancellationRequested();

    public void Dispose()
    {
        _callerLeaves.Dispose();
        _stop.Dispose();
    }
}
