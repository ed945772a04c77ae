using System.Text.Json;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Probes;

/// <summary>An upstream that answers probes in a dialect: it takes what it is told to take, and refuses the rest as hosts do.</summary>
internal sealed class ProbedHost(string dialect)
{
    /// <summary>Kinds that it takes: <c>stream tools images documents schema reasoning audio</c>.</summary>
    public HashSet<string> Takes { get; init; } = ["stream", "tools", "images", "documents", "schema", "reasoning", "audio"];

    /// <summary>Answers a kind in its own way; null = as the host would.</summary>
    public Func<string, Reply?> Instead { get; init; } = static _ => null;

    /// <summary>Members of the root that it does not know.</summary>
    public string[] Refuses { get; init; } = [];

    public List<string> Asked { get; } = [];

    public Reply Answer(CapturedRequest request)
    {
        var body = request.Json();
        var text = request.BodyText;
        var kind = KindOf(request.Target, text);
        lock (Asked)
        {
            Asked.Add(kind);
        }

        if (Array.Find(Refuses, name => body.TryGetProperty(name, out _)) is { } unknown)
        {
            return Refusal(400, $"Unsupported parameter: '{unknown}' is not supported with this model.");
        }

        if (Instead(kind) is { } own)
        {
            return own;
        }

        if (kind != "plain" && !Takes.Contains(kind))
        {
            return Refusal(kind == "schema" ? 422 : 400, kind switch
            {
                "stream" => "This model cannot stream.",
                "tools" => "Function calling is not supported by this model.",
                "images" => "Invalid content type: image_url is only supported by certain models.",
                "documents" => "This model does not read a document.",
                "schema" => "json_schema is not available for this model.",
                "reasoning" => "Thinking is not supported by this model.",
                _ => "No endpoint supports audio input.",
            });
        }

        return kind == "stream" ? Stream() : Reply.Json(200, Whole(kind));
    }

    public static Reply Refusal(int status, string message) =>
        Reply.Json(status, JsonSerializer.Serialize(new { error = new { message, type = "invalid_request_error", code = "invalid_value", status = "INVALID_ARGUMENT" } }));

    private static string KindOf(string target, string text) =>
        text.Contains("\"stream\":true", StringComparison.Ordinal) || target.Contains("streamGenerateContent", StringComparison.Ordinal) ? "stream"
        : text.Contains("\"tools\"", StringComparison.Ordinal) ? "tools"
        : text.Contains("application/pdf", StringComparison.Ordinal) ? "documents"
        : text.Contains("image/png", StringComparison.Ordinal) ? "images"
        : text.Contains("input_audio", StringComparison.Ordinal) || text.Contains("audio/wav", StringComparison.Ordinal) ? "audio"
        : text.Contains("json_schema", StringComparison.Ordinal) || text.Contains("responseMimeType", StringComparison.Ordinal) ? "schema"
        : text.Contains("reasoning", StringComparison.Ordinal) || text.Contains("thinking", StringComparison.Ordinal) ? "reasoning" : "plain";

    public string Whole(string kind)
    {
        var said = kind switch { "images" => "Red.", "documents" => "PELICAN", "schema" => """{"word":"ready"}""", "tools" => "", _ => "ready" };
        return dialect switch
        {
            "anthropic" => JsonSerializer.Serialize(new
            {
                type = "message", role = "assistant", model = "m", id = "msg_1", stop_reason = kind == "tools" ? "tool_use" : "end_turn",
                content = kind == "tools" ? (object[])[new { type = "tool_use", id = "t", name = "note", input = new { word = "ready" } }]
                    : kind == "reasoning" ? [new { type = "thinking", thinking = "hm", signature = "s" }, new { type = "text", text = "391" }] : [new { type = "text", text = said }],
                usage = new { input_tokens = 100, output_tokens = 10 },
            }),
            "gemini" => JsonSerializer.Serialize(new
            {
                candidates = new[]
                {
                    new
                    {
                        content = new
                        {
                            role = "model",
                            parts = kind == "tools" ? (object[])[new { functionCall = new { name = "note", args = new { word = "ready" } } }]
                                : kind == "reasoning" ? [new { text = "hm", thought = true }, new { text = "391" }] : [new { text = said }],
                        },
                        finishReason = "STOP",
                    },
                },
                usageMetadata = new { promptTokenCount = 100, candidatesTokenCount = 10, totalTokenCount = 110 },
            }),
            "openai-responses" => JsonSerializer.Serialize(new
            {
                id = "resp_1", @object = "response", status = "completed", model = "m", reasoning = new { effort = "low" },
                output = kind == "tools" ? (object[])[new { type = "function_call", call_id = "c", name = "note", arguments = "{}" }]
                    : kind == "reasoning" ? [new { type = "reasoning", id = "rs", summary = Array.Empty<object>() }, Message("391")] : [Message(said)],
                usage = new { input_tokens = 100, output_tokens = 10, total_tokens = 110 },
            }),
            _ => JsonSerializer.Serialize(new
            {
                id = "c", @object = "chat.completion", created = 1, model = "m",
                choices = new[]
                {
                    new
                    {
                        index = 0, finish_reason = kind == "tools" ? "tool_calls" : "stop",
                        message = kind == "tools" ? (object)new { role = "assistant", content = (string?)null, tool_calls = new[] { new { id = "t", type = "function", function = new { name = "note", arguments = "{}" } } } }
                            : kind == "reasoning" ? new { role = "assistant", content = "391", reasoning_content = "hm" } : new { role = "assistant", content = said },
                    },
                },
                usage = new { prompt_tokens = 100, completion_tokens = 10, total_tokens = 110 },
            }),
        };

        static object Message(string text) => new { type = "message", role = "assistant", id = "m", status = "completed", content = new[] { new { type = "output_text", text } } };
    }

    private Reply Stream() => Reply.Sse(Running.Sample.Of(dialect switch
    {
        "anthropic" => Wire.Vocabulary.Dialect.AnthropicMessages,
        "gemini" => Wire.Vocabulary.Dialect.Gemini,
        "openai-responses" => Wire.Vocabulary.Dialect.OpenAiResponses,
        _ => Wire.Vocabulary.Dialect.OpenAiChat,
    }).Events);
}
