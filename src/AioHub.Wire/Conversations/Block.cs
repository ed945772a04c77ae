using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Conversations;

/// <summary>A piece of what is said. Unknown kinds are an <see cref="OpaqueBlock"/>.</summary>
public abstract record Block
{
    public Origin? Origin { get; init; }

    /// <summary>The prompt up to here should be cached, for so long; null = no marker.</summary>
    public CacheMark? Cache { get; init; }

    public Pocket Pocket { get; init; } = Pocket.Empty;
}

/// <summary>How long a cached prompt should live.</summary>
public enum CacheMark
{
    /// <summary>The vendor's default: 5 minutes with Anthropic.</summary>
    Default,
    OneHour,
}

public sealed record TextBlock(JsonText Text) : Block
{
    /// <summary>Where an answer's text comes from.</summary>
    public IReadOnlyList<Citation> Citations { get; init; } = [];

    /// <summary>The model declined, in these words.</summary>
    public bool IsRefusal { get; init; }
}

/// <summary>A source that an answer quotes.</summary>
/// <param name="Url">Empty for a document of the request.</param>
public sealed record Citation(JsonText Url, JsonText Title)
{
    /// <summary>The source's own words.</summary>
    public JsonText Quote { get; init; }

    /// <summary>Where in the answer's text the citation stands, in characters as its dialect counts them; null = not told.</summary>
    public int? Start { get; init; }
    public int? End { get; init; }

    public Origin? Origin { get; init; }
}

/// <summary>Where bytes are: exactly one of the three says something.</summary>
public readonly record struct MediaSource
{
    /// <summary>Base64.</summary>
    public JsonText Data { get; init; }
    public JsonText Url { get; init; }
    /// <summary>A file that lives with one upstream credential.</summary>
    public JsonText FileId { get; init; }
}

/// <summary>A picture.</summary>
/// <param name="MediaType">Such as <c>image/png</c>; null = not told (an address tells none).</param>
public sealed record ImageBlock(MediaSource Source, string? MediaType) : Block
{
    /// <summary>How closely it should be looked at, in OpenAI's words: <c>low</c>, <c>high</c>, <c>original</c>; null = not said.</summary>
    public string? Detail { get; init; }
}

/// <summary>A document, or any other file that is no picture and no sound.</summary>
/// <param name="MediaType">Such as <c>application/pdf</c>, <c>text/plain</c>, <c>video/mp4</c>; null = not told.</param>
public sealed record FileBlock(MediaSource Source, string? MediaType) : Block
{
    /// <summary>A plain text document given as text.</summary>
    public JsonText Text { get; init; }
    public JsonText Name { get; init; }
    /// <summary>What the caller says about it.</summary>
    public JsonText Context { get; init; }
    /// <summary>The answer should cite it.</summary>
    public bool Cite { get; init; }
}

/// <summary>Sound.</summary>
/// <param name="MediaType">Such as <c>audio/wav</c>, <c>audio/mpeg</c>.</param>
public sealed record AudioBlock(MediaSource Source, string? MediaType) : Block
{
    /// <summary>What is said in it, where the dialect tells.</summary>
    public JsonText Transcript { get; init; }
}

/// <summary>Who runs a tool, and what it takes.</summary>
public enum ToolKind
{
    /// <summary>The caller runs it; it takes a JSON object.</summary>
    Function,
    /// <summary>The caller runs it; it takes free text (OpenAI's <c>custom</c>).</summary>
    Freeform,
    /// <summary>The upstream runs it: web search, code execution.</summary>
    Server,
}

/// <summary>The model asks for a tool.</summary>
/// <param name="Id">Ties the result to it.</param>
/// <param name="Name">As the caller declared it.</param>
public sealed record ToolCallBlock(string Id, string Name, ToolInput Input) : Block
{
    public ToolKind Kind { get; init; }

    /// <summary>Responses' group of tools that the tool stands in; null = none.</summary>
    public string? Namespace { get; init; }

    /// <summary>What the upstream wants back with the call (Gemini's <c>thoughtSignature</c>); null = nothing.</summary>
    public Sealed? Sealed { get; init; }
}

/// <summary>What a tool gave.</summary>
/// <param name="CallId">The <see cref="ToolCallBlock.Id"/> that it answers.</param>
/// <param name="Content">Text and pictures, in order.</param>
public sealed record ToolResultBlock(string CallId, IReadOnlyList<Block> Content) : Block
{
    public ToolKind Kind { get; init; }

    /// <summary>The tool's name, where the dialect repeats it (Gemini); null = look at the call.</summary>
    public string? Name { get; init; }

    public bool IsError { get; init; }
}

/// <summary>The model's reasoning, shown or sealed or both.</summary>
public sealed record ThinkingBlock(JsonText Text) : Block
{
    /// <summary>The text is a summary of the reasoning, not itself (Responses).</summary>
    public bool IsSummary { get; init; }

    /// <summary>What proves the reasoning, or hides it, for the vendor that made it; null = nothing.</summary>
    public Sealed? Sealed { get; init; }
}

/// <summary>
/// Bytes that mean something only to the vendor that made them: a signature of thinking, encrypted reasoning, a thought signature. A writer for another vendor leaves
/// them out; a caller of another dialect gets them in an envelope (<see cref="IReasoningSeal"/>) and sends them back.
/// </summary>
/// <param name="By">The upstream dialect that made it.</param>
/// <param name="Token">As the vendor gave it.</param>
public sealed record Sealed(Dialect By, JsonText Token)
{
    /// <summary>The token hides the reasoning's text rather than proving it (<c>redacted_thinking</c>, <c>encrypted_content</c>).</summary>
    public bool Hides { get; init; }

    /// <summary>The vendor's own id of the reasoning, where it wants that back too (Responses).</summary>
    public JsonText Id { get; init; }
}

/// <summary>A block of a kind that the neutral form does not know.</summary>
/// <param name="Type">Its type as the dialect names it; <see cref="Block.Origin"/> is always set.</param>
public sealed record OpaqueBlock(string Type) : Block;
