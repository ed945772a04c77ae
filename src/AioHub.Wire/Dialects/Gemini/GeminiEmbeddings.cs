using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// Google's <c>embedContent</c> and <c>batchEmbedContents</c>, read and written for an upstream or a caller of another grammar (ai.google.dev, "Embeddings" of the API reference, 2026-11).
/// Upstream the batch alone is asked for: it takes one text as well.
/// </summary>
internal static class GeminiEmbeddings
{
    /// <summary>What is asked upstream.</summary>
    public const string Verb = "batchEmbedContents";

    public static bool TryReadRequest(ReadOnlyMemory<byte> body, LossLog losses, [NotNullWhen(true)] out EmbeddingQuestion? question, out RequestFault fault)
    {
        (question, fault) = (null, default);
        if (!JsonView.TryOver(body.Span, out var root) || !root.IsObject)
        {
            fault = new RequestFault("invalid_json", "The JSON body must be an object: send { … }.", null);
            return false;
        }

        var reading = new Reading(body, losses);
        if (root.Find("requests"u8) is { IsArray: true } requests)
        {
            var at = 0;
            foreach (var request in requests.Items)
            {
                if (!reading.TryTake(request, $"requests[{at}].", out fault))
                    return false;
                at++;
            }

            foreach (var field in root.Members)
            {
                if (!field.Says("requests"u8) && !field.Says("model"u8))
                    losses.Add(GeminiSpelling.Camel(field.Name), Reading.Unknown);
            }
        }
        else if (!reading.TryTake(root, "", out fault))
        {
            return false;
        }

        if (reading.Texts.Count == 0)
        {
            fault = new RequestFault("missing_field", "\"requests\" is empty: ask for one embedding at least.", "requests");
            return false;
        }

        question = new EmbeddingQuestion(reading.Texts) { Dimensions = reading.Dimensions, IsSingle = !root.Find("requests"u8).IsArray };
        return true;
    }

    public static void WriteRequest(IBufferWriter<byte> output, EmbeddingQuestion question, string model)
    {
        var name = JsonSplice.QuotedString(model.Contains('/', StringComparison.Ordinal) ? model : $"models/{model}");
        for (var i = 0; i < question.Texts.Count; i++)
        {
            output.Write(i == 0 ? "{\"requests\":[{\"model\":"u8 : ",{\"model\":"u8);
            output.Write(name.Span);
            output.Write(",\"content\":{\"parts\":[{\"text\":"u8);
            output.Write(question.Texts[i].Quoted);
            output.Write("}]}"u8);
            if (question.Dimensions is { } dimensions)
            {
                output.Write(",\"outputDimensionality\":"u8);
                Write(output, dimensions);
            }

            output.Write("}"u8);
        }

        output.Write("]}"u8);
    }

    public static bool TryReadReply(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out EmbeddingAnswer? answer)
    {
        answer = null;
        if (!JsonView.TryOver(body.Span, out var root) || root["embeddings"u8] is not { IsArray: true } embeddings)
            return false;

        var rows = new List<ReadOnlyMemory<byte>>();
        foreach (var embedding in embeddings.Items)
        {
            var row = embedding["values"u8];
            if (!row.IsArray || !EmbeddingAnswer.IsRow(row))
                return false;

            rows.Add(row.In(body));
        }

        answer = new EmbeddingAnswer(rows);
        return rows.Count > 0;
    }

    public static void WriteReply(IBufferWriter<byte> output, EmbeddingQuestion question, EmbeddingAnswer answer, long tokens)
    {
        output.Write(question.IsSingle ? "{\"embedding\":"u8 : "{\"embeddings\":["u8);
        for (var i = 0; i < answer.Rows.Count; i++)
        {
            output.Write(i == 0 ? "{\"values\":"u8 : ",{\"values\":"u8);
            EmbeddingRow.WriteNumbers(output, answer.Rows[i].Span, toUnit: false);
            output.Write("}"u8);
        }

        output.Write(question.IsSingle ? ",\"usageMetadata\":{\"promptTokenCount\":"u8 : "],\"usageMetadata\":{\"promptTokenCount\":"u8);
        Write(output, tokens);
        output.Write("}}"u8);
    }

    private static void Write(IBufferWriter<byte> output, long number)
    {
        number.TryFormat(output.GetSpan(20), out var written);
        output.Advance(written);
    }

    /// <summary>What was read of one body.</summary>
    private sealed class Reading(ReadOnlyMemory<byte> body, LossLog losses)
    {
        public const string Unknown = "Embeddings of this upstream have nothing of the kind.";

        public List<JsonText> Texts { get; } = [];

        public long? Dimensions { get; private set; }

        /// <param name="place">Where the request stands, with a dot at its end.</param>
        public bool TryTake(JsonView request, string place, out RequestFault fault)
        {
            fault = default;
            var text = default(JsonText);
            long? dimensions = null;
            foreach (var field in request.Members)
            {
                if (field.Says("content"u8))
                {
                    if (!TryReadContent(field.Value, $"{place}content", out text, out fault))
                        return false;
                }
                else if (field.Says("outputDimensionality"u8))
                {
                    if (!field.Value.IsNothing && (field.Value.AsInteger() is not { } length || length <= 0))
                    {
                        fault = new RequestFault("invalid_field", $"\"{place}outputDimensionality\" must be a whole number above 0.", $"{place}outputDimensionality");
                        return false;
                    }

                    dimensions = field.Value.AsInteger();
                }
                else if (field.Says("taskType"u8) || field.Says("title"u8))
                {
                    losses.Add(place + GeminiSpelling.Camel(field.Name), "What an embedding is for is only known to Google's models.");
                }
                else if (!field.Says("model"u8) && !field.Value.IsNothing)
                {
                    losses.Add(place + GeminiSpelling.Camel(field.Name), Unknown);
                }
            }

            if (!text.Exists)
            {
                fault = new RequestFault("missing_field", $"\"{place}content\" is missing: it holds the text as {{\"parts\":[{{\"text\":\"…\"}}]}}.", $"{place}content");
                return false;
            }

            if (Texts.Count > 0 && Dimensions != dimensions)
            {
                fault = new RequestFault("invalid_field", $"\"{place}outputDimensionality\" must be the same in all requests of a batch: the channel of this model has one length for all.", $"{place}outputDimensionality");
                return false;
            }

            Texts.Add(text);
            Dimensions = dimensions;
            return true;
        }

        private bool TryReadContent(JsonView content, string place, out JsonText text, out RequestFault fault)
        {
            (text, fault) = (default, default);
            var parts = new List<JsonText>();
            foreach (var part in content.Find("parts"u8).Items)
            {
                if (part.Find("text"u8) is not { IsText: true } said)
                {
                    fault = new RequestFault("invalid_field", $"\"{place}.parts\" must be texts: the channel of this model embeds nothing else.", $"{place}.parts");
                    return false;
                }

                parts.Add(JsonText.From(said, body));
            }

            if (parts.Count > 1)
                losses.Add($"{place}.parts", "The parts of one content are embedded as one text, with a line between them.", LossSeverity.Info);

            text = parts.Count == 1 ? parts[0] : JsonText.Join("\\n"u8, [.. parts]);
            return true;
        }
    }
}
