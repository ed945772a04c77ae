using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects;

/// <summary>What one event of a reply stream means for delivery.</summary>
public enum EventKind
{
    /// <summary>Opens the stream or keeps it alive, without content: failover is still possible after it.</summary>
    Handshake,
    /// <summary>Something the caller pays for or acts on.</summary>
    Content,
    /// <summary>Only figures: Chat's usage chunk with no choices.</summary>
    UsageOnly,
    /// <summary>The event after which the caller holds the whole answer. What it cost must be safe before this is released.</summary>
    End,
    /// <summary>The upstream reports a failure inside the stream.</summary>
    Error,
}

/// <summary>A failure as an upstream worded it.</summary>
/// <param name="Type">The vendor's class of error, such as <c>overloaded_error</c>, <c>rate_limit_exceeded</c>, <c>RESOURCE_EXHAUSTED</c>.</param>
/// <param name="Code">The vendor's code, if it has one apart from the type.</param>
/// <param name="RetryAfter">Where the body itself says when to come back (Gemini's RetryInfo, "try again in 1.5s").</param>
/// <param name="Status">The HTTP status that the body itself states, if it does.</param>
public sealed record UpstreamError(string? Type, string? Code, string Message, TimeSpan? RetryAfter = null, int? Status = null);

/// <summary>
/// Reads one reply from the side while its bytes pass: usage, stop reason, errors. One instance a reply; not thread-safe.
/// It never throws on any bytes and allocates nothing per event once warm.
/// </summary>
public abstract class ReplyTap
{
    /// <summary>Feeds one event of a stream.</summary>
    /// <param name="type">The SSE <c>event:</c> field; empty when there is none.</param>
    public abstract EventKind OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data);

    /// <summary>Feeds a whole reply that is no stream. False when the bytes are no reply of this dialect (HTML, empty, an error object in a 200: then <see cref="Error"/> is set).</summary>
    public abstract bool OnReply(ReadOnlySpan<byte> body);

    /// <summary>The usage seen so far; <see cref="UsageSource.None"/> until the upstream reports it.</summary>
    public Usage Usage { get; protected set; }
    public StopReason Stop { get; protected set; }
    /// <summary>True once anything was produced that a caller would pay for: text, reasoning, a tool call, an image, a refusal.</summary>
    public bool HasContent { get; protected set; }
    /// <summary>True once the dialect's last event was seen (Gemini has none: a finish reason counts there).</summary>
    public bool Ended { get; protected set; }
    public UpstreamError? Error { get; protected set; }
    /// <summary>The model that the upstream says it served.</summary>
    public string? Model { get; protected set; }
    /// <summary>The service tier that the upstream says it served.</summary>
    public string? ServiceTier { get; protected set; }
    /// <summary>UTF-8 bytes of produced text, reasoning and tool arguments so far: the base of an estimate when usage never comes.</summary>
    public long OutputBytes { get; protected set; }
    /// <summary>The highest <c>sequence_number</c> seen (Responses), else -1.</summary>
    public long Sequence { get; protected set; } = -1;
}

/// <summary>The side of a dialect that faces upstreams.</summary>
public interface IUpstreamDialect
{
    Dialect Dialect { get; }

    /// <summary>A fresh tap for one reply.</summary>
    ReplyTap CreateTap(Operation operation);

    /// <summary>Reads an error body of any shape; falls back to a message made from the status. Never throws.</summary>
    UpstreamError ReadError(int status, ReadOnlySpan<byte> body);
}
