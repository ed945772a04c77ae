using System.Text;
using System.Text.Json;

namespace AioHub.TestKit;

/// <summary>How a scripted reply ended.</summary>
public enum ReplyEnd
{
    /// <summary>Every step was played.</summary>
    Complete,
    /// <summary>The client closed or reset the connection before the last step.</summary>
    ClientGone,
    /// <summary>The upstream was disposed before the last step.</summary>
    Disposed,
}

/// <summary>One request exactly as it arrived.</summary>
public sealed class CapturedRequest
{
    private readonly TaskCompletionSource<ReplyEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _clientGone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal CapturedRequest(int connection, string method, string target, string version, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        Connection = connection;
        Method = method;
        Target = target;
        Version = version;
        Headers = headers;
    }

    /// <summary>Which connection brought it, counted from 1: tells reuse from reconnecting.</summary>
    public int Connection { get; }
    public string Method { get; }
    /// <summary>The request target as sent: path and query, nothing decoded.</summary>
    public string Target { get; }
    public string Version { get; }
    /// <summary>Names and values in their order and case; a repeated header stands here repeatedly.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }
    /// <summary>The body's bytes with the transfer framing taken off; empty when there is none.</summary>
    public byte[] Body { get; internal set; } = [];
    /// <summary>Whether the body came with <c>Transfer-Encoding: chunked</c>.</summary>
    public bool BodyWasChunked { get; internal set; }

    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>Ends when the client left before the reply was played to its end; never ends otherwise.</summary>
    public Task ClientGone => _clientGone.Task;

    /// <summary>Ends when the reply is over, and says how.</summary>
    public Task<ReplyEnd> End => _end.Task;

    /// <summary>The first value of a header, whatever the case of its name; null when absent.</summary>
    public string? Header(string name) =>
        Headers.FirstOrDefault(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }

    public override string ToString() => $"{Method} {Target} ({Body.Length} bytes)";

    internal void SetClientGone() => _clientGone.TrySetResult();

    internal void SetEnd(ReplyEnd end) => _end.TrySetResult(end);
}
