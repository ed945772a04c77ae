using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Reads Chat.</summary>
internal static class SandboxChatReading
{
    public static (SandboxRequest Request, string Text) Read(SandboxRequest request, ref string? problem)
    {
        var root = request.Root;
        var messages = root.Get("messages");
        if (messages is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
            problem = "Invalid 'messages': expected an array of at least one message.";
        var text = "";
        string? result = null;
        foreach (var message in messages.Items())
        {
            var role = message.Text("role");
            result = role is "tool" or "function" ? SandboxText.Of(message.Get("content")) : null;
            if (role == "user" && SandboxText.Of(message.Get("content")) is { Length: > 0 } said)
                text = said;
        }

        var tools = new List<SandboxTool>();
        foreach (var tool in root.Get("tools").Items())
        {
            if (tool.Get("function").Text("name") is { Length: > 0 } name)
                tools.Add(new(name, tool.Get("function").Get("parameters")));
            else if (tool.Get("custom").Text("name") is { Length: > 0 } freeform)
                tools.Add(new(freeform, Freeform: true));
        }

        var choice = root.Get("tool_choice");
        return (request with
        {
            IncludeUsage = root.Get("stream_options").Flag("include_usage"),
            MaxTokens = root.Number("max_completion_tokens") ?? root.Number("max_tokens"),
            Choices = root.Number("n") ?? 1,
            Stops = root.Get("stop").Strings(),
            ToolResult = result,
            Tools = tools,
            NoTools = root.Text("tool_choice") == "none",
            WantedTool = choice.Get("function", "custom").Text("name"),
            InputTokens = SandboxText.Tokens(messages) + SandboxText.ToolTokens(root.Get("tools")),
        }, text);
    }
}

/// <summary>Reads Responses, its compaction and its count.</summary>
internal static class SandboxResponsesReading
{
    private static readonly string[] Repeated =
    [
        "instructions", "max_output_tokens", "max_tool_calls", "metadata", "parallel_tool_calls", "previous_response_id", "prompt_cache_key", "reasoning",
        "safety_identifier", "store", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user",
    ];

    public static (SandboxRequest Request, string Text) Read(SandboxRequest request, ref string? problem)
    {
        var root = request.Root;
        var input = root.Get("input");
        if (input is not { ValueKind: JsonValueKind.String or JsonValueKind.Array } && root.Text("previous_response_id") is null)
            problem = "Missing required parameter: 'input'.";
        var text = input is { ValueKind: JsonValueKind.String } plain ? plain.GetString()! : "";
        string? result = null;
        var compaction = false;
        var tools = new List<SandboxTool>();
        AddTools(tools, root.Get("tools"), null, 0);
        foreach (var item in input.Items())
        {
            var type = item.Text("type");
            compaction = type == "compaction_trigger";
            result = type is "function_call_output" or "custom_tool_call_output" ? SandboxText.Of(item.Get("output")) : null;
            if (type is null or "message" && item.Text("role") == "user" && SandboxText.Of(item.Get("content")) is { Length: > 0 } said)
                text = said;
            if (type == "additional_tools")
                AddTools(tools, item.Get("tools"), null, 0);
        }

        var choice = root.Get("tool_choice");
        return (request with
        {
            MaxTokens = root.Number("max_output_tokens"),
            ToolResult = result,
            Compaction = compaction,
            Tools = tools,
            NoTools = root.Text("tool_choice") == "none",
            WantedTool = choice.Text("type") is "function" or "custom" ? choice.Text("name") : null,
            EncryptThinking = root.Get("include").Strings().Contains("reasoning.encrypted_content", StringComparer.Ordinal),
            Echo = Echo(root),
            InputTokens = SandboxText.Tokens(root.Get("instructions")) + SandboxText.Tokens(input) + SandboxText.ToolTokens(root.Get("tools")),
        }, text);
    }

    // A namespace holds tools of its own; one level is what clients send, a few are allowed.
    private static void AddTools(List<SandboxTool> tools, JsonElement? declared, string? space, int depth)
    {
        foreach (var tool in declared.Items())
        {
            if (tool.Text("name") is not { Length: > 0 } name)
                continue;
            switch (tool.Text("type"))
            {
                case "function":
                    tools.Add(new(name, tool.Get("parameters"), Namespace: space));
                    break;
                case "custom":
                    tools.Add(new(name, Freeform: true, Namespace: space));
                    break;
                case "namespace" when depth < 4:
                    AddTools(tools, tool.Get("tools"), name, depth + 1);
                    break;
                default:
                    break;
            }
        }
    }

