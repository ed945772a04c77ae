using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
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
public sealed record UpstreamError(string? Type, string? Code, string Message, TimeSpan? RetryAfter = null, int? Status = null)
{
    /// <summary>Where the body names a moment (UTC) instead: <c>resets_at</c> of Codex, <c>nextDateReset</c> of Kiro.</summary>
    public DateTime? ResetsAt { get; init; }

    /// <summary>It is a web page, not an API's error.</summary>
    public bool IsPage { get; init; }
}

/// <summary>Something that an upstream made, or told of, in a reply.</summary>
/// <param name="CreatedAt">UTC; null = not told.</param>
/// <param name="ExpiresAt">UTC; null = not told.</param>
/// <param name="Tokens">How many tokens it keeps; 0 = not told.</param>
public sealed record MadeObject(UpstreamObject Object, DateTime? CreatedAt = null, DateTime? ExpiresAt = null, long Tokens = 0);

/// <summary>
/// Reads one reply from the side while its bytes pass: usage, stop reason, errors. One instance a reply; not thread-safe.
/// It never throws on any bytes and allocates nothing per event once warm.
/// </summary>
public abstract class ReplyTap : IDisposable
{
    /// <summary>So much of the produced text is kept; what is longer is counted by its beginning.</summary>
    public const int MostKept = 16 * 1024;

    private const int LeastKept = 512;

    private byte[] _kept = [];
    private int _keptLength;


    /// <summary>Feeds one event of a stream.</summary>
    /// <param name="type">The SSE <c>event:</c> field; empty when there is none.</param>
    public abstract EventKind OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data);

    /// <summary>Feeds a whole reply that is no stream. False when the bytes are no reply of this dialect (HTML, empty, an error object in a 200: then <see cref="Error"/> is set).</summary>
    public abstract bool OnReply(ReadOnlySpan<byte> body);

    /// <summary>How many pictures were asked for: a stream of them ends with the last one.</summary>
    public int Expected { get; set; } = 1;

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
    /// <summary>Where the upstream says it computed (Anthropic's <c>inference_geo</c>); null when it does not say.</summary>
    public string? Region { get; protected set; }
    /// <summary>The size and quality of the images that were made, as the upstream says.</summary>
    public string? ImageSize { get; protected set; }
    public string? ImageQuality { get; protected set; }
    /// <summary>How long the upstream says that it worked on the call, in milliseconds; null when it does not say.</summary>
    public long? UpstreamMilliseconds { get; protected set; }
    /// <summary>How much of the model's context window the call fills, in percent, as the upstream says (Kiro); what usage is estimated by when no tokens are reported.</summary>
    public virtual decimal? ContextPercent => null;
    /// <summary>What the upstream keeps for later calls, once the reply said so; null = nothing.</summary>
    public MadeObject? Made { get; protected set; }
    /// <summary>How far a task is, when the reply tells of one; null = it does not.</summary>
    public TaskReply? Task { get; protected set; }
    /// <summary>UTF-8 bytes of produced text, reasoning and tool arguments so far: the base of an estimate when usage never comes.</summary>
    public long OutputBytes { get; protected set; }
    /// <summary>
    /// The beginning of what <see cref="OutputBytes"/> counts, as it stands inside JSON strings (escapes included), at most <see cref="MostKept"/> bytes. Of a
    /// whole reply only when it told no usage.
    /// </summary>
    public ReadOnlySpan<byte> KeptText => _kept.AsSpan(0, _keptLength);

    /// <summary>The highest <c>sequence_number</c> seen (Responses), else -1.</summary>
    public long Sequence { get; protected set; } = -1;

    /// <summary>Gives the kept text back; what was read stays.</summary>
    public void Dispose()
    {
        if (_kept.Length > 0)
            ArrayPool<byte>.Shared.Return(_kept);

        _kept = [];
        _keptLength = 0;
        GC.SuppressFinalize(this);
    }

    /// <summary>Keeps produced text as far as there is room. A cut falls anywhere: whoever reads it looks for the last whole sign.</summary>
    internal void Keep(ReadOnlySpan<byte> text)
    {
        var length = Math.Min(text.Length, MostKept - _keptLength);
        if (length <= 0)
            return;

        if (_keptLength + length > _kept.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(MostKept, Math.Max(LeastKept, 2 * (_keptLength + length))));
            _kept.AsSpan(0, _keptLength).CopyTo(larger);
            if (_kept.Length > 0)
                ArrayPool<byte>.Shared.Return(_kept);

            _kept = larger;
        }

        text[..length].CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += length;
    }
}

/// <summary>The side of a dialect that faces upstreams.</summary>
public interface IUpstreamDialect
{
    Dialect Dialect { get; }

    /// <summary>A fresh tap for one reply.</summary>
    /// <param name="rules">How the upstream counts; null = nobody described it.</param>
    ReplyTap CreateTap(Operation operation, UsageRules? rules = null);

    /// <summary>Reads an error body of any shape; falls back to a message made from the status. Never throws.</summary>
    UpstreamError ReadError(int status, ReadOnlySpan<byte> body);

    /// <summary>What names this dialect's upstreams take for tools.</summary>
    ToolNameRule ToolNameRule { get; }

    /// <summary>Whether the upstream fetches such a picture or file from its address itself; else the hub puts its bytes in before the request is written.</summary>
    /// <param name="channelType">As channels name their type: vendors differ within one dialect.</param>
    bool TakesAddress(Block block, string channelType);

    /// <summary>
    /// Writes a request's body. What cannot be said is a loss, or, where the call would mean something else without it, a fault that names it: a 400 for the caller. Pockets and
    /// origins of the same dialect are replayed.
    /// </summary>
    bool TryWriteRequest(IBufferWriter<byte> output, Conversation conversation, UpstreamTerms terms, out RequestFault fault);

    /// <summary>
    /// Writes the body that asks an upstream for the size of such a request's prompt. False where the dialect has no such question, or the request cannot be said in it.
    /// </summary>
    bool TryWriteTokenQuestion(IBufferWriter<byte> output, Conversation conversation, UpstreamTerms terms) => false;

    /// <summary>Reads the answer to it. Never throws.</summary>
    bool TryReadTokenCount(ReadOnlySpan<byte> body, out long tokens)
    {
        tokens = 0;
        return false;
    }

    /// <summary>Reads a whole reply, which the tap has found good. False when it is none of this dialect.</summary>
    bool TryReadReply(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out Reply? reply);

    /// <summary>A fresh reader for one stream.</summary>
    ReplyStreamReader CreateStreamReader(IStreamSink sink);

    /// <summary>Writes the body of a question for embeddings.</summary>
    void WriteEmbeddingRequest(IBufferWriter<byte> output, EmbeddingQuestion question, string model) => throw new NotSupportedException($"{Dialect} has no embeddings.");

    /// <summary>Reads the answer to it, which the tap has found good. False when its rows are none. Never throws on any bytes.</summary>
    bool TryReadEmbeddingReply(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out EmbeddingAnswer? answer)
    {
        answer = null;
        return false;
    }
}
