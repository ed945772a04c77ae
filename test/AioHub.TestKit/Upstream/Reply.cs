using System.Globalization;
using System.Text;

namespace AioHub.TestKit;

/// <summary>
/// What a <see cref="FakeUpstream"/> answers: a head and a list of steps played in order. Built by chaining; every call adds to this very
/// object, which is then only read and may be played many times. Without a framing call the length is the sum of what is sent.
/// </summary>
public sealed class Reply
{
    private readonly List<ReplyStep> _steps = [];
    private readonly List<KeyValuePair<string, string>> _headers = [];
    private readonly List<ReplyStep> _before = [];

    private Reply(int status) => StatusCode = status;

    private enum BodyFraming
    {
        Length,
        Chunked,
        UntilClose,
    }

    public int StatusCode { get; }

    internal IReadOnlyList<ReplyStep> Steps => _steps;

    /// <summary>Steps before the first byte of the head.</summary>
    internal IReadOnlyList<ReplyStep> StepsBeforeHead => _before;

    /// <summary>No head at all: the steps are everything that is written.</summary>
    internal bool Headless { get; private set; }

    internal bool IsChunked => Framing == BodyFraming.Chunked;

    internal long? DeclaredLength { get; private set; }

    private BodyFraming Framing { get; set; }

    private string? Reason { get; set; }

    private long BodyLength => _steps.OfType<ReplyStep.Send>().Sum(step => (long)step.Bytes.Length);

    // ---- beginnings

    /// <summary>An empty reply to build on.</summary>
    public static Reply Status(int status) => new(status);

    /// <summary>A whole JSON body.</summary>
    public static Reply Json(int status, string json) => Status(status).Header("Content-Type", "application/json").Send(json);

    /// <summary>
    /// An event stream, chunked, one chunk for each event. An event that does not end in an empty line gets one, so <c>data: {}</c> will do.
    /// </summary>
    public static Reply Sse(IEnumerable<string> events)
    {
        var reply = Status(200).Header("Content-Type", "text/event-stream").Chunked();
        foreach (var one in events)
        {
            reply.Send(EndsEvent(one) ? one : one.TrimEnd('\r', '\n') + "\n\n");
        }

        return reply;
    }

    /// <inheritdoc cref="Sse(IEnumerable{string})"/>
    public static Reply Sse(params string[] events) => Sse((IEnumerable<string>)events);

    /// <summary>
    /// What a provider once answered: its status, headers and bytes. Streams go out chunked, one chunk for each event or frame; headers that
    /// belong to the recorded connection or were blacked out by the recorder are left out.
    /// </summary>
    public static Reply RecordedCase(RecordedCase recorded) => RecordedReply.Of(recorded);

    /// <summary>Bytes instead of HTTP: nothing is added, no head, no framing. The connection closes after the last step.</summary>
    public static Reply Bytes(ReadOnlyMemory<byte> bytes) => new Reply(0) { Headless = true, Framing = BodyFraming.UntilClose }.Raw(bytes);

