using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Errors as clients of the Messages API read them.</summary>
internal static class AnthropicMessagesErrors
{
    public static void Write(IBufferWriter<byte> output, in WireError error)
    {
        using var json = JsonOut.Over(output);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, TypeOf(error.Status));
        json.WriteString("message"u8, error.Message);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
        json.WriteString("request_id"u8, error.RequestId);
        json.WriteEndObject();
    }

    public static void WriteStream(IBufferWriter<byte> output, in WireError error)
    {
        output.Write("event: error\ndata: "u8);
        Write(output, error);
        output.Write("\n\n"u8);
    }

    /// <summary>Anthropic's own vocabulary, by status; clients choose what to do by it.</summary>
    private static ReadOnlySpan<byte> TypeOf(int status) => status switch
    {
        401 => "authentication_error"u8,
        402 => "billing_error"u8,
        403 => "permission_error"u8,
        404 => "not_found_error"u8,
        408 or 504 => "timeout_error"u8,
        413 => "request_too_large"u8,
        429 => "rate_limit_error"u8,
        503 or 529 => "overloaded_error"u8,
        >= 400 and < 500 => "invalid_request_error"u8,
        _ => "api_error"u8,
    };
}
