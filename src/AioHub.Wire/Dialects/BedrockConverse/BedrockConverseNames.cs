namespace AioHub.Wire.Dialects.BedrockConverse;

/// <summary>The JSON names of this dialect.</summary>
internal static class BedrockConverseNames
{
    // Events: types of frames, and the member around an event where a host sends it without its frame.
    public static ReadOnlySpan<byte> ContentBlockStart => "contentBlockStart"u8;
    public static ReadOnlySpan<byte> ContentBlockDelta => "contentBlockDelta"u8;
    public static ReadOnlySpan<byte> MessageStop => "messageStop"u8;
    public static ReadOnlySpan<byte> Metadata => "metadata"u8;
    /// <summary>What the names of all failures end in: <c>throttlingException</c>, <c>modelStreamErrorException</c>.</summary>
    public static ReadOnlySpan<byte> Exception => "Exception"u8;
    public static ReadOnlySpan<byte> Error => "error"u8;

    // Replies and events.
    public static ReadOnlySpan<byte> Output => "output"u8;
    public static ReadOnlySpan<byte> Message => "message"u8;
    public static ReadOnlySpan<byte> Content => "content"u8;
    public static ReadOnlySpan<byte> Start => "start"u8;
    public static ReadOnlySpan<byte> Delta => "delta"u8;
    public static ReadOnlySpan<byte> StopReason => "stopReason"u8;
    public static ReadOnlySpan<byte> Usage => "usage"u8;
    public static ReadOnlySpan<byte> Metrics => "metrics"u8;
    public static ReadOnlySpan<byte> LatencyMs => "latencyMs"u8;
    public static ReadOnlySpan<byte> ServiceTier => "serviceTier"u8;
    public static ReadOnlySpan<byte> Type => "type"u8;

    // Blocks and deltas.
    public static ReadOnlySpan<byte> Text => "text"u8;
    public static ReadOnlySpan<byte> ToolUse => "toolUse"u8;
    public static ReadOnlySpan<byte> Name => "name"u8;
    public static ReadOnlySpan<byte> Input => "input"u8;
    public static ReadOnlySpan<byte> ReasoningContent => "reasoningContent"u8;
    public static ReadOnlySpan<byte> ReasoningText => "reasoningText"u8;
    public static ReadOnlySpan<byte> Signature => "signature"u8;
    public static ReadOnlySpan<byte> RedactedContent => "redactedContent"u8;
    public static ReadOnlySpan<byte> CitationsContent => "citationsContent"u8;

    // Usage.
    public static ReadOnlySpan<byte> InputTokens => "inputTokens"u8;
    public static ReadOnlySpan<byte> OutputTokens => "outputTokens"u8;
    public static ReadOnlySpan<byte> TotalTokens => "totalTokens"u8;
    public static ReadOnlySpan<byte> CacheReadInputTokens => "cacheReadInputTokens"u8;
    public static ReadOnlySpan<byte> CacheWriteInputTokens => "cacheWriteInputTokens"u8;
    /// <summary>The same figures once more; the only ones in what InvokeModel streams of Nova.</summary>
    public static ReadOnlySpan<byte> CacheReadInputTokenCount => "cacheReadInputTokenCount"u8;
    public static ReadOnlySpan<byte> CacheWriteInputTokenCount => "cacheWriteInputTokenCount"u8;
    public static ReadOnlySpan<byte> CacheDetails => "cacheDetails"u8;
    public static ReadOnlySpan<byte> Ttl => "ttl"u8;
}
