using System.Text;
using System.Text.Json;
using AioHub.Wire.Dialects;
using AioHub.Wire.Framing;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>Feeds replies to taps the way the relay does, and reads event streams in the plainest way beside it.</summary>
internal static class Feed
{
    public static List<EventKind> Stream(ReplyTap tap, ReadOnlySpan<byte> stream, int cut = int.MaxValue)
    {
        var kinds = new List<EventKind>();
        using var sse = new SseTap();
        while (!stream.IsEmpty)
        {
            var chunk = stream[..Math.Min(cut, stream.Length)];
            stream = stream[chunk.Length..];
            while (sse.TryRead(chunk, out var consumed, out var e))
            {
                kinds.Add(tap.OnEvent(e.Type, e.Data));
                chunk = chunk[consumed..];
            }
        }

        return kinds;
    }

    public static EventKind Event(ReplyTap tap, string data, string type = "") => tap.OnEvent(Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(data));

    public static bool Reply(ReplyTap tap, string body) => tap.OnReply(Encoding.UTF8.GetBytes(body));

    /// <summary>The JSON texts of a stream, read line by line; the recordings hold one line of data an event.</summary>
    public static List<JsonElement> Objects(byte[] reply, bool streamed)
    {
        var found = new List<JsonElement>();
        if (!streamed)
        {
            found.Add(JsonDocument.Parse(reply).RootElement);
            return found;
        }

        foreach (var line in Encoding.UTF8.GetString(reply).ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && !line.Contains("[DONE]", StringComparison.Ordinal))
                found.Add(JsonDocument.Parse(line[5..]).RootElement);
        }

        return found;
    }

    /// <summary>A member at the end of a path of names; null where the path breaks or ends in null.</summary>
    public static JsonElement? At(this JsonElement element, params string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var next) || next.ValueKind == JsonValueKind.Null)
                return null;

            element = next;
        }

        return element;
    }

    public static long? Long(this JsonElement element, params string[] path) =>
        element.At(path) is { ValueKind: JsonValueKind.Number } number ? (long)number.GetDouble() : null;

    public static string? Str(this JsonElement element, params string[] path) =>
        element.At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static IEnumerable<JsonElement> Each(this JsonElement element, params string[] path) =>
        element.At(path) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
