using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>Errors as clients of the Responses API read them.</summary>
internal static class OpenAiResponsesErrors
{
    public static void Write(IBufferWriter<byte> output, in WireError error)
    {
        using var json = JsonOut.Over(output);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, TypeOf(error.Status));
        if (error.Param is null)
            json.WriteNull("param"u8);
        else
            json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>
    /// <c>response.failed</c>: Codex passes over a bare <c>error</c> event and waits for the end of the stream. It reads the code and the message of
    /// <c>response.error</c>; the other members are what strict clients ask for.
    /// </summary>
    public static void WriteStream(IBufferWriter<byte> output, in WireError error, long sequence)
    {
        output.Write("event: response.failed\ndata: "u8);
        using (var json = JsonOut.Over(output))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "response.failed"u8);
            json.WriteNumber("sequence_number"u8, Math.Max(sequence, 0));
            json.WriteStartObject("response"u8);
            json.WriteString("id"u8, $"resp_{error.RequestId}");
            json.WriteString("object"u8, "response"u8);
            json.WriteNumber("created_at"u8, 0);
            json.WriteString("status"u8, "failed"u8);
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, error.Code);
            json.WriteString("message"u8, error.Message);
            json.WriteEndObject();
            json.WriteNull("incomplete_details"u8);
            json.WriteStartArray("output"u8);
            json.WriteEndArray();
            json.WriteNull("usage"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    private static ReadOnlySpan<byte> TypeOf(int status) => status switch
    {
        401 => "authentication_error"u8,
        402 => "insufficient_quota"u8,
        403 => "permission_error"u8,
        408 => "timeout_error"u8,
        429 => "rate_limit_error"u8,
        >= 400 and < 500 => "invalid_request_error"u8,
        _ => "server_error"u8,
    };
}
