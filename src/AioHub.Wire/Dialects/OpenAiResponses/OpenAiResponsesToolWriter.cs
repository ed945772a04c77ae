using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>Writes the tools and the choice among them.</summary>
internal sealed class OpenAiResponsesToolWriter(Utf8JsonWriter json, Conversation conversation, UpstreamTerms terms, OpenAiResponsesVendor vendor)
{
    private readonly bool _isOwn = conversation.Dialect == Dialect.OpenAiResponses;
    private bool _begun;

    /// <summary>Writes the list, unless no tool is left. False: there is none.</summary>
    public bool Write()
    {
        var replayed = default(ReadOnlyMemory<byte>);
        foreach (var tool in conversation.Tools)
        {
            if (vendor.Groups && OpenAiResponsesToolReader.IsElsewhere(tool))
                continue;

            if (tool.Origin is { Dialect: Dialect.OpenAiResponses } origin && IsReplayed(tool))
            {
                // The tools of a group share its origin.
                if (!replayed.Span.Overlaps(origin.Raw.Span))
                {
                    Begin();
                    json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
                }

                replayed = origin.Raw;
            }
            else if (tool.Kind == ToolKind.Server)
            {
                WriteServerTool(tool);
            }
            else
            {
                Begin();
                WriteTool(tool);
            }
        }

        if (_begun)
            json.WriteEndArray();

        return _begun;
    }

    /// <summary>Writes the choice among tools; nothing when the caller said nothing.</summary>
    public void WriteChoice()
    {
        var choice = conversation.ToolChoice;
        if (choice.Duty != ToolDuty.Unsaid)
        {
            json.WritePropertyName("tool_choice"u8);
            WriteDuty(choice);
        }

        if (choice.Parallel is { } parallel)
            json.WriteBoolean("parallel_tool_calls"u8, parallel);
    }

    private void Begin()
    {
        if (!_begun)
            json.WriteStartArray("tools"u8);

        _begun = true;
    }

    /// <summary>Whether the upstream takes the tool as OpenAI knows it.</summary>
    private bool IsReplayed(ToolSpec tool) => _isOwn
        && (vendor.Groups || (tool.Namespace is null && tool.Name is not (Names.LocalShellTool or Names.ToolSearchTool))) && (vendor.Freeform || tool.Kind != ToolKind.Freeform)
        && (vendor.Groups || tool.Kind != ToolKind.Server || tool.Server is not null);

    private void WriteTool(ToolSpec tool)
    {
        var isFreeform = tool.Kind == ToolKind.Freeform && vendor.Freeform;
        json.WriteStartObject();
        json.WriteString(Names.Type, isFreeform ? "custom"u8 : "function"u8);
        json.WriteString(Names.Name, terms.Names.Outward(tool.Name, tool.Namespace));
        if (isFreeform)
        {
            Description(tool.Description);
            WriteGrammar(tool.Grammar);
        }
        else if (tool.Kind == ToolKind.Freeform)
        {
            terms.Losses.Add($"tools.{tool.Name}", "The upstream knows no tools that take free text: it became a function with one text.", LossSeverity.Info);
            var grammar = tool.Grammar.IsEmpty ? default : JsonText.Of(tool.Grammar.Span);
            Description(JsonText.Join("\\n\\n"u8, tool.Description, JsonText.Of("Put the tool's whole input into \"input\", as plain text."), grammar));
            json.WritePropertyName("parameters"u8);
            json.WriteRawValue("""{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}"""u8, skipInputValidation: true);
            json.WriteBoolean("strict"u8, value: false);
        }
        else
        {
            Description(tool.Description);
            json.WritePropertyName("parameters"u8);
            json.WriteRawValue(Completed(tool.Schema).Span, skipInputValidation: true);

            // Left out, OpenAI makes every argument required where the schema allows it.
            json.WriteBoolean("strict"u8, tool.Strict ?? false);
        }

        json.WriteEndObject();
    }