    private static JsonObject Echo(JsonElement root)
    {
        var echo = new JsonObject();
        foreach (var name in Repeated)
        {
            if (root.Get(name) is { } value)
                echo[name] = JsonNode.Parse(value.GetRawText(), null, new JsonDocumentOptions { MaxDepth = SandboxReading.MaxDepth });
        }

        // Writing it once here finds text that is not Unicode while a 400 can still be given.
        _ = SandboxFrames.Json(echo);
        return echo;
    }
}

/// <summary>Reads Messages and its count.</summary>
internal static class SandboxMessagesReading
{
    public static (SandboxRequest Request, string Text) Read(SandboxRequest request, ref string? problem)
    {
        var root = request.Root;
        var messages = root.Get("messages");
        if (messages is not { ValueKind: JsonValueKind.Array } list)
            problem = "messages: Field required";
        else if (list.GetArrayLength() == 0)
            problem = "messages: at least one message is required";
        else if (request.Door.Endpoint == SandboxEndpoint.Messages && root.Number("max_tokens") is null)
            problem = "max_tokens: Field required";
        var text = "";
        string? result = null;
        foreach (var message in messages.Items())
        {
            if (message.Text("role") != "user")
            {
                // A system message may stand in the middle: it does not end a tool's turn.
                if (message.Text("role") == "assistant")
                    result = null;
                continue;
            }

            var content = message.Get("content");
            result = null;
            foreach (var block in content.Items())
            {
                if (block.Text("type") == "tool_result")
                    result = SandboxText.Of(block.Get("content"));
            }

            if (SandboxText.Of(content) is { Length: > 0 } said)
                text = said;
        }

        var tools = new List<SandboxTool>();
        foreach (var tool in root.Get("tools").Items())
        {
            // The vendor's own tools have a type and no schema; those the caller runs have a schema.
            if (tool.Text("name") is { Length: > 0 } name && tool.Get("input_schema") is { } schema)
                tools.Add(new(name, schema));
        }

        var choice = root.Get("tool_choice");
        return (request with
        {
            MaxTokens = root.Number("max_tokens"),
            Stops = root.Get("stop_sequences").Strings(),
            ToolResult = result,
            Tools = tools,
            NoTools = choice.Text("type") == "none",
            WantedTool = choice.Text("type") == "tool" ? choice.Text("name") : null,
            HideThinking = root.Get("thinking").Text("display") == "omitted",
            InputTokens = SandboxText.Tokens(root.Get("system")) + SandboxText.Tokens(messages) + SandboxText.ToolTokens(root.Get("tools")),
        }, text);
    }
}

/// <summary>Reads Gemini's generateContent and countTokens.</summary>
internal static class SandboxGeminiReading
{
    public static (SandboxRequest Request, string Text) Read(SandboxRequest request, ref string? problem)
    {
        var root = request.Root.Get("generateContentRequest", "generate_content_request") ?? request.Root;
        var contents = root.Get("contents");
        if (contents is not { ValueKind: JsonValueKind.Array or JsonValueKind.Object } || (contents is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0))
            problem = "* GenerateContentRequest.contents: contents is not specified";
        var text = "";
        string? result = null;
        IEnumerable<JsonElement> turns = contents is { ValueKind: JsonValueKind.Object } single ? [single] : contents.Items();
        foreach (var turn in turns)
        {
            result = null;
            if (turn.Text("role") is not (null or "user" or "function"))
                continue;
            var parts = turn.Get("parts");
            foreach (var part in parts.Items())
            {
                if (part.Get("functionResponse", "function_response") is { } response)
                    result = Result(response.Get("response"));
            }

            if (SandboxText.Of(parts) is { Length: > 0 } said)
                text = said;
        }

        var tools = new List<SandboxTool>();
        foreach (var tool in root.Get("tools").Items())
        {
            foreach (var function in tool.Get("functionDeclarations", "function_declarations").Items())
            {
                if (function.Text("name") is { Length: > 0 } name)
                    tools.Add(new(name, function.Get("parameters", "parametersJsonSchema") ?? function.Get("parameters_json_schema")));
            }
        }

        var limits = root.Get("generationConfig", "generation_config");
        var calling = root.Get("toolConfig", "tool_config").Get("functionCallingConfig", "function_calling_config");
        return (request with
        {
            MaxTokens = limits?.Number("maxOutputTokens", "max_output_tokens"),
            Stops = limits.Get("stopSequences", "stop_sequences").Strings(),
            ToolResult = result,
            Tools = tools,
            NoTools = calling.Text("mode") == "NONE",
            WantedTool = calling.Get("allowedFunctionNames", "allowed_function_names").Strings() is [var only, ..] ? only : null,
            InputTokens = SandboxText.Tokens(root.Get("systemInstruction", "system_instruction")) + SandboxText.Tokens(contents) + SandboxText.ToolTokens(root.Get("tools")),
        }, text);
    }

    // A function's answer is an object; by convention its one text is called output or result.
    private static string Result(JsonElement? response) =>
        response.Text("output") ?? response.Text("result") ?? response.Text("content") ?? response?.GetRawText() ?? "";
}
