namespace AioHub.Wire.Vocabulary;

/// <summary>Why a model stopped, in one vocabulary for all dialects.</summary>
public enum StopReason
{
    /// <summary>Not said (yet): a stream that ends so was cut.</summary>
    None,
    EndTurn,
    MaxTokens,
    StopSequence,
    ToolUse,
    Refusal,
    ContentFilter,
    /// <summary>The turn goes on when the caller sends it back (Anthropic <c>pause_turn</c>).</summary>
    Pause,
    ContextOverflow,
    /// <summary>The upstream itself reported a failure as the end.</summary>
    Error,
    /// <summary>A reason this version does not know; it counts as an end.</summary>
    Other,
}
