using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Errors as Google's clients read them: the JSON form of <c>google.rpc.Status</c>.</summary>
internal static class GeminiErrors
{
    public static void Write(IBufferWriter<byte> output, in WireError error)
    {
        using var json = JsonOut.Over(output);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, error.Status);
        json.WriteString("message"u8, error.Message);
        json.WriteString("status"u8, StatusOf(error.Status));
        json.WriteStartArray("details"u8);
        json.WriteStartObject();
        json.WriteString("@type"u8, "type.googleapis.com/google.rpc.ErrorInfo"u8);
        json.WriteString("reason"u8, error.Code);
        json.WriteString("domain"u8, "aiohub"u8);
        json.WriteEndObject();
        if (error.RetryAfter is { } wait)
        {
            json.WriteStartObject();
            json.WriteString("@type"u8, "type.googleapis.com/google.rpc.RetryInfo"u8);
            json.WriteString("retryDelay"u8, Math.Max(wait.TotalSeconds, 0).ToString("0.###", CultureInfo.InvariantCulture) + "s");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Gemini's streams end their lines with CR LF.</summary>
    public static void WriteStream(IBufferWriter<byte> output, in WireError error)
    {
        output.Write("data: "u8);
        Write(output, error);
        output.Write("\r\n\r\n"u8);
    }

    private static ReadOnlySpan<byte> StatusOf(int status) => status switch
    {
        401 => "UNAUTHENTICATED"u8,
        402 => "FAILED_PRECONDITION"u8,
        403 => "PERMISSION_DENIED"u8,
        404 => "NOT_FOUND"u8,
        408 or 504 => "DEADLINE_EXCEEDED"u8,
        409 => "ABORTED"u8,
        429 => "RESOURCE_EXHAUSTED"u8,
        501 => "UNIMPLEMENTED"u8,
        502 or 503 or 529 => "UNAVAILABLE"u8,
        >= 400 and < 500 => "INVALID_ARGUMENT"u8,
        _ => "INTERNAL"u8,
    };
}
