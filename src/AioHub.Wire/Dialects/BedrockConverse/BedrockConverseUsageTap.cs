using System.Text;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.BedrockConverse.BedrockConverseNames;

namespace AioHub.Wire.Dialects.BedrockConverse;

/// <summary>
/// Reads a Converse reply from the side: the payloads of a ConverseStream's frames, or a whole reply. <c>messageStop</c> ends the answer, <c>metadata</c> with the
/// usage follows it and ends the stream.
/// </summary>
internal sealed class BedrockConverseUsageTap(Operation operation) : ReplyTap
{
    private const int LongestType = 128;

    public override EventKind OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var facts = new Facts { Keep = this, ServiceTier = ServiceTier };
        var read = TryRead(data, ref facts);
        if (IsFailure(type) || (read && facts.Failed))
        {
            var error = VendorErrors.Read(0, data);
            Error = error.Type is null && IsFailure(type) ? error with { Type = Encoding.UTF8.GetString(type[..Math.Min(type.Length, LongestType)]) } : error;
            Stop = StopReason.Error;
            return EventKind.Error;
        }

        if (!read)
            return EventKind.Handshake;

        Take(ref facts);
        if (type.SequenceEqual(Names.Metadata) || facts.IsMetadata)
        {
            Ended = true;
            return EventKind.End;
        }