    /// <inheritdoc cref="Bytes(ReadOnlyMemory{byte})"/>
    public static Reply Bytes(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Takes the request and resets the connection before the first byte.</summary>
    public static Reply ResetAtOnce() => new Reply(0) { Headless = true }.Reset();

    /// <summary>Takes the request and closes the connection before the first byte.</summary>
    public static Reply CloseAtOnce() => new Reply(0) { Headless = true }.Close();

    /// <summary>Takes the request and never answers.</summary>
    public static Reply HangAtOnce() => new Reply(0) { Headless = true }.Hang();

    // ---- head

    /// <summary>The reason phrase; the usual one unless told.</summary>
    public Reply Because(string reason)
    {
        Reason = reason;
        return this;
    }

    /// <summary>Adds a header; the order of calls is the order on the wire. A framing header written here is sent besides the reply's own.</summary>
    public Reply Header(string name, string value)
    {
        _headers.Add(new(name, value));
        return this;
    }

    /// <summary>Waits before the first byte of the head.</summary>
    public Reply WaitBeforeHead(TimeSpan time)
    {
        _before.Add(new ReplyStep.Wait(time));
        return this;
    }

    /// <summary>Waits for a signal before the first byte of the head.</summary>
    public Reply WaitBeforeHead(Task signal)
    {
        _before.Add(new ReplyStep.WaitFor(signal));
        return this;
    }

    /// <summary>An interim answer (100, 102, 103) before the head, byte for byte.</summary>
    public Reply Interim(int status, params string[] headerLines)
    {
        var lines = string.Concat(headerLines.Select(line => line + "\r\n"));
        _before.Add(new ReplyStep.Raw(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {ReasonOf(status)}\r\n{lines}\r\n"))));
        return this;
    }

    // ---- framing

    /// <summary>Every <see cref="Send(ReadOnlyMemory{byte})"/> is a chunk; the last chunk follows unless a step ended the connection.</summary>
    public Reply Chunked()
    {
        Framing = BodyFraming.Chunked;
        return this;
    }

    /// <summary>No length: the body ends where the connection does.</summary>
    public Reply UntilClose()
    {
        Framing = BodyFraming.UntilClose;
        return this;
    }

    /// <summary>Declares this Content-Length whatever is sent; when less is sent the connection closes cleanly in the middle.</summary>
    public Reply Length(long declared)
    {
        Framing = BodyFraming.Length;
        DeclaredLength = declared;
        return this;
    }

    // ---- steps

    public Reply Send(ReadOnlyMemory<byte> bytes)
    {
        _steps.Add(new ReplyStep.Send(bytes));
        return this;
    }

    public Reply Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends in pieces of so many bytes: any cut of a stream must read the same.</summary>
    public Reply SendInPieces(ReadOnlyMemory<byte> bytes, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        for (var at = 0; at < bytes.Length; at += size)
        {
            Send(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
        }

        return this;
    }

    /// <summary>Writes these bytes as they are, outside the framing.</summary>
    public Reply Raw(ReadOnlyMemory<byte> bytes)
    {
        _steps.Add(new ReplyStep.Raw(bytes));
        return this;
    }

    public Reply Raw(string text) => Raw(Encoding.UTF8.GetBytes(text));

    public Reply Wait(TimeSpan time)
    {
        _steps.Add(new ReplyStep.Wait(time));
        return this;
    }

    /// <summary>Goes on when the task ends, however it ends.</summary>
    public Reply WaitFor(Task signal)
    {
        _steps.Add(new ReplyStep.WaitFor(signal));
        return this;
    }

    public Reply WaitFor(TaskCompletionSource signal) => WaitFor(signal.Task);

    /// <summary>Tells the test that the script has come this far: everything before it was handed to the network.</summary>
    public Reply Signal(TaskCompletionSource reached) => Do(() => reached.TrySetResult());

    public Reply Do(Action action)
    {
        _steps.Add(new ReplyStep.Do(action));
        return this;
    }

    /// <summary>Closes cleanly (FIN) here, whatever the framing still owes.</summary>
    public Reply Close()
    {
        _steps.Add(new ReplyStep.Close());
        return this;
    }

    /// <summary>Resets (RST) here.</summary>
    public Reply Reset()
    {
        _steps.Add(new ReplyStep.Reset());
        return this;
    }

    /// <summary>Sends nothing more and keeps the connection open.</summary>
    public Reply Hang()
    {
        _steps.Add(new ReplyStep.Hang());
        return this;
    }

    // ---- for the player

    internal bool HasNoBody(string method) => method == "HEAD" || StatusCode is >= 100 and < 200 or 204 or 304;

    /// <summary>Whether the connection cannot be used again although every step was played.</summary>
    internal bool MustCloseAfter(CapturedRequest request)
    {
        if (Headless || Framing == BodyFraming.UntilClose || StatusCode == 101 || SaysClose(_headers) || SaysClose(request.Headers))
        {
            return true;
        }

        return Framing == BodyFraming.Length && DeclaredLength is { } declared && declared != BodyLength && !HasNoBody(request.Method);
    }

    internal byte[] Head(string method)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {StatusCode} {Reason ?? ReasonOf(StatusCode)}\r\n");
        foreach (var (name, value) in _headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        if (Framing == BodyFraming.Chunked)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (Framing == BodyFraming.Length && (!HasNoBody(method) || method == "HEAD" || DeclaredLength is not null))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {DeclaredLength ?? BodyLength}\r\n");
        }

        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static bool SaysClose(IEnumerable<KeyValuePair<string, string>> headers) =>
        headers.Any(header => header.Key.Equals("Connection", StringComparison.OrdinalIgnoreCase)
            && header.Value.Contains("close", StringComparison.OrdinalIgnoreCase));

    private static bool EndsEvent(string text) =>
        text.EndsWith("\n\n", StringComparison.Ordinal) || text.EndsWith("\r\n\r\n", StringComparison.Ordinal) || text.EndsWith("\r\r", StringComparison.Ordinal);

    private static string ReasonOf(int status)
    {
        var phrase = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
        return phrase.Length == 0 ? "Unknown" : phrase;
    }
}
