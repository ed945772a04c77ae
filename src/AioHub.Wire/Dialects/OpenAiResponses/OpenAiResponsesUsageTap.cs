using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>Reads a Responses reply from the side.</summary>
internal sealed class OpenAiResponsesUsageTap(Operation operation, UsageRules rules) : ReplyTap
{
    private ToolCalls _hosted;
    private int _images;
    private bool _callsCaller;
    private string? _id;
    /// <summary>Bytes that came as deltas since the last finished item: then the item itself brings nothing new.</summary>
    private long _sinceItem;

    public override EventKind OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var facts = new Facts { Keep = this, Id = _id, Model = Model, ServiceTier = ServiceTier, Sequence = Absent, Event = OpenAiResponsesEvents.Read(type) };
        if (!TryRead(data, ref facts))
            return EventKind.Handshake;

        Sequence = Math.Max(Sequence, facts.Sequence);
        Model = facts.Model;
        _id = facts.Id;
        ServiceTier = facts.ServiceTier;
        switch (facts.Event)
        {
            case OpenAiResponsesEvent.Delta:
                _sinceItem += facts.DeltaBytes;
                return Produced(facts.DeltaBytes > 0 || facts.Image, facts.DeltaBytes);

            case OpenAiResponsesEvent.ItemAdded:
                return Produced(facts.Item.Content, 0);

            case OpenAiResponsesEvent.ItemDone:
                _hosted = ToolCalls.Sum(_hosted, facts.Item.Hosted);
                _images += facts.Item.Images;
                ImageSize = facts.Item.Size ?? ImageSize;
                ImageQuality = facts.Item.Quality ?? ImageQuality;
                _callsCaller |= facts.Item.CallsCaller;
                var bytes = _sinceItem > 0 ? 0 : facts.Item.Bytes;
                _sinceItem = 0;
                return Produced(facts.Item.Content, bytes + facts.Item.NameBytes);

            case OpenAiResponsesEvent.Progress:
                return Produced(content: true, 0);

            case OpenAiResponsesEvent.Completed or OpenAiResponsesEvent.Incomplete or OpenAiResponsesEvent.Cancelled:
                TakeResponse(ref facts, facts.Event);
                Ended = true;
                return EventKind.End;

            case OpenAiResponsesEvent.Failed or OpenAiResponsesEvent.Error:
                TakeResponse(ref facts, facts.Event);
                Error = VendorErrors.Read(0, data);
                Ended = facts.Event == OpenAiResponsesEvent.Failed;
                return EventKind.Error;

            default:
                // A host that names no type and sends an error object.
                if (facts.Event == OpenAiResponsesEvent.Unknown && facts.Failed)
                {
                    if (facts.Figures.Any)
                        Usage = facts.Figures.ToUsage(rules, inside: true);
                    Error = VendorErrors.Read(0, data);
                    Stop = StopReason.Error;
                    return EventKind.Error;
                }

                return EventKind.Handshake;
        }
    }

    public override bool OnReply(ReadOnlySpan<byte> body)
    {
        body = WithoutMark(body);
        var facts = new Facts { Model = Model, ServiceTier = ServiceTier, Sequence = Absent };
        if (!TryRead(body, ref facts))
            return false;

        if (operation is Operation.ReadObject or Operation.ChangeObject or Operation.DeleteObject)
        {
            // What is kept, told once more: it was charged when it was made. Of one that failed the error is the answer.
            HasContent = Ended = true;
            return true;
        }

        if (operation is Operation.Search or Operation.SummarizeTraces && !facts.Failed)
        {
            // Shapes of Codex' own backend, which tell no usage so far; where one does it counts.
            (HasContent, Ended, Stop, OutputBytes) = (true, true, StopReason.EndTurn, body.Length);
            Usage = facts.Figures.Any ? facts.Figures.ToUsage(rules, inside: true) : Usage;
            return true;
        }

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
                Usage = facts.Figures.ToUsage(rules, inside: true);

            return false;
        }

        Model = facts.Model;
        ServiceTier = facts.ServiceTier;
        facts.Id ??= facts.OuterId;
        HasContent |= facts.OutputContent;
        OutputBytes += facts.OutputBytes;
        TakeResponse(ref facts, EventOf(facts.Status));
        if (HasContent && Usage.Source == UsageSource.None)
        {
            // Somebody will have to count: once more, for the text.
            var again = new Facts { Keep = this, Sequence = Absent };
            TryRead(body, ref again);
        }

        Ended = Stop != StopReason.None;
        return true;
    }

    private EventKind Produced(bool content, long bytes)
    {
        HasContent |= content;
        OutputBytes += bytes;
        return content ? EventKind.Content : EventKind.Handshake;
    }

    private void TakeResponse(ref Facts facts, OpenAiResponsesEvent ending)
    {
        _callsCaller |= facts.CallsCaller;
        // Items may have been told one by one, or only in the final response, or both.
        _hosted = ToolCalls.Larger(_hosted, facts.Hosted);
        _images = Math.Max(_images, facts.Images);
        ImageSize = facts.Size ?? ImageSize;
        ImageQuality = facts.Quality ?? ImageQuality;
        if (OutputBytes == 0)
            OutputBytes = facts.OutputBytes;
        HasContent |= facts.OutputContent;

        if (facts.Figures.Any)
            Usage = facts.Figures.ToUsage(rules, inside: true);
        if (_images > 0 || _hosted.Any)
            Usage = Usage with { Images = _images, ToolCalls = ToolCalls.Larger(_hosted, Usage.ToolCalls), Source = UsageSource.Reported };

        Stop = ending switch
        {
            OpenAiResponsesEvent.Completed => _callsCaller ? StopReason.ToolUse : StopReason.EndTurn,
            OpenAiResponsesEvent.Incomplete => facts.Incomplete == StopReason.None ? StopReason.MaxTokens : facts.Incomplete,
            OpenAiResponsesEvent.Cancelled => StopReason.Other,
            OpenAiResponsesEvent.Failed or OpenAiResponsesEvent.Error => StopReason.Error,
            _ => StopReason.None,
        };

        // A response that goes on in the background is not made yet: its content was charged to nobody. One that ended there can be read for a while, stored or not.
        if (operation == Operation.Generate && (!facts.NotStored || facts.Background) && UpstreamObject.IsName(facts.Id)
            && ending is OpenAiResponsesEvent.Completed or OpenAiResponsesEvent.Incomplete && !ReferenceEquals(Made?.Object.Name, facts.Id))
            Made = new MadeObject(new UpstreamObject(ObjectKind.Response, facts.Id));
    }

    private static OpenAiResponsesEvent EventOf(State status) => status switch
    {
        State.Completed => OpenAiResponsesEvent.Completed,
        State.Incomplete => OpenAiResponsesEvent.Incomplete,
        State.Failed => OpenAiResponsesEvent.Failed,
        State.Cancelled => OpenAiResponsesEvent.Cancelled,
        // A compaction has no status: it is done when it is here. So is a reply of a host that leaves the status out.
        State.None => OpenAiResponsesEvent.Completed,
        // A background response goes on; its content comes another time.
        _ => OpenAiResponsesEvent.Opening,
    };

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

    /// <summary>Reads an event, and also a whole response: their members share no name with another meaning.</summary>
    private static void ReadRoot(ref Utf8JsonReader reader, ref Facts facts, bool inner)
    {
        var odd = false;
        while (NextName(ref reader))
        {
            if (!inner && Is(ref reader, Names.Type))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    facts.Event = OpenAiResponsesEvents.Read(reader.ValueSpan);
                else
                    reader.Skip();
            }
            else if (Is(ref reader, Names.Delta))
            {
                facts.DeltaBytes = TextBytes(ref reader, facts.Keep);
            }
            else if (Is(ref reader, Names.SequenceNumber))
            {
                facts.Sequence = Count(ref reader, ref odd);
            }
            else if (Is(ref reader, Names.Item))
            {
                if (EnterObject(ref reader))
                    facts.Item = OpenAiResponsesItem.Read(ref reader);
            }
            else if (Is(ref reader, Names.Id))
            {
                // An event may have an id of its own; the response's stands inside it.
                (facts.Id, facts.OuterId) = inner ? (Name(ref reader, facts.Id), facts.OuterId) : (facts.Id, Name(ref reader, null));
            }
            else if (!inner && Is(ref reader, Names.Response))
            {
                if (EnterObject(ref reader))
                    ReadRoot(ref reader, ref facts, inner: true);
            }
            else if (Is(ref reader, Names.PartialImage))
            {
                facts.Image = Says(ref reader);
            }
            else
            {
                ReadResponseMember(ref reader, ref facts);
            }
        }
    }

    private static void ReadResponseMember(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (Is(ref reader, Names.Usage))
        {
            if (EnterObject(ref reader))
                facts.Figures = OpenAiFigures.Read(ref reader, null);
        }
        else if (Is(ref reader, Names.Model))
        {
            facts.Model = Name(ref reader, facts.Model);
        }
        else if (Is(ref reader, Names.ServiceTier))
        {
            facts.ServiceTier = Name(ref reader, facts.ServiceTier);
        }
        else if (Is(ref reader, Names.Store))
        {
            reader.Read();
            facts.NotStored = reader.TokenType == JsonTokenType.False;
            reader.Skip();
        }
        else if (Is(ref reader, "background"u8))
        {
            facts.Background = Says(ref reader);
        }
        else if (Is(ref reader, Names.Error))
        {
            facts.Failed |= Says(ref reader);
        }
        else if (Is(ref reader, Names.Status))
        {
            reader.Read();
            facts.Status = reader.TokenType == JsonTokenType.String ? StateOf(reader.ValueSpan) : facts.Status;
            reader.Skip();
        }
        else if (Is(ref reader, Names.IncompleteDetails))
        {
            ReadIncomplete(ref reader, ref facts);
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
        else
        {
            reader.Skip();
        }
    }

    private static void ReadIncomplete(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterObject(ref reader))
            return;

        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Reason))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    facts.Incomplete = Is(ref reader, "max_output_tokens"u8) || Is(ref reader, "max_tokens"u8) ? StopReason.MaxTokens
                        : Is(ref reader, "content_filter"u8) ? StopReason.ContentFilter
                        : StopReason.Other;
                }
            }

            reader.Skip();
        }
    }

    private static void ReadOutput(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterArray(ref reader))
            return;

        facts.OutputGiven = true;
        while (NextItem(ref reader))
        {
            if (!IsObject(ref reader))
                continue;

            var item = OpenAiResponsesItem.Read(ref reader, facts.Keep);
            facts.CallsCaller |= item.CallsCaller;
            facts.OutputContent |= item.Content;
            facts.OutputBytes += item.Bytes + item.NameBytes;
            facts.Images += item.Images;
            facts.Size = item.Size ?? facts.Size;
            facts.Quality = item.Quality ?? facts.Quality;
            facts.Hosted = ToolCalls.Sum(facts.Hosted, item.Hosted);
        }
    }

    private static State StateOf(ReadOnlySpan<byte> status) =>
        status.SequenceEqual("completed"u8) ? State.Completed
        : status.SequenceEqual("incomplete"u8) ? State.Incomplete
        : status.SequenceEqual("failed"u8) ? State.Failed
        : status.SequenceEqual("cancelled"u8) ? State.Cancelled
        : State.Running;

    private enum State
    {
        None,
        Running,
        Completed,
        Incomplete,
        Failed,
        Cancelled,
    }

    /// <summary>What one event or one whole response said.</summary>
    private struct Facts
    {
        public ReplyTap? Keep;
        public OpenAiResponsesEvent Event;
        public long Sequence;
        public long DeltaBytes;
        public bool Image;
        public OpenAiResponsesItem Item;
        public string? Id;
        public string? OuterId;
        public bool NotStored;
        public bool Background;
        public string? Model;
        public string? ServiceTier;
        public State Status;
        public StopReason Incomplete;
        public bool Failed;
        public bool CountsTokens;
        public bool OutputGiven;
        public bool OutputContent;
        public long OutputBytes;
        public bool CallsCaller;
        public ToolCalls Hosted;
        public int Images;
        public string? Size;
        public string? Quality;
        public OpenAiFigures Figures;
    }
}
