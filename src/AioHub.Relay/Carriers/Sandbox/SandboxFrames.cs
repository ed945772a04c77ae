using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>JSON and event frames as bytes, and texts in pieces.</summary>
internal static class SandboxFrames
{
    private const int WordsPerPiece = 3;
    private const int LongestPiece = 96;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Done { get; } = "data: [DONE]\n\n"u8.ToArray();

    public static byte[] Json(JsonNode node) => Framed(default, node, default);

    /// <summary>An event without a name, as Chat has them.</summary>
    public static byte[] Data(JsonNode node) => Framed("data: "u8, node, "\n\n"u8);

    /// <summary>An event without a name and with CRLF line ends, as Gemini has them.</summary>
    public static byte[] DataCrLf(JsonNode node) => Framed("data: "u8, node, "\r\n\r\n"u8);

    /// <summary>An event whose name is the payload's <c>type</c>, as Responses and Messages have them.</summary>
    public static byte[] Named(JsonObject node)
    {
        var head = System.Text.Encoding.UTF8.GetBytes($"event: {(string?)node["type"]}\ndata: ");
        return Framed(head, node, "\n\n"u8);
    }

    public static byte[] Framed(ReadOnlySpan<byte> before, JsonNode node, ReadOnlySpan<byte> after)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        bytes.Write(before);
        using (var writer = new Utf8JsonWriter(bytes, Writing))
            node.WriteTo(writer);
        bytes.Write(after);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A text a few words at a time; joined, the pieces are the text. An empty text has no pieces.</summary>
    public static IEnumerable<string> Pieces(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            for (var words = 0; words < WordsPerPiece && end < text.Length; words++)
            {
                while (end < text.Length && end - start < LongestPiece && !char.IsWhiteSpace(text[end]))
                    end++;
                while (end < text.Length && end - start < LongestPiece && char.IsWhiteSpace(text[end]))
                    end++;
            }

            if (end < text.Length && char.IsHighSurrogate(text[end - 1]) && end - start > 1)
                end--;
            yield return text[start..end];
            start = end;
        }
    }
}
