using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Conversations;

/// <summary>A whole answer in no dialect. Its texts are slices of the body that was read, which must outlive it.</summary>
public sealed record Reply
{
    /// <summary>The upstream's own id of it; never shown to callers, who get one of the hub's.</summary>
    public JsonText Id { get; init; }

    /// <summary>The model that the upstream says it served; null = not told.</summary>
    public string? Model { get; init; }

    /// <summary>One, unless the call asked for several.</summary>
    public IReadOnlyList<Answer> Answers { get; init; } = [];
}

/// <summary>One answer: what the model said, and why it stopped.</summary>
public sealed record Answer(IReadOnlyList<Block> Blocks, StopReason Stop)
{
    /// <summary>The stop sequence that was met, where the dialect tells.</summary>
    public JsonText StopSequence { get; init; }

    /// <summary>Log probabilities of the text's tokens in OpenAI's form: a JSON array of <c>{token, logprob, bytes, top_logprobs}</c>; empty = none.</summary>
    public ReadOnlyMemory<byte> LogProbs { get; init; }
}
