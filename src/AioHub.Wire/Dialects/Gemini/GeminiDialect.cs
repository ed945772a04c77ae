using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Google's generateContent and its relatives. The room's only public type.</summary>
public sealed class GeminiDialect : IClientDialect, IUpstreamDialect
{
    public static GeminiDialect Instance { get; } = new();

    private GeminiDialect()
    {
    }

    public Dialect Dialect => Dialect.Gemini;

    /// <summary>An empty line: the Gemini CLI loses the chunk behind a comment.</summary>
    public ReadOnlyMemory<byte> KeepAlive { get; } = "\r\n"u8.ToArray();

    public bool TryPeek(ReadOnlySpan<byte> body, Operation operation, out RequestPeek peek, out RequestFault fault) =>
        GeminiRequestPeek.TryRead(body, operation, out peek, out fault);

    public void WriteError(IBufferWriter<byte> output, in WireError error) => GeminiErrors.Write(output, error);

    public void WriteStreamError(IBufferWriter<byte> output, in WireError error, long sequence) => GeminiErrors.WriteStream(output, error);

    public void WriteTokenCount(IBufferWriter<byte> output, long tokens)
    {
        using var writer = JsonOut.Over(output);
        writer.WriteStartObject();
        writer.WriteNumber("totalTokens"u8, tokens);
        writer.WriteEndObject();
    }

    public bool ResetAfterStreamError(string? userAgent) => userAgent is null || !userAgent.StartsWith("GeminiCLI", StringComparison.Ordinal);

    public ReplyTap CreateTap(Operation operation, UsageRules? rules = null) =>
        operation is Operation.CreateCache or Operation.ReadObject or Operation.ChangeObject or Operation.DeleteObject ? new GeminiCacheTap(operation) : new GeminiUsageTap(operation);

    public UpstreamError ReadError(int status, ReadOnlySpan<byte> body) => VendorErrors.Read(status, body);

    public bool TryOpenEnvelopes(ReadOnlyMemory<byte> body, in EnvelopeTerms terms, out IReadOnlyList<Splice> splices, out RequestFault fault) =>
        OpenedBody.TryCut(body, terms, Dialect, GeminiEnvelopes.Cut, out splices, out fault);

    public bool TryReadRequest(ReadOnlyMemory<byte> body, in RequestHead head, [NotNullWhen(true)] out Conversation? conversation, out RequestFault fault) =>
        GeminiRequestReader.TryRead(body, head, out conversation, out fault);

    public void WriteReply(IBufferWriter<byte> output, Reply reply, in Usage usage, ReplyTerms terms) => GeminiReplyWriter.Write(output, reply, usage, terms);

    public ReplyStreamWriter CreateStreamWriter(IBufferWriter<byte> output, ReplyTerms terms) => new GeminiStreamWriter(output, terms);

    /// <summary>Letters, digits, <c>_ . : -</c>, at most 64, and no digit first (ai.google.dev, "FunctionDeclaration").</summary>
    public ToolNameRule ToolNameRule { get; } = new(64, "_-.:") { LetterFirst = true };

    /// <summary>
    /// Google fetches what a caller of its own dialect names, web pages and films included, and what lies in its own stores. It wants to know what it will find (<c>mimeType</c>), which
    /// any other address of another dialect does not say: the hub fetches those.
    /// </summary>
    public bool TakesAddress(Block block, string channelType) => block.Origin?.Dialect == Dialect.Gemini || GeminiMedia.IsGoogles(GeminiMedia.SourceOf(block).Url);

    public bool TryWriteRequest(IBufferWriter<byte> output, Conversation conversation, UpstreamTerms terms, out RequestFault fault) =>
        GeminiRequestWriter.TryWrite(output, conversation, terms, out fault);

    public bool TryWriteTokenQuestion(IBufferWriter<byte> output, Conversation conversation, UpstreamTerms terms)
    {
        using var request = new PooledBytes();
        if (!TryWriteRequest(request, conversation, terms, out _))
            return false;

        if (GeminiToolWriter.IsVertex(terms))
        {
            output.Write(request.Span);
            return true;
        }

        // The question of Gemini's API wraps the whole request, which then names its model. A request of ours is never empty: it has contents.
        output.Write("{\"generateContentRequest\":{\"model\":"u8);
        output.Write(JsonSplice.QuotedString(terms.Model.Contains('/', StringComparison.Ordinal) ? terms.Model : $"models/{terms.Model}").Span);
        output.Write(","u8);
        output.Write(request.Span[1..]);
        output.Write("}"u8);
        return true;
    }

    public bool TryReadTokenCount(ReadOnlySpan<byte> body, out long tokens) => JsonMembers.TryCount(body, "totalTokens"u8, out tokens);

    public bool TryReadReply(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out Reply? reply) => GeminiReplyReader.TryRead(body, out reply);

    public ReplyStreamReader CreateStreamReader(IStreamSink sink) => new GeminiStreamReader(sink);

    public bool TryReadEmbeddings(ReadOnlyMemory<byte> body, LossLog losses, [NotNullWhen(true)] out EmbeddingQuestion? question, out RequestFault fault) =>
        GeminiEmbeddings.TryReadRequest(body, losses, out question, out fault);

    public void WriteEmbeddings(IBufferWriter<byte> output, EmbeddingQuestion question, EmbeddingAnswer answer, long tokens, string model) =>
        GeminiEmbeddings.WriteReply(output, question, answer, tokens);

    public void WriteEmbeddingRequest(IBufferWriter<byte> output, EmbeddingQuestion question, string model) => GeminiEmbeddings.WriteRequest(output, question, model);

    public bool TryReadEmbeddingReply(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out EmbeddingAnswer? answer) => GeminiEmbeddings.TryReadReply(body, out answer);
}
