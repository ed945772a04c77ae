using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>OpenAI's <c>/v1/embeddings</c>, read and written for an upstream or a caller of another grammar (platform.openai.com, "Create embeddings", 2026-11).</summary>
internal static class OpenAiChatEmbeddings
{
    public static bool TryReadRequest(ReadOnlyMemory<byte> body, LossLog losses, [NotNullWhen(true)] out EmbeddingQuestion? question, out RequestFault fault)
    {
        (question, fault) = (null, default);
        if (!JsonView.TryOver(body.Span, out var root) || !root.IsObject)
        {
            fault = new RequestFault("invalid_json", "The JSON body must be an object: send { … }.", null);
            return false;
        }

        var texts = new List<JsonText>();
        long? dimensions = null;
        var base64 = false;
        foreach (var field in root.Members)
        {
            if (field.Is("input"u8))
            {
                if (!TryReadInput(field.Value, body, texts, out fault))
                    return false;
            }
            else if (field.Is("dimensions"u8))
            {
                if (!field.Value.IsNothing && (field.Value.AsInteger() is not { } length || length <= 0))
                {
                    fault = new RequestFault("invalid_field", "\"dimensions\" must be a whole number above 0.", "dimensions");
                    return false;
                }

                dimensions = field.Value.AsInteger();
            }
            else if (field.Is("encoding_format"u8))
            {
                base64 = field.Value.Is("base64"u8);
                if (!base64 && !field.Value.IsNothing && !field.Value.Is("float"u8))
                {
                    fault = new RequestFault("invalid_field", "\"encoding_format\" must be \"float\" or \"base64\": the channel of this model has no other.", "encoding_format");
                    return false;
                }
            }
            else if (field.Is("user"u8))
            {
                losses.Add("user", "Who of the caller's users asks is not told to Google.", LossSeverity.Info);
            }
            else if (!field.Is("model"u8) && !field.Value.IsNothing)
            {
                losses.Add(field.Name.AsString(64) ?? "*", "Embeddings of this upstream have nothing of the kind.");
            }
        }

        if (texts.Count == 0)
        {
            fault = new RequestFault("missing_field", "\"input\" is missing: send a text or a list of texts.", "input");
            return false;
        }

        question = new EmbeddingQuestion(texts) { Dimensions = dimensions, AsBase64 = base64 };
        return true;
    }

    /// <summary>Writes the answer as <c>/v1/embeddings</c> gives it; rows have length one there, also those that a model of Google's cut short.</summary>
    public static void WriteReply(IBufferWriter<byte> output, EmbeddingQuestion question, EmbeddingAnswer answer, long tokens, string model)
    {
        output.Write("{\"object\":\"list\",\"data\":["u8);
        for (var i = 0; i < answer.Rows.Count; i++)
        {
            output.Write(i == 0 ? "{\"object\":\"embedding\",\"index\":"u8 : ",{\"object\":\"embedding\",\"index\":"u8);
            Write(output, i);
            output.Write(",\"embedding\":"u8);
            var toUnit = question.Dimensions is not null;
            if (question.AsBase64)
                EmbeddingRow.WriteBase64(output, answer.Rows[i].Span, toUnit);
            else
                EmbeddingRow.WriteNumbers(output, answer.Rows[i].Span, toUnit);
            output.Write("}"u8);
        }

        output.Write("],\"model\":"u8);
        output.Write(JsonSplice.QuotedString(model).Span);
        output.Write(",\"usage\":{\"prompt_tokens\":"u8);
        Write(output, tokens);
        output.Write(",\"total_tokens\":"u8);
        Write(output, tokens);
        output.Write("}}"u8);
    }

    public static void WriteRequest(IBufferWriter<byte> output, EmbeddingQuestion question, string model)
    {
        output.Write("{\"model\":"u8);
        output.Write(JsonSplice.QuotedString(model).Span);
        output.Write(",\"input\":["u8);
        for (var i = 0; i < question.Texts.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            output.Write(question.Texts[i].Quoted);
        }

        output.Write("]"u8);
        if (question.Dimensions is { } dimensions)
        {
            output.Write(",\"dimensions\":"u8);
            Write(output, dimensions);
        }

        output.Write("}"u8);
    }

    /// <summary>Reads the rows by their <c>index</c>; where none is told, in the order in which they stand.</summary>
    public static bool TryReadReply(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out EmbeddingAnswer? answer)
    {
        answer = null;
        if (!JsonView.TryOver(body.Span, out var root) || root["data"u8] is not { IsArray: true } data)
            return false;

        var rows = new SortedDictionary<long, ReadOnlyMemory<byte>>();
        foreach (var item in data.Items)
        {
            var row = item["embedding"u8];
            if (!EmbeddingAnswer.IsRow(row) || !rows.TryAdd(item["index"u8].AsInteger() ?? rows.Count, row.In(body)))
                return false;
        }

        answer = new EmbeddingAnswer([.. rows.Values]);
        return rows.Count > 0;
    }

    private static bool TryReadInput(JsonView input, ReadOnlyMemory<byte> body, List<JsonText> texts, out RequestFault fault)
    {
        fault = default;
        texts.Clear();
        if (input.IsText)
            texts.Add(JsonText.From(input, body));

        foreach (var item in input.Items)
        {
            if (!item.IsText)
            {
                fault = new RequestFault("invalid_field", "\"input\" must be a text or a list of texts: the channel of this model knows nothing of OpenAI's tokens and parts.", "input");
                return false;
            }

            texts.Add(JsonText.From(item, body));
        }

        return true;
    }

    private static void Write(IBufferWriter<byte> output, long number)
    {
        number.TryFormat(output.GetSpan(20), out var written);
        output.Advance(written);
    }
}
