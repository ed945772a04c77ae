using System.Buffers;

namespace AioHub.Wire.Framing;

/// <summary>Writes events of a <c>text/event-stream</c>, each with the blank line that ends it. Line feeds only.</summary>
public static class SseWriter
{
    /// <summary>Writes one event.</summary>
    /// <param name="type">The <c>event</c> field; empty = none. Cut at its first line break, which the format cannot carry.</param>
    /// <param name="data">Data; every line of it becomes a <c>data</c> field, so that readers get line feeds for whatever line ends it had.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        if (!type.IsEmpty)
        {
            output.Write("event: "u8);
            output.Write(TakeLine(ref type));
            output.Write("\n"u8);
        }

        WriteLines(output, "data: "u8, data);
    }

    /// <summary>Writes a comment, which readers pass over: it keeps an idle connection alive.</summary>
    public static void WriteComment(IBufferWriter<byte> output, ReadOnlySpan<byte> text) => WriteLines(output, ": "u8, text);

    private static void WriteLines(IBufferWriter<byte> output, ReadOnlySpan<byte> lead, ReadOnlySpan<byte> text)
    {
        bool more;
        do
        {
            output.Write(lead);
            var before = text.Length;
            var line = TakeLine(ref text);
            more = line.Length < before;
            output.Write(line);
            output.Write("\n"u8);
        }
        while (more);

        output.Write("\n"u8);
    }

    /// <summary>Takes one line with its end (LF, CRLF or CR) off the text and gives it without that.</summary>
    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAny((byte)'\n', (byte)'\r');
        if (length < 0)
        {
            var last = text;
            text = default;
            return last;
        }

        var line = text[..length];
        var isPair = text[length..].StartsWith("\r\n"u8);
        text = text[(length + (isPair ? 2 : 1))..];
        return line;
    }
}
