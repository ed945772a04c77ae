using System.Buffers;
using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>Goes between base64 with a media type and the <c>data:</c> addresses in which this dialect has pictures and files.</summary>
internal static class OpenAiResponsesMedia
{
    private const int LongestType = 128;

    /// <summary>Reads an address. Of a <c>data:</c> address the base64 is copied: a text needs its own quotes.</summary>
    /// <param name="address">Any text; an escaped slash in it is undone first.</param>
    /// <param name="mediaType">Null = not told.</param>
    public static MediaSource FromAddress(JsonText address, out string? mediaType)
    {
        mediaType = null;
        if (address.Inside.Contains((byte)'\\'))
            address = JsonText.Of(address.Decode().Span);

        var inside = address.Inside;
        var comma = inside.IndexOf((byte)',');
        if (!inside.StartsWith("data:"u8) || comma < 0 || !inside[..comma].EndsWith(";base64"u8))
            return new MediaSource { Url = address };

        var type = inside["data:".Length..comma];
        type = type[..type.IndexOf((byte)';')];
        mediaType = type.IsEmpty || type.Length > LongestType ? null : Encoding.UTF8.GetString(type).ToLowerInvariant();
        return new MediaSource { Data = Quoted(inside[(comma + 1)..]) };
    }

    /// <summary>Writes base64 as an address.</summary>
    public static JsonText ToAddress(JsonText data, string mediaType)
    {
        var address = new ArrayBufferWriter<byte>(data.Quoted.Length + mediaType.Length + 16);
        address.Write("\"data:"u8);
        JsonStrings.Escape(Encoding.UTF8.GetBytes(mediaType), address);
        address.Write(";base64,"u8);
        address.Write(data.Inside);
        address.Write("\""u8);
        return JsonText.FromQuoted(address.WrittenMemory);
    }

    /// <summary>The media type that a file's name stands for; null = not known.</summary>
    public static string? TypeOfName(string? name) => Path.GetExtension(name ?? "").ToLowerInvariant() switch
    {
        ".pdf" => "application/pdf",
        ".txt" or ".log" => "text/plain",
        ".md" => "text/markdown",
        ".csv" => "text/csv",
        ".html" or ".htm" => "text/html",
        ".json" => "application/json",
        ".doc" => "application/msword",
        ".docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xls" => "application/vnd.ms-excel",
        ".xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".mp4" => "video/mp4",
        _ => null,
    };

    /// <summary>A file without a name is refused by the vendor: one after its type.</summary>
    public static string NameOf(string? mediaType) => mediaType switch
    {
        "application/pdf" => "document.pdf",
        "text/plain" => "document.txt",
        "text/markdown" => "document.md",
        "text/csv" => "document.csv",
        "text/html" => "document.html",
        "application/json" => "document.json",
        "application/msword" => "document.doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "document.docx",
        "application/vnd.ms-excel" => "document.xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "document.xlsx",
        _ => "document",
    };

    private static JsonText Quoted(ReadOnlySpan<byte> inside)
    {
        var quoted = new byte[inside.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        inside.CopyTo(quoted.AsSpan(1));
        return JsonText.FromQuoted(quoted);
    }
}
