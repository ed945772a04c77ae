using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>The endpoints a sandbox has.</summary>
internal enum SandboxEndpoint
{
    Unknown,
    Chat,
    Completions,
    Responses,
    Compact,
    InputTokens,
    Messages,
    CountTokens,
    GeminiGenerate,
    GeminiStream,
    GeminiCount,
    GeminiEmbed,
    GeminiBatchEmbed,
    Embeddings,
    ImageGenerations,
    ImageEdits,
    Moderations,
    Models,
}

/// <summary>Which endpoint a request is for, and whose grammar it speaks.</summary>
/// <param name="Model">The model in the path (Gemini only).</param>
/// <param name="Sse">Gemini's stream as events (<c>alt=sse</c>) rather than as a JSON array.</param>
internal readonly record struct SandboxDoor(SandboxEndpoint Endpoint, Dialect Dialect, string? Model = null, bool Sse = true)
{
    public static SandboxDoor Find(HttpRequestMessage request)
    {
        var uri = request.RequestUri;
        var path = uri is { IsAbsoluteUri: true } ? uri.AbsolutePath : "/";
        var speaker = Speaker(request, path);
        if (path is "/v1/models" or "/v1beta/models")
            return new(SandboxEndpoint.Models, speaker);
        if (path.StartsWith("/v1beta/models/", StringComparison.Ordinal) || path.StartsWith("/v1/models/", StringComparison.Ordinal))
            return GeminiVerb(path, uri!.Query) ?? new(SandboxEndpoint.Unknown, speaker);
        return path switch
        {
            "/v1/chat/completions" => new(SandboxEndpoint.Chat, Dialect.OpenAiChat),
            "/v1/completions" => new(SandboxEndpoint.Completions, Dialect.OpenAiChat),
            "/v1/responses" => new(SandboxEndpoint.Responses, Dialect.OpenAiResponses),
            "/v1/responses/compact" => new(SandboxEndpoint.Compact, Dialect.OpenAiResponses),
            "/v1/responses/input_tokens" => new(SandboxEndpoint.InputTokens, Dialect.OpenAiResponses),
            "/v1/messages" => new(SandboxEndpoint.Messages, Dialect.AnthropicMessages),
            "/v1/messages/count_tokens" => new(SandboxEndpoint.CountTokens, Dialect.AnthropicMessages),
            "/v1/embeddings" => new(SandboxEndpoint.Embeddings, Dialect.OpenAiChat),
            "/v1/images/generations" => new(SandboxEndpoint.ImageGenerations, Dialect.OpenAiChat),
            "/v1/images/edits" => new(SandboxEndpoint.ImageEdits, Dialect.OpenAiChat),
            "/v1/moderations" => new(SandboxEndpoint.Moderations, Dialect.OpenAiChat),
            _ => new(SandboxEndpoint.Unknown, speaker),
        };
    }

    private static SandboxDoor? GeminiVerb(string path, string query)
    {
        var colon = path.LastIndexOf(':');
        if (colon < 0)
            return null;
        const string models = "/models/";
        var start = path.IndexOf(models, StringComparison.Ordinal) + models.Length;
        if (start >= colon)
            return null;
        var endpoint = path[(colon + 1)..] switch
        {
            "generateContent" => SandboxEndpoint.GeminiGenerate,
            "streamGenerateContent" => SandboxEndpoint.GeminiStream,
            "countTokens" => SandboxEndpoint.GeminiCount,
            "embedContent" => SandboxEndpoint.GeminiEmbed,
            "batchEmbedContents" => SandboxEndpoint.GeminiBatchEmbed,
            _ => SandboxEndpoint.Unknown,
        };
        var sse = query.TrimStart('?').Split('&').Contains("alt=sse", StringComparer.Ordinal);
        return new(endpoint, Dialect.Gemini, Uri.UnescapeDataString(path[start..colon]), sse);
    }

    // The list of models has one path for three vendors; their clients differ in the headers.
    private static Dialect Speaker(HttpRequestMessage request, string path)
    {
        if (path.StartsWith("/v1beta", StringComparison.Ordinal) || request.Headers.Contains("x-goog-api-key"))
            return Dialect.Gemini;
        if (path.StartsWith("/v1/messages", StringComparison.Ordinal) || request.Headers.Contains("anthropic-version"))
            return Dialect.AnthropicMessages;
        return path.StartsWith("/v1/responses", StringComparison.Ordinal) ? Dialect.OpenAiResponses : Dialect.OpenAiChat;
    }
}
