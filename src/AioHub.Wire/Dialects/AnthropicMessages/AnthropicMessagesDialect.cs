using System.Buffers;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>The room's only public type.</summary>
public sealed class AnthropicMessagesDialect : IClientDialect, IUpstreamDialect
{
    public static AnthropicMessagesDialect Instance { get; } = new();

    private AnthropicMessagesDialect()
    {
    }

    public Dialect Dialect => Dialect.AnthropicMessages;

    public ReadOnlyMemory<byte> KeepAlive => throw new NotSupportedException();

    public bool TryPeek(ReadOnlySpan<byte> body, Operation operation, out RequestPeek peek, out RequestFault fault) => throw new NotSupportedException();

    public void WriteError(IBufferWriter<byte> output, in WireError error) => throw new NotSupportedException();

    public void WriteStreamError(IBufferWriter<byte> output, in WireError error, long sequence) => throw new NotSupportedException();

    public bool ResetAfterStreamError(string? userAgent) => throw new NotSupportedException();

    public ReplyTap CreateTap(Operation operation) => throw new NotSupportedException();

    public UpstreamError ReadError(int status, ReadOnlySpan<byte> body) => throw new NotSupportedException();
}
