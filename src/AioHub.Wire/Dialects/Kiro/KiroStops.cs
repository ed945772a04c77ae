using System.Text;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.Kiro;

/// <summary>Kiro's stop reasons; seen in capitals and in small letters.</summary>
internal static class KiroStops
{
    public static StopReason Read(ReadOnlySpan<byte> reason)
    {
        if (Ascii.EqualsIgnoreCase(reason, "END_TURN"u8))
            return StopReason.EndTurn;
        if (Ascii.EqualsIgnoreCase(reason, "TOOL_USE"u8))
            return StopReason.ToolUse;
        if (Ascii.EqualsIgnoreCase(reason, "MAX_TOKENS"u8))
            return StopReason.MaxTokens;
        if (Ascii.EqualsIgnoreCase(reason, "STOP_SEQUENCE"u8))
            return StopReason.StopSequence;
        if (Ascii.EqualsIgnoreCase(reason, "CONTENT_FILTERED"u8))
            return StopReason.ContentFilter;

        return Ascii.EqualsIgnoreCase(reason, "REFUSAL"u8) ? StopReason.Refusal : StopReason.Other;
    }
}
