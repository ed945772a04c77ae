using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Gemini's finish reasons.</summary>
internal static class GeminiStops
{
    public static StopReason Read(ReadOnlySpan<byte> reason)
    {
        if (reason.SequenceEqual("STOP"u8))
            return StopReason.EndTurn;
        if (reason.SequenceEqual("MAX_TOKENS"u8))
            return StopReason.MaxTokens;
        if (reason.SequenceEqual("SAFETY"u8) || reason.SequenceEqual("RECITATION"u8) || reason.SequenceEqual("BLOCKLIST"u8) || reason.SequenceEqual("PROHIBITED_CONTENT"u8)
            || reason.SequenceEqual("SPII"u8) || reason.SequenceEqual("LANGUAGE"u8) || reason.SequenceEqual("IMAGE_SAFETY"u8) || reason.SequenceEqual("IMAGE_PROHIBITED_CONTENT"u8)
            || reason.SequenceEqual("IMAGE_RECITATION"u8))
            return StopReason.ContentFilter;

        return StopReason.Other;
    }
}
