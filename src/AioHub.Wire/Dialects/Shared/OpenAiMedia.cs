using System.Buffers;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>Data addresses (<c>data:image/png;base64,…</c>), which both of OpenAI's dialects use for bytes, and the names of sound formats.</summary>
internal static class OpenAiMedia
{
    private const int LongestType = 128;

    /// <summary>Whether a text is a data address at all.</summary>
    public static bool IsData(JsonText url) => url.Inside.StartsWith("data:"u8);

    /// <summary>Takes a data address apart. False for any other address and for data that is not base64.</summary>
    /// <param name="mediaType">Without its parameters; null when the address names none.</param>
    public static bool TryReadData(JsonText url, out string? mediaType, out JsonText data)
    {
        mediaType = null;
        data = default;
        var inside = url.Inside;
        if (!IsData(url))
            return false;

        var comma = inside.IndexOf((byte)',');
        if (comma < 0)
            return false;

        var head = inside["data:"u8.Length..comma];
        if (!head.EndsWith(";base64"u8) || head.Length > LongestType)
            return false;

        head = head[..^";base64"u8.Length];
        var end = head.IndexOf((byte)';');
        mediaType = Plain(end < 0 ? head : head[..end]);
        var copy = new byte[inside.Length - comma + 1];
        copy[0] = (byte)'"';
        inside[(comma + 1)..].CopyTo(copy.AsSpan(1));
        copy[^1] = (byte)'"';
        data = JsonText.FromQuoted(copy);
        return true;
    }

    /// <summary>Puts a data address together.</summary>
    public static JsonText ToData(string? mediaType, JsonText data) => JsonText.Join(default, JsonText.Of($"data:{mediaType ?? "application/octet-stream"};base64,"), data);

    /// <summary>The media type of a sound format's name: <c>wav</c>, <c>mp3</c>.</summary>
    public static string AudioType(string? format) => format switch
    {
        null or "" => "audio/wav",
        "mp3" => "audio/mpeg",
        "pcm16" => "audio/pcm",
        _ => $"audio/{format}",
    };

    /// <summary>The name that OpenAI has for a sound's format.</summary>
    public static string AudioFormat(string? mediaType) => mediaType switch
    {
        "audio/mpeg" or "audio/mp3" or "audio/mpga" => "mp3",
        null or "audio/wav" or "audio/wave" or "audio/x-wav" or "audio/vnd.wave" => "wav",
        "audio/pcm" or "audio/L16" => "pcm16",
        _ when mediaType.StartsWith("audio/", StringComparison.Ordinal) => mediaType["audio/".Length..],
        _ => "wav",
    };

    private static string? Plain(ReadOnlySpan<byte> inside)
    {
        if (inside.IsEmpty)
            return null;

        var plain = new ArrayBufferWriter<byte>(inside.Length);
        JsonStrings.Unescape(inside, plain);
        return System.Text.Encoding.UTF8.GetString(plain.WrittenSpan);
    }
}
