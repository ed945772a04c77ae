namespace AioHub.Wire.Conversations;

/// <summary>How the answer is drawn. Numbers are kept as they were written; null and empty = not said.</summary>
public sealed record Sampling
{
    /// <summary>Most output tokens of one answer.</summary>
    public long? MaxOutputTokens { get; init; }
    public decimal? Temperature { get; init; }
    public decimal? TopP { get; init; }
    public decimal? TopK { get; init; }
    public decimal? FrequencyPenalty { get; init; }
    public decimal? PresencePenalty { get; init; }
    public long? Seed { get; init; }
    public IReadOnlyList<JsonText> Stops { get; init; } = [];
    /// <summary>How many answers; 1 when not said.</summary>
    public int Answers { get; init; } = 1;
    /// <summary>Log probabilities of the answer's tokens are wanted.</summary>
    public bool LogProbs { get; init; }
    public int? TopLogProbs { get; init; }
    /// <summary>How much is said: <c>low</c>, <c>medium</c>, <c>high</c> (OpenAI's <c>verbosity</c>).</summary>
    public string? Verbosity { get; init; }
}

/// <summary>How much the model should think, from least to most. Vendors leave out some.</summary>
public enum Effort
{
    /// <summary>Not said.</summary>
    Unsaid,
    None,
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
}

/// <summary>What the caller wants of the model's reasoning.</summary>
public sealed record ReasoningWish
{
    public Effort Effort { get; init; }
    /// <summary>Tokens it may think; null = not said. Zero = not at all.</summary>
    public long? Budget { get; init; }
    /// <summary>The model itself decides whether and how much (Anthropic's <c>adaptive</c>, Gemini's budget of -1).</summary>
    public bool Adaptive { get; init; }
    /// <summary>The reasoning, or a summary of it, should be shown; null = not said.</summary>
    public bool? Show { get; init; }
    /// <summary>How long the summary should be, in the caller's words (Responses: <c>auto</c>, <c>concise</c>, <c>detailed</c>); null = not said.</summary>
    public string? Summary { get; init; }
    /// <summary>The caller sends sealed reasoning back and so wants it (<c>include: ["reasoning.encrypted_content"]</c>).</summary>
    public bool WantsSealed { get; init; }
}

/// <summary>What form the answer's text must have.</summary>
public enum OutputShape
{
    Text,
    /// <summary>Any JSON object.</summary>
    Json,
    /// <summary>JSON after a schema.</summary>
    Schema,
}

/// <summary>The form that the caller wants the answer's text in.</summary>
public sealed record OutputFormat(OutputShape Shape)
{
    public static OutputFormat Text { get; } = new(OutputShape.Text);

    /// <summary>Of a schema, where the dialect names it.</summary>
    public string? Name { get; init; }
    public JsonText Description { get; init; }
    /// <summary>A JSON schema; empty = none.</summary>
    public ReadOnlyMemory<byte> Schema { get; init; }
    public bool? Strict { get; init; }
    public Origin? Origin { get; init; }
}
