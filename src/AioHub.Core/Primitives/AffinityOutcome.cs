namespace AioHub.Core.Primitives;

/// <summary>What became of a conversation's wish to stay where it was.</summary>
public enum AffinityOutcome
{
    /// <summary>The call belongs to no conversation, or its group keeps none together.</summary>
    None,
    /// <summary>The conversation was not known yet.</summary>
    Cold,
    /// <summary>It stayed.</summary>
    Hit,
    /// <summary>Its credential rests, is full or cannot serve this call; the conversation may come back.</summary>
    Fallback,
    /// <summary>Its credential has become much slower than its siblings; the conversation moves for good.</summary>
    Broken,
}
