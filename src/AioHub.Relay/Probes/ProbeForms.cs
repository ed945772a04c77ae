using System.Text.Json.Nodes;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Probes;

/// <summary>A request of a probe.</summary>
/// <param name="Body">As a client would send it.</param>
/// <param name="Beta">An <c>anthropic-beta</c> that it needs; null = none.</param>
internal sealed record ProbeForm(JsonObject Body, string? Beta = null);

/// <summary>
/// The requests by which a capability is asked for, in each dialect. Of several spellings of one thing the first that works proves it; only where all are refused it
/// is not there.
/// </summary>
internal static class ProbeForms
{
    /// <summary>Enough for a model that thinks before it says one word.</summary>
    private const int MostTokens = 512;
    private const int ThinkingTokens = 1024;
    private const string StructuredOutputs = "structured-outputs-2025-11-13";

    private const string PlainPrompt = "Answer with the one word: ready";
    private const string ImagePrompt = "Which colour fills this picture? Answer with one English word.";
    private const string DocumentPrompt = "Which word stands in this document? Answer with that word alone.";
    private const string AudioPrompt = "What is to be heard in this recording? Answer with one word.";
    private const string ToolPrompt = "Call the tool note once, with the word ready.";
    private const string SchemaPrompt = "Give the word ready as a JSON object with the one member word.";
    private const string ReasonPrompt = "What is 17 times 23? Think first, then answer with the number alone.";

    /// <summary>How the bound of an answer is spelled: hosts and models of one dialect differ, and some take none.</summary>
    public static IReadOnlyList<string?> Bounds(Dialect dialect) => dialect switch
    {
        Dialect.OpenAiChat => ["max_tokens", "max_completion_tokens", null],
        Dialect.OpenAiResponses => ["max_output_tokens", null],
        Dialect.AnthropicMessages => ["max_tokens"],
        _ => ["maxOutputTokens"],
    };

    /// <summary>A plain question: what it needs every chat model has.</summary>
    public static ProbeForm Plain(Dialect dialect, string model, string? bound) => Of(dialect, model, bound, PlainPrompt, null);

    /// <summary>Empty where the dialect has no way to ask for it.</summary>
    public static IReadOnlyList<ProbeForm> Of(Dialect dialect, Needs capability, string model, string? bound) => capability switch
    {
        Needs.Streaming => [dialect == Dialect.Gemini ? Of(dialect, model, bound, PlainPrompt, null) : With(Of(dialect, model, bound, PlainPrompt, null), ("stream", true))],
        Needs.Tools => [With(Of(dialect, model, bound, ToolPrompt, null), Tool(dialect))],
        Needs.Images => [Of(dialect, model, bound, ImagePrompt, Image(dialect))],
        Needs.Documents => [.. Documents(dialect).Select(part => Of(dialect, model, bound, DocumentPrompt, part))],
        Needs.Audio when Audio(dialect) is { } part => [Of(dialect, model, bound, AudioPrompt, part)],
        Needs.JsonSchema => [.. Schemas(dialect).Select(schema => With(Of(dialect, model, bound, SchemaPrompt, null), schema.Member) with { Beta = schema.Beta })],
        Needs.Reasoning => [.. Reasoning(dialect).Select(member => Thinking(With(Of(dialect, model, bound, ReasonPrompt, null), member), dialect))],
        _ => [],
    };

    private static ProbeForm Of(Dialect dialect, string model, string? bound, string prompt, JsonObject? part)
    {
        var body = new JsonObject();
        switch (dialect)
        {
            case Dialect.Gemini:
                body["contents"] = new JsonArray(new JsonObject { ["role"] = "user", ["parts"] = Parts(new JsonObject { ["text"] = prompt }, part) });
                body["generationConfig"] = new JsonObject { ["maxOutputTokens"] = MostTokens };
                return new ProbeForm(body);
            case Dialect.OpenAiResponses:
                body["model"] = model;
                body["input"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = Parts(new JsonObject { ["type"] = "input_text", ["text"] = prompt }, part) });
                body["store"] = false;
                break;
            default:
                body["model"] = model;
                body["messages"] = new JsonArray(new JsonObject
                {
                    ["role"] = "user", ["content"] = part is null ? prompt : Parts(new JsonObject { ["type"] = "text", ["text"] = prompt }, part),
                });
                break;
        }

        if (bound is not null)
        {
            body[bound] = MostTokens;
        }

