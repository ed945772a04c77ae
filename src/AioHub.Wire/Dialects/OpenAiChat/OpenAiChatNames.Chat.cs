namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>The JSON names of this dialect.</summary>
internal static partial class OpenAiChatNames
{
    /// <summary>Members of requests, and what replies have in common with them.</summary>
    public static class Chat
    {
        // Body.
        public static ReadOnlySpan<byte> Model => "model"u8;
        public static ReadOnlySpan<byte> Messages => "messages"u8;
        public static ReadOnlySpan<byte> Stream => "stream"u8;
        public static ReadOnlySpan<byte> StreamOptions => "stream_options"u8;
        public static ReadOnlySpan<byte> MaxTokens => "max_tokens"u8;
        public static ReadOnlySpan<byte> MaxCompletionTokens => "max_completion_tokens"u8;
        public static ReadOnlySpan<byte> N => "n"u8;
        public static ReadOnlySpan<byte> ServiceTier => "service_tier"u8;
        public static ReadOnlySpan<byte> PromptCacheKey => "prompt_cache_key"u8;
        public static ReadOnlySpan<byte> Tools => "tools"u8;
        public static ReadOnlySpan<byte> Functions => "functions"u8;
        public static ReadOnlySpan<byte> FunctionCall => "function_call"u8;
        public static ReadOnlySpan<byte> ToolChoice => "tool_choice"u8;
        public static ReadOnlySpan<byte> ParallelToolCalls => "parallel_tool_calls"u8;
        public static ReadOnlySpan<byte> ResponseFormat => "response_format"u8;
        public static ReadOnlySpan<byte> ReasoningEffort => "reasoning_effort"u8;
        public static ReadOnlySpan<byte> Reasoning => "reasoning"u8;
        public static ReadOnlySpan<byte> Thinking => "thinking"u8;
        public static ReadOnlySpan<byte> EnableThinking => "enable_thinking"u8;
        public static ReadOnlySpan<byte> ThinkingBudget => "thinking_budget"u8;
        public static ReadOnlySpan<byte> ChatTemplateKwargs => "chat_template_kwargs"u8;
        public static ReadOnlySpan<byte> Temperature => "temperature"u8;
        public static ReadOnlySpan<byte> TopP => "top_p"u8;
        public static ReadOnlySpan<byte> TopK => "top_k"u8;
        public static ReadOnlySpan<byte> FrequencyPenalty => "frequency_penalty"u8;
        public static ReadOnlySpan<byte> PresencePenalty => "presence_penalty"u8;
        public static ReadOnlySpan<byte> Seed => "seed"u8;
        public static ReadOnlySpan<byte> RandomSeed => "random_seed"u8;
        public static ReadOnlySpan<byte> Stop => "stop"u8;
        public static ReadOnlySpan<byte> Logprobs => "logprobs"u8;
        public static ReadOnlySpan<byte> TopLogprobs => "top_logprobs"u8;
        public static ReadOnlySpan<byte> Verbosity => "verbosity"u8;
        public static ReadOnlySpan<byte> User => "user"u8;
        public static ReadOnlySpan<byte> SafetyIdentifier => "safety_identifier"u8;
        public static ReadOnlySpan<byte> Metadata => "metadata"u8;
        public static ReadOnlySpan<byte> Store => "store"u8;
        public static ReadOnlySpan<byte> WebSearchOptions => "web_search_options"u8;
        public static ReadOnlySpan<byte> EnableSearch => "enable_search"u8;
        public static ReadOnlySpan<byte> IncludeUsage => "include_usage"u8;
        public static ReadOnlySpan<byte> IncludeReasoning => "include_reasoning"u8;
        public static ReadOnlySpan<byte> IncludeObfuscation => "include_obfuscation"u8;
        public static ReadOnlySpan<byte> Modalities => "modalities"u8;

        // Messages.
        public static ReadOnlySpan<byte> Role => "role"u8;
        public static ReadOnlySpan<byte> Content => "content"u8;
        public static ReadOnlySpan<byte> Name => "name"u8;
        public static ReadOnlySpan<byte> ToolCalls => "tool_calls"u8;
        public static ReadOnlySpan<byte> ToolCallId => "tool_call_id"u8;
        public static ReadOnlySpan<byte> Refusal => "refusal"u8;
        public static ReadOnlySpan<byte> Audio => "audio"u8;
        public static ReadOnlySpan<byte> Annotations => "annotations"u8;
        public static ReadOnlySpan<byte> ReasoningContent => "reasoning_content"u8;
        public static ReadOnlySpan<byte> ReasoningDetails => "reasoning_details"u8;
        public static ReadOnlySpan<byte> ExtraContent => "extra_content"u8;
        public static ReadOnlySpan<byte> Images => "images"u8;
        public static ReadOnlySpan<byte> CacheControl => "cache_control"u8;
        public static ReadOnlySpan<byte> PromptCacheBreakpoint => "prompt_cache_breakpoint"u8;

