using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// Reads a Gemini reply from the side: events of <c>alt=sse</c>, elements of the JSON array that a stream is without it, or a whole reply.
/// Every chunk repeats the usage so far, the last holds; no event says that it is the last, a finish reason does.
/// </summary>
internal sealed class GeminiUsageTap(Operation operation) : ReplyTap
{
    private bool _called;
    private int _searches;
    private bool _maps;
    private int _images;
    private bool _figuresSeen;
    private GeminiFigures _figures;

    public override EventKind OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var facts = new GeminiFacts { Keep = this, Model = Model, ServiceTier = ServiceTier };
        if (!TryRead(data, ref facts))
            return EventKind.Handshake;

        Take(ref facts);
        if (facts.Failed)
        {
            Error = VendorErrors.Read(0, data);
            Stop = StopReason.Error;
            return EventKind.Error;
        }

        return facts.Content ? EventKind.Content : EventKind.Handshake;
    }

    public override bool OnReply(ReadOnlySpan<byte> body)
    {
        body = WithoutMark(body);
        var facts = new GeminiFacts { Model = Model, ServiceTier = ServiceTier };
        if (!TryRead(body, ref facts))
            return false;

        if (facts.Failed || !Fits(ref facts))
        {
            Error = VendorErrors.Find(body);
            Stop = Error is null ? Stop : StopReason.Error;
            if (facts.Figures.Any)
                Usage = facts.Figures.ToUsage() with { Source = UsageSource.Reported };

            return false;
        }

        if (operation == Operation.CountTokens)
        {
            // Free: nothing to charge, so nothing is reported as used.
            Ended = true;
            return true;
        }

        Take(ref facts);
        HasContent |= facts.Vectors;
        Ended = true;
        if (HasContent && Usage.Source == UsageSource.None)
        {
            // Somebody will have to count: once more, for the text.
            var again = new GeminiFacts { Keep = this };
            TryRead(body, ref again);
        }

        return true;
    }

    private bool Fits(ref GeminiFacts facts) => operation switch
    {
        Operation.CountTokens => facts.CountsTokens,
        Operation.Embed => facts.Vectors || facts.Predictions > 0,
        Operation.GenerateImage or Operation.EditImage or Operation.VaryImage => facts.Predictions > 0 || facts.CandidatesGiven,
        // A blocked prompt has no candidates; a reply of nothing but usage has been seen for an empty answer.
        _ => facts.CandidatesGiven || facts.Blocked || facts.Figures.Any,
    };

    private void Take(ref GeminiFacts facts)
    {
        Model = facts.Model;
        ServiceTier = facts.ServiceTier;
        HasContent |= facts.Content || facts.Predictions > 0;
        OutputBytes += facts.Bytes;
        _called |= facts.Called;
        _images += facts.Images + (operation == Operation.Embed ? 0 : facts.Predictions);
        // The grounding metadata may come with more than one chunk, each time as a whole.
        _searches = Math.Max(_searches, facts.Searches);
        _maps |= facts.Maps;
        if (facts.Figures.Any)
        {
            _figures = facts.Figures;
            _figuresSeen = true;
        }

        if (_figuresSeen || _images > 0)
        {
            Usage = (_figuresSeen ? _figures.ToUsage() : default) with
            {
                Images = _images,
                ToolCalls = new ToolCalls(_searches, 0, 0, 0, 0) { Maps = _maps ? 1 : 0 },
                Source = UsageSource.Reported,
            };
        }

        var stop = facts.Blocked ? StopReason.ContentFilter : facts.Stop;
        if (stop == StopReason.None)
            return;

        // A model that calls a function finishes with STOP here.
        Stop = stop == StopReason.EndTurn && _called ? StopReason.ToolUse : stop;
        Ended = true;
    }

    private static bool TryRead(ReadOnlySpan<byte> data, ref GeminiFacts facts)
    {
        if (data.IsEmpty)
            return false;

        try
        {
            var reader = Over(data);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadRoot(ref reader, ref facts);
            }
            else if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (NextItem(ref reader))
                {
                    if (IsObject(ref reader))
                        ReadRoot(ref reader, ref facts);
                }
            }
            else
            {
                return false;
            }

            Finish(ref reader);
            return true;
        }
        catch (Exception e) when (JsonWalk.IsMalformed(e))
        {
            return false;
        }
    }

    private static void ReadRoot(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Candidates))
            {
                GeminiCandidates.Read(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.UsageMetadata) || Is(ref reader, Names.UsageMetadataSnake))
            {
                ReadUsage(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.ModelVersion))
            {
                facts.Model = Name(ref reader, facts.Model);
            }
            else if (Is(ref reader, Names.PromptFeedback))
            {
                ReadFeedback(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.Error))
            {
                facts.Failed |= Says(ref reader);
            }
            else if (Is(ref reader, Names.TotalTokens))
            {
                var odd = false;
                facts.CountsTokens |= Count(ref reader, ref odd) != Absent;
            }
            else if (Is(ref reader, Names.Embedding) || Is(ref reader, Names.Embeddings))
            {
                facts.Vectors |= Says(ref reader);
            }
            else if (Is(ref reader, Names.Predictions))
            {
                facts.Predictions += Items(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadUsage(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        if (!EnterObject(ref reader))
            return;

        var figures = GeminiFigures.Read(ref reader, facts.ServiceTier);
        if (!figures.Any)
            return;

        facts.Figures = figures;
        facts.ServiceTier = figures.ServiceTier ?? facts.ServiceTier;
    }

    private static void ReadFeedback(ref Utf8JsonReader reader, ref GeminiFacts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.BlockReason))
                facts.Blocked |= Says(ref reader);
            else
                reader.Skip();
        }
    }
}
