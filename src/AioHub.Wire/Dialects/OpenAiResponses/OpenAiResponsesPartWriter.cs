using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>Writes the parts of messages and of tools' results.</summary>
internal sealed class OpenAiResponsesPartWriter(Utf8JsonWriter json, UpstreamTerms terms)
{
    /// <summary>A text as it stands: it was a JSON string before.</summary>
    public static void WriteText(Utf8JsonWriter json, JsonText text) => json.WriteRawValue(text.Quoted, skipInputValidation: true);

    /// <summary>Whether a message of that side can hold the block; what it cannot hold is a loss.</summary>
    public bool Takes(Block block, Role role, string path)
    {
        switch (block)
        {
            case TextBlock text:
                return !text.Text.IsEmpty;
            case ImageBlock or FileBlock or AudioBlock when role == Role.Assistant:
                terms.Losses.Add(path, "The upstream takes no pictures, files or sound as words of the model.");
                return false;
            case ImageBlock { Source: var source }:
                return HasSource(source, default, path);
            case FileBlock file:
                if (file.Cite)
                    terms.Losses.Add(path, "The upstream cites no documents of the request.", LossSeverity.Info);
                return HasSource(file.Source, file.Text, path);
            case AudioBlock { Source.Data.IsEmpty: true }:
                terms.Losses.Add(path, "Sound that is not sent with the request cannot be sent on.");
                return false;
            default:
                return true;
        }
    }

    public void Write(Block block, Role role)
    {
        json.WriteStartObject();
        switch (block)
        {
            case TextBlock { IsRefusal: true } refusal when role == Role.Assistant:
                json.WriteString(Names.Type, Names.Refusal);
                Member(Names.Refusal, refusal.Text);
                break;
            case TextBlock text:
                json.WriteString(Names.Type, role == Role.Assistant ? "output_text"u8 : "input_text"u8);
                Member(Names.Text, text.Text);
                break;
            case ImageBlock image:
                WriteImage(image);
                break;
            case FileBlock file:
                WriteFile(file);
                break;
            case AudioBlock audio:
                WriteAudio(audio);
                break;
        }

        json.WriteEndObject();
    }

    private bool HasSource(MediaSource source, JsonText text, string path)
    {
        if (source.Data.Exists || source.Url.Exists || source.FileId.Exists || text.Exists)
            return true;

        terms.Losses.Add(path, "A picture or a file without content was left out.");
        return false;
    }

    private void WriteImage(ImageBlock image)
    {
        json.WriteString(Names.Type, "input_image"u8);
        if (image.Source.Data.Exists)
            Member(Names.ImageUrl, OpenAiResponsesMedia.ToAddress(image.Source.Data, image.MediaType ?? "image/png"));
        else if (image.Source.Url.Exists)
            Member(Names.ImageUrl, image.Source.Url);
        else
            Member(Names.FileId, image.Source.FileId);

        // Required by the vendor's description, though not by all of its hosts.
        json.WriteString(Names.Detail, image.Detail ?? "auto");
    }

    private void WriteFile(FileBlock file)
    {
        if (file.Text.Exists)
        {
            json.WriteString(Names.Type, "input_text"u8);
            Member(Names.Text, JsonText.Join("\\n\\n"u8, file.Name, file.Context, file.Text));
            return;
        }

        if (file.Context.Exists)
            terms.Losses.Add("file.context", "The upstream takes no remarks about a file.", LossSeverity.Info);

        json.WriteString(Names.Type, "input_file"u8);
        if (file.Source.Data.Exists)
        {
            Member(Names.FileName, file.Name.IsEmpty ? JsonText.Of(OpenAiResponsesMedia.NameOf(file.MediaType)) : file.Name);
            Member(Names.FileData, OpenAiResponsesMedia.ToAddress(file.Source.Data, file.MediaType ?? "application/octet-stream"));
        }
        else if (file.Source.Url.Exists)
        {
            Member(Names.FileUrl, file.Source.Url);
        }
        else
        {
            Member(Names.FileId, file.Source.FileId);
        }
    }

    private void WriteAudio(AudioBlock audio)
    {
        json.WriteString(Names.Type, Names.InputAudio);
        json.WriteStartObject(Names.InputAudio);
        Member("data"u8, audio.Source.Data);
        json.WriteString("format"u8, audio.MediaType switch { "audio/mpeg" or "audio/mp3" => "mp3", null => "wav", var type => type[(type.LastIndexOf('/') + 1)..] });
        json.WriteEndObject();
    }

    private void Member(ReadOnlySpan<byte> name, JsonText text)
    {
        json.WritePropertyName(name);
        WriteText(json, text);
    }
}
