using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using AioHub.Wire.Json;

namespace AioHub.Relay.Counting;

/// <summary>
/// Counts what a request asks a model to read, for upstreams that do not say. Every dialect's body is JSON with the prompt in its strings: all strings are
/// counted but those that no model reads (ids, types, settings) and base64 data, and each message and tool costs a few tokens of framing.
/// </summary>
internal static class RequestTokens
{
    /// <summary>So much text is counted, a few hundredths of a second of work; what is longer is scaled by it.</summary>
    private const int MostChars = 128 * 1024;

    /// <summary>What an image or a document in base64 is taken for when nobody counted it.</summary>
    public const int OpaqueTokens = 1000;

    /// <summary>A small one is taken for less, never for more than was set aside for its bytes.</summary>
    private const int OpaqueBytesPerToken = 8;

    /// <summary>Marks around a message or a tool: OpenAI's cookbook counts three for a message.</summary>
    private const int Framing = 3;

    /// <summary>The most bytes that UTF-8 takes for a character of UTF-16.</summary>
    private const int BytesPerChar = 3;

    /// <summary>Members of the root that no model reads.</summary>
    private static readonly FrozenSet<string> Unread = new[]
    {
        "model", "user", "metadata", "service_tier", "prompt_cache_key", "safety_identifier", "previous_response_id", "conversation", "include", "store", "stop", "stop_sequences",
        "tool_choice", "stream_options", "response_format", "encoding_format", "voice", "size", "quality", "format", "reasoning", "reasoning_effort", "cachedContent", "labels",
        "toolConfig", "generationConfig", "generation_config", "safetySettings", "cache_control", "betas", "modalities", "logit_bias", "truncation", "thinking",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Members at any depth that name things instead of saying them.</summary>
    private static readonly FrozenSet<string> Names = new[]
    {
        "type", "role", "id", "call_id", "tool_call_id", "tool_use_id", "cache_control", "signature", "encrypted_content", "thoughtSignature", "mime_type", "mimeType", "media_type",
        "file_id", "fileUri", "file_uri", "url", "detail", "status",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <param name="json">A whole request body; anything that is no JSON is estimated by its length.</param>
    public static TokenCount Count(ReadOnlySpan<byte> json)
    {
        var text = ArrayPool<char>.Shared.Rent(MostChars);
        try
        {
            return Walk(json, text.AsSpan(0, MostChars));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new TokenCount(json.Length / 4, false);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }

    private static TokenCount Walk(ReadOnlySpan<byte> json, Span<char> text)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonPeek.MaxDepth });
        var length = 0;
        var inTools = false;
        long framing = 0, opaque = 0, bytes = 0, counted = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var name = reader.ValueSpan.Length > 32 ? "" : reader.GetString()!;
                    inTools = reader.CurrentDepth == 1 ? name is "tools" or "functions" : inTools;
                    if (reader.CurrentDepth == 1 ? Unread.Contains(name) : Names.Contains(name))
                    {
                        framing += name is "role" ? Framing : 0;
                        reader.Skip();
                    }
                    else if (inTools)
                    {
                        // Names inside a tool's schema are read by the model; those of the dialect's own structure are not.
                        Take(ref reader, text, ref length, ref bytes, ref counted);
                    }

                    break;
                case JsonTokenType.String when IsOpaque(reader.ValueSpan):
                    opaque += Math.Min(OpaqueTokens, reader.ValueSpan.Length / OpaqueBytesPerToken);
                    break;
                case JsonTokenType.String:
                    Take(ref reader, text, ref length, ref bytes, ref counted);
                    break;
            }
        }

        long tokens = length == 0 ? 0 : TextTokens.Count(text[..length]);
        var exact = opaque == 0 && counted == bytes;
        if (counted < bytes && counted > 0)
        {
            tokens = (long)Math.Ceiling((decimal)tokens * bytes / counted);
        }

        return new TokenCount(tokens + framing + opaque, exact);
    }

    /// <summary>Puts a string behind what is there, on a line of its own, as long as there is room.</summary>
    private static void Take(ref Utf8JsonReader reader, Span<char> text, ref int length, ref long bytes, ref long counted)
    {
        var size = reader.ValueSpan.Length;
        bytes += size;
        if (size == 0 || size + 1 > text.Length - length)
        {
            // No room: a long first text is counted by its beginning.
            if (length == 0 && size > 0)
            {
                var part = CharsOf(reader.ValueSpan[..Math.Min(size, text.Length / BytesPerChar)], text);
                length = part;
                counted += Math.Min(size, text.Length / BytesPerChar);
            }

            return;
        }

        length += reader.CopyString(text[length..]);
        if (length < text.Length)
        {
            text[length++] = '\n';
        }

        counted += size;
    }

    private static int CharsOf(ReadOnlySpan<byte> utf8, Span<char> text)
    {
        System.Text.Unicode.Utf8.ToUtf16(utf8, text, out _, out var written, replaceInvalidSequences: true, isFinalBlock: true);
        return written;
    }

    /// <summary>As <see cref="PeekReport.OpaqueBytes"/> sees it: long, without blanks or escapes.</summary>
    private static bool IsOpaque(ReadOnlySpan<byte> text) => text.Length > JsonPeek.OpaqueFrom && text.IndexOfAny((byte)' ', (byte)'\\') < 0;
}
