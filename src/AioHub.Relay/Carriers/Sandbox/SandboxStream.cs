using System.Net;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>
/// A body made while it is read: every event is written when the reader asks for it, so there is no background work to
/// outlive a reader that goes away.
/// </summary>
internal sealed class SandboxStream(IEnumerable<byte[]> events, SandboxScript script, TimeProvider time) : Stream
{
    private readonly IEnumerator<byte[]> _events = events.GetEnumerator();
    private readonly CancellationTokenSource _gone = new();
    private ReadOnlyMemory<byte> _left;
    private int _sent;
    private bool _ended;

    public override bool CanRead => !_gone.IsCancellationRequested;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_gone.IsCancellationRequested, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty)
            return 0;
        while (_left.IsEmpty)
        {
            if (_ended)
                return 0;
            if (_sent >= script.CutAfter)
            {
                if (!script.CutCleanly)
                    throw new HttpIOException(HttpRequestError.ResponseEnded, $"The sandbox broke the connection after {_sent} events, as it was told to.");
                _ended = true;
                return 0;
            }

            if (_sent > 0 && script.Pause > TimeSpan.Zero)
                await WaitAsync(cancellationToken);
            if (!_events.MoveNext())
            {
                _ended = true;
                return 0;
            }

            _left = _events.Current;
            _sent++;
        }

        // One event a read at most: a reader sees them apart, as it would from a vendor.
        var count = Math.Min(buffer.Length, _left.Length);
        _left[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _gone.Token);
        try
        {
            await Task.Delay(script.Pause, time, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The body was given up while it was read.", exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The sandbox is read asynchronously.");
    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_gone.IsCancellationRequested)
        {
            _gone.Cancel();
            _gone.Dispose();
            _events.Dispose();
            _left = default;
        }

        base.Dispose(disposing);
    }
}
