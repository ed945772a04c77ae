using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects;

/// <summary>What the hub must know of a request, read from its bytes without building a tree.</summary>
public readonly record struct RequestPeek
{
    /// <summary>The model as written; null when the body has none (Gemini names it in the path).</summary>
    public string? Model { get; init; }
    public JsonMember ModelMember { get; init; }
    public bool Stream { get; init; }
    /// <summary>Chat: the caller itself asked for the usage chunk.</summary>
    public bool IncludeUsage { get; init; }
    /// <summary>Chat: the <c>stream_options</c> member, for the splice that asks for usage.</summary>
    public JsonMember StreamOptionsMember { get; init; }
    /// <summary>The caller's own bound on output tokens of one answer; null = none given.</summary>
    public long? MaxOutputTokens { get; init; }
    /// <summary>How many answers are asked for (<c>n</c>, <c>candidateCount</c>); at least 1.</summary>
    public int Answers { get; init; }
    public Needs Needs { get; init; }
    /// <summary>Responses: the call asks for a summary of its conversation, by its endpoint or by its last item.</summary>
    public bool Compacts { get; init; }
    /// <summary><c>service_tier</c> as asked for.</summary>
    public string? ServiceTier { get; init; }
    /// <summary>What the body itself offers as a session: <c>prompt_cache_key</c>, <c>metadata.user_id</c>.</summary>
    public string? Session { get; init; }
    /// <summary>The body itself asks for the 1M-token window where the model has one (Messages, <c>anthropic_beta</c>).</summary>
    public bool AsksLongContext { get; init; }
    /// <summary>Stands for what all calls of its conversation begin with (<see cref="PrefixHash"/>); null = too short for any prompt cache.</summary>
    public ulong? Prefix { get; init; }
    /// <summary>What the call refers to that lives with one credential; null = nothing. Set only together with <see cref="Needs.Stateful"/>.</summary>
    public UpstreamObject? Object { get; init; }
    /// <summary>Images in the input: at most 65,535 are counted.</summary>
    public int Images { get; init; }
    /// <summary>See <see cref="PeekReport.OpaqueBytes"/>.</summary>
    public int OpaqueBytes { get; init; }
    /// <summary>The size and quality of the images asked for, as written.</summary>
    public string? ImageSize { get; init; }
    public string? ImageQuality { get; init; }

    /// <summary>How long a video should be, in seconds, as a form says it; null = it does not.</summary>
    public string? VideoSeconds { get; init; }
    /// <summary>Documents that are to be ranked.</summary>
    public int Documents { get; init; }
    /// <summary>Unicode characters of the text to be spoken.</summary>
    public long Characters { get; init; }
}

/// <summary>Why the hub itself refuses a body: always a 400 whose message names the field and the remedy.</summary>
/// <param name="Code">Machine-readable, such as <c>invalid_json</c>, <c>json_too_deep</c>, <c>duplicate_field</c>, <c>missing_field</c>, <c>invalid_field</c>.</param>
public readonly record struct RequestFault(string Code, string Message, string? Param);

/// <summary>An error on its way to a caller.</summary>
/// <param name="Code">The hub's machine-readable code; stands in the header <c>x-aiohub-error</c> too.</param>
public readonly record struct WireError(int Status, string Code, string Message, string RequestId)
{
    /// <summary>The field at fault, where the dialect has a place for it.</summary>
    public string? Param { get; init; }
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The side of a dialect that faces callers.</summary>
public interface IClientDialect
{
    Dialect Dialect { get; }

    /// <summary>Reads a JSON body. Never throws, whatever the bytes.</summary>
    bool TryPeek(ReadOnlySpan<byte> body, Operation operation, out RequestPeek peek, out RequestFault fault);

    /// <summary>Writes the body of an error reply: no bytes of an answer were sent before it.</summary>
    void WriteError(IBufferWriter<byte> output, in WireError error);

    /// <summary>
    /// Writes what ends a stream that failed after bytes were sent. The stream stands at an event's end. Gemini callers also need a reset
    /// after it (a clean end for a GeminiCLI user agent): <see cref="ResetAfterStreamError"/>.
    /// </summary>
    /// <param name="sequence">The next free sequence number where the dialect numbers its events (Responses).</param>
    void WriteStreamError(IBufferWriter<byte> output, in WireError error, long sequence);

    /// <summary>Whether the connection must be reset once <see cref="WriteStreamError"/>'s bytes are out.</summary>
    bool ResetAfterStreamError(string? userAgent);

    /// <summary>Bytes that keep an idle event stream alive and that no client of this dialect mistakes for content.</summary>
    ReadOnlyMemory<byte> KeepAlive { get; }

    /// <summary>
    /// Reads a body that <see cref="TryPeek"/> found good, for an upstream of another dialect. What the dialect knows and the neutral form does not goes into pockets and opaque
    /// blocks; what cannot be meant is refused. Never throws.
    /// </summary>
    bool TryReadRequest(ReadOnlyMemory<byte> body, in RequestHead head, [NotNullWhen(true)] out Conversation? conversation, out RequestFault fault);

    /// <summary>
    /// Finds the hub's own envelopes in a body that goes on in this dialect as it stands: no vendor may see one. What only carries one is taken out, a vendor's own token is put back
    /// into its place, a summary becomes a message. Costs one search where there is none. Never throws.
    /// </summary>
    /// <param name="splices">In the body's order; empty = nothing is to be changed.</param>
    /// <param name="fault">What the conversation cannot do without does not open.</param>
    bool TryOpenEnvelopes(ReadOnlyMemory<byte> body, in EnvelopeTerms terms, out IReadOnlyList<Splice> splices, out RequestFault fault);

    /// <summary>Writes a whole reply's body.</summary>
    /// <param name="usage">In the hub's disjoint buckets; written in this dialect's own semantics.</param>
    void WriteReply(IBufferWriter<byte> output, Reply reply, in Usage usage, ReplyTerms terms);

    /// <summary>A fresh writer for one stream.</summary>
    ReplyStreamWriter CreateStreamWriter(IBufferWriter<byte> output, ReplyTerms terms);

    /// <summary>Writes the answer to a question for the size of a prompt, where the dialect has such a question.</summary>
    void WriteTokenCount(IBufferWriter<byte> output, long tokens) => throw new NotSupportedException($"{Dialect} has no count of tokens.");

    /// <summary>Reads a question for embeddings that <see cref="TryPeek"/> found good, for an upstream of another dialect. Never throws on any bytes.</summary>
    /// <param name="losses">Takes what cannot be said there.</param>
    /// <param name="fault">What would mean something else when left out: tokens, pictures.</param>
    bool TryReadEmbeddings(ReadOnlyMemory<byte> body, LossLog losses, [NotNullWhen(true)] out EmbeddingQuestion? question, out RequestFault fault) =>
        throw new NotSupportedException($"{Dialect} has no embeddings.");

    /// <summary>Writes the answer to it.</summary>
    /// <param name="tokens">Of the input, as charged.</param>
    /// <param name="model">As the caller named it.</param>
    void WriteEmbeddings(IBufferWriter<byte> output, EmbeddingQuestion question, EmbeddingAnswer answer, long tokens, string model) =>
        throw new NotSupportedException($"{Dialect} has no embeddings.");
}
