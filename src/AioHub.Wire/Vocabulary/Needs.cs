namespace AioHub.Wire.Vocabulary;

/// <summary>Capabilities that a call wants from a channel, read from its body. A channel's own capabilities use the same flags.</summary>
[Flags]
public enum Needs
{
    None = 0,
    Streaming = 1 << 0,
    Tools = 1 << 1,
    Images = 1 << 2,
    Documents = 1 << 3,
    Audio = 1 << 4,
    JsonSchema = 1 << 5,
    Reasoning = 1 << 6,
    LongContext = 1 << 7,
    PromptCaching = 1 << 8,
    ServerTools = 1 << 9,
    /// <summary>Refers to something an earlier call left with one credential (<c>previous_response_id</c>, a file, a cached content).</summary>
    Stateful = 1 << 10,
    /// <summary>Several tool calls in one answer, where the caller asks for them in so many words.</summary>
    ParallelTools = 1 << 11,
}

/// <summary>What is said of <see cref="Needs"/> as such.</summary>
public static class NeedsExtensions
{
    /// <summary>
    /// Wishes: a channel without one answers the call all the same, only dearer or with less. Clients send them with every call, whoever answers
    /// (Claude Code its cache markers, Codex its web search).
    /// </summary>
    public const Needs Soft = Needs.PromptCaching | Needs.ServerTools | Needs.ParallelTools;
}
