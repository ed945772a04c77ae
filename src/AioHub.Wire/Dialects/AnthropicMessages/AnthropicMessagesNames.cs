namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>The JSON names of this dialect.</summary>
internal static class AnthropicMessagesNames
{
    // Requests, as JsonPeek wants them.
    public const string RequestModel = "model";
    public const string RequestSystem = "system";
    public const string RequestMessages = "messages";
    public const string Stream = "stream";
    public const string MaxTokens = "max_tokens";
    public const string Metadata = "metadata";
    public const string UserId = "user_id";
    public const string SessionId = "session_id";
    public const string RequestServiceTier = "service_tier";
    public const string Tools = "tools";
    public const string McpServers = "mcp_servers";
    public const string RequestThinking = "thinking";
    public const string ThinkingType = "type";
    public const string OutputConfig = "output_config";
    public const string OutputFormat = "output_format";
    public const string Format = "format";
    public const string CacheControl = "cache_control";
    public const string Container = "container";
    public const string RequestSpeed = "speed";
    public const string RequestBetas = "anthropic_beta";

    /// <summary>The beta for the 1M-token window, whatever its date.</summary>
    public static ReadOnlySpan<byte> LongContextBeta => "\"context-1m-"u8;

    // Requests, as they are read and written whole.
    public static ReadOnlySpan<byte> Messages => "messages"u8;
    public static ReadOnlySpan<byte> Role => "role"u8;
    public static ReadOnlySpan<byte> System => "system"u8;
    public static ReadOnlySpan<byte> ToolList => "tools"u8;
    public static ReadOnlySpan<byte> ToolChoice => "tool_choice"u8;
    public static ReadOnlySpan<byte> MaxOutput => "max_tokens"u8;
    public static ReadOnlySpan<byte> Streams => "stream"u8;
    public static ReadOnlySpan<byte> Temperature => "temperature"u8;
    public static ReadOnlySpan<byte> TopP => "top_p"u8;
    public static ReadOnlySpan<byte> TopK => "top_k"u8;
    public static ReadOnlySpan<byte> StopSequences => "stop_sequences"u8;
    public static ReadOnlySpan<byte> Labels => "metadata"u8;
    public static ReadOnlySpan<byte> User => "user_id"u8;
    public static ReadOnlySpan<byte> Output => "output_config"u8;
    public static ReadOnlySpan<byte> OldFormat => "output_format"u8;
    public static ReadOnlySpan<byte> Shape => "format"u8;
    public static ReadOnlySpan<byte> JsonSchema => "json_schema"u8;
    public static ReadOnlySpan<byte> Schema => "schema"u8;
    public static ReadOnlySpan<byte> Effort => "effort"u8;
    public static ReadOnlySpan<byte> BudgetTokens => "budget_tokens"u8;
    public static ReadOnlySpan<byte> Display => "display"u8;
    public static ReadOnlySpan<byte> Cache => "cache_control"u8;
    public static ReadOnlySpan<byte> Lifetime => "ttl"u8;

    // Tools.
    public static ReadOnlySpan<byte> Description => "description"u8;
    public static ReadOnlySpan<byte> InputSchema => "input_schema"u8;
    public static ReadOnlySpan<byte> Strict => "strict"u8;
    public static ReadOnlySpan<byte> NoParallel => "disable_parallel_tool_use"u8;

    // Blocks of requests and replies.
    public static ReadOnlySpan<byte> Id => "id"u8;
    public static ReadOnlySpan<byte> Source => "source"u8;
    public static ReadOnlySpan<byte> MediaType => "media_type"u8;
    public static ReadOnlySpan<byte> Data => "data"u8;
    public static ReadOnlySpan<byte> Url => "url"u8;
    public static ReadOnlySpan<byte> FileId => "file_id"u8;
    public static ReadOnlySpan<byte> Title => "title"u8;
    public static ReadOnlySpan<byte> Context => "context"u8;
    public static ReadOnlySpan<byte> Citations => "citations"u8;
    public static ReadOnlySpan<byte> CitedText => "cited_text"u8;
    public static ReadOnlySpan<byte> DocumentTitle => "document_title"u8;
    public static ReadOnlySpan<byte> ToolUseId => "tool_use_id"u8;
    public static ReadOnlySpan<byte> ToolName => "tool_name"u8;
    public static ReadOnlySpan<byte> IsError => "is_error"u8;
    public static ReadOnlySpan<byte> StopSequence => "stop_sequence"u8;
    public static ReadOnlySpan<byte> Index => "index"u8;

