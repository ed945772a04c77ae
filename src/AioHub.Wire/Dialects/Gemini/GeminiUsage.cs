using System.Text.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// The hub's disjoint buckets in Google's own semantics: the prompt includes what the cache served and what was written into it, thoughts stand beside the candidates
/// (ai.google.dev, "UsageMetadata"). What nobody counted is not written.
/// </summary>
internal static class GeminiUsage
{
    public static void Write(Utf8JsonWriter json, in Usage usage)
    {
        if (usage.Source == UsageSource.None)
            return;

        var cached = usage.CacheRead + usage.CacheReadAudio + usage.CacheReadImage;
        json.WriteStartObject(Names.UsageMetadata);
        json.WriteNumber(Names.PromptTokenCount, usage.TotalInput);
        json.WriteNumber(Names.CandidatesTokenCount, usage.TotalOutput - usage.Reasoning);
        json.WriteNumber(Names.TotalTokenCount, usage.TotalInput + usage.TotalOutput);
        if (cached > 0)
            json.WriteNumber(Names.CachedContentTokenCount, cached);
        if (usage.Reasoning > 0)
            json.WriteNumber(Names.ThoughtsTokenCount, usage.Reasoning);

        var audio = usage.InputAudio + usage.CacheReadAudio;
        var image = usage.InputImage + usage.CacheReadImage;
        WriteKinds(json, Names.PromptTokensDetails, usage.TotalInput - audio - image - usage.InputVideo, audio, image, usage.InputVideo);
        if (cached > 0)
            WriteKinds(json, Names.CacheTokensDetails, usage.CacheRead, usage.CacheReadAudio, usage.CacheReadImage, 0);
        if (usage.OutputAudio + usage.OutputImage + usage.OutputVideo > 0)
            WriteKinds(json, Names.CandidatesTokensDetails, usage.Output - usage.Reasoning, usage.OutputAudio, usage.OutputImage, usage.OutputVideo);

        json.WriteEndObject();
    }

    private static void WriteKinds(Utf8JsonWriter json, ReadOnlySpan<byte> name, long text, long audio, long image, long video)
    {
        json.WriteStartArray(name);
        WriteKind(json, "TEXT"u8, text);
        WriteKind(json, "AUDIO"u8, audio);
        WriteKind(json, "IMAGE"u8, image);
        WriteKind(json, "VIDEO"u8, video);
        json.WriteEndArray();
    }

    private static void WriteKind(Utf8JsonWriter json, ReadOnlySpan<byte> kind, long tokens)
    {
        if (tokens <= 0)
            return;

        json.WriteStartObject();
        json.WriteString(Names.Modality, kind);
        json.WriteNumber(Names.TokenCount, tokens);
        json.WriteEndObject();
    }
}
