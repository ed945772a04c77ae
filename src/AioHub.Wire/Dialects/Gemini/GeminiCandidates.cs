using System.Text.Json;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>What one chunk or one whole reply said.</summary>
internal struct GeminiFacts
{
    public string? Model;
    public string? ServiceTier;
    public bool Failed;
    public bool CandidatesGiven;
    public bool Blocked;
    public bool Content;
    public bool Called;
    public bool CountsTokens;
    public bool Vectors;
    public int Predictions;
    public int Images;
    public int Searches;
    /// <summary>Grounded in maps: billed once an answer.</summary>
    public bool Maps;
    public ReplyTap? Keep;
    public long Bytes;
    public StopReason Stop;
    public GeminiFigures Figures;
}

/// <summary>Reads the candidates of a chunk: what they produced and why they stopped.</summary>
internal static class GeminiCandidates
{
    public static void Read(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        if (!EnterArray(ref reader))
            return;

        while (NextItem(ref reader))
        {
            facts.CandidatesGiven = true;
            if (!IsObject(ref reader))
                continue;

            while (NextName(ref reader))
            {
                if (Is(ref reader, Names.Content))
                    ReadContent(ref reader, ref facts);
                else if (Is(ref reader, Names.FinishReason))
                    ReadFinish(ref reader, ref facts);
                else if (Is(ref reader, Names.GroundingMetadata))
                    ReadGrounding(ref reader, ref facts);
                else
                    reader.Skip();
            }
        }
    }

    private static void ReadContent(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (!Is(ref reader, Names.Parts))
            {
                reader.Skip();
            }
            else if (EnterArray(ref reader))
            {
                while (NextItem(ref reader))
                {
                    if (IsObject(ref reader))
                        ReadPart(ref reader, ref facts);
                }
            }
        }
    }

    private static void ReadPart(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Text))
            {
                var bytes = TextBytes(ref reader, facts.Keep);
                facts.Bytes += bytes;
                facts.Content |= bytes > 0;
            }
            else if (Is(ref reader, Names.Thought))
            {
                // A mark on a text, nothing by itself.
                reader.Skip();
            }
            else if (Is(ref reader, Names.FunctionCall))
            {
                reader.Read();
                facts.Called |= reader.TokenType == JsonTokenType.StartObject;
                facts.Content |= facts.Called;
                var start = reader.TokenStartIndex;
                reader.Skip();
                facts.Bytes += reader.BytesConsumed - start;
            }
            else if (Is(ref reader, Names.InlineData))
            {
                ReadInline(ref reader, ref facts);
            }
            else
            {
                // Code and its result, tool calls of the vendor's own, a signature, a file.
                facts.Content |= Says(ref reader);
            }
        }
    }

    private static void ReadInline(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        if (!EnterObject(ref reader))
            return;

        facts.Content = true;
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.MimeType))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.StartsWith("image/"u8))
                    facts.Images++;
            }

            reader.Skip();
        }
    }

    private static void ReadGrounding(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.WebSearchQueries))
                facts.Searches = Math.Max(facts.Searches, Items(ref reader));
            else if (Is(ref reader, Names.GroundingChunks))
                ReadChunks(ref reader, ref facts);
            else
                reader.Skip();
        }
    }

    private static void ReadChunks(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        if (!EnterArray(ref reader))
            return;

        while (NextItem(ref reader))
        {
            if (!IsObject(ref reader))
                continue;

            while (NextName(ref reader))
            {
                if (Is(ref reader, Names.Maps))
                    facts.Maps |= Says(ref reader);
                else
                    reader.Skip();
            }
        }
    }

    private static void ReadFinish(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0 && !Is(ref reader, "FINISH_REASON_UNSPECIFIED"u8))
            facts.Stop = GeminiStops.Read(reader.ValueSpan);

        reader.Skip();
    }
}
