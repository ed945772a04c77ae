using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace AioHub.TestKit;

/// <summary>
/// One connection: a task that only receives (so that a client that leaves is noticed at once, also in the middle of a reply) and one that
/// reads requests and plays replies.
/// </summary>
internal sealed class UpstreamConnection(FakeUpstream upstream, Socket socket, int number, CancellationToken stopping)
{
    /// <summary>How long a closed connection waits for the client's own close before it is torn down.</summary>
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 4 << 20, resumeWriterThreshold: 2 << 20, useSynchronizationContext: false));
    private readonly Lock _gate = new();
    private CapturedRequest? _current;
    private bool _clientLeft;

    internal async Task RunAsync()
    {
        socket.NoDelay = true;
        var receiving = ReceiveAsync();
        var abort = false;
        try
        {
            abort = await ServeAsync();
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // The client left or the test is over; both are noted where they were seen.
        }
        catch (Exception failure)
        {
            upstream.Fault($"Connection {number}: {failure}");
        }

        EndCurrent(stopping.IsCancellationRequested ? ReplyEnd.Disposed : ReplyEnd.ClientGone);
        await CloseAsync(abort, receiving);
        await _over.CancelAsync();
        await receiving;
        await _received.Reader.CompleteAsync();
        _over.Dispose();
    }

    /// <returns>Whether the connection shall be reset instead of closed.</returns>
    private async Task<bool> ServeAsync()
    {
        while (await RequestParser.ReadHeadAsync(_received.Reader, number, _over.Token) is { } read)
        {
            if (read.Fault is { } fault)
            {
                upstream.Fault($"Connection {number}: {fault}");
                await SendAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                return false;
            }

            var request = read.Request!;
            if (upstream.ReplyBeforeBody(request) is { } early)
            {
                SetCurrent(request);
                upstream.Capture(request);
                return await PlayAsync(request, early) is Ended.Reset;
            }

            if (string.Equals(request.Header("Expect"), "100-continue", StringComparison.OrdinalIgnoreCase))
            {
                await SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
            }

            if (await RequestParser.ReadBodyAsync(_received.Reader, request, _over.Token) is { } bodyFault)
            {
                upstream.Fault($"Connection {number}: {request}: {bodyFault}");
                return false;
            }

            SetCurrent(request);
            upstream.Capture(request);
            var reply = await upstream.ReplyToAsync(request, _over.Token);
            var ended = await PlayAsync(request, reply);
            if (ended != Ended.Open || reply.MustCloseAfter(request))
            {
                return ended == Ended.Reset;
            }
        }

        return false;
    }

    private async Task<Ended> PlayAsync(CapturedRequest request, Reply reply)
    {
        var silent = !reply.Headless && reply.HasNoBody(request.Method) && reply.StatusCode != 101;
        foreach (var step in reply.StepsBeforeHead)
        {
            await TakeAsync(step, reply, silent: false);
        }

        if (!reply.Headless)
        {
            await SendAsync(reply.Head(request.Method));
        }

        foreach (var step in reply.Steps)
        {
            switch (step)
            {
                case ReplyStep.Close:
                    EndCurrent(ReplyEnd.Complete);
                    return Ended.Closed;
                case ReplyStep.Reset:
                    EndCurrent(ReplyEnd.Complete);
                    return Ended.Reset;
                case ReplyStep.Hang:
                    await Task.Delay(Timeout.Infinite, _over.Token);
                    break;
                default:
                    await TakeAsync(step, reply, silent);
                    break;
            }
        }

        if (reply.IsChunked && !silent)
        {
            await SendAsync("0\r\n\r\n"u8.ToArray());
        }

        EndCurrent(ReplyEnd.Complete);
        return Ended.Open;
    }

    private async Task TakeAsync(ReplyStep step, Reply reply, bool silent)
    {
        switch (step)
        {
            // An empty chunk would be the last one.
            case ReplyStep.Send { Bytes.Length: > 0 } send when !silent:
                await SendAsync(reply.IsChunked ? ChunkOf(send.Bytes.Span) : send.Bytes);
                break;
            case ReplyStep.Raw raw:
                await SendAsync(raw.Bytes);
                break;
            case ReplyStep.Wait wait:
                await Task.Delay(wait.Time, _over.Token);
                break;
            case ReplyStep.WaitFor wait:
                await wait.Signal.WaitAsync(_over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _over.Token.ThrowIfCancellationRequested();
                break;
            case ReplyStep.Do act:
                act.Action();
                break;
        }
    }

    private static byte[] ChunkOf(ReadOnlySpan<byte> bytes) =>
        [.. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", System.Globalization.CultureInfo.InvariantCulture)), .. "\r\n"u8, .. bytes, .. "\r\n"u8];

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var sent = await socket.SendAsync(bytes, SocketFlags.None, _over.Token);
            bytes = bytes[sent..];
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var memory = _received.Writer.GetMemory(32 << 10);
                var count = await socket.ReceiveAsync(memory, SocketFlags.None, _over.Token);
                if (count == 0)
                {
                    break;
                }

                _received.Writer.Advance(count);
                await _received.Writer.FlushAsync(_over.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Reset, or over: either way nothing more comes.
        }

        await _received.Writer.CompleteAsync();
        await NoteClientLeftAsync();
    }

    private async Task NoteClientLeftAsync()
    {
        lock (_gate)
        {
            _clientLeft = true;
            if (_current is null || stopping.IsCancellationRequested)
            {
                return;
            }
        }

        EndCurrent(ReplyEnd.ClientGone);
        // The reply being played has no reader any more.
        await _over.CancelAsync();
    }

    private void SetCurrent(CapturedRequest request)
    {
        bool left;
        lock (_gate)
        {
            _current = request;
            left = _clientLeft;
        }

        if (left && !stopping.IsCancellationRequested)
        {
            upstream.Capture(request);
            EndCurrent(ReplyEnd.ClientGone);
            throw new OperationCanceledException("The client left as soon as it had asked.");
        }
    }

    private void EndCurrent(ReplyEnd end)
    {
        CapturedRequest? request;
        lock (_gate)
        {
            request = _current;
            _current = null;
        }

        if (request is null)
        {
            return;
        }

        request.SetEnd(end);
        if (end == ReplyEnd.ClientGone)
        {
            request.SetClientGone();
            upstream.SetClientGone();
        }
    }

    private async Task CloseAsync(bool abort, Task receiving)
    {
        try
        {
            if (abort)
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            else if (!stopping.IsCancellationRequested)
            {
                // A FIN, and what the client still sends is read away: closing with unread bytes would send a RST instead.
                socket.Shutdown(SocketShutdown.Send);
                await DrainAsync(receiving);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Closed from the other side already.
        }

        socket.Dispose();
    }

    private async Task DrainAsync(Task receiving)
    {
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        grace.CancelAfter(CloseGrace);
        try
        {
            while (!receiving.IsCompleted)
            {
                var read = await _received.Reader.ReadAsync(grace.Token);
                _received.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Patience is over.
        }
    }

    private enum Ended
    {
        Open,
        Closed,
        Reset,
    }
}
