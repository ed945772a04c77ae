namespace AioHub.Host.Cli;

/// <summary>One client program: how it calls, and how it is told to come here.</summary>
/// <param name="Path">Of a call without stream.</param>
/// <param name="StreamPath">Of a streamed one.</param>
/// <param name="StreamEnd">What a complete stream holds near its end.</param>
internal sealed record ClientGuide(
    string Name, string ModelsPath, string Path, string StreamPath, Func<bool, string> Body, string AnswerMark, string StreamEnd, string KeyHeader, string KeyPrefix, string Setup)
{
    public static IReadOnlyList<ClientGuide> All(string url, string key, string model)
    {
        var quoted = System.Text.Json.JsonSerializer.Serialize(model);
        var escaped = Uri.EscapeDataString(model).Replace("%2F", "/", StringComparison.Ordinal);
        return
        [
            new("openai", "/v1/models", "/v1/chat/completions", "/v1/chat/completions",
                stream => $$"""{"model":{{quoted}},"stream":{{Flag(stream)}},"max_tokens":64,"messages":[{"role":"user","content":"Say hello."}]}""",
                "\"choices\"", "data: [DONE]", "Authorization", "Bearer ",
                $"""
                export OPENAI_BASE_URL={url}/v1
                export OPENAI_API_KEY={key}
                """),
            new("codex", "/v1/models?client_version=0.130.0", "/v1/responses", "/v1/responses",
                stream => $$"""{"model":{{quoted}},"stream":{{Flag(stream)}},"store":false,"max_output_tokens":64,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Say hello."}]}]}""",
                "\"output\"", "response.completed", "Authorization", "Bearer ",
                $"""
                # ~/.codex/config.toml
                model = "{model}"
                model_provider = "aiohub"

                [model_providers.aiohub]
                name = "AIOHub"
                base_url = "{url}/v1"
                env_key = "AIOHUB_KEY"
                wire_api = "responses"

                # shell
                export AIOHUB_KEY={key}
                """),
            new("claude", "/v1/models", "/v1/messages?beta=true", "/v1/messages?beta=true",
                stream => $$"""{"model":{{quoted}},"stream":{{Flag(stream)}},"max_tokens":64,"messages":[{"role":"user","content":"Say hello."}]}""",
                "\"content\"", "message_stop", "Authorization", "Bearer ",
                $"""
                export ANTHROPIC_BASE_URL={url}
                export ANTHROPIC_AUTH_TOKEN={key}
                unset ANTHROPIC_API_KEY
                claude --model '{model}'
                """),
            new("gemini", "/v1beta/models", $"/v1beta/models/{escaped}:generateContent", $"/v1beta/models/{escaped}:streamGenerateContent?alt=sse",
                static _ => """{"contents":[{"role":"user","parts":[{"text":"Say hello."}]}],"generationConfig":{"maxOutputTokens":64}}""",
                "\"candidates\"", "finishReason", "x-goog-api-key", "",
                $$"""
                export GOOGLE_GEMINI_BASE_URL={{url}}
                export GEMINI_API_KEY={{key}}
                # ~/.gemini/settings.json
                { "security": { "auth": { "selectedType": "gemini-api-key" } } }
                """),
        ];
    }

    private static string Flag(bool value) => value ? "true" : "false";
}
