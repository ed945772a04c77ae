using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.AnthropicMessages.AnthropicMessagesNames;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Reads a Messages reply from the side.</summary>
internal sealed class AnthropicMessagesUsageTap(Operation operation, UsageRules rules) : ReplyTap
{
    /// <summary>What price rows call Anthropic's fast mode.</summary>
    private const string FastTier = "fast";

    private AnthropicMessagesFigures _figures;
    private bool _isOutputFinal;

    public override EventKind OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var facts = new Facts { Keep = this, Model = Model, ServiceTier = ServiceTier, Region = Region, Event = EventOf(type) };
        if (!TryRead(data, ref facts))
            return EventKind.Handshake;

        Take(ref facts, isLast: facts.Event == Event.Stop);
        switch (facts.Event)
        {
            case Event.Stop:
                Ended = true;
                return EventKind.End;
            case Event.Error:
                Error = VendorErrors.Read(0, data);
                Stop = StopReason.Error;
                return EventKind.Error;
            default:
                return facts.Content ? EventKind.Content : EventKind.Handshake;
        }
    }

    public override bool OnReply(ReadOnlySpan<byte> body)
    {
        body = WithoutMark(body);
        var facts = new Facts { Model = Model, ServiceTier = ServiceTier, Region = Region };
        if (!TryRead(body, ref facts))
            return false;

        if (operation == Operation.CountTokens && facts.CountsTokens && facts.Event != Event.Error)
        {
            // Free: nothing to charge, so nothing is reported as used.
            Ended = true;
            return true;
        }

        if (facts.Event == Event.Error || !facts.ContentGiven)
        {
            Error = VendorErrors.Find(body);
            Stop = Error is null ? Stop : StopReason.Error;
            if (facts.Figures.Any)
                Usage = facts.Figures.ToUsage(rules);

            return false;
        }

        Take(ref facts, isLast: true);
        Ended = true;
        if (HasContent && Usage.Source == UsageSource.None)
        {
            // Somebody will have to count: once more, for the text.
            var again = new Facts { Keep = this };
            TryRead(body, ref again);
        }

        return true;
    }

    private void Take(ref Facts facts, bool isLast)
    {
        Model = facts.Model;
        ServiceTier = facts.ServiceTier;
        Region = facts.Region;
        HasContent |= facts.Content;
        OutputBytes += facts.Bytes;
        if (facts.Stop != StopReason.None)
            Stop = facts.Stop;
        if (facts.Figures.Any)
        {
            _figures = AnthropicMessagesFigures.Merge(_figures, facts.Figures);
            _isOutputFinal |= facts.Figures.HasOutput && !facts.Opening;
            Usage = _figures.ToUsage(rules);
        }

        // Bedrock tells them at the end and nowhere else: what bears their name in the middle of a stream is somebody's invention.
        if (isLast && facts.HasMetrics)
        {
            UpstreamMilliseconds = facts.Milliseconds ?? UpstreamMilliseconds;
            _figures = AnthropicMessagesFigures.Fill(_figures, facts.Metrics, _isOutputFinal);
            if (_figures.Any)
                Usage = _figures.ToUsage(rules);
        }
    }

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

    /// <summary>Reads an event, the message inside <c>message_start</c>, and also a whole message.</summary>
    private static void ReadRoot(ref Utf8JsonReader reader, ref Facts facts, bool inner)
    {
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Type))
            {
                reader.Read();
                if (!inner && reader.TokenType == JsonTokenType.String)
                    facts.Event = EventOf(reader.ValueSpan);

                reader.Skip();
            }
            else if (Is(ref reader, Names.Delta))
            {
                if (EnterObject(ref reader))
                    ReadDelta(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.ContentBlock))
            {
                if (EnterObject(ref reader))
                    ReadBlock(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.Usage))
            {
                if (EnterObject(ref reader))
                {
                    facts.Figures = AnthropicMessagesFigures.Read(ref reader, facts.ServiceTier, facts.Region);
                    facts.Opening = inner;
                    // Later events repeat the tier without the speed.
                    var fast = facts.Figures.IsFast || string.Equals(facts.ServiceTier, FastTier, StringComparison.Ordinal);
                    facts.ServiceTier = fast ? FastTier : facts.Figures.ServiceTier ?? facts.ServiceTier;
                    facts.Region = facts.Figures.Region ?? facts.Region;
                }
            }
            else if (!inner && Is(ref reader, Names.Message))
            {
                if (EnterObject(ref reader))
                    ReadRoot(ref reader, ref facts, inner: true);
            }
            else if (Is(ref reader, Names.Content))
            {
                ReadContent(ref reader, ref facts);
            }
            else if (Is(ref reader, Names.Model))
            {
                facts.Model = Name(ref reader, facts.Model);
            }
            else if (Is(ref reader, Names.StopReason))
            {
                ReadStop(ref reader, ref facts);
            }
            else if (!inner && Is(ref reader, Names.InvocationMetrics))
            {
                if (EnterObject(ref reader))
                {
                    facts.Metrics = AnthropicMessagesFigures.ReadMetrics(ref reader, out facts.Milliseconds);
                    facts.HasMetrics = true;
                }
            }
            else if (Is(ref reader, Names.Error))
            {
                if (Says(ref reader))
                    facts.Event = Event.Error;
            }
            else if (Is(ref reader, Names.InputTokens))
            {
                var odd = false;
                facts.CountsTokens = Count(ref reader, ref odd) != Absent;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadContent(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterArray(ref reader))
            return;

        facts.ContentGiven = true;
        while (NextItem(ref reader))
        {
            if (IsObject(ref reader))
                ReadBlock(ref reader, ref facts);
        }
    }

    /// <summary>Text, thinking and a compaction are opened empty and filled by deltas; any other block is something by itself.</summary>
    private static void ReadBlock(ref Utf8JsonReader reader, ref Facts facts)
    {
        long bytes = 0;
        var opensEmpty = true;
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Type))
            {
                reader.Read();
                opensEmpty = reader.TokenType != JsonTokenType.String
                    || Is(ref reader, Names.Text) || Is(ref reader, Names.Thinking) || Is(ref reader, Names.Compaction);
                reader.Skip();
            }
            else if (Is(ref reader, Names.Text) || Is(ref reader, Names.Thinking) || Is(ref reader, Names.Name))
            {
                bytes += TextBytes(ref reader, facts.Keep);
            }
            else if (Is(ref reader, Names.Content))
            {
                // A compaction's text; the results of server tools are arrays and objects, and are input, not output.
                bytes += TextBytes(ref reader);
            }
            else if (Is(ref reader, Names.Input))
            {
                reader.Read();
                var start = reader.TokenStartIndex;
                reader.Skip();
                // "{}" opens a tool call in a stream.
                var length = reader.BytesConsumed - start;
                bytes += length > 2 ? length : 0;
            }
            else
            {
                reader.Skip();
            }
        }

        facts.Bytes += bytes;
        facts.Content |= bytes > 0 || !opensEmpty;
    }

    private static void ReadDelta(ref Utf8JsonReader reader, ref Facts facts)
    {
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Text) || Is(ref reader, Names.PartialJson) || Is(ref reader, Names.Thinking) || Is(ref reader, Names.Content))
            {
                var bytes = TextBytes(ref reader, facts.Keep);
                facts.Bytes += bytes;
                facts.Content |= bytes > 0;
            }
            else if (Is(ref reader, Names.Signature) || Is(ref reader, Names.Citation))
            {
                facts.Content |= Says(ref reader);
            }
            else if (Is(ref reader, Names.StopReason))
            {
                ReadStop(ref reader, ref facts);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadStop(ref Utf8JsonReader reader, ref Facts facts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0)
            facts.Stop = AnthropicMessagesStops.Of(reader.ValueSpan);

        reader.Skip();
    }

    private static Event EventOf(ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual("message_stop"u8))
            return Event.Stop;

        return type.SequenceEqual(Names.Error) ? Event.Error : Event.Other;
    }

    private enum Event
    {
        Other,
        Stop,
        Error,
    }

    /// <summary>What one event or one whole message said.</summary>
    private struct Facts
    {
        public ReplyTap? Keep;
        public string? Region;
        public Event Event;
        public string? Model;
        public string? ServiceTier;
        public bool Content;
        public bool ContentGiven;
        public bool CountsTokens;
        public long Bytes;
        public StopReason Stop;
        public AnthropicMessagesFigures Figures;
        /// <summary>The figures stood in the message that opens a stream.</summary>
        public bool Opening;
        public bool HasMetrics;
        public AnthropicMessagesFigures Metrics;
        public long? Milliseconds;
    }
}
