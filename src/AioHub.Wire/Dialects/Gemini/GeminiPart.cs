using AioHub.Wire.Json;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>What a part holds.</summary>
internal enum GeminiPartKind
{
    /// <summary>Something that only Google's dialect knows: code, a call of Google's own tools, a kind of tomorrow; or nothing.</summary>
    Other,
    Text,
    Inline,
    File,
    Call,
    Response,
}

/// <summary>One part, taken apart: of requests and of replies.</summary>
internal readonly ref struct GeminiPart
{
    private readonly ReadOnlySpan<byte> _type;

    private GeminiPart(GeminiPartKind kind, ReadOnlySpan<byte> type, JsonView value, JsonView signature, bool isThought)
    {
        Kind = kind;
        _type = type;
        Value = value;
        Signature = signature;
        IsThought = isThought;
    }

    public GeminiPartKind Kind { get; }

    /// <summary>The value of the member that makes it what it is.</summary>
    public JsonView Value { get; }

    public JsonView Signature { get; }

    public bool IsThought { get; }

    /// <summary>Its kind as Google names it.</summary>
    public string Type => _type.IsEmpty ? "part" : System.Text.Encoding.UTF8.GetString(_type);

    /// <summary>Whether a member says something about a part, without being what it holds.</summary>
    public static bool IsAside(JsonView.Field field) => field.Says("videoMetadata"u8) || field.Says("mediaResolution"u8) || field.Says("partMetadata"u8);

    public static GeminiPart Of(JsonView part)
    {
        var kind = GeminiPartKind.Other;
        var type = default(ReadOnlySpan<byte>);
        var value = default(JsonView);
        var signature = default(JsonView);
        var isThought = false;
        foreach (var field in part.Members)
        {
            if (field.Is(Names.Thought))
            {
                isThought = field.Value.IsTrue;
            }
            else if (field.Says(Names.ThoughtSignature))
            {
                signature = field.Value;
            }
            else if (!field.Value.IsNothing && !IsAside(field))
            {
                // Beside anything else an empty text says nothing, and what is not known says less than what is.
                var found = KindOf(field);
                var isEmptyText = found == GeminiPartKind.Text && field.Value.Length <= 2;
                if (type.IsEmpty || (found > kind && !isEmptyText) || (kind == GeminiPartKind.Text && value.Length <= 2))
                {
                    kind = found;
                    type = field.Name.Raw[1..^1];
                    value = field.Value;
                }
            }
        }

        // A signature alone is an empty text's.
        if (type.IsEmpty && signature.IsText)
            kind = GeminiPartKind.Text;

        return new GeminiPart(kind, type, value, signature, isThought);
    }

    /// <summary>Whether the member is neither what the part holds nor what this room reads of it.</summary>
    public bool IsRest(JsonView.Field field) => field.Value.Start != Value.Start && !field.Is(Names.Thought) && !field.Says(Names.ThoughtSignature) && !field.Value.IsNothing
        && !(field.Is(Names.Text) && field.Value is { IsText: true, Length: 2 });

    private static GeminiPartKind KindOf(JsonView.Field field)
    {
        if (field.Is(Names.Text))
            return field.Value.IsText ? GeminiPartKind.Text : GeminiPartKind.Other;
        if (!field.Value.IsObject)
            return GeminiPartKind.Other;
        if (field.Says(Names.FunctionCall))
            return GeminiPartKind.Call;
        if (field.Says(Names.FunctionResponse))
            return GeminiPartKind.Response;
        if (field.Says(Names.InlineData))
            return GeminiPartKind.Inline;

        return field.Says(Names.FileData) ? GeminiPartKind.File : GeminiPartKind.Other;
    }
}
