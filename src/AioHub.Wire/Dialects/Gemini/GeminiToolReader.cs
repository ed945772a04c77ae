using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Reads <c>tools</c> and <c>toolConfig</c>.</summary>
internal static class GeminiToolReader
{
    private const string ChoicePath = "toolConfig.functionCallingConfig";

    public static bool TryRead(JsonView list, ReadOnlyMemory<byte> body, out IReadOnlyList<ToolSpec> tools, out RequestFault fault)
    {
        var found = new List<ToolSpec>();
        tools = found;
        fault = default;
        if (list.IsObject)
            return TryTool(list, "tools", body, found, out fault);

        if (!list.IsArray)
        {
            fault = GeminiFields.Invalid("tools", "an array of tools");
            return false;
        }

        var index = 0;
        foreach (var tool in list.Items)
        {
            var path = $"tools[{index++}]";
            if (!tool.IsObject)
            {
                fault = GeminiFields.Invalid(path, "an object such as {\"functionDeclarations\":[…]}");
                return false;
            }

            if (!TryTool(tool, path, body, found, out fault))
                return false;
        }

        return true;
    }

    /// <summary>Which functions may, or must, be called; what else stands in <c>toolConfig</c> goes into the pocket.</summary>
    public static bool TryChoice(JsonView config, ReadOnlyMemory<byte> body, ref Pocket pocket, out ToolChoice choice, out RequestFault fault)
    {
        choice = ToolChoice.Unsaid;
        fault = default;
        if (!config.IsObject)
        {
            fault = GeminiFields.Invalid("toolConfig", "an object");
            return false;
        }

        Pocket.Add(ref pocket, JsonText.Of("toolConfig"), config.In(body), GeminiFields.Of("toolConfig"));
        foreach (var field in config.Members)
        {
            if (field.Value.IsNothing)
                continue;

            if (!field.Says(Names.FunctionCallingConfig))
                Aside(ref pocket, "toolConfig", field, body);
            else if (!TryCalling(field.Value, body, ref pocket, out choice, out fault))
                return false;
        }

        return true;
    }

    private static bool TryCalling(JsonView value, ReadOnlyMemory<byte> body, ref Pocket pocket, out ToolChoice choice, out RequestFault fault)
    {
        choice = ToolChoice.Unsaid;
        fault = default;
        if (!value.IsObject)
        {
            fault = GeminiFields.Invalid(ChoicePath, "an object such as {\"mode\":\"AUTO\"}");
            return false;
        }

        var mode = "";
        var allowed = new List<string>();
        foreach (var field in value.Members)
        {
            if (field.Is(Names.Mode))
            {
                mode = field.Value.AsString(64) ?? "";
            }
            else if (field.Says(Names.AllowedFunctionNames))
            {
                foreach (var name in field.Value.Items)
                {
                    if (name.AsString() is { Length: > 0 } text)
                        allowed.Add(text);
                }
            }
            else if (!field.Value.IsNothing)
            {
                Aside(ref pocket, ChoicePath, field, body);
            }
        }

        ToolDuty? said = mode.ToUpperInvariant() switch
        {
            "AUTO" or "VALIDATED" => ToolDuty.Auto,
            "ANY" => allowed.Count == 1 ? ToolDuty.Named : ToolDuty.Any,
            "NONE" => ToolDuty.None,
            "" or "MODE_UNSPECIFIED" => ToolDuty.Unsaid,
            _ => null,
        };
        var duty = said ?? ToolDuty.Unsaid;
        if (said is null)
        {
            // A mode of tomorrow.
            Pocket.Add(ref pocket, JsonText.Of($"{ChoicePath}.mode"), value.Find(Names.Mode).In(body), FieldRule.Unknown);
        }

        choice = new ToolChoice(duty, duty == ToolDuty.Named ? allowed[0] : null)
        {
            Allowed = duty == ToolDuty.Named ? [] : allowed,
            Origin = new Origin(Dialect.Gemini, value.In(body)),
        };
        return true;
    }

