using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>How the hub writes JSON of its own: compact, and with nothing escaped that JSON does not ask for (no browser reads it as HTML).</summary>
internal static class JsonOut
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Utf8JsonWriter Over(IBufferWriter<byte> output) => new(output, Options);
}
