using System.Globalization;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Reads <c>generationConfig</c>. A figure of the wrong kind is refused by name; whether it is a sensible one is the upstream's to judge.</summary>
internal static class GeminiConfigReader
{
    private const string Place = "generationConfig";
    private const long MostTokens = 100_000_000;
    private const long MostAnswers = 128;

    public static bool TryRead(JsonView config, ReadOnlyMemory<byte> body, ref Conversation draft, ref Pocket pocket, out RequestFault fault)
    {
        fault = default;
        if (!config.IsObject)
        {
            fault = GeminiFields.Invalid(Place, "an object");
            return false;
        }

        // As a whole for a writer of the same dialect; what others cannot say stands in the pocket once more, by name.
        Pocket.Add(ref pocket, JsonText.Of(Place), config.In(body), GeminiFields.Of(Place));
        var sampling = draft.Sampling;
        var reasoning = draft.Reasoning;
        var mime = "";
        var schema = default(JsonView);
        foreach (var field in config.Members)
        {
            if (field.Value.IsNothing)
                continue;

            var isKnown = true;
            var isFine = TrySampling(field, body, ref sampling, ref isKnown, out fault);
            if (isKnown)
            {
                if (!isFine)
                    return false;
            }
            else if (field.Says(Names.Thinking))
            {
                if (!TryThinking(field.Value, body, ref reasoning, ref pocket, out fault))
                    return false;
            }
            else if (field.Says(Names.ResponseMimeType))
            {
                mime = field.Value.AsString(256) ?? "";
            }
            else if (field.Says(Names.Schema) || field.Says(Names.JsonSchema) || field.Is("_responseJsonSchema"u8))
            {
                schema = field.Value.IsObject ? field.Value : schema;
            }
            else if (field.Says(Names.ResponseModalities))
            {
                if (!TryModalities(field, body, ref pocket, out fault))
                    return false;
            }
            else
            {
                Pocket.Add(ref pocket, JsonText.Of($"{Place}.{GeminiSpelling.Camel(field.Name)}"), field.Value.In(body), GeminiFields.Of(Place, field.Name));
            }
        }

        var format = OutputFormat.Text;
        if (schema.Exists)
        {
            format = new OutputFormat(OutputShape.Schema) { Schema = GeminiSchemas.ToJsonSchema(schema, body), Origin = new Origin(Dialect.Gemini, schema.In(body)) };
        }
        else if (mime.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            format = new OutputFormat(OutputShape.Json);
        }
        else if (mime.Length > 0 && !mime.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
        {
            // text/x.enum, application/yaml.
            Pocket.Add(ref pocket, JsonText.Of($"{Place}.responseMimeType"), config.Find(Names.ResponseMimeType).In(body), GeminiFields.Of($"{Place}.responseMimeType"));
        }

        draft = draft with { Sampling = sampling, Reasoning = reasoning, Format = format };
        return true;
    }

    private static bool TrySampling(JsonView.Field field, ReadOnlyMemory<byte> body, ref Sampling sampling, ref bool isKnown, out RequestFault fault)
    {
        fault = default;
        decimal? number = null;
        long? count = null;
        if (field.Is(Names.Temperature) && TryNumber(field, out number, out fault))
            sampling = sampling with { Temperature = number };
        else if (field.Says(Names.TopP) && TryNumber(field, out number, out fault))
            sampling = sampling with { TopP = number };
        else if (field.Says(Names.TopK) && TryNumber(field, out number, out fault))
            sampling = sampling with { TopK = number };
        else if (field.Says(Names.PresencePenalty) && TryNumber(field, out number, out fault))
            sampling = sampling with { PresencePenalty = number };
        else if (field.Says(Names.FrequencyPenalty) && TryNumber(field, out number, out fault))
            sampling = sampling with { FrequencyPenalty = number };
        else if (field.Says(Names.MaxTokens) && TryCount(field, 1, MostTokens, out count, out fault))
            sampling = sampling with { MaxOutputTokens = count };
        else if (field.Says(Names.Candidate) && TryCount(field, 1, MostAnswers, out count, out fault))
            sampling = sampling with { Answers = (int)count!.Value };
        else if (field.Is(Names.Seed) && TryCount(field, long.MinValue, long.MaxValue, out count, out fault))
            sampling = sampling with { Seed = count };
        else if (field.Is(Names.Logprobs) && TryCount(field, 0, 1_000, out count, out fault))
            sampling = sampling with { TopLogProbs = (int)count!.Value };
        else if (field.Says(Names.ResponseLogprobs))
            sampling = sampling with { LogProbs = field.Value.IsTrue };
        else if (field.Says(Names.StopSequences))
            return TryStops(field.Value, body, ref sampling, out fault);
        else
            isKnown = fault.Code is not null;

        return fault.Code is null;
    }

    private static bool TryStops(JsonView value, ReadOnlyMemory<byte> body, ref Sampling sampling, out RequestFault fault)
    {
        fault = default;
        var stops = new List<JsonText>();
        if (value.IsText)
            stops.Add(JsonText.From(value, body));

        foreach (var stop in value.Items)
        {
            if (!stop.IsText)
            {
                fault = GeminiFields.Invalid($"{Place}.stopSequences", "an array of strings");
                return false;
            }

            stops.Add(JsonText.From(stop, body));
        }

        if (!value.IsText && !value.IsArray)
        {
            fault = GeminiFields.Invalid($"{Place}.stopSequences", "an array of strings");
            return false;
        }

        stops.RemoveAll(stop => stop.IsEmpty);
        sampling = sampling with { Stops = stops };
        return true;
    }

    private static bool TryThinking(JsonView value, ReadOnlyMemory<byte> body, ref ReasoningWish reasoning, ref Pocket pocket, out RequestFault fault)
    {
        fault = default;
        if (!value.IsObject)
        {
            fault = GeminiFields.Invalid($"{Place}.thinkingConfig", "an object");
            return false;
        }

        foreach (var field in value.Members)
        {
            if (field.Value.IsNothing)
                continue;

            if (field.Says(Names.IncludeThoughts))
            {
                reasoning = reasoning with { Show = field.Value.IsTrue };
            }
            else if (field.Says(Names.ThinkingBudget))
            {
                if (field.Value.Whole() is not { } budget)
                {
                    fault = GeminiFields.Invalid($"{Place}.thinkingConfig.thinkingBudget", "a whole number of tokens");
                    return false;
                }

                reasoning = budget < 0 ? reasoning with { Adaptive = true } : reasoning with { Budget = budget, Effort = budget == 0 ? Effort.None : reasoning.Effort };
            }
            else if (field.Says(Names.ThinkingLevel) && GeminiThinking.Parse(field.Value.AsString(64)) is not Effort.Unsaid and var effort)
            {
                reasoning = reasoning with { Effort = effort };
            }
            else if (!field.Value.Is("THINKING_LEVEL_UNSPECIFIED"u8))
            {
                Pocket.Add(ref pocket, JsonText.Of($"{Place}.thinkingConfig.{GeminiSpelling.Camel(field.Name)}"), field.Value.In(body), FieldRule.Unknown);
            }
        }

        return true;
    }

    private static bool TryModalities(JsonView.Field field, ReadOnlyMemory<byte> body, ref Pocket pocket, out RequestFault fault)
    {
        fault = default;
        var others = 0;
        var text = false;
        foreach (var modality in field.Value.Items)
        {
            var name = modality.AsString(64) ?? "";
            text |= name.Equals("TEXT", StringComparison.OrdinalIgnoreCase);
            others += name.Equals("TEXT", StringComparison.OrdinalIgnoreCase) || name.Equals("MODALITY_UNSPECIFIED", StringComparison.OrdinalIgnoreCase) ? 0 : 1;
        }

        if (others == 0)
            return true;

        if (!text)
        {
            fault = GeminiFields.Refusal($"{Place}.responseModalities");
            return false;
        }

        Pocket.Add(ref pocket, JsonText.Of($"{Place}.responseModalities"), field.Value.In(body), GeminiFields.Of($"{Place}.responseModalities"));
        return true;
    }

    private static bool TryNumber(JsonView.Field field, out decimal? number, out RequestFault fault)
    {
        fault = default;
        number = null;
        if (field.Value.Kind == JsonKind.Number && decimal.TryParse(field.Value.Raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            number = value;
            return true;
        }

        fault = GeminiFields.Invalid($"{Place}.{GeminiSpelling.Camel(field.Name)}", "a number");
        return false;
    }

    private static bool TryCount(JsonView.Field field, long least, long most, out long? count, out RequestFault fault)
    {
        fault = default;
        count = field.Value.Whole();
        if (count is { } value && value >= least && value <= most)
            return true;

        count = null;
        fault = GeminiFields.Invalid($"{Place}.{GeminiSpelling.Camel(field.Name)}", least == long.MinValue ? "a whole number" : $"a whole number from {least} to {most}");
        return false;
    }
}
