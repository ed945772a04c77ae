using System.Text;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.Kiro.KiroNames;

namespace AioHub.Wire.Dialects.Kiro;

/// <summary>
/// Reads a Kiro stream from the side, by the payloads of its frames. No event says that it is the last: <c>metadataEvent</c>, <c>contextUsageEvent</c> and
/// <c>meteringEvent</c> come at the end, any of them in any order, and may all be missing.
/// </summary>
/// <remarks>Tokens are reported by some accounts only; the share of the context window (<see cref="ContextPercent"/>) and the credits by most.</remarks>
internal sealed class KiroUsageTap : ReplyTap
{
    private const int LongestType = 128;

    private KiroFigures _figures;
    private long _nanoCredits;
    private bool _odd;
    private decimal? _percent;
    private bool _called;
    private StopReason _told;
    /// <summary>Where the text of the last event begins in what is kept.</summary>
    private int _lastText;
    private int _lastLength;

    public override decimal? ContextPercent => _percent;

    public override EventKind OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var kind = KindOf(type);
        if (kind == Kind.Ignored)
            return EventKind.Handshake;

        var facts = new Facts { Tap = this, Percent = _percent };
        var read = TryRead(data, kind, ref facts);
        if (kind == Kind.Failure || (read && facts.Failed))
        {
            var error = VendorErrors.Read(0, data);
            Error = error.Type is null && !type.IsEmpty ? error with { Type = Encoding.UTF8.GetString(type[..Math.Min(type.Length, LongestType)]) } : error;
            Stop = StopReason.Error;
            return EventKind.Error;
        }

        if (!read)
            return EventKind.Handshake;

