using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Reads what a message says: a text, or parts of text, pictures, sound and files, in OpenAI's form and in those of the hosts beside it.</summary>
internal static class OpenAiChatPartReader
{
    /// <summary>Reads the content of a message of a request.</summary>
    /// <param name="message">The message's index, for faults.</param>
    public static bool TryRead(JsonView content, ReadOnlyMemory<byte> body, int message, List<Block> into, out RequestFault fault)
    {
        fault = default;
        switch (content.Kind)
        {
            case JsonKind.Absent or JsonKind.Null:
                return true;
            case JsonKind.Text:
                if (content.Length > 2)
                    into.Add(new TextBlock(JsonText.From(content, body)));
                return true;
            case JsonKind.Array:
                var index = 0;
                foreach (var part in content.Items)
                {
                    if (!TryReadPart(part, body, into, out var wrong))
                    {
                        var path = $"messages[{message}].content[{index}]{wrong.Place}";
                        fault = OpenAiFaults.Wrong(path, wrong.Must);
                        return false;
                    }

                    index++;
                }

                return true;
            default:
                fault = OpenAiFaults.Wrong($"messages[{message}].content", "a string, an array of content parts, or null");
                return false;
        }
    }

    /// <summary>Reads the content of an answer, where nothing is refused: what cannot be read is passed over.</summary>
    public static void Read(JsonView content, ReadOnlyMemory<byte> body, List<Block> into)
    {
        if (content.IsText && content.Length > 2)
            into.Add(new TextBlock(JsonText.From(content, body)));

        foreach (var part in content.Items)
            TryReadPart(part, body, into, out _);
    }

    /// <summary>Reads the text of Mistral's parts of thinking: texts, and references that nobody else knows.</summary>
    public static JsonText ThinkingOf(JsonView thinking, ReadOnlyMemory<byte> body)
    {
        if (thinking.IsText)
            return JsonText.From(thinking, body);

        var whole = default(JsonText);
        foreach (var piece in thinking.Items)
            whole = JsonText.Join(default, whole, JsonText.From(piece.IsText ? piece : piece[Chat.Text], body));

        return whole;
    }

    /// <summary>A picture of an answer: OpenRouter's <c>images</c>.</summary>
    public static ImageBlock? ImageOf(JsonView part, ReadOnlyMemory<byte> body)
    {
        var image = part[Chat.ImageUrl];
        var url = JsonText.From(image.IsText ? image : image[Chat.Url], body);
        return url.IsEmpty ? null : Image(url, null);
    }

    private static bool TryReadPart(JsonView part, ReadOnlyMemory<byte> body, List<Block> into, out (string Place, string Must) wrong)
    {
        wrong = default;
        if (part.IsText)
        {
            if (part.Length > 2)
                into.Add(new TextBlock(JsonText.From(part, body)));
            return true;
        }

        if (!part.IsObject)
        {
            wrong = ("", "a content part: an object with a \"type\"");
            return false;
        }

        var type = part[Chat.Type];
        if (!type.IsText)
        {
            wrong = (".type", "the name of the part's type, such as text or image_url");
            return false;
        }

        Block? block;
        if (type.Is(Chat.Text))
            block = TryText(part[Chat.Text], body, ".text", out wrong);
        else if (type.Is(Chat.Refusal))
            block = TryText(part[Chat.Refusal], body, ".refusal", out wrong) is { } refusal ? refusal with { IsRefusal = true } : null;
        else if (type.Is(Chat.ImageUrl))
            block = TryImage(part, body, out wrong);
        else if (type.Is(Chat.InputAudio))
            block = TryAudio(part[Chat.InputAudio], body, out wrong);
        else if (type.Is(Chat.AudioUrl))
            block = TryAddress(part, Chat.AudioUrl, body, ".audio_url", out wrong) is { } sound ? new AudioBlock(sound.Source, sound.MediaType) : null;
        else if (type.Is(Chat.VideoUrl))
            block = TryAddress(part, Chat.VideoUrl, body, ".video_url", out wrong) is { } video ? new FileBlock(video.Source, video.MediaType ?? "video/mp4") : null;
        else if (type.Is(Chat.File))
            block = TryFile(part[Chat.File], body, out wrong);
        else if (type.Is(Chat.DocumentUrl))
            block = TryAddress(part, Chat.DocumentUrl, body, ".document_url", out wrong) is { } paper
                ? new FileBlock(paper.Source, paper.MediaType ?? "application/pdf") { Name = JsonText.From(part[Chat.DocumentName], body) }
                : null;
        else if (type.Is(Chat.Thinking))
            block = new ThinkingBlock(ThinkingOf(part[Chat.Thinking], body)) { Sealed = OpenAiChatReasoning.ByThinkingPart };
        else
            block = new OpaqueBlock(type.AsString(64) ?? "part");

        if (wrong.Must is not null)
            return false;

        if (block is not null)
            into.Add(Dress(block, part, body));

        return true;
    }

    /// <summary>Adds what any part may have beside its content, and the part itself for whoever replays it.</summary>
    private static Block Dress(Block block, JsonView part, ReadOnlyMemory<byte> body)
    {
        var pocket = Pocket.Empty;
        var cache = CacheOf(part);
        foreach (var field in part.Members)
        {
            if (field.Value.IsNothing || IsContent(field))
                continue;

            var name = JsonText.From(field.Name, body);
            Pocket.Add(ref pocket, name, field.Value.In(body), OpenAiChatFields.OfPart(name.ToString()));
        }

        return block is TextBlock && cache is null && pocket.Members.Count == 0
            ? block
            : block with { Origin = new Origin(Dialect.OpenAiChat, part.In(body)), Cache = cache, Pocket = block is OpaqueBlock ? Pocket.Empty : pocket };
    }

