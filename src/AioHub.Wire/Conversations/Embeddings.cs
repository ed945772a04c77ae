using AioHub.Wire.Json;

namespace AioHub.Wire.Conversations;

/// <summary>A question for embeddings, in no vendor's words. Only texts: numbers of tokens mean something in one vendor's vocabulary alone, and pictures are not known to all.</summary>
/// <param name="Texts">Each gets a row of numbers; at least one.</param>
public sealed record EmbeddingQuestion(IReadOnlyList<JsonText> Texts)
{
    /// <summary>How long each row should be; null = as the model has it.</summary>
    public long? Dimensions { get; init; }

    /// <summary>OpenAI: rows are wanted as base64 of little-endian 32-bit floats.</summary>
    public bool AsBase64 { get; init; }

    /// <summary>Gemini: asked by <c>embedContent</c>, whose answer has one row without a list around it.</summary>
    public bool IsSingle { get; init; }
}

/// <summary>The answer to an <see cref="EmbeddingQuestion"/>.</summary>
/// <param name="Rows">In the order of the texts; each is a JSON array of numbers, or a JSON string of base64, as a slice of the body that it came with.</param>
public sealed record EmbeddingAnswer(IReadOnlyList<ReadOnlyMemory<byte>> Rows)
{
    /// <summary>Whether every row is an array of numbers, or base64 of whole 32-bit floats.</summary>
    public static bool IsRow(JsonView value)
    {
        if (value.IsText)
            return EmbeddingRow.IsBase64(value.Raw);

        var numbers = 0;
        foreach (var item in value.Items)
        {
            if (item.Kind != JsonKind.Number)
                return false;

            numbers++;
        }

        return numbers > 0;
    }
}
