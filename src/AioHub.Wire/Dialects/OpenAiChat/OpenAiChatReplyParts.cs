using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>What a whole answer and a stream say in the same words: sources, pictures, sound, seals, reasons to stop.</summary>
internal static class OpenAiChatReplyParts
{
    /// <summary>Whether the caller asked in the older form, with <c>functions</c>.</summary>
    public static bool IsOlder(ReplyTerms terms)
    {
        foreach (var member in terms.Conversation.Pocket.Members)
        {
            if (terms.Conversation.Dialect == Dialect.OpenAiChat && member.Name.Is(Chat.Functions))
                return true;
        }

        return false;
    }

    public static ReadOnlySpan<byte> WordOf(StopReason stop, bool calls, bool refuses, bool isOlder) => stop switch
    {
        StopReason.MaxTokens or StopReason.ContextOverflow => "length"u8,
        StopReason.ContentFilter => "content_filter"u8,
        // Told as OpenAI does when the model's own words say so.
        StopReason.Refusal => refuses ? "stop"u8 : "content_filter"u8,
        StopReason.StopSequence => "stop"u8,
        _ when calls => isOlder ? "function_call"u8 : "tool_calls"u8,
        _ => "stop"u8,
    };

    /// <summary>Writes a source; false for one without an address, which Chat cannot name.</summary>
    public static bool WriteCitation(Utf8JsonWriter json, Citation citation, LossLog losses)
    {
        if (citation.Origin is { Dialect: Dialect.OpenAiChat, Raw: var raw })
        {
            json.WriteRawValue(raw.Span, skipInputValidation: true);
            return true;
        }

        if (citation.Url.IsEmpty)
        {
            losses.Add("citations", "A source without an address cannot be named in Chat.", LossSeverity.Info);
            return false;
        }

        json.WriteStartObject();
        json.WriteString(Chat.Type, Chat.UrlCitation);
        json.WriteStartObject(Chat.UrlCitation);
        json.WriteNumber(Chat.StartIndex, citation.Start ?? 0);
        json.WriteNumber(Chat.EndIndex, citation.End ?? 0);
        json.WriteText(Chat.Title, citation.Title);
        json.WriteText(Chat.Url, citation.Url);
        if (!citation.Quote.IsEmpty)
            json.WriteText(Chat.Content, citation.Quote);
        json.WriteEndObject();
        json.WriteEndObject();
        return true;
    }

    public static void WriteImage(Utf8JsonWriter json, ImageBlock image, int index)
    {
        json.WriteStartObject();
        json.WriteString(Chat.Type, Chat.ImageUrl);
        json.WriteStartObject(Chat.ImageUrl);
        json.WriteText(Chat.Url, image.Source.Data.IsEmpty ? image.Source.Url : OpenAiMedia.ToData(image.MediaType ?? "image/png", image.Source.Data));
        json.WriteEndObject();
        json.WriteNumber(Chat.Index, index);
        json.WriteEndObject();
    }

    /// <summary>OpenAI's form of spoken answers.</summary>
    public static void WriteAudio(Utf8JsonWriter json, AudioBlock audio, ReplyTerms terms)
    {
        json.WriteStartObject();
        if (audio.Source.FileId.IsEmpty)
            json.WriteString(Chat.Id, $"audio_{terms.RequestId}");
        else
            json.WriteText(Chat.Id, audio.Source.FileId);
        json.WriteText(Chat.Data, audio.Source.Data);
        json.WriteText(Chat.Transcript, audio.Transcript);
        json.WriteNumber(Chat.ExpiresAt, terms.CreatedAt);
        json.WriteEndObject();
    }

    /// <summary>
    /// The entries of <c>reasoning_details</c> that carry a seal, without the brackets around them: the vendor's own, or one with the hub's envelope. Empty when there is no
    /// way to carry it, or no need.
    /// </summary>
    public static ReadOnlyMemory<byte> DetailsOf(Sealed token, JsonText text, ReplyTerms terms)
    {
        if (token.By == Dialect.OpenAiChat)
            return OpenAiChatReasoning.TryDetails(token, out var array) ? array.Trim(" \t\r\n"u8)[1..^1].Trim(" \t\r\n"u8) : default;

        if (SealedEnvelope.Close(terms.Seal, token, text) is not { } envelope)
            return default;

        return (byte[])[.. "{\"type\":\"reasoning.encrypted\",\"data\":"u8, .. envelope.Quoted, .. ",\"format\":\"unknown\",\"index\":0}"u8];
    }

    /// <summary>What stands under <c>extra_content</c> of a call: Google's own, or the hub's envelope where Google has its signature. Empty = nothing.</summary>
    public static ReadOnlyMemory<byte> ExtraOf(Sealed? token, ReplyTerms terms)
    {
        if (token is null)
            return default;
        if (token.By == Dialect.OpenAiChat)
            return OpenAiChatReasoning.TryExtra(token, out var own) ? own : default;

        return SealedEnvelope.Close(terms.Seal, token, default) is { } envelope
            ? (byte[])[.. "{\"google\":{\"thought_signature\":"u8, .. envelope.Quoted, .. "}}"u8]
            : default;
    }
}
