using System.Buffers;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>
/// Reasoning in Chat has no form of its own: hosts put it into <c>reasoning_content</c>, <c>reasoning</c>, parts of type <c>thinking</c>, or an array <c>reasoning_details</c>
/// with signatures and hidden text. What comes from such a host is sealed with the name of the field that it came in, or with the array itself, so that it goes back
/// just so (DeepSeek and Kimi demand it with tool calls) and the reasoning of another vendor never does.
/// </summary>
internal static class OpenAiChatReasoning
{
    public static Sealed ByContent { get; } = new(Dialect.OpenAiChat, JsonText.Of("reasoning_content"));

    public static Sealed ByReasoning { get; } = new(Dialect.OpenAiChat, JsonText.Of("reasoning"));

    public static Sealed ByThinkingPart { get; } = new(Dialect.OpenAiChat, JsonText.Of("thinking"));

    /// <summary>The array <c>reasoning_details</c>, as its vendor gave it.</summary>
    public static Sealed ByDetails(ReadOnlySpan<byte> array, bool hides) => new(Dialect.OpenAiChat, JsonText.Of(array)) { Hides = hides };

    /// <summary>The array that a seal of this dialect holds. False when it holds a field's name.</summary>
    public static bool TryDetails(Sealed token, out ReadOnlyMemory<byte> array)
    {
        array = default;
        if (token.By != Dialect.OpenAiChat || token.Token.Inside is not [(byte)'[', ..])
            return false;

        array = token.Token.Decode();
        return JsonView.TryOver(array.Span, out var view) && view.IsArray;
    }

    /// <summary>Reads the reasoning of a whole message.</summary>
    /// <param name="opened">An envelope of the hub's own was among it.</param>
    public static void Read(JsonView content, JsonView reasoning, JsonView details, ReadOnlyMemory<byte> body, IReasoningSeal? seal, List<Block> into, out bool opened)
    {
        opened = false;
        OpenAiChatDetails? own = null;
        var told = default(JsonText);
        foreach (var entry in details.Items)
        {
            if (SealedEnvelope.TryOpen(seal, JsonText.From(entry[Chat.Data], body), out var token, out var inner))
            {
                into.Add(new ThinkingBlock(inner) { Sealed = token });
                opened = true;
                continue;
            }

            if (!entry.IsObject)
                continue;

            own ??= new OpenAiChatDetails();
            told = JsonText.Join(default, told, JsonText.From(entry[Chat.Text], body), JsonText.From(entry[Chat.Summary], body));
        }

        // The text beside an envelope is what the caller was shown of it.
        if (opened)
            return;

        var text = JsonText.From(content, body);
        var by = ByContent;
        if (text.IsEmpty)
        {
            text = JsonText.From(reasoning, body);
            by = ByReasoning;
        }

        if (own is not null)
        {
            own.Add(details);
            into.Add(new ThinkingBlock(text.IsEmpty ? told : text) { Sealed = own.Take() });
        }
        else if (!text.IsEmpty)
        {
            into.Add(new ThinkingBlock(text) { Sealed = by });
        }
    }

    /// <summary>What Google's endpoint for Chat wants back with a call, or the hub's envelope in its place.</summary>
    public static Sealed? OfCall(JsonView call, ReadOnlyMemory<byte> body, IReasoningSeal? seal, out bool opened)
    {
        opened = false;
        var extra = call[Chat.ExtraContent];
        if (!extra.IsObject)
            return null;

        opened = SealedEnvelope.TryOpen(seal, JsonText.From(extra[Chat.Google][Chat.ThoughtSignature], body), out var token, out _);
        return opened ? token : new Sealed(Dialect.OpenAiChat, JsonText.Of(extra.Raw));
    }

    /// <summary>The object <c>extra_content</c> that a seal of this dialect holds.</summary>
    public static bool TryExtra(Sealed token, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (token.By != Dialect.OpenAiChat || token.Token.Inside is not [(byte)'{', ..])
            return false;

        value = token.Token.Decode();
        return JsonView.TryOver(value.Span, out var view) && view.IsObject;
    }

    /// <summary>Joins arrays of several blocks of one turn into one.</summary>
    public static void Append(ArrayBufferWriter<byte> joined, ReadOnlySpan<byte> array)
    {
        var inside = array.Trim(" \t\r\n"u8)[1..^1].Trim(" \t\r\n"u8);
        if (inside.IsEmpty)
            return;

        joined.Write(joined.WrittenCount == 0 ? "["u8 : ","u8);
        joined.Write(inside);
    }
}
