using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>A tool the caller declared and could be asked to run.</summary>
/// <param name="Schema">JSON schema of its arguments, if one was given.</param>
/// <param name="Freeform">Takes a text (OpenAI's <c>custom</c>) rather than arguments.</param>
/// <param name="Namespace">Responses' group of tools, if it stood in one.</param>
internal sealed record SandboxTool(string Name, JsonElement? Schema = null, bool Freeform = false, string? Namespace = null);

/// <summary>A request of any dialect, as far as the sandbox cares.</summary>
internal sealed record SandboxRequest
{
    public required SandboxDoor Door { get; init; }
    public required string Model { get; init; }
    public bool Stream { get; init; }

    /// <summary>Chat and completions: whether the stream ends with a usage chunk.</summary>
    public bool IncludeUsage { get; init; }

    public int? MaxTokens { get; init; }
    public int Choices { get; init; } = 1;
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>The last user message's text, instructions removed.</summary>
    public string UserText { get; init; } = "";

    public SandboxScript Script { get; init; } = SandboxScript.None;

    /// <summary>The text of the tool result the conversation ends with; null when it does not end with one.</summary>
    public string? ToolResult { get; init; }

    public IReadOnlyList<SandboxTool> Tools { get; init; } = [];

    /// <summary>The choice of tools rules out any call.</summary>
    public bool NoTools { get; init; }

    /// <summary>The one tool the caller insists on.</summary>
    public string? WantedTool { get; init; }

    /// <summary>Messages: thinking is signed but not shown (<c>display: omitted</c>).</summary>
    public bool HideThinking { get; init; }

    /// <summary>Responses: reasoning comes with <c>encrypted_content</c>.</summary>
    public bool EncryptThinking { get; init; }

    /// <summary>Responses: the input ends with a <c>compaction_trigger</c>.</summary>
    public bool Compaction { get; init; }

    /// <summary>Responses: the members a response repeats from its request.</summary>
    public JsonObject? Echo { get; init; }

    /// <summary>Tokens in every text of the request.</summary>
    public int InputTokens { get; init; }

    /// <summary>The body as it was parsed, for the endpoints that are not conversations.</summary>
    public JsonElement Root { get; init; }
}

/// <summary>Why the sandbox does not answer: an HTTP status and what to tell the caller.</summary>
internal sealed record SandboxRefusal(int Status, string Message, string? Code = null);