    private static bool TryTool(JsonView tool, string path, ReadOnlyMemory<byte> body, List<ToolSpec> found, out RequestFault fault)
    {
        fault = default;
        foreach (var field in tool.Members)
        {
            if (field.Value.IsNothing)
                continue;

            if (!field.Says(Names.FunctionDeclarations))
                found.Add(Googles(field, body));
            else if (!TryFunctions(field.Value, $"{path}.functionDeclarations", body, found, out fault))
                return false;
        }

        return true;
    }

    /// <summary>A tool that Google runs itself.</summary>
    private static ToolSpec Googles(JsonView.Field field, ReadOnlyMemory<byte> body)
    {
        var name = GeminiSpelling.Camel(field.Name);
        var pocket = Pocket.Empty;
        ServerTool? server = name switch
        {
            "googleSearch" or "googleSearchRetrieval" or "enterpriseWebSearch" => ServerTool.WebSearch,
            "urlContext" => ServerTool.WebFetch,
            "codeExecution" => ServerTool.CodeExecution,
            _ => null,
        };
        if (server is not null)
        {
            foreach (var setting in field.Value.Members)
                Pocket.Add(ref pocket, JsonText.From(setting.Name, body), setting.Value.In(body), GeminiFields.Of(name));
        }

        // The member as an object of its own.
        byte[] whole = [(byte)'{', .. field.Name.Raw, (byte)':', .. field.Value.Raw, (byte)'}'];
        return new ToolSpec(name) { Kind = ToolKind.Server, Server = server, Pocket = pocket, Origin = new Origin(Dialect.Gemini, whole) };
    }

    private static bool TryFunctions(JsonView list, string path, ReadOnlyMemory<byte> body, List<ToolSpec> found, out RequestFault fault)
    {
        fault = default;
        if (list.IsObject)
            return TryFunction(list, path, body, found, out fault);

        if (!list.IsArray)
        {
            fault = GeminiFields.Invalid(path, "an array of functions");
            return false;
        }

        var index = 0;
        foreach (var function in list.Items)
        {
            if (!TryFunction(function, $"{path}[{index++}]", body, found, out fault))
                return false;
        }

        return true;
    }

    private static bool TryFunction(JsonView function, string path, ReadOnlyMemory<byte> body, List<ToolSpec> found, out RequestFault fault)
    {
        fault = default;
        var name = "";
        var description = default(JsonText);
        var schema = default(ReadOnlyMemory<byte>);
        var pocket = Pocket.Empty;
        foreach (var field in function.Members)
        {
            if (field.Value.IsNothing)
                continue;

            if (field.Is(Names.Name))
                name = field.Value.AsString() ?? "";
            else if (field.Is(Names.Description))
                description = JsonText.From(field.Value, body);
            else if ((field.Is(Names.Parameters) || field.Says(Names.ParametersJsonSchema)) && field.Value.IsObject)
                schema = GeminiSchemas.ToJsonSchema(field.Value, body);
            else
                Pocket.Add(ref pocket, JsonText.From(field.Name, body), field.Value.In(body), GeminiFields.Of("functionDeclaration", field.Name));
        }

        if (name.Length == 0)
        {
            fault = new RequestFault("missing_field", $"\"{path}.name\" is missing. Every function needs a name.", $"{path}.name");
            return false;
        }

        found.Add(new ToolSpec(name) { Description = description, Schema = schema, Pocket = pocket, Origin = new Origin(Dialect.Gemini, function.In(body)) });
        return true;
    }

    private static void Aside(ref Pocket pocket, string place, JsonView.Field field, ReadOnlyMemory<byte> body) =>
        Pocket.Add(ref pocket, JsonText.Of($"{place}.{GeminiSpelling.Camel(field.Name)}"), field.Value.In(body), GeminiFields.Of(place, field.Name));
}
