namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>What the type of an event means.</summary>
internal enum OpenAiResponsesEvent
{
    /// <summary>A type this version does not know: no content.</summary>
    Unknown,
    /// <summary>Created, queued, in progress, a part or an item opens.</summary>
    Opening,
    ItemAdded,
    ItemDone,
    /// <summary>Text, reasoning, arguments: content when it is not empty.</summary>
    Delta,
    /// <summary>Steps of a tool that the vendor runs, and parts that are finished.</summary>
    Progress,
    Completed,
    Incomplete,
    Failed,
    Cancelled,
    Error,
}

internal static class OpenAiResponsesEvents
{
    public static OpenAiResponsesEvent Read(ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual("error"u8) || type.SequenceEqual("response.error"u8))
            return OpenAiResponsesEvent.Error;
        if (!type.StartsWith("response."u8))
            return OpenAiResponsesEvent.Unknown;
        if (type.EndsWith(".delta"u8) || type.EndsWith(".partial_image"u8))
            return OpenAiResponsesEvent.Delta;
        if (type.SequenceEqual("response.output_item.done"u8))
            return OpenAiResponsesEvent.ItemDone;
        if (type.SequenceEqual("response.output_item.added"u8))
            return OpenAiResponsesEvent.ItemAdded;
        if (type.EndsWith("part.added"u8))
            return OpenAiResponsesEvent.Opening;
        if (type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.done"u8))
            return OpenAiResponsesEvent.Completed;
        if (type.SequenceEqual("response.incomplete"u8))
            return OpenAiResponsesEvent.Incomplete;
        if (type.SequenceEqual("response.failed"u8))
            return OpenAiResponsesEvent.Failed;
        if (type.SequenceEqual("response.cancelled"u8))
            return OpenAiResponsesEvent.Cancelled;
        if (type.SequenceEqual("response.created"u8) || type.SequenceEqual("response.in_progress"u8) || type.SequenceEqual("response.queued"u8))
            return OpenAiResponsesEvent.Opening;

        // response.web_search_call.searching, response.output_text.done; an unknown event of the response itself is no content.
        return type["response.".Length..].Contains((byte)'.') ? OpenAiResponsesEvent.Progress : OpenAiResponsesEvent.Unknown;
    }
}
