namespace AioHub.Wire.Dialects.Gemini;

/// <summary>The JSON names of this dialect. Google reads requests in camelCase and in snake_case.</summary>
internal static class GeminiNames
{
    // Requests, as JsonPeek wants them.
    public const string RequestModel = "model";
    public const string RequestSystem = "systemInstruction";
    public const string RequestSystemSnake = "system_instruction";
    public const string RequestContents = "contents";
    public const string GenerationConfig = "generationConfig";
    public const string GenerationConfigSnake = "generation_config";
    public const string MaxOutputTokens = "maxOutputTokens";
    public const string MaxOutputTokensSnake = "max_output_tokens";
    public const string CandidateCount = "candidateCount";
    public const string CandidateCountSnake = "candidate_count";
    public const string ThinkingConfig = "thinkingConfig";
    public const string ThinkingConfigSnake = "thinking_config";
    public const string ResponseSchema = "responseSchema";
    public const string ResponseSchemaSnake = "response_schema";
    public const string ResponseJsonSchema = "responseJsonSchema";
    public const string ResponseJsonSchemaSnake = "response_json_schema";
    public const string CachedContent = "cachedContent";
    public const string CachedContentSnake = "cached_content";
    public const string Tools = "tools";
    public const string RequestServiceTier = "serviceTier";
    public const string RequestServiceTierSnake = "service_tier";

    // Replies.
    public static ReadOnlySpan<byte> Candidates => "candidates"u8;
    public static ReadOnlySpan<byte> Content => "content"u8;
    public static ReadOnlySpan<byte> Parts => "parts"u8;
    public static ReadOnlySpan<byte> Text => "text"u8;
    public static ReadOnlySpan<byte> Thought => "thought"u8;
    public static ReadOnlySpan<byte> ThoughtSignature => "thoughtSignature"u8;
    public static ReadOnlySpan<byte> FunctionCall => "functionCall"u8;
    public static ReadOnlySpan<byte> InlineData => "inlineData"u8;
    public static ReadOnlySpan<byte> MimeType => "mimeType"u8;
    public static ReadOnlySpan<byte> FinishReason => "finishReason"u8;
    public static ReadOnlySpan<byte> GroundingMetadata => "groundingMetadata"u8;
    public static ReadOnlySpan<byte> GroundingChunks => "groundingChunks"u8;
    public static ReadOnlySpan<byte> Maps => "maps"u8;
    public static ReadOnlySpan<byte> WebSearchQueries => "webSearchQueries"u8;
    public static ReadOnlySpan<byte> PromptFeedback => "promptFeedback"u8;
    public static ReadOnlySpan<byte> BlockReason => "blockReason"u8;
    public static ReadOnlySpan<byte> UsageMetadata => "usageMetadata"u8;
    public static ReadOnlySpan<byte> UsageMetadataSnake => "usage_metadata"u8;
    public static ReadOnlySpan<byte> ModelVersion => "modelVersion"u8;
    public static ReadOnlySpan<byte> Error => "error"u8;
    public static ReadOnlySpan<byte> Name => "name"u8;
    public static ReadOnlySpan<byte> CreateTime => "createTime"u8;
    public static ReadOnlySpan<byte> ExpireTime => "expireTime"u8;
    public static ReadOnlySpan<byte> TotalTokens => "totalTokens"u8;
    public static ReadOnlySpan<byte> Embedding => "embedding"u8;
    public static ReadOnlySpan<byte> Embeddings => "embeddings"u8;
    public static ReadOnlySpan<byte> Predictions => "predictions"u8;

    // Usage.
    public static ReadOnlySpan<byte> PromptTokenCount => "promptTokenCount"u8;
    public static ReadOnlySpan<byte> CachedContentTokenCount => "cachedContentTokenCount"u8;
    public static ReadOnlySpan<byte> CandidatesTokenCount => "candidatesTokenCount"u8;
    public static ReadOnlySpan<byte> ThoughtsTokenCount => "thoughtsTokenCount"u8;
    public static ReadOnlySpan<byte> ToolUsePromptTokenCount => "toolUsePromptTokenCount"u8;
    public static ReadOnlySpan<byte> TotalTokenCount => "totalTokenCount"u8;
    public static ReadOnlySpan<byte> PromptTokensDetails => "promptTokensDetails"u8;
    /// <summary>Embeddings spell it in the singular.</summary>
    public static ReadOnlySpan<byte> PromptTokenDetails => "promptTokenDetails"u8;
    public static ReadOnlySpan<byte> CacheTokensDetails => "cacheTokensDetails"u8;
    public static ReadOnlySpan<byte> CandidatesTokensDetails => "candidatesTokensDetails"u8;
    public static ReadOnlySpan<byte> ServiceTier => "serviceTier"u8;
    public static ReadOnlySpan<byte> Modality => "modality"u8;
    public static ReadOnlySpan<byte> TokenCount => "tokenCount"u8;
}
