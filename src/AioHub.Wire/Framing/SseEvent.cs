namespace AioHub.Wire.Framing;

/// <summary>One event of a stream. Its spans are valid until the next call to the tap that gave it.</summary>
public readonly ref struct SseEvent
{
    internal SseEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, bool oversize)
    {
        Type = type;
        Data = data;
        Oversize = oversize;
    }

    /// <summary>The <c>event</c> field; empty when there is none.</summary>
    public ReadOnlySpan<byte> Type { get; }

    /// <summary>The <c>data</c> fields, joined with line feeds. May be empty: <c>data:</c> alone is an event.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The event was longer than the tap holds: its data was dropped, or its type if that was the long part.</summary>
    public bool Oversize { get; }
}
