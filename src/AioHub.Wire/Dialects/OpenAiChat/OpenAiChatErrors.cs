using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Errors as OpenAI's clients read them.</summary>
internal static class OpenAiChatErrors
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

    /// <summary>An error chunk; without <c>[DONE]</c> behind it no client takes the answer for whole.</summary>
    public static void WriteStream(IBufferWriter<byte> output, in WireError error)
    {
        output.Write("data: "u8);
        Write(output, error);
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