        Take(ref facts);
        return facts.Content ? EventKind.Content : EventKind.Handshake;
    }

    /// <summary>Kiro answers in streams alone: a whole body is a failure.</summary>
    public override bool OnReply(ReadOnlySpan<byte> body)
    {
        Error = VendorErrors.Find(WithoutMark(body));
        Stop = Error is null ? Stop : StopReason.Error;
        return false;
    }

    private void Take(ref Facts facts)
    {
        HasContent |= facts.Content;
        OutputBytes += facts.Bytes;
        _called |= facts.Called;
        _percent = facts.Percent;
        if (facts.Figures.Any || facts.NanoCredits is not null)
        {
            _odd |= facts.Odd;
            if (facts.Figures.Any)
                _figures = facts.Figures;
            // Each metering event tells what was taken, not the sum so far.
            if (facts.IsCredits && facts.NanoCredits is { } credits)
                _nanoCredits = Math.Min(_nanoCredits + credits, KiroFigures.MostNanoCredits);

            var tokens = _figures.Any ? _figures.ToUsage() : default;
            Usage = tokens with { NanoCredits = _nanoCredits, Clamped = tokens.Clamped || _odd };
        }

        // What closes a stream closes nothing when more of the answer follows.
        Ended = facts.Closing || (Ended && !facts.Content);
        if (facts.Stop != StopReason.None)
            _told = facts.Stop;
        if (_percent >= KiroFigures.FullContext)
            Stop = StopReason.ContextOverflow;
        else if (_told != StopReason.None)
            Stop = _told;
        else
            Stop = !Ended ? StopReason.None : _called ? StopReason.ToolUse : StopReason.EndTurn;
    }

    private static Kind KindOf(ReadOnlySpan<byte> type)
    {
        if (type.IsEmpty)
            return Kind.Unnamed;
        if (type.SequenceEqual(Names.AssistantResponseEvent))
            return Kind.Text;
        if (type.SequenceEqual(Names.ReasoningContentEvent))
            return Kind.Reasoning;
        if (type.SequenceEqual(Names.ToolUseEvent))
            return Kind.Tool;
        if (type.SequenceEqual(Names.ContextUsageEvent) || type.SequenceEqual(Names.MetadataEvent))
            return Kind.Metadata;
        if (type.SequenceEqual(Names.MeteringEvent))
            return Kind.Metering;

        // Code references, suggestions for the next question and whatever is new are nobody's answer.
        return type.SequenceEqual(Names.InvalidStateEvent) || type.SequenceEqual(Names.Error) || type.EndsWith(Names.Exception) ? Kind.Failure : Kind.Ignored;
    }

    private static bool TryRead(ReadOnlySpan<byte> data, Kind kind, ref Facts facts)
    {
        if (data.IsEmpty)
            return false;

        try
        {
            var reader = Over(data);
            if (!EnterObject(ref reader))
                return false;

            ReadEvent(ref reader, kind, ref facts);
            Finish(ref reader);
            return true;
        }
        catch (Exception e) when (JsonWalk.IsMalformed(e))
        {
            return false;
        }
    }

    /// <summary>Reads an event by its kind; an unnamed one by what it holds, an event inside a member of its name included.</summary>
    private static void ReadEvent(ref Utf8JsonReader reader, Kind kind, ref Facts facts)
    {
        facts.IsCredits = true;
        while (NextName(ref reader))
        {
            var read = kind switch
            {
                Kind.Text => ReadText(ref reader, ref facts),
                Kind.Reasoning => ReadReasoning(ref reader, ref facts),
                Kind.Tool => ReadTool(ref reader, ref facts),
                Kind.Metadata => ReadMetadata(ref reader, ref facts),
                Kind.Metering => ReadMetering(ref reader, ref facts),
                Kind.Unnamed => ReadWrapped(ref reader, ref facts) || ReadText(ref reader, ref facts) || ReadTool(ref reader, ref facts) || ReadMetadata(ref reader, ref facts)
                    || ReadMetering(ref reader, ref facts),
                _ => false,
            };
            if (!read)
                reader.Skip();
        }

        facts.Closing |= kind is Kind.Metadata or Kind.Metering;
    }

    private static bool ReadWrapped(ref Utf8JsonReader reader, ref Facts facts)
    {
        var kind = KindOf(reader.ValueSpan);
        if (kind is Kind.Ignored or Kind.Unnamed)
            return false;

        if (kind == Kind.Failure)
            facts.Failed |= Says(ref reader);
        else if (EnterObject(ref reader))
            ReadEvent(ref reader, kind, ref facts);

        return true;
    }

    private static bool ReadText(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!Is(ref reader, Names.Content))
            return false;

        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            var bytes = facts.Tap.KeepNew(reader.ValueSpan);
            facts.Bytes += bytes;
            facts.Content |= bytes > 0;
        }

        reader.Skip();
        return true;
    }

    private static bool ReadReasoning(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (Is(ref reader, Names.Text))
        {
            var bytes = TextBytes(ref reader, facts.Tap);
            facts.Bytes += bytes;
            facts.Content |= bytes > 0;
            return true;
        }

        if (!Is(ref reader, Names.Signature) && !Is(ref reader, Names.RedactedContent))
            return false;

        facts.Content |= Says(ref reader);
        return true;
    }

    /// <summary>The name comes with every piece of the input; it is counted with none of them.</summary>
    private static bool ReadTool(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (Is(ref reader, Names.Name))
        {
            facts.Called |= Says(ref reader);
            facts.Content |= facts.Called;
            return true;
        }

        if (!Is(ref reader, Names.Input))
            return false;

        reader.Read();
        var start = reader.TokenStartIndex;
        long length = 0;
        if (reader.TokenType == JsonTokenType.String)
        {
            facts.Tap.Keep(reader.ValueSpan);
            length = reader.ValueSpan.Length;
        }

        var isObject = reader.TokenType == JsonTokenType.StartObject;
        reader.Skip();
        length = isObject ? reader.BytesConsumed - start : length;
        facts.Bytes += length;
        facts.Content |= length > 0;
        return true;
    }

    private static bool ReadMetadata(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (Is(ref reader, Names.ContextUsagePercentage))
        {
            facts.Percent = KiroFigures.Percent(ref reader) ?? facts.Percent;
            facts.Closing = true;
            return true;
        }

        if (Is(ref reader, Names.TokenUsage))
        {
            if (EnterObject(ref reader))
                facts.Figures = KiroFigures.Read(ref reader, ref facts.Percent);

            facts.Closing = true;
            return true;
        }

        if (!Is(ref reader, Names.StopReason))
            return false;

        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0)
            facts.Stop = KiroStops.Read(reader.ValueSpan);

        reader.Skip();
        return true;
    }

    /// <summary>Other units (tokens, requests) are no credits; one that is not told is taken for credits.</summary>
    private static bool ReadMetering(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (Is(ref reader, Names.Usage))
        {
            facts.NanoCredits = KiroFigures.NanoCredits(ref reader, ref facts.Odd);
            facts.Closing |= facts.NanoCredits is not null;
            return true;
        }

        if (!Is(ref reader, Names.Unit))
            return false;

        reader.Read();
        facts.IsCredits = reader.TokenType == JsonTokenType.Null
            || (reader.TokenType == JsonTokenType.String && (Ascii.EqualsIgnoreCase(reader.ValueSpan, "credit"u8) || Ascii.EqualsIgnoreCase(reader.ValueSpan, "credits"u8)));
        reader.Skip();
        return true;
    }

    /// <summary>Some versions repeat in each event all that came before: what follows the last event's text alone is new.</summary>
    private int KeepNew(ReadOnlySpan<byte> text)
    {
        var last = KeptText[Math.Min(_lastText, KeptText.Length)..];
        last = last[..Math.Min(_lastLength, last.Length)];
        if (!last.IsEmpty && text.Length > _lastLength && text.StartsWith(last))
        {
            text = text[_lastLength..];
            _lastLength += text.Length;
        }
        else
        {
            (_lastText, _lastLength) = (KeptText.Length, text.Length);
        }

        Keep(text);
        return text.Length;
    }

    private enum Kind
    {
        Unnamed,
        Text,
        Reasoning,
        Tool,
        Metadata,
        Metering,
        Failure,
        Ignored,
    }

    /// <summary>What one event said.</summary>
    private struct Facts
    {
        public KiroUsageTap Tap;
        public decimal? Percent;
        public bool Failed;
        public bool Closing;
        public bool Content;
        public bool Called;
        public bool IsCredits;
        public bool Odd;
        public long? NanoCredits;
        public long Bytes;
        public StopReason Stop;
        public KiroFigures Figures;
    }
}
