using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Why a model stopped, in this dialect's words.</summary>
internal static class AnthropicMessagesStops
{
    public static StopReason Of(ReadOnlySpan<byte> reason)
    {
        if (reason.SequenceEqual("end_turn"u8))
            return StopReason.EndTurn;
        if (reason.SequenceEqual("tool_use"u8))
            return StopReason.ToolUse;
        if (reason.SequenceEqual("max_tokens"u8))
            return StopReason.MaxTokens;
        if (reason.SequenceEqual("stop_sequence"u8))
            return StopReason.StopSequence;
        if (reason.SequenceEqual("pause_turn"u8))
            return StopReason.Pause;
        if (reason.SequenceEqual("refusal"u8))
            return StopReason.Refusal;

        return reason.SequenceEqual("model_context_window_exceeded"u8) ? StopReason.ContextOverflow : StopReason.Other;
    }

    /// <summary>The word that a caller gets. Some upstreams end a tool call, or a refusal, as an ordinary turn: what was said decides then.</summary>
    public static ReadOnlySpan<byte> NameOf(StopReason stop, bool called, bool refused) => stop switch
    {
        StopReason.MaxTokens => "max_tokens"u8,
        StopReason.StopSequence => "stop_sequence"u8,
        StopReason.Pause => "pause_turn"u8,
        StopReason.Refusal or StopReason.ContentFilter => "refusal"u8,
        StopReason.ContextOverflow => "model_context_window_exceeded"u8,
        StopReason.ToolUse => "tool_use"u8,
        _ when called => "tool_use"u8,
        _ when refused => "refusal"u8,
        _ => "end_turn"u8,
    };
}
