using System.Text;
using System.Text.Json;
using AioHub.Wire.Dialects;

namespace AioHub.Relay.Counting;

/// <summary>Counts what a reply produced, by the text that its tap kept.</summary>
internal static class ReplyTokens
{
    /// <summary>English text and code run at about four bytes a token: for what was not kept at all.</summary>
    private const int BytesPerToken = 4;

    private const int LongestEscape = 6;

    public static TokenCount Count(ReplyTap tap)
    {
        var kept = Whole(tap.KeptText);
        if (kept.IsEmpty || !TryRead(kept, out var text))
        {
            return new TokenCount((tap.OutputBytes + BytesPerToken - 1) / BytesPerToken, tap.OutputBytes == 0);
        }

        long tokens = TextTokens.Count(text);
        return kept.Length >= tap.OutputBytes
            ? new TokenCount(tokens, kept.Length == tap.OutputBytes)
            : new TokenCount((long)Math.Ceiling((decimal)tokens * tap.OutputBytes / kept.Length), false);
    }

    /// <summary>Without a sign that the end of the kept text cut in two.</summary>
    private static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> kept)
    {
        if (kept.Length < ReplyTap.MostKept)
        {
            return kept;
        }

        var escape = kept[^LongestEscape..].LastIndexOf((byte)'\\');
        if (escape >= 0)
        {
            kept = kept[..(kept.Length - LongestEscape + escape)];
        }

        for (var i = 0; i < 4 && kept.Length > 0 && (kept[^1] & 0x80) != 0; i++)
        {
            var lead = (kept[^1] & 0xC0) == 0xC0;
            kept = kept[..^1];
            if (lead)
            {
                break;
            }
        }

        return kept;
    }

    /// <summary>Undoes the escapes of JSON.</summary>
    private static bool TryRead(ReadOnlySpan<byte> kept, out string text)
    {
        if (kept.IndexOf((byte)'\\') < 0)
        {
            text = Encoding.UTF8.GetString(kept);
            return true;
        }

        var quoted = new byte[kept.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        kept.CopyTo(quoted.AsSpan(1));
        try
        {
            var reader = new Utf8JsonReader(quoted);
            reader.Read();
            text = reader.GetString()!;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half a pair of surrogates, or an escape that was cut.
            text = "";
            return false;
        }
    }
}
