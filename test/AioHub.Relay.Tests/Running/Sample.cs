using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Running;

/// <summary>
/// One plain call in each dialect: what a caller asks and what an upstream answers. Every answer says "Hello world", took 7 tokens in and 5 out, and ends well.
/// </summary>
/// <param name="Path">For a whole reply.</param>
/// <param name="StreamPath">For a stream.</param>
/// <param name="Events">The stream, each event with its end.</param>
/// <param name="Content">How many events there are up to and with the first content.</param>
internal sealed record Sample(Dialect Dialect, string Path, string StreamPath, string Body, string StreamBody, string Reply, string[] Events, int Content)
{
    public const long InputTokens = 7;
    public const long OutputTokens = 5;

    /// <summary>7 × 2 + 5 × 10 USD per million.</summary>
    public const long Nano = ((InputTokens * 2) + (OutputTokens * 10)) * 1000;

    /// <summary>The whole stream's text.</summary>
    public string Stream => string.Concat(Events);

    /// <summary>The events up to the first content.</summary>
    public string Beginning => string.Concat(Events[..Content]);

    public static IReadOnlyList<Sample> All { get; } = [Chat, Responses, Messages, Gemini];

    /// <summary>For theories.</summary>
    public static TheoryData<Dialect> Dialects { get; } = [Dialect.OpenAiChat, Dialect.OpenAiResponses, Dialect.AnthropicMessages, Dialect.Gemini];

    public static Sample Of(Dialect dialect) => All.Single(sample => sample.Dialect == dialect);

    public TestKit.Reply WholeReply() => TestKit.Reply.Json(200, Reply);

    public TestKit.Reply StreamReply() => TestKit.Reply.Sse(Events);

    private static Sample Chat => new(
        Dialect.OpenAiChat,
        "/v1/chat/completions",
        "/v1/chat/completions",
        """{"model":"test-model","messages":[{"role":"user","content":"hi"}],"max_tokens":100}""",
        """{"model":"test-model","messages":[{"role":"user","content":"hi"}],"max_tokens":100,"stream":true,"stream_options":{"include_usage":true}}""",
        """{"id":"c1","object":"chat.completion","created":1,"model":"test-model","choices":[{"index":0,"message":{"role":"assistant","content":"Hello world"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}""",
        [
            Data("""{"id":"c1","object":"chat.completion.chunk","created":1,"model":"test-model","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"""),
            Data("""{"id":"c1","object":"chat.completion.chunk","created":1,"model":"test-model","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}"""),
            Data("""{"id":"c1","object":"chat.completion.chunk","created":1,"model":"test-model","choices":[{"index":0,"delta":{"content":" world"},"finish_reason":null}]}"""),
            Data("""{"id":"c1","object":"chat.completion.chunk","created":1,"model":"test-model","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"""),
            Data("""{"id":"c1","object":"chat.completion.chunk","created":1,"model":"test-model","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}"""),
            Data("[DONE]"),
        ],
        2);

    private static Sample Responses => new(
        Dialect.OpenAiResponses,
        "/v1/responses",
        "/v1/responses",
        """{"model":"test-model","input":"hi","max_output_tokens":100}""",
        """{"model":"test-model","input":"hi","max_output_tokens":100,"stream":true}""",
        """{"id":"r1","object":"response","created_at":1,"status":"completed","model":"test-model","output":[{"type":"message","id":"m1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello world","annotations":[]}]}],"usage":{"input_tokens":7,"output_tokens":5,"total_tokens":12}}""",
        [
            Event("response.created", """{"type":"response.created","sequence_number":0,"response":{"id":"r1","object":"response","status":"in_progress","model":"test-model","output":[]}}"""),
            Event("response.output_item.added", """{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"message","id":"m1","role":"assistant","status":"in_progress","content":[]}}"""),
            Event("response.output_text.delta", """{"type":"response.output_text.delta","sequence_number":2,"item_id":"m1","output_index":0,"content_index":0,"delta":"Hello"}"""),
            Event("response.output_text.delta", """{"type":"response.output_text.delta","sequence_number":3,"item_id":"m1","output_index":0,"content_index":0,"delta":" world"}"""),
            Event("response.output_item.done", """{"type":"response.output_item.done","sequence_number":4,"output_index":0,"item":{"type":"message","id":"m1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello world","annotations":[]}]}}"""),
            Event("response.completed", """{"type":"response.completed","sequence_number":5,"response":{"id":"r1","object":"response","status":"completed","model":"test-model","output":[{"type":"message","id":"m1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello world","annotations":[]}]}],"usage":{"input_tokens":7,"output_tokens":5,"total_tokens":12}}}"""),
        ],
        3);

    private static Sample Messages => new(
        Dialect.AnthropicMessages,
        "/v1/messages",
        "/v1/messages",
        """{"model":"test-model","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}""",
        """{"model":"test-model","max_tokens":100,"messages":[{"role":"user","content":"hi"}],"stream":true}""",
        """{"id":"m1","type":"message","role":"assistant","model":"test-model","content":[{"type":"text","text":"Hello world"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":7,"output_tokens":5}}""",
        [
            Event("message_start", """{"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"test-model","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":7,"output_tokens":1}}}"""),
            Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
            Event("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"""),
            Event("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" world"}}"""),
            Event("content_block_stop", """{"type":"content_block_stop","index":0}"""),
            Event("message_delta", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}"""),
            Event("message_stop", """{"type":"message_stop"}"""),
        ],
        3);

    private static Sample Gemini => new(
        Dialect.Gemini,
        "/v1beta/models/test-model:generateContent",
        "/v1beta/models/test-model:streamGenerateContent?alt=sse",
        """{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":100}}""",
        """{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":100}}""",
        """{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello world"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5,"totalTokenCount":12},"modelVersion":"test-model"}""",
        [
            "data: " + GeminiParts[0] + "\r\n\r\n",
            "data: " + GeminiParts[1] + "\r\n\r\n",
        ],
        1);

    /// <summary>The objects of a Gemini stream, for its array form.</summary>
    public static string[] GeminiParts =>
    [
        """{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":2,"totalTokenCount":9},"modelVersion":"test-model"}""",
        """{"candidates":[{"content":{"role":"model","parts":[{"text":" world"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5,"totalTokenCount":12},"modelVersion":"test-model"}""",
    ];

    private static string Data(string json) => "data: " + json + "\n\n";

    private static string Event(string type, string json) => "event: " + type + "\ndata: " + json + "\n\n";
}
