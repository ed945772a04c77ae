using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.AnthropicMessages.AnthropicMessagesNames;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Sources that an answer's text quotes.</summary>
internal static class AnthropicMessagesCitations
{
    /// <summary>Reads one; its slices are of the text given.</summary>
    public static Citation Read(JsonView citation, ReadOnlyMemory<byte> text)
    {
        JsonView url = default, title = default, quote = default;
        foreach (var field in citation.Members)
        {
            // A search result of the caller's own has its address in "source".
            if (field.Is(Names.Url) || (field.Is(Names.Source) && !url.Exists))
                url = field.Value;
            else if (field.Is(Names.Title) || (field.Is(Names.DocumentTitle) && !title.IsText))
                title = field.Value;
            else if (field.Is(Names.CitedText))
                quote = field.Value;
        }

        return new Citation(JsonText.From(url, text), JsonText.From(title, text))
        {
            Quote = JsonText.From(quote, text),
            Origin = new Origin(Dialect.AnthropicMessages, citation.In(text)),
        };
    }

    /// <summary>
    /// Writes one. What another vendor cites becomes the one kind that needs no token of Anthropic's own: <c>search_result_location</c>, of which a web search's kind differs by
    /// an encrypted index that only Anthropic can make.
    /// </summary>
    /// <param name="index">How many sources stood before it.</param>
    public static void Write(Utf8JsonWriter json, Citation citation, int index)
    {
        if (citation.Origin is { Dialect: Dialect.AnthropicMessages } origin)
        {
            json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "search_result_location"u8);
        AnthropicMessagesTexts.Write(json, "cited_text"u8, citation.Quote);
        AnthropicMessagesTexts.Write(json, "source"u8, citation.Url);
        AnthropicMessagesTexts.Write(json, "title"u8, citation.Title);
        json.WriteNumber("search_result_index"u8, index);
        json.WriteNumber("start_block_index"u8, 0);
        json.WriteNumber("end_block_index"u8, 1);
        json.WriteEndObject();
    }
}
