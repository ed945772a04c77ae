using System.Text.Json.Nodes;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>The list of the sandbox's models, in the three shapes vendors give theirs.</summary>
internal static class SandboxModels
{
    // When the sandbox's models came to be: any fixed moment.
    private const long Born = 1_767_225_600;

    public static JsonObject List(Dialect dialect) => dialect switch
    {
        Dialect.AnthropicMessages => new()
        {
            ["data"] = Each(id => new() { ["type"] = "model", ["id"] = id, ["display_name"] = id, ["created_at"] = "2026-01-01T00:00:00Z" }),
            ["has_more"] = false,
            ["first_id"] = SandboxMedia.Models[0],
            ["last_id"] = SandboxMedia.Models[^1],
        },
        Dialect.Gemini => new()
        {
            ["models"] = Each(id => new()
            {
                ["name"] = $"models/{id}",
                ["version"] = "001",
                ["displayName"] = id,
                ["inputTokenLimit"] = 1_048_576,
                ["outputTokenLimit"] = SandboxScript.MostTokens,
                ["supportedGenerationMethods"] = new JsonArray("generateContent", "countTokens", "embedContent"),
            }),
        },
        _ => new()
        {
            ["object"] = "list",
            ["data"] = Each(id => new() { ["id"] = id, ["object"] = "model", ["created"] = Born, ["owned_by"] = "sandbox" }),
        },
    };

    private static JsonArray Each(Func<string, JsonObject> entry)
    {
        var list = new JsonArray();
        foreach (var id in SandboxMedia.Models)
            list.Add(entry(id));
        return list;
    }
}
