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

    // Requests, as the reader and the writer of conversations want them.
    public static ReadOnlySpan<byte> Contents => "contents"u8;
    public static ReadOnlySpan<byte> SystemInstruction => "systemInstruction"u8;
    public static ReadOnlySpan<byte> ToolList => "tools"u8;
    public static ReadOnlySpan<byte> ToolConfig => "toolConfig"u8;
    public static ReadOnlySpan<byte> Config => "generationConfig"u8;
    public static ReadOnlySpan<byte> Cached => "cachedContent"u8;
    public static ReadOnlySpan<byte> Tier => "serviceTier"u8;
    public static ReadOnlySpan<byte> BodyModel => "model"u8;
    public static ReadOnlySpan<byte> GenerateContentRequest => "generateContentRequest"u8;
    public static ReadOnlySpan<byte> Role => "role"u8;
    public static ReadOnlySpan<byte> User => "user"u8;
    public static ReadOnlySpan<byte> ModelRole => "model"u8;
    public static ReadOnlySpan<byte> FunctionDeclarations => "functionDeclarations"u8;
    public static ReadOnlySpan<byte> Description => "description"u8;
    public static ReadOnlySpan<byte> Parameters => "parameters"u8;
    public static ReadOnlySpan<byte> ParametersJsonSchema => "parametersJsonSchema"u8;
    public static ReadOnlySpan<byte> FunctionCallingConfig => "functionCallingConfig"u8;
    public static ReadOnlySpan<byte> AllowedFunctionNames => "allowedFunctionNames"u8;
    public static ReadOnlySpan<byte> Mode => "mode"u8;
    public static ReadOnlySpan<byte> IncludeServerSideToolInvocations => "includeServerSideToolInvocations"u8;
    public static ReadOnlySpan<byte> GoogleSearch => "googleSearch"u8;
    public static ReadOnlySpan<byte> GoogleSearchRetrieval => "googleSearchRetrieval"u8;
    public static ReadOnlySpan<byte> EnterpriseWebSearch => "enterpriseWebSearch"u8;
    public static ReadOnlySpan<byte> UrlContext => "urlContext"u8;
    public static ReadOnlySpan<byte> CodeExecution => "codeExecution"u8;
    public static ReadOnlySpan<byte> Temperature => "temperature"u8;
    public static ReadOnlySpan<byte> TopP => "topP"u8;
    public static ReadOnlySpan<byte> TopK => "topK"u8;
    public static ReadOnlySpan<byte> Candidate => "candidateCount"u8;
    public static ReadOnlySpan<byte> MaxTokens => "maxOutputTokens"u8;
    public static ReadOnlySpan<byte> StopSequences => "stopSequences"u8;
    public static ReadOnlySpan<byte> Seed => "seed"u8;
    public static ReadOnlySpan<byte> PresencePenalty => "presencePenalty"u8;
    public static ReadOnlySpan<byte> FrequencyPenalty => "frequencyPenalty"u8;
    public static ReadOnlySpan<byte> ResponseLogprobs => "responseLogprobs"u8;
    public static ReadOnlySpan<byte> Logprobs => "logprobs"u8;
    public static ReadOnlySpan<byte> ResponseMimeType => "responseMimeType"u8;
    public static ReadOnlySpan<byte> Schema => "responseSchema"u8;
    public static ReadOnlySpan<byte> JsonSchema => "responseJsonSchema"u8;
    public static ReadOnlySpan<byte> ResponseModalities => "responseModalities"u8;
    public static ReadOnlySpan<byte> Thinking => "thinkingConfig"u8;
    public static ReadOnlySpan<byte> IncludeThoughts => "includeThoughts"u8;
    public static ReadOnlySpan<byte> ThinkingBudget => "thinkingBudget"u8;
    public static ReadOnlySpan<byte> ThinkingLevel => "thinkingLevel"u8;

    // Parts.
    public static ReadOnlySpan<byte> FunctionResponse => "functionResponse"u8;
    public static ReadOnlySpan<byte> Response => "response"u8;
    public static ReadOnlySpan<byte> Output => "output"u8;
    public static ReadOnlySpan<byte> Result => "result"u8;
    public static ReadOnlySpan<byte> Id => "id"u8;
    public static ReadOnlySpan<byte> Args => "args"u8;
    public static ReadOnlySpan<byte> Data => "data"u8;
    public static ReadOnlySpan<byte> DisplayName => "displayName"u8;
    public static ReadOnlySpan<byte> FileData => "fileData"u8;
    public static ReadOnlySpan<byte> FileUri => "fileUri"u8;

    // Replies.
    public static ReadOnlySpan<byte> ResponseId => "responseId"u8;
    public static ReadOnlySpan<byte> Index => "index"u8;
    public static ReadOnlySpan<byte> LogprobsResult => "logprobsResult"u8;
    public static ReadOnlySpan<byte> ChosenCandidates => "chosenCandidates"u8;
    public static ReadOnlySpan<byte> TopCandidates => "topCandidates"u8;
    public static ReadOnlySpan<byte> Token => "token"u8;
    public static ReadOnlySpan<byte> LogProbability => "logProbability"u8;
    public static ReadOnlySpan<byte> CitationMetadata => "citationMetadata"u8;
    public static ReadOnlySpan<byte> CitationSources => "citationSources"u8;
    public static ReadOnlySpan<byte> Citations => "citations"u8;
    public static ReadOnlySpan<byte> GroundingSupports => "groundingSupports"u8;
    public static ReadOnlySpan<byte> GroundingChunkIndices => "groundingChunkIndices"u8;
    public static ReadOnlySpan<byte> Segment => "segment"u8;
    public static ReadOnlySpan<byte> StartIndex => "startIndex"u8;
    public static ReadOnlySpan<byte> EndIndex => "endIndex"u8;
    public static ReadOnlySpan<byte> Web => "web"u8;
    public static ReadOnlySpan<byte> RetrievedContext => "retrievedContext"u8;
    public static ReadOnlySpan<byte> Uri => "uri"u8;
    public static ReadOnlySpan<byte> Title => "title"u8;
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
