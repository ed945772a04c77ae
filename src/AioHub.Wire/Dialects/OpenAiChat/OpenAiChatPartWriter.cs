using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Writes what one message says: a plain string wherever that is enough, since some hosts know no other form, else parts.</summary>
internal sealed class OpenAiChatPartWriter(Utf8JsonWriter json, UpstreamTerms terms, OpenAiChatModel model)
{
    private static ReadOnlySpan<byte> Blank => "\\n\\n"u8;

    private bool IsOpenAi => OpenAiChatModels.IsOpenAi(terms.ChannelType);

    /// <summary>Writes the member <c>content</c> of a system, user or tool message.</summary>
    /// <param name="where">For losses.</param>
    public void WriteContent(IReadOnlyList<Block> blocks, string where)
    {
        var parts = new List<Block>(blocks.Count);
        foreach (var block in blocks)
        {
            if (Said(block, where) is { } said)
                parts.Add(said);
        }

        json.WritePropertyName(Chat.Content);
        if (parts.TrueForAll(part => part is TextBlock && (part.Cache is null || !model.TakesCacheMarks)))
        {
            json.WriteText(JsonText.Join(Blank, [.. parts.Select(static part => ((TextBlock)part).Text)]));
            return;
        }

        json.WriteStartArray();
        foreach (var part in parts)
            WritePart(part);
        json.WriteEndArray();
    }

    /// <summary>
    /// The text of an answer that was given: what stood side by side is one text (citations cut it), what stood apart is told apart. Null when there is none.
    /// </summary>
    public static JsonText TextOf(IReadOnlyList<Block> blocks, Func<TextBlock, bool> which)
    {
        var whole = default(JsonText);
        var isApart = false;
        foreach (var block in blocks)
        {
            if (block is TextBlock text && which(text))
            {
                whole = JsonText.Join(isApart && !whole.IsEmpty ? Blank : default, whole, text.Text);
                isApart = false;
            }
            else
            {
                isApart = true;
            }
        }

        return whole;
    }

    /// <summary>The block as a chat upstream can be told it; null when it cannot, which is a loss.</summary>
    private Block? Said(Block block, string where)
    {
        switch (block)
        {
            case TextBlock { Text.IsEmpty: true }:
                return null;
            case TextBlock or ImageBlock:
                return block;
            case FileBlock file when TextOf(file) is { } text:
                terms.Losses.Add(where, "A text document was put into the prompt as text.", LossSeverity.Info);
                return new TextBlock(text) { Cache = file.Cache };
            case FileBlock { MediaType: { } type } when type.StartsWith("video/", StringComparison.Ordinal) && IsOpenAi:
                terms.Losses.Add(where, "The upstream sees no videos.");
                return null;
            case FileBlock { Source: { Data.IsEmpty: true, Url.IsEmpty: true } }:
                terms.Losses.Add(where, "A file without its bytes cannot be sent.");
                return null;
            case FileBlock:
                return block;
            case AudioBlock { Source.Data.IsEmpty: false }:
                return block;
            case AudioBlock { Transcript.IsEmpty: false } sound:
                terms.Losses.Add(where, "Sound was sent as its transcript.");
                return new TextBlock(sound.Transcript);
            case AudioBlock:
                terms.Losses.Add(where, "Sound without its bytes cannot be sent.");
                return null;
            case OpaqueBlock { Origin: { Dialect: Dialect.OpenAiChat } }:
                return block;
            case OpaqueBlock:
                terms.Losses.Add(where, "Only the caller's dialect knows this kind of content.");
                return null;
            default:
                return null;
        }
    }

    private void WritePart(Block part)
    {
        if (part.Origin is { Dialect: Dialect.OpenAiChat, Raw: var raw })
        {
            json.WriteRawValue(raw.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        switch (part)
        {
            case TextBlock text:
                json.WriteString(Chat.Type, Chat.Text);
                json.WriteText(Chat.Text, text.Text);
                break;
            case ImageBlock image:
                json.WriteString(Chat.Type, Chat.ImageUrl);
                json.WriteStartObject(Chat.ImageUrl);
                json.WriteText(Chat.Url, image.Source.Data.IsEmpty ? image.Source.Url : OpenAiMedia.ToData(image.MediaType ?? "image/png", image.Source.Data));
                if (image.Detail is { } detail)
                    json.WriteString(Chat.Detail, detail);
                json.WriteEndObject();
                break;
            case AudioBlock sound:
                json.WriteString(Chat.Type, Chat.InputAudio);
                json.WriteStartObject(Chat.InputAudio);
                json.WriteText(Chat.Data, sound.Source.Data);
                json.WriteString(Chat.Format, OpenAiMedia.AudioFormat(sound.MediaType));
                json.WriteEndObject();
                break;
            case FileBlock file:
                WriteFile(file);
                break;
        }

        if (part.Cache is { } cache && model.TakesCacheMarks)
        {
            json.WriteStartObject(Chat.CacheControl);
            json.WriteString(Chat.Type, "ephemeral"u8);
            if (cache == CacheMark.OneHour)
                json.WriteString(Chat.Ttl, "1h"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteFile(FileBlock file)
    {
        var address = file.Source.Data.IsEmpty ? file.Source.Url : OpenAiMedia.ToData(file.MediaType ?? "application/pdf", file.Source.Data);
        if (file.MediaType?.StartsWith("video/", StringComparison.Ordinal) == true)
        {
            json.WriteString(Chat.Type, Chat.VideoUrl);
            json.WriteStartObject(Chat.VideoUrl);
            json.WriteText(Chat.Url, address);
            json.WriteEndObject();
            return;
        }

        if (model.IsStrict)
        {
            // Mistral's.
            json.WriteString(Chat.Type, Chat.DocumentUrl);
            json.WriteText(Chat.DocumentUrl, address);
            if (!file.Name.IsEmpty)
                json.WriteText(Chat.DocumentName, file.Name);
            return;
        }

        json.WriteString(Chat.Type, Chat.File);
        json.WriteStartObject(Chat.File);
        // OpenAI wants a name with every file.
        json.WriteText(Chat.Filename, file.Name.IsEmpty ? JsonText.Of("document.pdf"u8) : file.Name);
        json.WriteText(Chat.FileData, address);
        json.WriteEndObject();
    }

    /// <summary>A document that is text, with its name above it; null for any other.</summary>
    private static JsonText? TextOf(FileBlock file)
    {
        var text = file.Text;
        if (text.IsEmpty && file.MediaType?.StartsWith("text/", StringComparison.Ordinal) == true && !file.Source.Data.IsEmpty)
            text = Decoded(file.Source.Data);
        if (text.IsEmpty)
            return null;

        return JsonText.Join("\\n"u8, file.Name, file.Context, text);
    }

    private static JsonText Decoded(JsonText data)
    {
        var plain = data.Decode().Span;
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(plain.Length)];
        return Base64.DecodeFromUtf8(plain, bytes, out _, out var written) == OperationStatus.Done && System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, written))
            ? JsonText.Of(bytes.AsSpan(0, written))
            : default;
    }
}