    private static bool IsContent(in JsonView.Field field) =>
        field.Is(Chat.Type) || field.Is(Chat.Text) || field.Is(Chat.Refusal) || field.Is(Chat.ImageUrl) || field.Is(Chat.InputAudio) || field.Is(Chat.AudioUrl)
        || field.Is(Chat.VideoUrl) || field.Is(Chat.File) || field.Is(Chat.DocumentUrl) || field.Is(Chat.DocumentName) || field.Is(Chat.Thinking) || field.Is(Chat.CacheControl)
        || field.Is(Chat.PromptCacheBreakpoint);

    /// <summary>Anthropic's marker, which several hosts take, or OpenAI's own.</summary>
    public static CacheMark? CacheOf(JsonView mark, JsonView breakpoint) =>
        mark.IsObject ? mark[Chat.Ttl].Is("1h"u8) ? CacheMark.OneHour : CacheMark.Default
        : breakpoint.IsObject ? CacheMark.Default
        : null;

    /// <inheritdoc cref="CacheOf(JsonView, JsonView)"/>
    public static CacheMark? CacheOf(JsonView value) => CacheOf(value[Chat.CacheControl], value[Chat.PromptCacheBreakpoint]);

    private static TextBlock? TryText(JsonView text, ReadOnlyMemory<byte> body, string place, out (string Place, string Must) wrong)
    {
        wrong = default;
        if (text.IsText || text.IsNothing)
            return text.Length > 2 && text.IsText ? new TextBlock(JsonText.From(text, body)) : null;

        wrong = (place, "a string");
        return null;
    }

    private static ImageBlock? TryImage(JsonView part, ReadOnlyMemory<byte> body, out (string Place, string Must) wrong)
    {
        wrong = default;
        var image = part[Chat.ImageUrl];
        var url = JsonText.From(image.IsText ? image : image[Chat.Url], body);
        if (url.IsEmpty)
        {
            wrong = (".image_url.url", "an address, or a data address with base64");
            return null;
        }

        if (OpenAiMedia.IsData(url) && !OpenAiMedia.TryReadData(url, out _, out _))
        {
            wrong = (".image_url.url", "an http address, or a data address of the form data:image/png;base64,…");
            return null;
        }

        return Image(url, image.IsObject ? image[Chat.Detail].AsString(16) : null);
    }

    private static ImageBlock Image(JsonText url, string? detail) => OpenAiMedia.TryReadData(url, out var mediaType, out var data)
        ? new ImageBlock(new MediaSource { Data = data }, mediaType) { Detail = detail }
        : new ImageBlock(new MediaSource { Url = url }, null) { Detail = detail };

    private static AudioBlock? TryAudio(JsonView audio, ReadOnlyMemory<byte> body, out (string Place, string Must) wrong)
    {
        wrong = default;
        var data = JsonText.From(audio[Chat.Data], body);
        if (data.IsEmpty)
        {
            wrong = (".input_audio.data", "the sound in base64");
            return null;
        }

        var format = OpenAiMedia.AudioType(audio[Chat.Format].AsString(16));
        if (!OpenAiMedia.IsData(data))
            return data.Inside.StartsWith("http"u8) ? new AudioBlock(new MediaSource { Url = data }, format) : new AudioBlock(new MediaSource { Data = data }, format);

        // Qwen wants data addresses here.
        if (OpenAiMedia.TryReadData(data, out var mediaType, out var inside))
            return new AudioBlock(new MediaSource { Data = inside }, mediaType ?? format);

        wrong = (".input_audio.data", "the sound in base64");
        return null;
    }

    private static FileBlock? TryFile(JsonView file, ReadOnlyMemory<byte> body, out (string Place, string Must) wrong)
    {
        wrong = default;
        var name = JsonText.From(file[Chat.Filename], body);
        if (JsonText.From(file[Chat.FileId], body) is { IsEmpty: false } id)
            return new FileBlock(new MediaSource { FileId = id }, null) { Name = name };

        var data = JsonText.From(file[Chat.FileData], body);
        if (data.IsEmpty)
        {
            wrong = (".file", "an object with \"file_data\" (a data address with base64) or \"file_id\"");
            return null;
        }

        if (OpenAiMedia.TryReadData(data, out var mediaType, out var inside))
            return new FileBlock(new MediaSource { Data = inside }, mediaType) { Name = name };

        if (OpenAiMedia.IsData(data))
        {
            wrong = (".file.file_data", "a data address of the form data:application/pdf;base64,…");
            return null;
        }

        // OpenRouter takes addresses here; plain base64 is OpenAI's older form for PDF.
        return data.Inside.StartsWith("http"u8)
            ? new FileBlock(new MediaSource { Url = data }, "application/pdf") { Name = name }
            : new FileBlock(new MediaSource { Data = data }, "application/pdf") { Name = name };
    }

    private static (MediaSource Source, string? MediaType)? TryAddress(
        JsonView part, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> body, string place, out (string Place, string Must) wrong)
    {
        wrong = default;
        var value = part[name];
        var url = JsonText.From(value.IsText ? value : value[Chat.Url], body);
        if (!url.IsEmpty && OpenAiMedia.TryReadData(url, out var mediaType, out var data))
            return (new MediaSource { Data = data }, mediaType);
        if (!url.IsEmpty && !OpenAiMedia.IsData(url))
            return (new MediaSource { Url = url }, null);

        wrong = (place, "an address, or a data address with base64");
        return null;
    }
}