    // Replies.
    public static ReadOnlySpan<byte> Type => "type"u8;
    public static ReadOnlySpan<byte> Message => "message"u8;
    public static ReadOnlySpan<byte> Model => "model"u8;
    public static ReadOnlySpan<byte> Usage => "usage"u8;
    public static ReadOnlySpan<byte> Delta => "delta"u8;
    public static ReadOnlySpan<byte> ContentBlock => "content_block"u8;
    public static ReadOnlySpan<byte> Content => "content"u8;
    public static ReadOnlySpan<byte> StopReason => "stop_reason"u8;
    public static ReadOnlySpan<byte> Error => "error"u8;

    // Deltas and blocks.
    public static ReadOnlySpan<byte> Text => "text"u8;
    public static ReadOnlySpan<byte> Thinking => "thinking"u8;
    public static ReadOnlySpan<byte> PartialJson => "partial_json"u8;
    public static ReadOnlySpan<byte> Signature => "signature"u8;
    public static ReadOnlySpan<byte> Citation => "citation"u8;
    public static ReadOnlySpan<byte> Name => "name"u8;
    public static ReadOnlySpan<byte> Input => "input"u8;
    public static ReadOnlySpan<byte> Compaction => "compaction"u8;

    // Usage.
    public static ReadOnlySpan<byte> InputTokens => "input_tokens"u8;
    public static ReadOnlySpan<byte> OutputTokens => "output_tokens"u8;
    public static ReadOnlySpan<byte> CacheReadInputTokens => "cache_read_input_tokens"u8;
    public static ReadOnlySpan<byte> CacheCreationInputTokens => "cache_creation_input_tokens"u8;
    public static ReadOnlySpan<byte> CacheCreation => "cache_creation"u8;
    public static ReadOnlySpan<byte> Ephemeral5m => "ephemeral_5m_input_tokens"u8;
    public static ReadOnlySpan<byte> Ephemeral1h => "ephemeral_1h_input_tokens"u8;
    public static ReadOnlySpan<byte> OutputTokensDetails => "output_tokens_details"u8;
    public static ReadOnlySpan<byte> ThinkingTokens => "thinking_tokens"u8;
    public static ReadOnlySpan<byte> ServerToolUse => "server_tool_use"u8;
    public static ReadOnlySpan<byte> WebSearchRequests => "web_search_requests"u8;
    public static ReadOnlySpan<byte> WebFetchRequests => "web_fetch_requests"u8;
    public static ReadOnlySpan<byte> CodeExecutionRequests => "code_execution_requests"u8;
    public static ReadOnlySpan<byte> Iterations => "iterations"u8;
    public static ReadOnlySpan<byte> Speed => "speed"u8;
    public static ReadOnlySpan<byte> Fast => "fast"u8;
    public static ReadOnlySpan<byte> InferenceGeo => "inference_geo"u8;
    public static ReadOnlySpan<byte> ServiceTier => "service_tier"u8;

    // What Bedrock adds to the last event of a stream.
    public static ReadOnlySpan<byte> InvocationMetrics => "amazon-bedrock-invocationMetrics"u8;
    public static ReadOnlySpan<byte> InputTokenCount => "inputTokenCount"u8;
    public static ReadOnlySpan<byte> OutputTokenCount => "outputTokenCount"u8;
    public static ReadOnlySpan<byte> CacheReadInputTokenCount => "cacheReadInputTokenCount"u8;
    public static ReadOnlySpan<byte> CacheWriteInputTokenCount => "cacheWriteInputTokenCount"u8;
    public static ReadOnlySpan<byte> InvocationLatency => "invocationLatency"u8;
}
