using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Delivery;

/// <summary>Ends a call's upstream work when the caller leaves or when the upstream is silent for too long.</summary>
internal sealed class CallClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationToken _aborted;
    private CancellationTokenSource _stop;
    private CancellationTokenRegistration _callerLeaves;

    public CallClock(HttpContext http, TimeProvider time)
    {
        _time = time;
        _aborted = http.RequestAborted;
        Begin();
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>Cancelled only when the caller leaves.</summary>
    public CancellationToken CallerToken => _aborted;

    public bool CallerLeft => _aborted.IsCancellationRequested;

    /// <summary>Starts the wait for the next byte anew.</summary>
    public void AllowSilence(TimeSpan longest)
    {
        if (_stop.IsCancellationRequested && !CallerLeft)
        {
            // An attempt before this one was silent for too long: its source is spent.
            Dispose();
            Begin();
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

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_stop))]
    private void Begin()
    {
        _stop = ReferenceEquals(_time, TimeProvider.System) ? new CancellationTokenSource() : new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        _callerLeaves = _aborted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _stop);
    }
}
