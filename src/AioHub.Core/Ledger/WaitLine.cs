namespace AioHub.Core.Ledger;

/// <summary>
/// Where the calls of one wallet stand that wait for its other calls' holds, in the order in which they came: a large one is not passed for ever by small
/// ones. Only calls that wait anyway come here, so a lock may guard it.
/// </summary>
internal sealed class WaitLine
{
    private readonly Lock _gate = new();
    private readonly LinkedList<WaitPlace> _places = new();

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _places.Count == 0;
            }
        }
    }

    public WaitPlace Enter()
    {
        var place = new WaitPlace();
        lock (_gate)
        {
            _places.AddLast(place);
        }

        return place;
    }

    public bool IsFirst(WaitPlace place)
    {
        lock (_gate)
        {
            return ReferenceEquals(_places.First?.Value, place);
        }
    }

    /// <summary>The next one's turn comes.</summary>
    public void Leave(WaitPlace place)
    {
        lock (_gate)
        {
            _places.Remove(place);
        }

        WakeFirst();
    }

    /// <summary>Money came back: the first one looks again.</summary>
    public void WakeFirst()
    {
        WaitPlace? first;
        lock (_gate)
        {
            first = _places.First?.Value;
        }

        first?.Wake();
    }
}

/// <summary>One waiting call.</summary>
internal sealed class WaitPlace
{
    private TaskCompletionSource _signal = New();

    public void Wake() => Volatile.Read(ref _signal).TrySetResult();

    /// <summary>Until woken, or a while at most.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellation)
    {
        var signal = Volatile.Read(ref _signal);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(signal.Task, Task.Delay(most, time, over.Token));
        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        if (signal.Task.IsCompleted)
        {
            Volatile.Write(ref _signal, New());
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
