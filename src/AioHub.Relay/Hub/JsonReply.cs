using AioHub.Relay.Calls;
using System.Text.Encodings.Web;
using System.Text.Json;
using AioHub.Wire.Json;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Hub;

/// <summary>Writes one JSON document as a reply of the hub's own.</summary>
internal static class JsonReply
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        using var bytes = Render(write);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.BodyWriter.WriteAsync(bytes.Memory, http.RequestAborted);
        }
    }

    public static PooledBytes Render(Action<Utf8JsonWriter> write)
    {
        var bytes = new PooledBytes(4096);
        using var writer = new Utf8JsonWriter(bytes, Options);
        write(writer);
        writer.Flush();
        return bytes;
    }
}