    private void WriteServerTool(ToolSpec tool)
    {
        var known = tool.Server switch
        {
            ServerTool.WebSearch => """{"type":"web_search"}""",
            ServerTool.CodeExecution when vendor.CodeInterpreter => """{"type":"code_interpreter","container":{"type":"auto"}}""",
            _ => null,
        };
        if (known is null || (terms.ChannelType is "codex" && tool.Server != ServerTool.WebSearch))
        {
            terms.Losses.Add($"tools.{tool.Name}", "The upstream has no such tool of its own: the model cannot use it.");
            return;
        }

        Begin();
        json.WriteRawValue(known, skipInputValidation: true);
    }

    /// <summary>Chat nests the grammar one level deeper.</summary>
    private void WriteGrammar(ReadOnlyMemory<byte> grammar)
    {
        if (grammar.IsEmpty || !JsonView.TryOver(grammar.Span, out var view))
            return;

        var inner = view["grammar"u8].IsObject ? view["grammar"u8] : view;
        if (!inner["definition"u8].IsText)
            return;

        json.WriteStartObject("format"u8);
        json.WriteString(Names.Type, "grammar"u8);
        json.WriteString("syntax"u8, inner["syntax"u8].AsString(32) ?? "lark");
        json.WritePropertyName("definition"u8);
        json.WriteRawValue(inner["definition"u8].Raw, skipInputValidation: true);
        json.WriteEndObject();
    }

    /// <summary>OpenAI refuses the schema of an object that names no properties.</summary>
    private static ReadOnlyMemory<byte> Completed(ReadOnlyMemory<byte> schema)
    {
        if (!JsonView.TryOver(schema.Span, out var view) || !view.IsObject || !view.Members.MoveNext())
            return """{"type":"object","properties":{}}"""u8.ToArray();

        var type = view[Names.Type];
        if (view["properties"u8].IsObject || !(type.IsNothing || type.Is("object"u8)) || HasUnion(view))
            return schema;

        var without = view.Raw.TrimEnd(" \t\r\n"u8)[..^1];
        return (byte[])[.. without, .. type.IsNothing ? ",\"type\":\"object\",\"properties\":{}}"u8 : ",\"properties\":{}}"u8];
    }

    private static bool HasUnion(JsonView schema) => schema["anyOf"u8].Exists || schema["oneOf"u8].Exists || schema["allOf"u8].Exists || schema["$ref"u8].Exists;

    private void WriteDuty(ToolChoice choice)
    {
        if (choice.Allowed.Count > 0 && choice.Duty is ToolDuty.Auto or ToolDuty.Any)
        {
            json.WriteStartObject();
            json.WriteString(Names.Type, "allowed_tools"u8);
            json.WriteString("mode"u8, choice.Duty == ToolDuty.Any ? "required"u8 : "auto"u8);
            json.WriteStartArray("tools"u8);
            foreach (var name in choice.Allowed)
                WriteNamed(name);

            json.WriteEndArray();
            json.WriteEndObject();
            return;
        }

        if (choice.Duty == ToolDuty.Named)
            WriteNamed(choice.Name ?? "");
        else
            json.WriteStringValue(choice.Duty switch { ToolDuty.None => "none"u8, ToolDuty.Any => "required"u8, _ => "auto"u8 });
    }

    private void WriteNamed(string name)
    {
        ToolSpec? named = null;
        foreach (var tool in conversation.Tools)
        {
            if (string.Equals(tool.Name, name, StringComparison.Ordinal))
                named = tool;
        }

        json.WriteStartObject();
        if (named is { Kind: ToolKind.Server })
        {
            json.WriteString(Names.Type, named.Server == ServerTool.CodeExecution ? "code_interpreter"u8 : "web_search"u8);
        }
        else
        {
            json.WriteString(Names.Type, named is { Kind: ToolKind.Freeform } && vendor.Freeform ? "custom"u8 : "function"u8);
            json.WriteString(Names.Name, terms.Names.Outward(name, named?.Namespace));
        }

        json.WriteEndObject();
    }

    private void Description(JsonText description)
    {
        if (!description.Exists)
            return;

        json.WritePropertyName("description"u8);
        OpenAiResponsesPartWriter.WriteText(json, description);
    }
}
