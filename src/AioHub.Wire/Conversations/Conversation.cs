using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Conversations;

/// <summary>
/// A request to a model in no dialect: what every reader makes of a body and every writer makes a body of. Its texts are slices of the body that was read, which must
/// outlive it. What only one dialect can say stands in side pockets (<see cref="Pocket"/>), never in a member of its own.
/// </summary>
public sealed record Conversation
{
    /// <summary>The dialect it was read from: only a writer of the same one may replay pockets and origins.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>The model as the caller named it.</summary>
    public required string Model { get; init; }

    public bool Stream { get; init; }

    /// <summary>What stands before all turns: system prompt, <c>instructions</c>, <c>systemInstruction</c>. In order; mostly text.</summary>
    public IReadOnlyList<Block> System { get; init; } = [];

    public IReadOnlyList<Turn> Turns { get; init; } = [];

    public IReadOnlyList<ToolSpec> Tools { get; init; } = [];

    public ToolChoice ToolChoice { get; init; } = ToolChoice.Unsaid;

    public Sampling Sampling { get; init; } = new();

    public ReasoningWish Reasoning { get; init; } = new();

    public OutputFormat Format { get; init; } = OutputFormat.Text;

    /// <summary>What the caller wants its prompt cache found by: <c>prompt_cache_key</c>.</summary>
    public JsonText CacheKey { get; init; }

    /// <summary>The end user, as the caller names them: <c>user</c>, <c>safety_identifier</c>, <c>metadata.user_id</c>.</summary>
    public JsonText User { get; init; }

    /// <summary>As asked for, in the caller's own words: <c>auto</c>, <c>flex</c>, <c>priority</c>, <c>standard_only</c>.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Labels that the caller wants kept with the answer (<c>metadata</c>), a JSON object; empty = none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>Whether the upstream may keep the answer for later calls; null = not said.</summary>
    public bool? Store { get; init; }

    /// <summary>Members of the body that the neutral form has no place for.</summary>
    public Pocket Pocket { get; init; } = Pocket.Empty;
}

/// <summary>Who speaks.</summary>
public enum Role
{
    User,
    Assistant,
    /// <summary>An instruction amid the turns: a system or developer message that does not stand before them all.</summary>
    System,
}

/// <summary>What one side says at once. Tool results stand in turns of the user. Neighbouring turns may have the same role: a writer that must not have that joins them.</summary>
public sealed record Turn(Role Role, IReadOnlyList<Block> Blocks)
{
    /// <summary>The speaker's name, where the caller gave one.</summary>
    public JsonText Name { get; init; }

    public Origin? Origin { get; init; }

    public Pocket Pocket { get; init; } = Pocket.Empty;
}

/// <summary>The JSON that something was read from: a writer of the same dialect may replay it as it stood.</summary>
/// <param name="Raw">The whole value.</param>
public sealed record Origin(Dialect Dialect, ReadOnlyMemory<byte> Raw);
