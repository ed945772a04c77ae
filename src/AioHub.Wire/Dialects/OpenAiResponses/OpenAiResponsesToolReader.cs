using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>Reads tools, wherever a request declares them. A tool declared twice is the one declared first.</summary>
internal sealed class OpenAiResponsesToolReader(ReadOnlyMemory<byte> text, OpenAiResponsesParts parts)
{
    private static readonly ReadOnlyMemory<byte> ShellSchema =
        """{"type":"object","properties":{"command":{"type":"array","items":{"type":"string"},"description":"The program and its arguments."},"working_directory":{"type":"string"},"timeout_ms":{"type":"integer"}},"required":["command"]}"""u8.ToArray();

    private static readonly ReadOnlyMemory<byte> SearchSchema =
        """{"type":"object","properties":{"query":{"type":"string","description":"What the tool should be able to do."}},"required":["query"]}"""u8.ToArray();

    private static readonly JsonText ShellDescription = JsonText.Of("Runs a command on the caller's machine and gives its output.");
    private static readonly JsonText SearchDescription = JsonText.Of("Finds more tools and makes them callable.");

    private readonly HashSet<(string?, string, string)> _seen = [];

    public List<ToolSpec> Tools { get; } = [];

    /// <summary>The groups that tools were declared in.</summary>
    public HashSet<string> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of tools that stand in no group.</summary>
    public HashSet<string> Ungrouped { get; } = new(StringComparer.Ordinal);

    /// <param name="elsewhere">They are declared by an item of the input, which is replayed as it stands: see <see cref="IsElsewhere"/>.</param>
    public void Read(JsonView tools, bool elsewhere = false)
    {
        foreach (var tool in tools.Items)
        {
            if (tool.IsObject)
                Read(tool, null, parts.OriginOf(tool), elsewhere);
        }
    }

    /// <summary>Whether an item of the input declares the tool, not the list of tools.</summary>
    public static bool IsElsewhere(ToolSpec tool)
    {
        foreach (var member in tool.Pocket.Members)
        {
            if (member.Name.Is(Names.AdditionalTools))
                return true;
        }

        return false;
    }

    private void Read(JsonView tool, string? group, Origin origin, bool elsewhere)
    {
        var type = tool[Names.Type];
        if (type.Is(Names.Namespace) && group is null)
        {
            var inside = tool[Names.Name].AsString();
            foreach (var one in tool["tools"u8].Items)
            {
                if (one.IsObject)
                    Read(one, string.IsNullOrEmpty(inside) ? null : inside, origin, elsewhere);
            }

            return;
        }

        var spec = SpecOf(tool, type) with { Namespace = group, Origin = origin };
        if (!_seen.Add((group, spec.Name, spec.Kind == ToolKind.Server && spec.Server is null ? type.AsString(64) ?? "" : "")))
            return;

        (group is null ? Ungrouped : Groups).Add(group ?? spec.Name);
        var pocket = parts.PocketOf(tool);
        if (elsewhere)
            Pocket.Add(ref pocket, JsonText.FromQuoted("\"additional_tools\""u8.ToArray()), "true"u8.ToArray(), FieldRule.Silent);

        Tools.Add(spec with { Pocket = pocket });
    }

    private ToolSpec SpecOf(JsonView tool, JsonView type)
    {
        // Hosts compatible with Chat are sent its nested form at times.
        var shape = tool["function"u8].IsObject ? tool["function"u8] : tool["custom"u8].IsObject ? tool["custom"u8] : tool;
        var name = shape[Names.Name].AsString() ?? "";
        var description = parts.Text(shape["description"u8]);
        if (type.Is("function"u8) || (type.IsNothing && name.Length > 0))
        {
            return new ToolSpec(name)
            {
                Description = description,
                Schema = shape["parameters"u8] is { IsObject: true } schema ? schema.In(text) : default,
                Strict = shape["strict"u8].Kind switch { JsonKind.True => true, JsonKind.False => false, _ => null },
            };
        }

        if (type.Is("custom"u8))
        {
            var format = shape["format"u8];
            return new ToolSpec(name)
            {
                Kind = ToolKind.Freeform, Description = description, Grammar = format.IsObject && !format[Names.Type].Is(Names.Text) ? format.In(text) : default,
            };
        }

        if (type.Is("local_shell"u8))
            return new ToolSpec(Names.LocalShellTool) { Description = ShellDescription, Schema = ShellSchema };
        if (type.Is("tool_search"u8) && tool["execution"u8].Is("client"u8))
        {
            return new ToolSpec(Names.ToolSearchTool)
            {
                Description = description.Exists ? description : SearchDescription,
                Schema = tool["parameters"u8] is { IsObject: true } schema ? schema.In(text) : SearchSchema,
            };
        }

        if (type.IsText && type.Raw[1..].StartsWith("web_search"u8))
            return new ToolSpec(Names.WebSearchTool) { Kind = ToolKind.Server, Server = ServerTool.WebSearch };
        if (type.Is("code_interpreter"u8))
            return new ToolSpec("code_interpreter") { Kind = ToolKind.Server, Server = ServerTool.CodeExecution };

        return new ToolSpec(type.AsString(64) ?? "") { Kind = ToolKind.Server };
    }
}
