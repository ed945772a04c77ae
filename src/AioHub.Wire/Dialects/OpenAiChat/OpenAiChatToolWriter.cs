using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Writes the tools of a conversation that came in another dialect, and the choice among them.</summary>
internal sealed class OpenAiChatToolWriter(Utf8JsonWriter json, Conversation conversation, UpstreamTerms terms, OpenAiChatModel model)
{
    private static ReadOnlySpan<byte> NoArguments => "{\"type\":\"object\",\"properties\":{}}"u8;

    private bool TakesAllowed => OpenAiChatModels.IsOpenAi(terms.ChannelType);

    public void Write()
    {
        var tools = Offered();
        if (tools.Count > 0)
        {
            json.WriteStartArray(Chat.Tools);
            foreach (var tool in tools)
                WriteTool(tool);
            json.WriteEndArray();
            WriteChoice();
        }

        foreach (var tool in conversation.Tools)
        {
            if (tool.Kind == ToolKind.Server)
                WriteServer(tool);
        }
    }

    /// <summary>Whether free text is a kind of tool there, or must be a function's one argument.</summary>
    public static bool TakesFreeform(OpenAiChatModel model, string channelType) => OpenAiChatModels.IsOpenAi(channelType) && model.TakesVerbosity;

    private List<ToolSpec> Offered()
    {
        var tools = conversation.Tools.Where(static tool => tool.Kind != ToolKind.Server).ToList();
        if (tools.Count > 0 && conversation.ToolChoice.Duty == ToolDuty.None && !model.TakesDuty)
        {
            terms.Losses.Add("tools", "The tools were left out: the upstream has no other way to forbid them.", LossSeverity.Info);
            return [];
        }

        var allowed = conversation.ToolChoice.Allowed;
        if (allowed.Count == 0 || TakesAllowed)
            return tools;

        terms.Losses.Add("tool_choice", "Tools that may not be called this time were left out: the upstream knows no choice among them.", LossSeverity.Info);
        return [.. tools.Where(tool => allowed.Contains(tool.Name, StringComparer.Ordinal))];
    }

    private void WriteTool(ToolSpec tool)
    {
        var isFree = tool.Kind == ToolKind.Freeform;
        var isNative = isFree && TakesFreeform(model, terms.ChannelType);
        json.WriteStartObject();
        json.WriteString(Chat.Type, isNative ? Chat.Custom : Chat.Function);
        json.WriteStartObject(isNative ? Chat.Custom : Chat.Function);
        json.WriteString(Chat.Name, terms.Names.Outward(tool.Name, tool.Namespace));
        var description = isFree && !isNative ? OpenAiGrammar.Describe(tool) : tool.Description;
        if (!description.IsEmpty)
            json.WriteText(Chat.Description, description);
        if (isNative)
            WriteGrammar(tool);
        else if (isFree)
            WriteInput(tool);
        else
            WriteParameters(tool);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteInput(ToolSpec tool)
    {
        if (!tool.Grammar.IsEmpty)
            terms.Losses.Add($"tools.{tool.Name}", "The upstream binds no text to a grammar: the tool's description tells it.");

        json.WritePropertyName(Chat.Parameters);
        OpenAiGrammar.WriteInputSchema(json);
    }

    private void WriteGrammar(ToolSpec tool)
    {
        if (!OpenAiGrammar.TryRead(tool.Grammar, out var grammar))
            return;

        json.WriteStartObject(Chat.Format);
        json.WriteString(Chat.Type, Chat.Grammar);
        json.WriteStartObject(Chat.Grammar);
        json.WriteText(Chat.Syntax, grammar.Syntax);
        json.WriteText(Chat.Definition, grammar.Definition);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteParameters(ToolSpec tool)
    {
        json.WritePropertyName(Chat.Parameters);
        json.WriteRawValue(tool.Schema.IsEmpty ? NoArguments : tool.Schema.Span, skipInputValidation: true);
        if (tool.Strict == true)
            json.WriteBoolean(Chat.Strict, value: true);
    }

    private void WriteServer(ToolSpec tool)
    {
        if (tool.Server == ServerTool.WebSearch && model.Searches)
        {
            json.WriteStartObject(Chat.WebSearchOptions);
            json.WriteEndObject();
        }
        else if (tool.Server == ServerTool.WebSearch && model.Switch == ReasoningSwitch.Enable && !terms.Model.Contains('/', StringComparison.Ordinal))
        {
            json.WriteBoolean(Chat.EnableSearch, value: true);
        }
        else
        {
            terms.Losses.Add($"tools.{tool.Name}", "The upstream runs no such tool in Chat.");
        }
    }

    private void WriteChoice()
    {
        var choice = conversation.ToolChoice;
        // True is every host's own way, and not every host knows the field.
        if (choice.Parallel == false)
            json.WriteBoolean(Chat.ParallelToolCalls, value: false);

        var duty = choice.Duty;
        if (duty is ToolDuty.Any or ToolDuty.Named && !model.TakesDuty)
        {
            terms.Losses.Add("tool_choice", "The model cannot be made to call a tool: it may.");
            duty = ToolDuty.Auto;
        }

        if (choice.Allowed.Count > 0 && TakesAllowed && duty is ToolDuty.Auto or ToolDuty.Any or ToolDuty.Unsaid)
        {
            WriteAllowed(choice.Allowed, duty);
            return;
        }

        switch (duty)
        {
            case ToolDuty.Auto:
                json.WriteString(Chat.ToolChoice, "auto"u8);
                break;
            case ToolDuty.None:
                json.WriteString(Chat.ToolChoice, "none"u8);
                break;
            case ToolDuty.Any:
                json.WriteString(Chat.ToolChoice, "required"u8);
                break;
            case ToolDuty.Named when Find(choice.Name) is { } tool:
                json.WritePropertyName(Chat.ToolChoice);
                WriteName(tool);
                break;
            case ToolDuty.Named:
                terms.Losses.Add("tool_choice", "The tool that must be called is none of those that the upstream was given.");
                break;
        }
    }

    private void WriteAllowed(IReadOnlyList<string> allowed, ToolDuty duty)
    {
        json.WriteStartObject(Chat.ToolChoice);
        json.WriteString(Chat.Type, Chat.AllowedTools);
        json.WriteStartObject(Chat.AllowedTools);
        json.WriteString(Chat.Mode, duty == ToolDuty.Any ? "required"u8 : "auto"u8);
        json.WriteStartArray(Chat.Tools);
        foreach (var name in allowed)
        {
            if (Find(name) is { } tool)
                WriteName(tool);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private ToolSpec? Find(string? name) =>
        conversation.Tools.FirstOrDefault(tool => tool.Kind != ToolKind.Server && string.Equals(tool.Name, name, StringComparison.Ordinal));

    private void WriteName(ToolSpec tool)
    {
        var kind = tool.Kind == ToolKind.Freeform && TakesFreeform(model, terms.ChannelType) ? Chat.Custom : Chat.Function;
        json.WriteStartObject();
        json.WriteString(Chat.Type, kind);
        json.WriteStartObject(kind);
        json.WriteString(Chat.Name, terms.Names.Outward(tool.Name, tool.Namespace));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
