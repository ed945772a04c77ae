using System.Buffers;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>
/// JSON on one line: what a caller or an upstream wrote over several lines cannot be repeated in an event of a stream, whose data ends with the line. Line breaks in valid JSON are always
/// blanks between its parts, never text.
/// </summary>
internal static class JsonLine
{
    private static readonly SearchValues<byte> Breaks = SearchValues.Create("\n\r"u8);

    /// <summary>The same JSON without line breaks; the same memory where there are none.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json)
    {
        if (!json.Span.ContainsAny(Breaks))
            return json;

        var line = json.ToArray();
        line.AsSpan().ReplaceAny(Breaks, (byte)' ');
        return line;
    }

    /// <summary>Writes JSON without its line breaks.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        var room = output.GetSpan(json.Length)[..json.Length];
        json.CopyTo(room);
        room.ReplaceAny(Breaks, (byte)' ');
        output.Advance(json.Length);
    }
}
