using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AioHub.Wire.Tests.Goldens;

/// <summary>JSON as people read it, members in the order in which they were written.</summary>
internal static class Pretty
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256, NewLine = "\n" };

    /// <summary>What is no JSON as it is.</summary>
    public static string Of(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
            using var document = JsonDocument.ParseValue(ref reader);
            return JsonSerializer.Serialize(document.RootElement, Options);
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(json);
        }
    }
}
