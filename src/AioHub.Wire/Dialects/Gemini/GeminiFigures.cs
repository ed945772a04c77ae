using System.Text.Json;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>The figures of one <c>usageMetadata</c>, before they are made disjoint.</summary>
internal struct GeminiFigures
{
    private long _prompt, _cached, _candidates, _thoughts, _toolUse, _total;
    private ByKind _promptKinds, _cachedKinds, _outputKinds;
    private bool _odd;

    public bool Any { get; private set; }
    public string? ServiceTier { get; private set; }

    /// <summary>Reads the object that the reader stands on.</summary>
    public static GeminiFigures Read(ref Utf8JsonReader reader, string? knownTier)
    {
        var figures = new GeminiFigures { _total = Absent };
        figures.ReadUsage(ref reader, knownTier);
        return figures;
    }

    /// <summary>
    /// The prompt includes what the cache served; what tools fed back to the model (<c>toolUsePromptTokenCount</c>) comes on top and is billed as input; thoughts
    /// stand beside the candidates and are billed as output (Google's pricing page). A host whose total leaves no room for the thoughts counts them
    /// inside the candidates. Documents cost what text costs and stay in the plain input.
    /// </summary>
    public readonly Usage ToUsage()
    {
        var clamped = _odd;
        var thoughtsInside = _thoughts > 0 && _thoughts <= _candidates && _total == _prompt + _toolUse + _candidates;

        var input = _prompt;
        var cached = Take(_cached, ref input, ref clamped);
        var cachedAudio = Math.Min(_cachedKinds.Audio, Math.Min(cached, _promptKinds.Audio));
        var cachedImage = Math.Min(_cachedKinds.Image, Math.Min(cached - cachedAudio, _promptKinds.Image));
        // What the cache served of a kind is in the figures of the prompt's kinds too.
        var audio = Take(_promptKinds.Audio - cachedAudio, ref input, ref clamped);
        var image = Take(Math.Max(_promptKinds.Image - _cachedKinds.Image, 0), ref input, ref clamped);
        var video = Take(Math.Max(_promptKinds.Video - _cachedKinds.Video, 0), ref input, ref clamped);

        var output = _candidates;
        var outputAudio = Take(_outputKinds.Audio, ref output, ref clamped);
        var outputImage = Take(_outputKinds.Image, ref output, ref clamped);
        var outputVideo = Take(_outputKinds.Video, ref output, ref clamped);
        if (!thoughtsInside)
            output += _thoughts;

        var reasoning = _thoughts;
        if (reasoning > output)
        {
            reasoning = output;
            clamped = true;
        }

        return new Usage
        {
            Input = input + _toolUse,
            CacheRead = cached - cachedAudio - cachedImage,
            CacheReadAudio = cachedAudio,
            CacheReadImage = cachedImage,
            InputAudio = audio,
            InputImage = image,
            InputVideo = video,
            Output = output,
            OutputAudio = outputAudio,
            OutputImage = outputImage,
            OutputVideo = outputVideo,
            Reasoning = reasoning,
            Source = UsageSource.Reported,
            Clamped = clamped,
        };
    }

    private static long Take(long part, ref long rest, ref bool clamped)
    {
        if (part > rest)
        {
            part = rest;
            clamped = true;
        }

        rest -= part;
        return part;
    }

    private void ReadUsage(ref Utf8JsonReader reader, string? knownTier)
    {
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.PromptTokenCount))
                Main(ref reader, ref _prompt);
            else if (Is(ref reader, Names.CandidatesTokenCount))
                Main(ref reader, ref _candidates);
            else if (Is(ref reader, Names.ThoughtsTokenCount))
                Main(ref reader, ref _thoughts);
            else if (Is(ref reader, Names.CachedContentTokenCount))
                Main(ref reader, ref _cached);
            else if (Is(ref reader, Names.ToolUsePromptTokenCount))
                Main(ref reader, ref _toolUse);
            else if (Is(ref reader, Names.TotalTokenCount))
                _total = Count(ref reader, ref _odd);
            else if (Is(ref reader, Names.PromptTokensDetails) || Is(ref reader, Names.PromptTokenDetails))
                ReadKinds(ref reader, ref _promptKinds);
            else if (Is(ref reader, Names.CacheTokensDetails))
                ReadKinds(ref reader, ref _cachedKinds);
            else if (Is(ref reader, Names.CandidatesTokensDetails))
                ReadKinds(ref reader, ref _outputKinds);
            else if (Is(ref reader, Names.ServiceTier))
                ServiceTier = Name(ref reader, knownTier);
            else
                reader.Skip();
        }
    }

    private void Main(ref Utf8JsonReader reader, ref long target)
    {
        var count = Count(ref reader, ref _odd);
        if (count == Absent)
            return;

        target = count;
        Any = true;
    }

    private void ReadKinds(ref Utf8JsonReader reader, ref ByKind kinds)
    {
        if (!EnterArray(ref reader))
            return;

        kinds = default;
        while (NextItem(ref reader))
        {
            if (!IsObject(ref reader))
                continue;

            var kind = ' ';
            long count = 0;
            while (NextName(ref reader))
            {
                if (Is(ref reader, Names.Modality))
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String)
                        kind = Is(ref reader, "AUDIO"u8) ? 'a' : Is(ref reader, "IMAGE"u8) ? 'i' : Is(ref reader, "VIDEO"u8) ? 'v' : ' ';

                    reader.Skip();
                }
                else if (Is(ref reader, Names.TokenCount))
                {
                    count = Math.Max(Count(ref reader, ref _odd), 0);
                }
                else
                {
                    reader.Skip();
                }
            }

            kinds.Add(kind, count);
        }
    }

    private struct ByKind
    {
        public long Audio;
        public long Image;
        public long Video;

        public void Add(char kind, long count)
        {
            switch (kind)
            {
                case 'a':
                    Audio = Math.Min(Audio + count, MaxCount);
                    break;
                case 'i':
                    Image = Math.Min(Image + count, MaxCount);
                    break;
                case 'v':
                    Video = Math.Min(Video + count, MaxCount);
                    break;
            }
        }
    }
}
