using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Chat's finish reasons: OpenAI's four, and what compatible hosts send in their place.</summary>
internal static class OpenAiChatStops
{
    public static StopReason Read(ReadOnlySpan<byte> reason)
    {
        if (reason.SequenceEqual("stop"u8) || reason.SequenceEqual("eos"u8) || reason.SequenceEqual("eos_token"u8) || reason.SequenceEqual("end_turn"u8) || reason.SequenceEqual("STOP"u8))
            return StopReason.EndTurn;
        if (reason.SequenceEqual("tool_calls"u8) || reason.SequenceEqual("function_call"u8) || reason.SequenceEqual("tool_use"u8))
            return StopReason.ToolUse;
        if (reason.SequenceEqual("length"u8) || reason.SequenceEqual("max_tokens"u8) || reason.SequenceEqual("MAX_TOKENS"u8))
            return StopReason.MaxTokens;
        if (reason.SequenceEqual("content_filter"u8) || reason.SequenceEqual("sensitive"u8))
            return StopReason.ContentFilter;
        if (reason.SequenceEqual("stop_sequence"u8))
            return StopReason.StopSequence;
        if (reason.SequenceEqual("refusal"u8))
            return StopReason.Refusal;
        if (reason.SequenceEqual("model_context_window_exceeded"u8))
            return StopReason.ContextOverflow;
        // OpenRouter; GLM; DeepSeek when it runs out of machines.
        if (reason.SequenceEqual("error"u8) || reason.SequenceEqual("network_error"u8) || reason.SequenceEqual("insufficient_system_resource"u8))
            return StopReason.Error;

        return StopReason.Other;
    }
}
