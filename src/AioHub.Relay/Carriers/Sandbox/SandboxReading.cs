using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Reads a body of any dialect into a <see cref="SandboxRequest"/>.</summary>
internal static class SandboxReading
{
    public const int MaxDepth = 256;
    private const int MostChoices = 128;

    /// <summary>Reads a JSON body; exactly one of the result and <paramref name="refusal"/> is null.</summary>
    public static SandboxRequest? Read(SandboxDoor door, ReadOnlyMemory<byte> body, out SandboxRefusal? refusal)
    {
        refusal = null;
        JsonElement root;
        try
        {
            root = JsonElement.Parse(body.Span, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException exception)
        {
            refusal = new(400, $"The body is not valid JSON: {exception.Message}");
            return null;
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            refusal = new(400, "The body must be a JSON object.");
            return null;
        }

        try
        {
            return Read(door, root, out refusal);
        }
        catch (InvalidOperationException)
        {
            // JsonElement.GetString on half a surrogate pair or on bytes that are not UTF-8.
            refusal = new(400, "The body holds text that is not valid Unicode.");
            return null;
        }
    }

    /// <summary>Sets the user's text and takes the instructions out of it.</summary>
    public static SandboxRequest? WithText(SandboxRequest request, string text, out SandboxRefusal? refusal)
    {
        var script = SandboxScript.Read(text, out var rest, out var complaint);
        refusal = complaint is null ? null : new(400, complaint, "unknown_sandbox_instruction");
        return complaint is null ? request with { Script = script, UserText = rest } : null;
    }

    private static SandboxRequest? Read(SandboxDoor door, JsonElement root, out SandboxRefusal? refusal)
    {
        var model = door.Model ?? root.Text("model");
        if (string.IsNullOrEmpty(model))
        {
            if (door.Endpoint is not (SandboxEndpoint.Moderations or SandboxEndpoint.ImageGenerations))
            {
                refusal = new(400, door.Dialect == Dialect.AnthropicMessages ? "model: Field required" : "you must provide a model parameter");
                return null;
            }

            model = "sandbox/echo";
        }

        var request = new SandboxRequest
        {
            Door = door,
            Model = model,
            Root = root,
            Stream = door.Endpoint == SandboxEndpoint.GeminiStream || root.Flag("stream"),
        };
        string? problem = null;
        string text;
        (request, text) = door.Endpoint switch
        {
            SandboxEndpoint.Chat => SandboxChatReading.Read(request, ref problem),
            SandboxEndpoint.Responses or SandboxEndpoint.Compact or SandboxEndpoint.InputTokens => SandboxResponsesReading.Read(request, ref problem),
            SandboxEndpoint.Messages or SandboxEndpoint.CountTokens => SandboxMessagesReading.Read(request, ref problem),
            SandboxEndpoint.GeminiGenerate or SandboxEndpoint.GeminiStream or SandboxEndpoint.GeminiCount => SandboxGeminiReading.Read(request, ref problem),
            _ => ReadPlain(request, ref problem),
        };
        if (request.MaxTokens < 1)
            problem ??= $"the token limit must be at least 1, not {request.MaxTokens}";
        if (request.Choices is < 1 or > MostChoices)
            problem ??= $"n must be between 1 and {MostChoices}";
        if (problem is not null)
        {
            refusal = new(400, problem);
            return null;
        }

        return WithText(request, text, out refusal);
    }

    // Completions, embeddings, images, moderations, Gemini's embeddings: one text, or several of which the last counts.
    private static (SandboxRequest, string) ReadPlain(SandboxRequest request, ref string? problem)
    {
        var root = request.Root;
        var (name, source) = request.Door.Endpoint switch
        {
            SandboxEndpoint.Completions or SandboxEndpoint.ImageGenerations or SandboxEndpoint.ImageEdits => ("prompt", root.Get("prompt")),
            SandboxEndpoint.GeminiEmbed => ("content", root.Get("content")),
            SandboxEndpoint.GeminiBatchEmbed => ("requests", root.Get("requests")),
            _ => ("input", root.Get("input")),
        };
        if (source is not { ValueKind: not JsonValueKind.Null } value)
        {
            problem = $"Missing required parameter: '{name}'.";
            return (request, "");
        }

        var last = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value[value.GetArrayLength() - 1] : value;
        return (request with
        {
            MaxTokens = root.Number("max_tokens"),
            Choices = root.Number("n") ?? 1,
            Stops = root.Get("stop").Strings(),
            IncludeUsage = root.Get("stream_options").Flag("include_usage"),
            InputTokens = SandboxText.Tokens(value),
        }, last.ValueKind == JsonValueKind.String ? last.GetString()! : SandboxText.Of(last.Get("content", "text") ?? last));
    }
}
