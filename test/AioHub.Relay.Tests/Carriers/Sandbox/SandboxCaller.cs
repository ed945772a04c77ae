using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Relay.Carriers.Sandbox;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Carriers.Sandbox;

/// <summary>What a reply said, whatever its dialect.</summary>
internal sealed record Folded(string Text, string Thinking, string? Tool, string? Arguments, string? Finish, int? Input, int? Output);

/// <summary>A caller of the sandbox that speaks four dialects.</summary>
internal static class SandboxCaller
{
    public static readonly Dialect[] Dialects = [Dialect.OpenAiChat, Dialect.OpenAiResponses, Dialect.AnthropicMessages, Dialect.Gemini];

    public const string Schema = """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":3},"note":{"type":"string"}},"required":["city","days"]}""";

    public static HttpMessageInvoker Invoker(TimeProvider? time = null) => new(new SandboxHandler(time ?? TimeProvider.System));

    public static string Path(Dialect dialect, string model, bool stream) => dialect switch
    {
        Dialect.OpenAiChat => "/v1/chat/completions",
        Dialect.OpenAiResponses => "/v1/responses",
        Dialect.AnthropicMessages => "/v1/messages",
        _ => stream ? $"/v1beta/models/{model}:streamGenerateContent?alt=sse" : $"/v1beta/models/{model}:generateContent",
    };

    /// <summary>A request of one user message, as each dialect writes it.</summary>
    public static string Ask(Dialect dialect, string model, string text, bool stream, int? max = null, string? stop = null, bool tool = false)
    {
        var body = dialect switch
        {
            Dialect.OpenAiChat => new JsonObject { ["model"] = model, ["messages"] = new JsonArray(Said("system", "Be brief."), Said("user", text)) },
            Dialect.OpenAiResponses => new JsonObject { ["model"] = model, ["instructions"] = "Be brief.", ["input"] = new JsonArray(Said("user", text)) },
            Dialect.AnthropicMessages => new JsonObject { ["model"] = model, ["system"] = "Be brief.", ["messages"] = new JsonArray(Said("user", text)), ["max_tokens"] = max ?? 4096 },
            _ => new JsonObject { ["systemInstruction"] = Content(null, "Be brief."), ["contents"] = new JsonArray(Content("user", text)) },
        };
        if (dialect != Dialect.Gemini)
            body["stream"] = stream;
        if (dialect == Dialect.OpenAiChat && stream)
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        if (max is not null && dialect is Dialect.OpenAiChat or Dialect.OpenAiResponses)
            body[dialect == Dialect.OpenAiChat ? "max_completion_tokens" : "max_output_tokens"] = max;
        if (dialect == Dialect.Gemini)
            body["generationConfig"] = new JsonObject { ["maxOutputTokens"] = max ?? 4096, ["stopSequences"] = stop is null ? [] : new JsonArray(stop) };
        if (stop is not null && dialect == Dialect.OpenAiChat)
            body["stop"] = stop;
        if (stop is not null && dialect == Dialect.AnthropicMessages)
            body["stop_sequences"] = new JsonArray(stop);
        if (tool)
            body["tools"] = new JsonArray(Tool(dialect));
        return body.ToJsonString();
    }

    public static JsonNode Tool(Dialect dialect) => JsonNode.Parse(dialect switch
    {
        Dialect.OpenAiChat => $$"""{"type":"function","function":{"name":"weather","parameters":{{Schema}} } }""",
        Dialect.OpenAiResponses => $$"""{"type":"function","name":"weather","parameters":{{Schema}} }""",
        Dialect.AnthropicMessages => $$"""{"name":"weather","input_schema":{{Schema}} }""",
        _ => $$"""{"functionDeclarations":[{"name":"weather","parametersJsonSchema":{{Schema}} }] }""",
    })!;

    public static Task<HttpResponseMessage> PostAsync(string path, string body, TimeProvider? time = null, CancellationToken cancellationToken = default) =>
        PostAsync(path, new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")), time, cancellationToken);

    public static async Task<HttpResponseMessage> PostAsync(string path, HttpContent body, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        using var invoker = Invoker(time);
        var request = new HttpRequestMessage(HttpMethod.Post, "http://sandbox" + path) { Content = body };
        return await invoker.SendAsync(request, cancellationToken);
    }

    public static async Task<(int Status, string Body)> TextAsync(string path, string body)
    {
        using var reply = await PostAsync(path, body);
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    public static async Task<JsonElement> JsonAsync(string path, string body)
    {
        var (status, text) = await TextAsync(path, body);
        status.ShouldBe(200, text);
        return JsonElement.Parse(text);
    }

    public static async Task<Folded> AskAsync(Dialect dialect, string model, string text, bool stream, int? max = null, string? stop = null, bool tool = false)
    {
        var (status, body) = await TextAsync(Path(dialect, model, stream), Ask(dialect, model, text, stream, max, stop, tool));
        status.ShouldBe(200, body);
        return stream ? SandboxFolding.Stream(dialect, Events(body)) : SandboxFolding.Whole(dialect, JsonElement.Parse(body));
    }

    /// <summary>The events of a stream: name (if any) and data. Fails on anything that is not a whole event.</summary>
    public static List<(string? Name, string Data)> Events(string body)
    {
        var events = new List<(string?, string)>();
        var blocks = body.Replace("\r\n", "\n", StringComparison.Ordinal).Split("\n\n");
        blocks[^1].ShouldBe("", "a stream ends with an empty line");
        foreach (var block in blocks[..^1])
        {
            var lines = block.Split('\n');
            var name = lines[0].StartsWith("event: ", StringComparison.Ordinal) ? lines[0][7..] : null;
            lines.Length.ShouldBe(name is null ? 1 : 2);
            lines[^1].ShouldStartWith("data: ");
            events.Add((name, lines[^1][6..]));
        }

        return events;
    }

    private static JsonObject Said(string role, string text) => new() { ["role"] = role, ["content"] = text };

    private static JsonObject Content(string? role, string text)
    {
        var content = new JsonObject { ["parts"] = new JsonArray(new JsonObject { ["text"] = text }) };
        if (role is not null)
            content["role"] = role;
        return content;
    }
}
