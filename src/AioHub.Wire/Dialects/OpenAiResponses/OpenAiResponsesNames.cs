namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>The JSON names of this dialect.</summary>
internal static class OpenAiResponsesNames
{
    // Requests, as JsonPeek wants them.
    public const string RequestModel = "model";
    public const string RequestInstructions = "instructions";
    public const string RequestInput = "input";
    public const string Stream = "stream";
    public const string MaxOutputTokens = "max_output_tokens";
    public const string PreviousResponseId = "previous_response_id";
    public const string Conversation = "conversation";
    public const string ConversationId = "id";
    public const string PromptCacheKey = "prompt_cache_key";
    public const string RequestServiceTier = "service_tier";
    public const string Tools = "tools";
    public const string RequestText = "text";
    public const string TextFormat = "format";
    public const string FormatType = "type";
    public const string RequestReasoning = "reasoning";

    // Replies.
    public static ReadOnlySpan<byte> Id => "id"u8;
    public static ReadOnlySpan<byte> Store => "store"u8;
    public static ReadOnlySpan<byte> Type => "type"u8;
    public static ReadOnlySpan<byte> SequenceNumber => "sequence_number"u8;
    public static ReadOnlySpan<byte> Delta => "delta"u8;
    public static ReadOnlySpan<byte> Item => "item"u8;
    public static ReadOnlySpan<byte> Response => "response"u8;
    public static ReadOnlySpan<byte> PartialImage => "partial_image_b64"u8;
    public static ReadOnlySpan<byte> Model => "model"u8;
    public static ReadOnlySpan<byte> ServiceTier => "service_tier"u8;
    public static ReadOnlySpan<byte> Status => "status"u8;
    public static ReadOnlySpan<byte> Usage => "usage"u8;
    public static ReadOnlySpan<byte> Error => "error"u8;
    public static ReadOnlySpan<byte> Object => "object"u8;
    public static ReadOnlySpan<byte> IncompleteDetails => "incomplete_details"u8;
    public static ReadOnlySpan<byte> Reason => "reason"u8;
    public static ReadOnlySpan<byte> Output => "output"u8;
    public static ReadOnlySpan<byte> Content => "content"u8;
    public static ReadOnlySpan<byte> Summary => "summary"u8;
    public static ReadOnlySpan<byte> Text => "text"u8;
    public static ReadOnlySpan<byte> Refusal => "refusal"u8;
    public static ReadOnlySpan<byte> Arguments => "arguments"u8;
    public static ReadOnlySpan<byte> Name => "name"u8;
    public static ReadOnlySpan<byte> Input => "input"u8;
    public static ReadOnlySpan<byte> Code => "code"u8;
    public static ReadOnlySpan<byte> Action => "action"u8;
    public static ReadOnlySpan<byte> EncryptedContent => "encrypted_content"u8;
    public static ReadOnlySpan<byte> InputTokens => "input_tokens"u8;
    public static ReadOnlySpan<byte> Result => "result"u8;

    // Item types.
    public static ReadOnlySpan<byte> Message => "message"u8;
    public static ReadOnlySpan<byte> Reasoning => "reasoning"u8;
    public static ReadOnlySpan<byte> WebSearchCall => "web_search_call"u8;
    public static ReadOnlySpan<byte> FileSearchCall => "file_search_call"u8;
    public static ReadOnlySpan<byte> CodeInterpreterCall => "code_interpreter_call"u8;
    public static ReadOnlySpan<byte> ImageGenerationCall => "image_generation_call"u8;
    public static ReadOnlySpan<byte> Search => "search"u8;
    public static ReadOnlySpan<byte> FunctionCall => "function_call"u8;
    public static ReadOnlySpan<byte> FunctionCallOutput => "function_call_output"u8;
    public static ReadOnlySpan<byte> CustomToolCall => "custom_tool_call"u8;
    public static ReadOnlySpan<byte> CustomToolCallOutput => "custom_tool_call_output"u8;
    public static ReadOnlySpan<byte> LocalShellCall => "local_shell_call"u8;
    public static ReadOnlySpan<byte> LocalShellCallOutput => "local_shell_call_output"u8;
    public static ReadOnlySpan<byte> ToolSearchCall => "tool_search_call"u8;
    public static ReadOnlySpan<byte> ToolSearchOutput => "tool_search_output"u8;
    public static ReadOnlySpan<byte> AdditionalTools => "additional_tools"u8;
    public static ReadOnlySpan<byte> ConfigurationUpdate => "configuration_update"u8;
    public static ReadOnlySpan<byte> Compaction => "compaction"u8;
    public static ReadOnlySpan<byte> CompactionSummary => "compaction_summary"u8;
    public static ReadOnlySpan<byte> CompactionTrigger => "compaction_trigger"u8;

    // Members of items and parts.
    public static ReadOnlySpan<byte> CallId => "call_id"u8;
    public static ReadOnlySpan<byte> Namespace => "namespace"u8;
    public static ReadOnlySpan<byte> Role => "role"u8;
    public static ReadOnlySpan<byte> Annotations => "annotations"u8;
    public static ReadOnlySpan<byte> LogProbs => "logprobs"u8;
    public static ReadOnlySpan<byte> ImageUrl => "image_url"u8;
    public static ReadOnlySpan<byte> FileId => "file_id"u8;
    public static ReadOnlySpan<byte> FileData => "file_data"u8;
    public static ReadOnlySpan<byte> FileUrl => "file_url"u8;
    public static ReadOnlySpan<byte> FileName => "filename"u8;
    public static ReadOnlySpan<byte> Detail => "detail"u8;
    public static ReadOnlySpan<byte> InputAudio => "input_audio"u8;
    public static ReadOnlySpan<byte> CacheBreakpoint => "prompt_cache_breakpoint"u8;

    // Tools.
    public const string LocalShellTool = "local_shell";
    public const string ToolSearchTool = "tool_search";
    public const string WebSearchTool = "web_search";
}
