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
}
