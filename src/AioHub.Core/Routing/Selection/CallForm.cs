using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>The form in which a call comes.</summary>
/// <param name="Translatable">It may be said in another dialect: a conversation that names nothing which an upstream keeps, or a question for embeddings.</param>
internal readonly record struct CallForm(Dialect Dialect, bool Translatable)
{
    /// <summary>It asks for a summary of its conversation (Responses): what not every upstream that speaks the dialect can make.</summary>
    public bool Compacts { get; init; }

    /// <summary>What it asks for, where not every upstream of its dialect has an endpoint for that; else <see cref="Operation.Generate"/>.</summary>
    public Operation Endpoint { get; init; }

    /// <summary>It makes images at OpenAI's endpoints, which Codex' backend has beside Responses though it speaks no Chat.</summary>
    public bool Draws => Dialect == Dialect.OpenAiChat && Endpoint is Operation.GenerateImage or Operation.EditImage;

    /// <summary>The one other dialect in which it can be said; null = any that a channel speaks.</summary>
    public Dialect? Twin => Endpoint != Operation.Embed ? null : Dialect == Dialect.Gemini ? Dialect.OpenAiChat : Dialect.Gemini;

    /// <summary>Whether the call can be said in one of these dialects, which are not its own.</summary>
    /// <param name="spoken">What a channel of that type speaks about the model.</param>
    public bool CanBeSaidIn(DialectSet spoken, ChannelType type) =>
        // Vertex has embeddings of Google's under another verb.
        Translatable && (Twin is { } twin ? spoken.Has(twin) && type != ChannelType.Vertex : !spoken.IsEmpty);

    public static CallForm Of(Dialect dialect, Operation operation, Needs needs) =>
        new(dialect, (operation is Operation.Generate or Operation.CountTokens or Operation.Compact || (operation == Operation.Embed && dialect is Dialect.OpenAiChat or Dialect.Gemini)) && (needs & Needs.Stateful) == Needs.None)
        {
            Endpoint = EndpointSet.None.Has(operation) ? Operation.Generate : operation,
        };
}
