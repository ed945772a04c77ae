using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.AnthropicMessages.AnthropicMessagesNames;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Reads a request's tools and the choice among them.</summary>
internal static class AnthropicMessagesToolReader
{
    private const int LongestName = 1024;

    public static bool TryRead(JsonView tools, ReadOnlyMemory<byte> body, List<ToolSpec> read, out RequestFault fault)
    {
        fault = default;
        if (tools.IsNothing)
            return true;
        if (!tools.IsArray)
            return Refuse("tools", "must be an array of tools.", out fault);

        var index = 0;
        foreach (var tool in tools.Items)
        {
            if (!tool.IsObject)
                return Refuse($"tools[{index}]", "must be an object.", out fault);
            if (!TryReadOne(tool, body, index, read, out fault))
                return false;

            index++;
        }

        return true;
    }

    /// <summary>Reads <c>tool_choice</c>.</summary>
    public static bool TryReadChoice(JsonView choice, ReadOnlyMemory<byte> body, out ToolChoice read, out RequestFault fault)
    {
        fault = default;
        read = ToolChoice.Unsaid;
        if (choice.IsNothing)
            return true;

        var type = choice["type"u8];
        var duty = type.Is("auto"u8) ? ToolDuty.Auto
            : type.Is("any"u8) ? ToolDuty.Any
            : type.Is("none"u8) ? ToolDuty.None
            : type.Is("tool"u8) ? ToolDuty.Named : ToolDuty.Unsaid;
        if (duty == ToolDuty.Unsaid)
            return Refuse("tool_choice", "must be an object whose \"type\" is \"auto\", \"any\", \"tool\" or \"none\".", out fault);

        var name = choice["name"u8].AsString(LongestName);
        if (duty == ToolDuty.Named && string.IsNullOrEmpty(name))
            return Refuse("tool_choice.name", "must be a string: the name of the tool.", out fault);

        var single = choice["disable_parallel_tool_use"u8];
        read = new ToolChoice(duty, duty == ToolDuty.Named ? name : null)
        {
            Parallel = single.Kind switch { JsonKind.True => false, JsonKind.False => true, _ => null },
            Origin = new Origin(Dialect.AnthropicMessages, choice.In(body)),
        };
        return true;
    }

    private static bool TryReadOne(JsonView tool, ReadOnlyMemory<byte> body, int index, List<ToolSpec> read, out RequestFault fault)
    {
        fault = default;
        JsonView type = default, name = default, description = default, schema = default, strict = default, cache = default;
        var pocket = Pocket.Empty;
        foreach (var field in tool.Members)
        {
            if (field.Is(Names.Type))
                type = field.Value;
            else if (field.Is(Names.Name))
                name = field.Value;
            else if (field.Is(Names.Description))
                description = field.Value;
            else if (field.Is(Names.InputSchema))
                schema = field.Value;
            else if (field.Is(Names.Strict))
                strict = field.Value;
            else if (field.Is(Names.Cache))
                cache = field.Value;
            else if (!field.Value.IsNothing)
                Pocket.Add(ref pocket, JsonText.From(field.Name, body), field.Value.In(body), AnthropicMessagesFields.Tool(field.Name.AsString(64)));
        }

        var isFunction = type.IsNothing || type.Is("custom"u8);
        if (!type.IsNothing && !type.IsText)
            return Refuse($"tools[{index}].type", "must be a string.", out fault);
        if (isFunction && (!name.IsText || name.Length <= 2))
            return Refuse($"tools[{index}].name", "must be a string: the name of the tool.", out fault);
        if (isFunction && !schema.IsNothing && !schema.IsObject)
            return Refuse($"tools[{index}].input_schema", "must be an object: the JSON schema of the tool's input.", out fault);

        var kind = type.AsString(LongestName) ?? "";
        read.Add(new ToolSpec(name.AsString(LongestName) ?? (isFunction ? JsonText.From(name, body).ToString() : kind))
        {
            Kind = isFunction ? ToolKind.Function : ToolKind.Server,
            Server = isFunction ? null : ServerOf(kind),
            Description = JsonText.From(description, body),
            Schema = schema.IsObject ? schema.In(body) : default,
            Strict = strict.Kind switch { JsonKind.True => true, JsonKind.False => false, _ => null },
            Cache = AnthropicMessagesBlockReader.MarkOf(cache),
            Origin = new Origin(Dialect.AnthropicMessages, tool.In(body)),
            Pocket = pocket,
        });
        return true;
    }

    private static ServerTool? ServerOf(string type) =>
        type.StartsWith("web_search_", StringComparison.Ordinal) ? ServerTool.WebSearch
        : type.StartsWith("web_fetch_", StringComparison.Ordinal) ? ServerTool.WebFetch
        : type.StartsWith("code_execution_", StringComparison.Ordinal) ? ServerTool.CodeExecution
        : null;

    private static bool Refuse(string place, string remedy, out RequestFault fault)
    {
        fault = new RequestFault("invalid_field", $"\"{place}\" {remedy}", place);
        return false;
    }
}
