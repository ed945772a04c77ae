using AioHub.TestKit;

namespace AioHub.Admin.Tests.Channels;

/// <summary>An upstream of OpenAI's shape that lists models, answers, streams and calls tools.</summary>
internal static class ChatUpstream
{
    public const string Secret = "sk-secret-of-the-channel-Zq81";

    private const string Whole =
        """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ready"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}""";

    private const string ToolCall =
        """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"ping","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}""";

    public static Task<FakeUpstream> StartAsync() => FakeUpstream.StartAsync(static request => Answer(request));

    public static Reply Answer(CapturedRequest request) => request.Method == "GET" ? Reply.Json(200, """{"data":[{"id":"gpt-4o-mini"},{"id":"brand-new"}]}""")
        : request.BodyText.Contains("\"stream\":true", StringComparison.Ordinal) ? Reply.Sse(
            """data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"ready"},"finish_reason":null}]}""",
            """data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""", "data: [DONE]")
        : Reply.Json(200, request.BodyText.Contains("\"tools\"", StringComparison.Ordinal) ? ToolCall : Whole);
}
