namespace AioHub.Wire.Vocabulary;

/// <summary>What a caller asks for: one value per kind of endpoint. Whether a generation streams is said apart.</summary>
public enum Operation
{
    /// <summary>A model's turn: Chat, Responses, Messages, generateContent.</summary>
    Generate,
    /// <summary>Free: <c>count_tokens</c>, <c>countTokens</c>, <c>input_tokens</c>.</summary>
    CountTokens,
    /// <summary>Responses' compaction of a long conversation.</summary>
    Compact,
    /// <summary>Legacy text completion.</summary>
    Complete,
    Embed,
    GenerateImage,
    EditImage,
    VaryImage,
    Speak,
    Transcribe,
    TranslateSpeech,
    Moderate,
    Rerank,
}