        return new ProbeForm(body);
    }

    private static JsonArray Parts(JsonObject text, JsonObject? part) => part is null ? new JsonArray(text) : new JsonArray(part, text);

    private static JsonObject Image(Dialect dialect) => dialect switch
    {
        Dialect.Gemini => Inline("image/png", ProbeSamples.Png),
        Dialect.AnthropicMessages => Source("image", "image/png", ProbeSamples.Png),
        Dialect.OpenAiResponses => new JsonObject { ["type"] = "input_image", ["image_url"] = "data:image/png;base64," + ProbeSamples.Png },
        _ => new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = "data:image/png;base64," + ProbeSamples.Png } },
    };

    private static JsonObject[] Documents(Dialect dialect) => dialect switch
    {
        Dialect.Gemini => [Inline("application/pdf", ProbeSamples.Pdf)],
        Dialect.AnthropicMessages => [Source("document", "application/pdf", ProbeSamples.Pdf)],
        Dialect.OpenAiResponses => [new JsonObject { ["type"] = "input_file", ["filename"] = "probe.pdf", ["file_data"] = "data:application/pdf;base64," + ProbeSamples.Pdf }],
        _ =>
        [
            new JsonObject { ["type"] = "file", ["file"] = new JsonObject { ["filename"] = "probe.pdf", ["file_data"] = "data:application/pdf;base64," + ProbeSamples.Pdf } },
            // Mistral's own.
            new JsonObject { ["type"] = "document_url", ["document_url"] = "data:application/pdf;base64," + ProbeSamples.Pdf },
        ],
    };

    private static JsonObject? Audio(Dialect dialect) => dialect switch
    {
        Dialect.Gemini => Inline("audio/wav", ProbeSamples.Wav),
        Dialect.OpenAiChat => new JsonObject { ["type"] = "input_audio", ["input_audio"] = new JsonObject { ["data"] = ProbeSamples.Wav, ["format"] = "wav" } },
        _ => null,
    };

    private static JsonObject Inline(string type, string data) => new() { ["inlineData"] = new JsonObject { ["mimeType"] = type, ["data"] = data } };

    private static JsonObject Source(string kind, string type, string data) => new()
    {
        ["type"] = kind, ["source"] = new JsonObject { ["type"] = "base64", ["media_type"] = type, ["data"] = data },
    };

    private static (string, JsonNode) Tool(Dialect dialect)
    {
        var (name, text) = ("note", "Notes a word.");
        return ("tools", new JsonArray(dialect switch
        {
            Dialect.Gemini => new JsonObject { ["functionDeclarations"] = new JsonArray(new JsonObject { ["name"] = name, ["description"] = text, ["parameters"] = Schema() }) },
            Dialect.AnthropicMessages => new JsonObject { ["name"] = name, ["description"] = text, ["input_schema"] = Schema() },
            Dialect.OpenAiResponses => new JsonObject { ["type"] = "function", ["name"] = name, ["description"] = text, ["parameters"] = Schema() },
            _ => new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = name, ["description"] = text, ["parameters"] = Schema() } },
        }));
    }

    private static ((string, JsonNode) Member, string? Beta)[] Schemas(Dialect dialect)
    {
        return dialect switch
        {
            Dialect.Gemini =>
            [
                (("generationConfig", new JsonObject { ["maxOutputTokens"] = MostTokens, ["responseMimeType"] = "application/json", ["responseJsonSchema"] = Strict() }), null),
                (("generationConfig", new JsonObject { ["maxOutputTokens"] = MostTokens, ["responseMimeType"] = "application/json", ["responseSchema"] = Schema() }), null),
            ],
            Dialect.AnthropicMessages =>
            [
                (("output_config", new JsonObject { ["format"] = Format() }), null),
                (("output_format", Format()), StructuredOutputs),
            ],
            Dialect.OpenAiResponses => [(("text", new JsonObject { ["format"] = new JsonObject { ["type"] = "json_schema", ["name"] = "answer", ["strict"] = true, ["schema"] = Strict() } }), null)],
            _ => [(("response_format", new JsonObject
            {
                ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["name"] = "answer", ["strict"] = true, ["schema"] = Strict() },
            }), null)],
        };

        static JsonObject Format() => new() { ["type"] = "json_schema", ["schema"] = Strict() };
    }

    private static (string, JsonNode)[] Reasoning(Dialect dialect) => dialect switch
    {
        Dialect.Gemini =>
        [
            ("generationConfig", new JsonObject { ["maxOutputTokens"] = ThinkingTokens, ["thinkingConfig"] = new JsonObject { ["thinkingBudget"] = MostTokens, ["includeThoughts"] = true } }),
            ("generationConfig", new JsonObject { ["maxOutputTokens"] = ThinkingTokens, ["thinkingConfig"] = new JsonObject { ["thinkingLevel"] = "low", ["includeThoughts"] = true } }),
        ],
        Dialect.AnthropicMessages =>
        [
            ("thinking", new JsonObject { ["type"] = "enabled", ["budget_tokens"] = ThinkingTokens }),
            ("thinking", new JsonObject { ["type"] = "adaptive" }),
        ],
        Dialect.OpenAiResponses => [("reasoning", new JsonObject { ["effort"] = "low" })],
        // OpenAI's, then those of DeepSeek, Zhipu and Doubao, of Qwen.
        _ => [("reasoning_effort", "low"), ("thinking", new JsonObject { ["type"] = "enabled" }), ("enable_thinking", true)],
    };

    /// <summary>Messages wants the bound above the budget for thinking.</summary>
    private static ProbeForm Thinking(ProbeForm form, Dialect dialect) =>
        dialect == Dialect.AnthropicMessages ? With(form, ("max_tokens", ThinkingTokens + MostTokens)) : form;

    private static JsonObject Schema() => new()
    {
        ["type"] = "object", ["properties"] = new JsonObject { ["word"] = new JsonObject { ["type"] = "string" } }, ["required"] = new JsonArray("word"),
    };

    private static JsonObject Strict()
    {
        var schema = Schema();
        schema["additionalProperties"] = false;
        return schema;
    }

    private static ProbeForm With(ProbeForm form, (string Name, JsonNode Value) member)
    {
        form.Body[member.Name] = member.Value;
        return form;
    }
}