        // Parts.
        public static ReadOnlySpan<byte> Type => "type"u8;
        public static ReadOnlySpan<byte> Text => "text"u8;
        public static ReadOnlySpan<byte> ImageUrl => "image_url"u8;
        public static ReadOnlySpan<byte> Url => "url"u8;
        public static ReadOnlySpan<byte> Detail => "detail"u8;
        public static ReadOnlySpan<byte> InputAudio => "input_audio"u8;
        public static ReadOnlySpan<byte> AudioUrl => "audio_url"u8;
        public static ReadOnlySpan<byte> VideoUrl => "video_url"u8;
        public static ReadOnlySpan<byte> Data => "data"u8;
        public static ReadOnlySpan<byte> Format => "format"u8;
        public static ReadOnlySpan<byte> File => "file"u8;
        public static ReadOnlySpan<byte> FileData => "file_data"u8;
        public static ReadOnlySpan<byte> FileId => "file_id"u8;
        public static ReadOnlySpan<byte> Filename => "filename"u8;
        public static ReadOnlySpan<byte> DocumentUrl => "document_url"u8;
        public static ReadOnlySpan<byte> DocumentName => "document_name"u8;
        public static ReadOnlySpan<byte> Id => "id"u8;

        // Tools.
        public static ReadOnlySpan<byte> Function => "function"u8;
        public static ReadOnlySpan<byte> Custom => "custom"u8;
        public static ReadOnlySpan<byte> Description => "description"u8;
        public static ReadOnlySpan<byte> Parameters => "parameters"u8;
        public static ReadOnlySpan<byte> Strict => "strict"u8;
        public static ReadOnlySpan<byte> Arguments => "arguments"u8;
        public static ReadOnlySpan<byte> Input => "input"u8;
        public static ReadOnlySpan<byte> Grammar => "grammar"u8;
        public static ReadOnlySpan<byte> JsonSchema => "json_schema"u8;
        public static ReadOnlySpan<byte> Schema => "schema"u8;
        public static ReadOnlySpan<byte> Mode => "mode"u8;
        public static ReadOnlySpan<byte> AllowedTools => "allowed_tools"u8;
        public static ReadOnlySpan<byte> Syntax => "syntax"u8;
        public static ReadOnlySpan<byte> Definition => "definition"u8;

        // Reasoning.
        public static ReadOnlySpan<byte> Effort => "effort"u8;
        public static ReadOnlySpan<byte> BudgetTokens => "budget_tokens"u8;
        public static ReadOnlySpan<byte> Enabled => "enabled"u8;
        public static ReadOnlySpan<byte> Exclude => "exclude"u8;
        public static ReadOnlySpan<byte> Signature => "signature"u8;
        public static ReadOnlySpan<byte> Summary => "summary"u8;
        public static ReadOnlySpan<byte> Index => "index"u8;
        public static ReadOnlySpan<byte> Google => "google"u8;
        public static ReadOnlySpan<byte> ThoughtSignature => "thought_signature"u8;

        // Replies.
        public static ReadOnlySpan<byte> Object => "object"u8;
        public static ReadOnlySpan<byte> Created => "created"u8;
        public static ReadOnlySpan<byte> Choices => "choices"u8;
        public static ReadOnlySpan<byte> Delta => "delta"u8;
        public static ReadOnlySpan<byte> Message => "message"u8;
        public static ReadOnlySpan<byte> FinishReason => "finish_reason"u8;
        public static ReadOnlySpan<byte> StopReason => "stop_reason"u8;
        public static ReadOnlySpan<byte> Usage => "usage"u8;
        public static ReadOnlySpan<byte> Citations => "citations"u8;
        public static ReadOnlySpan<byte> SearchResults => "search_results"u8;
        public static ReadOnlySpan<byte> Title => "title"u8;
        public static ReadOnlySpan<byte> UrlCitation => "url_citation"u8;
        public static ReadOnlySpan<byte> StartIndex => "start_index"u8;
        public static ReadOnlySpan<byte> EndIndex => "end_index"u8;
        public static ReadOnlySpan<byte> Transcript => "transcript"u8;
        public static ReadOnlySpan<byte> ExpiresAt => "expires_at"u8;
        public static ReadOnlySpan<byte> Ttl => "ttl"u8;
        public static ReadOnlySpan<byte> SearchParameters => "search_parameters"u8;
    }
}
