using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AioHub.Bench.Load;

/// <summary>One keep-alive connection that sends prepared bytes and reads replies.</summary>
internal sealed class Connection(IPEndPoint address, ReplyReader reader, int bufferSize = 16 * 1024) : IDisposable
{
    private readonly byte[] _buffer = new byte[bufferSize];
    private Socket? _socket;

    public ReplyReader Reader => reader;

    /// <summary>Sends a request and reads its whole reply. False = the connection failed; the next call opens a new one.</summary>
    public async ValueTask<bool> CallAsync(ReadOnlyMemory<byte> request)
    {
        reader.Reset();
        try
        {
            if (_socket is null)
            {
                _socket = New();
                await _socket.ConnectAsync(address);
            }
            while (request.Length > 0)
                request = request[await _socket.SendAsync(request)..];
            while (!reader.Done)
            {
                int n = await _socket.ReceiveAsync(_buffer.AsMemory());
                if (n == 0) return Fail();
                reader.Feed(_buffer.AsSpan(0, n), Stopwatch.GetTimestamp());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Fail();
        }
        if (reader.Close) Drop();
        return true;
    }

    /// <summary>The same with blocking system calls: the shortest way for one request at a time on a thread of its own.</summary>
    public bool Call(ReadOnlySpan<byte> request)
    {
        reader.Reset();
        try
        {
            if (_socket is null)
            {
                _socket = New();
                _socket.ReceiveTimeout = _socket.SendTimeout = 20_000;
                _socket.Connect(address);
            }
            while (request.Length > 0)
                request = request[_socket.Send(request)..];
            while (!reader.Done)
            {
                int n = _socket.Receive(_buffer);
                if (n == 0) return Fail();
                reader.Feed(_buffer.AsSpan(0, n), Stopwatch.GetTimestamp());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Fail();
        }
        if (reader.Close) Drop();
        return true;
    }

    public void Dispose() => Drop();

    private static Socket New() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private bool Fail()
    {
        Drop();
        return false;
    }

    private void Drop()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
