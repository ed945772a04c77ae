using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Reads tools, the choice of them, and the form of answers.</summary>
internal static class OpenAiChatToolReader
{
    public static bool TryRead(JsonView tools, ReadOnlyMemory<byte> body, List<ToolSpec> into, out RequestFault fault)
    {
        fault = default;
        if (tools.IsNothing)
            return true;

        if (!tools.IsArray)
        {
            fault = OpenAiFaults.Wrong("tools", "an array of tools, or be left out");
            return false;
        }

        var index = 0;
        foreach (var tool in tools.Items)
        {
            if (ToolOf(tool, body) is not { } spec)
            {
                fault = OpenAiFaults.Wrong($"tools[{index}]", "an object with a \"type\", and for a function or a custom tool its \"name\" inside");
                return false;
            }

            into.Add(spec);
            index++;
        }

        return true;
    }

    /// <summary>Reads the older <c>functions</c>.</summary>
    public static bool TryReadFunctions(JsonView functions, ReadOnlyMemory<byte> body, List<ToolSpec> into, out RequestFault fault)
    {
        fault = default;
        if (functions.IsNothing)
            return true;

        if (!functions.IsArray)
        {
            fault = OpenAiFaults.Wrong("functions", "an array of functions, or be left out");
            return false;
        }

        var index = 0;
        foreach (var function in functions.Items)
        {
            if (FunctionOf(function, body) is not { } spec)
            {
                fault = OpenAiFaults.Wrong($"functions[{index}]", "an object with a \"name\"");
                return false;
            }

            into.Add(spec);
            index++;
        }

        return true;
    }

    /// <summary>Null for a choice that the hub does not know.</summary>
    public static ToolChoice? ChoiceOf(JsonView choice, ReadOnlyMemory<byte> body)
    {
        if (DutyOf(choice) is var duty && duty != ToolDuty.Unsaid)
            return new ToolChoice(duty);

        if (!choice.IsObject)
            return null;

        var allowed = choice[Chat.AllowedTools];
        if (allowed.IsObject)
        {
            var names = new List<string>();
            foreach (var tool in allowed[Chat.Tools].Items)
            {
                if (NameOf(tool) is { Length: > 0 } each)
                    names.Add(each);
            }

            return new ToolChoice(DutyOf(allowed[Chat.Mode]) is var mode && mode == ToolDuty.Unsaid ? ToolDuty.Auto : mode)
            {
                Allowed = names,
                Origin = new Origin(Dialect.OpenAiChat, choice.In(body)),
            };
        }

        return NameOf(choice) is { Length: > 0 } name ? new ToolChoice(ToolDuty.Named, name) : null;
    }

    /// <summary>Null for a form that the hub does not know.</summary>
    public static OutputFormat? FormatOf(JsonView format, ReadOnlyMemory<byte> body)
    {
        var type = format[Chat.Type];
        if (type.Is(Chat.Text))
            return OutputFormat.Text;

        var origin = new Origin(Dialect.OpenAiChat, format.In(body));
        if (type.Is("json_object"u8))
        {
            // Some hosts take a schema here.
            var loose = format[Chat.Schema];
            return loose.IsObject ? new OutputFormat(OutputShape.Schema) { Schema = loose.In(body), Origin = origin } : new OutputFormat(OutputShape.Json) { Origin = origin };
        }

        var inner = format[Chat.JsonSchema];
        return type.Is(Chat.JsonSchema) && inner.IsObject && inner[Chat.Schema].IsObject
            ? new OutputFormat(OutputShape.Schema)
            {
                Name = inner[Chat.Name].AsString(),
                Description = JsonText.From(inner[Chat.Description], body),
                Schema = inner[Chat.Schema].In(body),
                Strict = inner[Chat.Strict].AsFlag(),
                Origin = origin,
            }
            : null;
    }

    private static ToolDuty DutyOf(JsonView word) =>
        word.Is("auto"u8) ? ToolDuty.Auto
        : word.Is("none"u8) ? ToolDuty.None
        : word.Is("required"u8) || word.Is("any"u8) ? ToolDuty.Any
        : ToolDuty.Unsaid;

    private static string? NameOf(JsonView tool)
    {
        var inner = tool[Chat.Function];
        if (!inner.IsObject)
            inner = tool[Chat.Custom];

        return (inner.IsObject ? inner : tool)[Chat.Name].AsString();
    }

    private static ToolSpec? ToolOf(JsonView tool, ReadOnlyMemory<byte> body)
    {
        var type = tool[Chat.Type];
        var function = tool[Chat.Function];
        var origin = tool.IsObject ? new Origin(Dialect.OpenAiChat, tool.In(body)) : null;
        if (type.Is(Chat.Function) || (type.IsNothing && function.IsObject))
            return FunctionOf(function, body) is { } spec ? spec with { Origin = origin, Cache = OpenAiChatPartReader.CacheOf(tool) } : null;

        if (type.Is(Chat.Custom))
        {
            var custom = tool[Chat.Custom];
            return custom[Chat.Name].AsString() is not { Length: > 0 } name ? null : new ToolSpec(name)
            {
                Kind = ToolKind.Freeform,
                Description = JsonText.From(custom[Chat.Description], body),
                Grammar = custom[Chat.Format].IsObject ? custom[Chat.Format].In(body) : default,
                Origin = origin,
            };
        }

        // A tool that the host runs: OpenRouter's, GLM's, Kimi's, Groq's.
        if (type.AsString(64) is not { Length: > 0 } kind)
            return null;

        return new ToolSpec(function[Chat.Name].AsString() ?? kind) { Kind = ToolKind.Server, Server = ServerOf(kind), Origin = origin };
    }

    private static ServerTool? ServerOf(string type) =>
        type.Contains("web_search", StringComparison.Ordinal) || type.Equals("browser_search", StringComparison.Ordinal) ? ServerTool.WebSearch
        : type.Contains("web_fetch", StringComparison.Ordinal) ? ServerTool.WebFetch
        : type.Contains("code_interpreter", StringComparison.Ordinal) || type.Contains("code_execution", StringComparison.Ordinal) ? ServerTool.CodeExecution
        : null;

    private static ToolSpec? FunctionOf(JsonView function, ReadOnlyMemory<byte> body)
    {
        if (function[Chat.Name].AsString() is not { Length: > 0 } name)
            return null;

        var pocket = Pocket.Empty;
        foreach (var field in function.Members)
        {
            if (field.Value.IsNothing || field.Is(Chat.Name) || field.Is(Chat.Description) || field.Is(Chat.Parameters) || field.Is(Chat.Strict))
                continue;

            var member = JsonText.From(field.Name, body);
            Pocket.Add(ref pocket, member, field.Value.In(body), OpenAiChatFields.OfTool(member.ToString()));
        }

        return new ToolSpec(name)
        {
            Description = JsonText.From(function[Chat.Description], body),
            Schema = function[Chat.Parameters].IsObject ? function[Chat.Parameters].In(body) : default,
            Strict = function[Chat.Strict].AsFlag(),
            Pocket = pocket,
        };
    }
}
