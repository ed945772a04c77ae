using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>OpenAI's Chat Completions, and the endpoints beside it (embeddings, images, audio, moderations, rerank, legacy completions). The room's only public type.</summary>
public sealed class OpenAiChatDialect : IClientDialect, IUpstreamDialect
{
    public static OpenAiChatDialect Instance { get; } = new();

    private OpenAiChatDialect()
    {
    }

    public Dialect Dialect => Dialect.OpenAiChat;

    /// <summary>A comment: no client takes it for an event.</summary>
    public ReadOnlyMemory<byte> KeepAlive { get; } = ": keep-alive\n\n"u8.ToArray();

    public bool TryPeek(ReadOnlySpan<byte> body, Operation operation, out RequestPeek peek, out RequestFault fault) =>
        OpenAiChatRequestPeek.TryRead(body, operation, out peek, out fault);

    public void WriteError(IBufferWriter<byte> output, in WireError error) => OpenAiChatErrors.Write(output, error);

    public void WriteStreamError(IBufferWriter<byte> output, in WireError error, long sequence) => OpenAiChatErrors.WriteStream(output, error);

    public bool ResetAfterStreamError(string? userAgent) => false;

    public ReplyTap CreateTap(Operation operation, UsageRules? rules = null) =>
        operation is Operation.Generate or Operation.Complete or Operation.CountTokens or Operation.Compact
            ? new OpenAiChatUsageTap(rules ?? UsageRules.Default)
            : operation is Operation.CreateTask or Operation.ReadObject or Operation.ChangeObject or Operation.DeleteObject ? new OpenAiChatTaskTap(operation)
            : new OpenAiChatMediaTap(operation, rules ?? UsageRules.Default);

    public UpstreamError ReadError(int status, ReadOnlySpan<byte> body) => VendorErrors.Read(status, body);

    public bool TryOpenEnvelopes(ReadOnlyMemory<byte> body, in EnvelopeTerms terms, out IReadOnlyList<Splice> splices, out RequestFault fault) =>
        OpenedBody.TryCut(body, terms, Dialect, OpenAiChatEnvelopes.Cut, out splices, out fault);

    public bool TryReadRequest(ReadOnlyMemory<byte> body, in RequestHead head, [NotNullWhen(true)] out Conversation? conversation, out RequestFault fault) =>
        OpenAiChatRequestReader.TryRead(body, head, out conversation, out fault);

    public void WriteReply(IBufferWriter<byte> output, Reply reply, in Usage usage, ReplyTerms terms) => OpenAiChatReplyWriter.Write(output, reply, usage, terms);

    public ReplyStreamWriter CreateStreamWriter(IBufferWriter<byte> output, ReplyTerms terms) => new OpenAiChatStreamWriter(output, terms);

    public ToolNameRule ToolNameRule => ToolNameRule.Plain;

    /// <summary>OpenAI, xAI, Mistral, Qwen, Doubao and the gateways fetch pictures themselves; documents and sound are only taken as bytes.</summary>
    public bool TakesAddress(Block block, string channelType) => block is ImageBlock;

    public bool TryWriteRequest(IBufferWriter<byte> output, Conversation conversation, UpstreamTerms terms, out RequestFault fault) =>
        OpenAiChatRequestWriter.TryWrite(output, conversation, terms, out fault);

    public bool TryReadReply(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out Reply? reply) => OpenAiChatReplyReader.TryRead(body, out reply);

    public ReplyStreamReader CreateStreamReader(IStreamSink sink) => new OpenAiChatStreamReader(sink);

    public bool TryReadEmbeddings(ReadOnlyMemory<byte> body, LossLog losses, [NotNullWhen(true)] out EmbeddingQuestion? question, out RequestFault fault) =>
        OpenAiChatEmbeddings.TryReadRequest(body, losses, out question, out fault);

    public void WriteEmbeddings(IBufferWriter<byte> output, EmbeddingQuestion question, EmbeddingAnswer answer, long tokens, string model) =>
        OpenAiChatEmbeddings.WriteReply(output, question, answer, tokens, model);

    public void WriteEmbeddingRequest(IBufferWriter<byte> output, EmbeddingQuestion question, string model) => OpenAiChatEmbeddings.WriteRequest(output, question, model);

    public bool TryReadEmbeddingReply(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out EmbeddingAnswer? answer) => OpenAiChatEmbeddings.TryReadReply(body, out answer);
}