        return facts.Content ? EventKind.Content : EventKind.Handshake;
    }

    public override bool OnReply(ReadOnlySpan<byte> body)
    {
        body = WithoutMark(body);
        var facts = new Facts { ServiceTier = ServiceTier };
        if (!TryRead(body, ref facts))
            return false;

        if (operation == Operation.CountTokens && facts.CountsTokens && !facts.Failed)
        {
            // Free: nothing to charge, so nothing is reported as used.
            Ended = true;
            return true;
        }

        if (facts.Failed || !facts.OutputGiven)
        {
            Error = VendorErrors.Find(body);
            Stop = Error is null ? Stop : StopReason.Error;
            if (facts.Figures.Any)
                Usage = facts.Figures.ToUsage();

            return false;
        }

        Take(ref facts);
        Ended = true;
        if (HasContent && Usage.Source == UsageSource.None)
        {
            // Somebody will have to count: once more, for the text.
            var again = new Facts { Keep = this };
            TryRead(body, ref again);
        }

        return true;
    }

    private void Take(ref Facts facts)
    {
        ServiceTier = facts.ServiceTier;
        HasContent |= facts.Content;
        OutputBytes += facts.Bytes;
        UpstreamMilliseconds = facts.Milliseconds ?? UpstreamMilliseconds;
        if (facts.Stop != StopReason.None)
            Stop = facts.Stop;
        if (facts.Figures.Any)
            Usage = facts.Figures.ToUsage();
    }

    private static bool IsFailure(ReadOnlySpan<byte> type) => type.EndsWith(Names.Exception) || type.SequenceEqual(Names.Error);

    private static bool TryRead(ReadOnlySpan<byte> data, ref Facts facts)
    {
        if (data.IsEmpty)
            return false;

        try
        {
            var reader = Over(data);
            if (!EnterObject(ref reader))
                return false;

            ReadRoot(ref reader, ref facts, inner: false);
            Finish(ref reader);
            return true;
        }
        catch (Exception e) when (JsonWalk.IsMalformed(e))
        {
            return false;
        }
    }

    /// <summary>Reads an event, a whole reply, or the event inside a member of its name.</summary>
    private static void ReadRoot(ref Utf8JsonReader reader, ref Facts facts, bool inner)
    {
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Delta) || Is(ref reader, Names.Start))
            {
                if (EnterObject(ref reader))
                    ReadBlock(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.StopReason))
            {
                ReadStop(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.Usage))
            {
                if (EnterObject(ref reader))
                    facts.Figures = BedrockConverseFigures.Read(ref reader);
            }
            else if (Is(ref reader, Names.Metrics))
            {
                ReadMetrics(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.ServiceTier))
            {
                ReadTier(ref reader, ref facts);
            }
            else if (inner)
            {
                reader.Skip();
            }
            else if (Is(ref reader, Names.Output))
            {
                ReadOutput(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.InputTokens))
            {
                var odd = false;
                facts.CountsTokens = Count(ref reader, ref odd) != Absent;
            }
            else if (Is(ref reader, Names.Metadata))
            {
                facts.IsMetadata = true;
                ReadInner(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.ContentBlockDelta) || Is(ref reader, Names.ContentBlockStart) || Is(ref reader, Names.MessageStop))
            {
                ReadInner(ref reader, ref facts);
            }
            else if (IsFailure(reader.ValueSpan))
            {
                facts.Failed |= Says(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadInner(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (EnterObject(ref reader))
            ReadRoot(ref reader, ref facts, inner: true);
    }

    private static void ReadOutput(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (!Is(ref reader, Names.Message))
            {
                reader.Skip();
                continue;
            }

            if (!EnterObject(ref reader))
                continue;

            facts.OutputGiven = true;
            while (NextName(ref reader))
            {
                if (Is(ref reader, Names.Content))
                    ReadBlocks(ref reader, ref facts);
                else
                    reader.Skip();
            }
        }
    }

    private static void ReadBlocks(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterArray(ref reader))
            return;

        while (NextItem(ref reader))
        {
            if (IsObject(ref reader))
                ReadBlock(ref reader, ref facts);
        }
    }

    /// <summary>A block, or the start or a delta of one. What is neither text nor a tool's call (a citation, an image, a tool's result) is something by itself.</summary>
    private static void ReadBlock(ref Utf8JsonReader reader, ref Facts facts)
    {
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Text))
                TakeText(ref reader, ref facts);
            else if (Is(ref reader, Names.ToolUse))
                ReadToolUse(ref reader, ref facts);
            else if (Is(ref reader, Names.ReasoningContent) || Is(ref reader, Names.CitationsContent))
                ReadNested(ref reader, ref facts);
            else
                facts.Content |= Says(ref reader);
        }
    }

    private static void ReadNested(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Text))
                TakeText(ref reader, ref facts);
            else if (Is(ref reader, Names.Signature) || Is(ref reader, Names.RedactedContent))
                facts.Content |= Says(ref reader);
            else if (Is(ref reader, Names.ReasoningText))
                ReadNested(ref reader, ref facts);
            else if (Is(ref reader, Names.Content))
                ReadBlocks(ref reader, ref facts);
            else
                reader.Skip();
        }
    }

    private static void ReadToolUse(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Name))
            {
                TakeText(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.Input))
            {
                // A delta has a piece of text, a whole reply an object.
                reader.Read();
                var start = reader.TokenStartIndex;
                long length = reader.TokenType == JsonTokenType.String ? reader.ValueSpan.Length : 0;
                if (reader.TokenType == JsonTokenType.String)
                    facts.Keep?.Keep(reader.ValueSpan);

                var isObject = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                length = isObject ? reader.BytesConsumed - start : length;
                facts.Bytes += length;
                facts.Content |= length > 0;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void TakeText(ref Utf8JsonReader reader, ref Facts facts)
    {
        var bytes = TextBytes(ref reader, facts.Keep);
        facts.Bytes += bytes;
        facts.Content |= bytes > 0;
    }

    private static void ReadStop(ref Utf8JsonReader reader, ref Facts facts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0)
            facts.Stop = BedrockConverseStops.Read(reader.ValueSpan);

        reader.Skip();
    }

    private static void ReadMetrics(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.LatencyMs))
            {
                var odd = false;
                var latency = Count(ref reader, ref odd);
                facts.Milliseconds = latency == Absent || odd ? null : latency;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadTier(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Type))
                facts.ServiceTier = Name(ref reader, facts.ServiceTier);
            else
                reader.Skip();
        }
    }

    /// <summary>What one event or one whole reply said.</summary>
    private struct Facts
    {
        public ReplyTap? Keep;
        public string? ServiceTier;
        public bool Failed;
        public bool IsMetadata;
        public bool OutputGiven;
        public bool CountsTokens;
        public bool Content;
        public long Bytes;
        public long? Milliseconds;
        public StopReason Stop;
        public BedrockConverseFigures Figures;
    }
}
