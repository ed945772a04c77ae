using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <content>Messages and their parts.</content>
internal sealed partial class OpenAiResponsesStreamWriter
{
    private void BeginMessage()
    {
        Begin();
        _itemId = IdOf("msg_");
        _partIndex = 0;
        _parts.ResetWrittenCount();
        Added(",\"item\":{\"id\":\""u8, "\",\"type\":\"message\",\"status\":\"in_progress\",\"content\":[],\"role\":\"assistant\"}"u8);
        _open = Open.Message;
    }

    private void EndText()
    {
        WriteCitations();
        Event("response.output_text.done"u8);
        ItemPart(",\"content_index\":"u8);
        Raw(",\"text\":\""u8);
        Raw(_text.WrittenSpan);
        Raw("\",\"logprobs\":["u8);
        Raw(_logProbs.WrittenSpan);
        Raw("]"u8);
        EndEvent();

        _item.ResetWrittenCount();
        _item.Write("{\"type\":\"output_text\",\"annotations\":["u8);
        var isFirst = true;
        foreach (var citation in _citations)
        {
            if (!isFirst)
                _item.Write(","u8);
            WriteAnnotation(_item, citation);
            isFirst = false;
        }

        _item.Write("],\"logprobs\":["u8);
        _item.Write(_logProbs.WrittenSpan);
        _item.Write("],\"text\":\""u8);
        _item.Write(_text.WrittenSpan);
        _item.Write("\"}"u8);
        _citations.Clear();
        _logProbs.ResetWrittenCount();
        EndPart();
    }

    private void EndRefusal()
    {
        Event("response.refusal.done"u8);
        ItemPart(",\"content_index\":"u8);
        Raw(",\"refusal\":\""u8);
        Raw(_text.WrittenSpan);
        Raw("\""u8);
        EndEvent();

        _item.ResetWrittenCount();
        _item.Write("{\"type\":\"refusal\",\"refusal\":\""u8);
        _item.Write(_text.WrittenSpan);
        _item.Write("\"}"u8);
        EndPart();
    }

    private void EndPart()
    {
        Event("response.content_part.done"u8);
        ItemPart(",\"content_index\":"u8);
        Raw(",\"part\":"u8);
        Raw(_item.WrittenSpan);
        EndEvent();
        if (_parts.WrittenCount > 0)
            _parts.Write(","u8);

        _parts.Write(_item.WrittenSpan);
        _text.ResetWrittenCount();
        _partIndex++;
        _open = Open.Message;
    }

    /// <summary>The newest SDK wants annotations told one by one before the text is done.</summary>
    private void WriteCitations()
    {
        _citations.RemoveAll(citation =>
        {
            var isLost = citation.Url.IsEmpty && citation.Origin is null;
            if (isLost)
                Terms.Losses.Add("citations", "The caller's dialect names no places in the request's own documents.", LossSeverity.Info);
            return isLost;
        });
        for (var index = 0; index < _citations.Count; index++)
        {
            Event("response.output_text.annotation.added"u8);
            ItemPart(",\"content_index\":"u8);
            Raw(",\"annotation_index\":"u8);
            Number(index);
            Raw(",\"annotation\":"u8);
            WriteAnnotation(Output, _citations[index]);
            EndEvent();
        }
    }

    /// <summary>A source without a place in the text stands for all of it: that is what other dialects mean.</summary>
    private void WriteAnnotation(IBufferWriter<byte> output, Citation citation)
    {
        if (citation.Origin is { Dialect: Dialect.OpenAiResponses } origin)
        {
            JsonLine.Write(output, origin.Raw.Span);
            return;
        }

        if (citation.Quote.Exists)
            Terms.Losses.Add("citations", "The caller's dialect does not repeat what a source says.", LossSeverity.Info);

        using var json = JsonOut.Over(output);
        json.WriteStartObject();
        json.WriteString(Names.Type, "url_citation"u8);
        json.WriteNumber("start_index"u8, citation.Start ?? 0);
        json.WriteNumber("end_index"u8, citation.End ?? JsonValue.CountCharacters((byte[])[(byte)'"', .. _text.WrittenSpan, (byte)'"']));
        json.WritePropertyName("url"u8);
        json.WriteRawValue(citation.Url.Quoted, skipInputValidation: true);
        json.WritePropertyName("title"u8);
        json.WriteRawValue(citation.Title.Quoted, skipInputValidation: true);
        json.WriteEndObject();
    }

    private void EndMessage(bool cut)
    {
        if (_open != Open.Message)
            return;

        _item.ResetWrittenCount();
        _item.Write("{\"id\":\""u8);
        _item.Write(_itemId);
        _item.Write(cut ? "\",\"type\":\"message\",\"status\":\"incomplete\",\"content\":["u8 : "\",\"type\":\"message\",\"status\":\"completed\",\"content\":["u8);
        _item.Write(_parts.WrittenSpan);
        _item.Write("],\"role\":\"assistant\"}"u8);
        Done();
    }

    private static Citation Kept(Citation citation) => citation with
    {
        Url = Kept(citation.Url), Title = Kept(citation.Title), Origin = citation.Origin is { Dialect: Dialect.OpenAiResponses } origin ? origin with { Raw = origin.Raw.ToArray() } : null,
    };

    private static JsonText Kept(JsonText text) => text.Exists ? JsonText.FromQuoted(text.Quoted.ToArray()) : default;
}
