namespace AioHub.Wire.Json;

/// <summary>Why a body was refused.</summary>
public enum PeekFault
{
    None,
    /// <summary>Not JSON by RFC 8259 (also: invalid UTF-8, a byte order mark, trailing bytes).</summary>
    Malformed,
    /// <summary>JSON, but its root is no object.</summary>
    NotAnObject,
    /// <summary>Nested deeper than <see cref="JsonPeek.MaxDepth"/>.</summary>
    TooDeep,
    /// <summary>A member that was asked for stands twice: the hub and the upstream could read different ones.</summary>
    Duplicate,
}

/// <summary>Where one member of the root object stands in the body.</summary>
/// <param name="NameStart">Offset of the name's opening quote.</param>
/// <param name="ValueStart">Offset of the value's first byte.</param>
/// <param name="ValueLength">Length of the value in bytes, quotes included; 0 = the member is absent.</param>
public readonly record struct JsonMember(int NameStart, int ValueStart, int ValueLength)
{
    public bool Exists => ValueLength > 0;

    public ReadOnlySpan<byte> ValueIn(ReadOnlySpan<byte> body) => body.Slice(ValueStart, ValueLength);
}

/// <summary>What one pass over a body found beside the members.</summary>
/// <param name="Offset">Where a fault was noticed, in bytes from the start.</param>
/// <param name="Name">The member that stands twice, when that is the fault.</param>
/// <param name="OpaqueBytes">Bytes inside long strings without blanks or escapes: base64 data, whose length says little about tokens.</param>
public readonly record struct PeekReport(int Offset, string? Name, int OpaqueBytes);

/// <summary>One pass over a JSON body: validates it and notes where the asked members of the root stand. No tree, no allocation.</summary>
public sealed class JsonPeek
{
    /// <summary>The deepest nesting that is accepted; the root is level 1.</summary>
    public const int MaxDepth = 256;
}
