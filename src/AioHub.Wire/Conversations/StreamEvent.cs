using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Conversations;

/// <summary>What happens in a stream of an answer.</summary>
public enum StreamEventKind
{
    /// <summary>The upstream answers: its id and model may be known now. Comes once, first; is no content.</summary>
    Begin,
    /// <summary>A piece of the answer's text. Opens a block of text when none is open.</summary>
    Text,
    /// <summary>A piece of the words in which the model declines.</summary>
    Refusal,
    /// <summary>A piece of shown reasoning.</summary>
    Thinking,
    /// <summary>What seals the reasoning so far; ends its block. <see cref="StreamEvent.Sealed"/> is set.</summary>
    ThinkingSealed,
    /// <summary>Begins a tool call: id, name, kind.</summary>
    ToolCall,
    /// <summary>A piece of the open tool call's input, as text: of a JSON object, or free text.</summary>
    ToolInput,
    /// <summary>A source of the text so far: <see cref="StreamEvent.Block"/> is null, <see cref="StreamEvent.Citation"/> is set.</summary>
    Citation,
    /// <summary>A whole block that does not come in pieces: a picture, sound, something opaque.</summary>
    Whole,
    /// <summary>The block ends. What begins another kind of block ends the one before it as well.</summary>
    BlockEnd,
    /// <summary>Log probabilities of the text so far in OpenAI's form, a JSON array.</summary>
    LogProbs,
    /// <summary>Why the answer ends; the stream itself may still go on with usage.</summary>
    Stop,
}

/// <summary>
/// One thing that happens in a stream, in no dialect. Blocks come one after the other: never a piece of one after the next has begun. Spans are valid during the call
/// that gives the event.
/// </summary>
public readonly ref struct StreamEvent
{
    public StreamEvent(StreamEventKind kind) => Kind = kind;

    public StreamEventKind Kind { get; }

    /// <summary>Which of several answers; 0 unless more were asked for.</summary>
    public int Answer { get; init; }

    /// <summary>A JSON string with its quotes (a piece of text, of thinking, of input), or the JSON array of <see cref="StreamEventKind.LogProbs"/>.</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>The tool call's id, or with <see cref="StreamEventKind.Begin"/> the answer's: a JSON string with its quotes.</summary>
    public ReadOnlySpan<byte> Id { get; init; }

    /// <summary>The tool's name as the upstream says it, or with <see cref="StreamEventKind.Begin"/> the model's: a JSON string with its quotes.</summary>
    public ReadOnlySpan<byte> Name { get; init; }

    public ToolKind ToolKind { get; init; }

    /// <summary>Responses' group of tools that the called one stands in; null = none.</summary>
    public string? Group { get; init; }

    /// <summary>Of a tool call, or of thinking.</summary>
    public Sealed? Sealed { get; init; }

    public Citation? Citation { get; init; }

    /// <summary>Of <see cref="StreamEventKind.Whole"/>; its slices are valid during the call as well.</summary>
    public Block? Block { get; init; }

    public StopReason Stop { get; init; }

    /// <summary>The stop sequence that was met: a JSON string with its quotes; empty = not told.</summary>
    public ReadOnlySpan<byte> StopSequence { get; init; }
}

/// <summary>Takes the events of one answer's stream, in order.</summary>
public interface IStreamSink
{
    void On(in StreamEvent happening);
}
