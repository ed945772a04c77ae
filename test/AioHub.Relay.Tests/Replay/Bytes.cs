using System.Text;
using System.Text.Json;

namespace AioHub.Relay.Tests.Replay;

/// <summary>Undoes on bodies what the hub may do to them, by a reader that shares nothing with the hub's.</summary>
internal static class Bytes
{
    /// <summary>A root member's value, and where the member stands.</summary>
    public static (int NameStart, int ValueStart, int End, string? Text)? Member(byte[] body, string name)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(name))
            {
                var nameStart = (int)reader.TokenStartIndex;
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
                return (nameStart, start, (int)reader.BytesConsumed, text);
            }
        }

        return null;
    }

    /// <summary>The caller's model put back where the upstream's stands.</summary>
    public static byte[] WithModelOf(byte[] sent, byte[] original) =>
        Member(sent, "model") is { } upstream && Member(original, "model") is { } callers
            ? [.. sent[..upstream.ValueStart], .. original[callers.ValueStart..callers.End], .. sent[upstream.End..]]
            : sent;

    /// <summary>The body without the <c>stream_options</c> that only the hub asked for.</summary>
    public static byte[] WithoutStreamOptions(byte[] sent)
    {
        if (Member(sent, "stream_options") is not { } member)
        {
            return sent;
        }

        Encoding.UTF8.GetString(sent, member.ValueStart, member.End - member.ValueStart).ShouldBe("""{"include_usage":true}""");
        sent[member.NameStart - 1].ShouldBe((byte)',');
        return [.. sent[..(member.NameStart - 1)], .. sent[member.End..]];
    }

    /// <summary>Puts a member in as the root's first.</summary>
    public static byte[] WithMember(byte[] body, string json)
    {
        var brace = Array.IndexOf(body, (byte)'{');
        return [.. body[..(brace + 1)], .. Encoding.UTF8.GetBytes(json + ","), .. body[(brace + 1)..]];
    }

    /// <summary>The stream without chunks that hold figures and no choice.</summary>
    public static byte[] WithoutUsageChunks(byte[] stream)
    {
        var kept = new List<byte>(stream.Length);
        foreach (var one in Events(stream))
        {
            var line = Encoding.UTF8.GetString(one).ReplaceLineEndings("\n").Split('\n').FirstOrDefault(static line => line.StartsWith("data:", StringComparison.Ordinal));
            if (line is null || line.Contains("[DONE]", StringComparison.Ordinal) || !IsUsageOnly(JsonSerializer.Deserialize<JsonElement>(line[5..])))
            {
                kept.AddRange(one);
            }
        }

        return [.. kept];
    }

    /// <summary>Cut behind each blank line.</summary>
    public static IEnumerable<byte[]> Events(byte[] stream)
    {
        var from = 0;
        for (var i = 0; i < stream.Length; i++)
        {
            if (stream[i] != (byte)'\n')
            {
                continue;
            }

            var next = i + 1 < stream.Length && stream[i + 1] == (byte)'\r' ? i + 2 : i + 1;
            if (next < stream.Length && stream[next] == (byte)'\n')
            {
                yield return stream[from..(next + 1)];
                from = next + 1;
                i = next;
            }
        }

        if (from < stream.Length)
        {
            yield return stream[from..];
        }
    }

    private static bool IsUsageOnly(JsonElement chunk) =>
        chunk.At("usage") is { ValueKind: JsonValueKind.Object } && (chunk.At("choices") is not { } choices || choices.GetArrayLength() == 0);
}
