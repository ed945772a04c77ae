using System.Buffers;
using AioHub.Wire.Json;

namespace AioHub.Wire.Conversations;

/// <summary>A tool that the model may call.</summary>
/// <param name="Name">As the caller named it; empty for a server's tool that needs none.</param>
public sealed record ToolSpec(string Name)
{
    public ToolKind Kind { get; init; }

    public JsonText Description { get; init; }

    /// <summary>JSON schema of the arguments, a JSON object; empty = none given.</summary>
    public ReadOnlyMemory<byte> Schema { get; init; }

    /// <summary>Arguments must fit the schema exactly; null = not said.</summary>
    public bool? Strict { get; init; }

    /// <summary>Responses' group of tools that it stands in; null = none.</summary>
    public string? Namespace { get; init; }

    /// <summary>Of a server's tool: what it is, in no dialect; null = known to its own dialect alone (see <see cref="Origin"/>).</summary>
    public ServerTool? Server { get; init; }

    /// <summary>Of a freeform tool: the grammar its text must have, as the dialect gives it (a JSON object); empty = any text.</summary>
    public ReadOnlyMemory<byte> Grammar { get; init; }

    public CacheMark? Cache { get; init; }

    public Origin? Origin { get; init; }

    public Pocket Pocket { get; init; } = Pocket.Empty;
}

/// <summary>Tools of upstreams that more than one vendor has.</summary>
public enum ServerTool
{
    WebSearch,
    WebFetch,
    CodeExecution,
}

/// <summary>Which tools the model may, or must, call.</summary>
public enum ToolDuty
{
    /// <summary>Not said.</summary>
    Unsaid,
    Auto,
    None,
    /// <summary>Any one.</summary>
    Any,
    /// <summary>The named one.</summary>
    Named,
}

/// <summary>The caller's choice of tools.</summary>
/// <param name="Name">Of <see cref="ToolDuty.Named"/>.</param>
public sealed record ToolChoice(ToolDuty Duty, string? Name = null)
{
    public static ToolChoice Unsaid { get; } = new(ToolDuty.Unsaid);

    /// <summary>Only these may be called (OpenAI's <c>allowed_tools</c>, Gemini's <c>allowedFunctionNames</c>); empty = all.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Several calls in one answer; null = not said.</summary>
    public bool? Parallel { get; init; }

    public Origin? Origin { get; init; }
}

/// <summary>A tool call's input: a JSON object as some dialects have it, or the same as the text of a JSON string as others have it; free text of a freeform tool.</summary>
public readonly struct ToolInput
{
    private readonly ReadOnlyMemory<byte> _object;
    private readonly JsonText _quoted;

    private ToolInput(ReadOnlyMemory<byte> value, JsonText quoted)
    {
        _object = value;
        _quoted = quoted;
    }

    /// <summary>Takes a JSON object.</summary>
    public static ToolInput FromObject(ReadOnlyMemory<byte> value) => new(value, default);

    /// <summary>Takes a JSON string whose text should be a JSON object, or is the free text of a freeform tool. Nobody vouches for it: models write it.</summary>
    public static ToolInput FromText(JsonText quoted) => new(default, quoted);

    /// <summary>As a JSON string: its text is the object, or the free text.</summary>
    public JsonText Text => _quoted.Exists ? _quoted : JsonText.Of(_object.IsEmpty ? "{}"u8 : _object.Span);

    /// <summary>As a JSON object.</summary>
    /// <param name="value">The object; <c>{}</c> for an empty text.</param>
    /// <returns>False when the text is no JSON object: a writer then puts it under a name of its own (see <see cref="Wrapped"/>) and records a loss.</returns>
    public bool TryObject(out ReadOnlyMemory<byte> value)
    {
        if (!_object.IsEmpty)
        {
            value = _object;
            return true;
        }

        value = _quoted.Decode();
        if (value.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            value = "{}"u8.ToArray();
            return true;
        }

        return JsonView.TryOver(value.Span, out var view) && view.IsObject;
    }

    /// <summary>The text as the one member of an object: how a freeform tool's input, or a text that is no JSON object, is said where only objects are taken.</summary>
    public ReadOnlyMemory<byte> Wrapped(ReadOnlySpan<byte> name)
    {
        var wrapped = new ArrayBufferWriter<byte>();
        wrapped.Write("{\""u8);
        wrapped.Write(name);
        wrapped.Write("\":"u8);
        wrapped.Write(Text.Quoted);
        wrapped.Write("}"u8);
        return wrapped.WrittenMemory;
    }
}
