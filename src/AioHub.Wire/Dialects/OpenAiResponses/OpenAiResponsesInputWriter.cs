using System.Runtime.InteropServices;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>Writes turns as the items of the input. What was read from this dialect is replayed as it stood; what lies inside an item that was just replayed is passed over.</summary>
internal sealed class OpenAiResponsesInputWriter(Utf8JsonWriter json, Conversation conversation, UpstreamTerms terms, OpenAiResponsesVendor vendor)
{
    private static readonly JsonText NoResult = JsonText.Of("The tool gave no result.");
    private static readonly JsonText Failed = JsonText.Of("The tool failed.");

    private readonly bool _isOwn = conversation.Dialect == Dialect.OpenAiResponses;
    private readonly HashSet<string> _calls = new(StringComparer.Ordinal);
    private readonly HashSet<string> _results = new(StringComparer.Ordinal);
    private readonly List<Block> _behind = [];
    private readonly OpenAiResponsesPartWriter _parts = new(json, terms);
    private ReadOnlyMemory<byte> _replayed;
    private Role? _open;
    private int _count;
    private int _placed;

    /// <summary>Writes the list.</summary>
    /// <param name="leading">Instructions that stand before all turns and are not said by <c>instructions</c>.</param>
    public void Write(IReadOnlyList<Block> leading)
    {
        foreach (var turn in conversation.Turns)
        {
            foreach (var block in turn.Blocks)
            {
                if (block is ToolResultBlock { Kind: not ToolKind.Server } result)
                    _results.Add(result.CallId);
            }
        }

        json.WriteStartArray();
        foreach (var block in leading)
            Write(block, Role.System, 0);

        Close();
        for (var index = 0; index < conversation.Turns.Count; index++)
            WriteTurn(conversation.Turns[index], index);

        Place(all: true);
        json.WriteEndArray();
    }

    private void WriteTurn(Turn turn, int index)
    {
        foreach (var block in turn.Blocks)
            Write(block, turn.Role, index);

        foreach (var block in _behind)
            Write(block, Role.User, index);

        _behind.Clear();
        Close();
        if (_isOwn || turn.Role != Role.Assistant)
            return;

        foreach (var block in turn.Blocks)
        {
            if (block is ToolCallBlock { Kind: not ToolKind.Server } call && !_results.Contains(call.Id))
            {
                terms.Losses.Add($"turns[{index}]", "A tool call without a result was given one that says so: the upstream refuses it otherwise.");
                WriteOutput(call.Id, call.Kind, () => OpenAiResponsesPartWriter.WriteText(json, NoResult));
            }
        }
    }

    private void Write(Block block, Role role, int index)
    {
        if (TryReplay(block, role))
            return;

        switch (block)
        {
            case TextBlock or ImageBlock or FileBlock or AudioBlock:
                if (_parts.Takes(block, role, $"turns[{index}]"))
                    WritePart(block, role);
                break;
            case ToolCallBlock call:
                WriteCall(call, index);
                break;
            case ToolResultBlock result:
                WriteResult(result, index);
                break;
            case ThinkingBlock thinking:
                WriteThinking(thinking, index);
                break;
            default:
                terms.Losses.Add($"turns[{index}]", "A block that only the caller's dialect knows was left out.");
                break;
        }
    }

    /// <summary>Writes what this dialect said before, as it stood.</summary>
    private bool TryReplay(Block block, Role role)
    {
        if (block.Origin is not { Dialect: Dialect.OpenAiResponses } origin || origin.Raw.IsEmpty)
            return false;

        if (_replayed.Span.Overlaps(origin.Raw.Span))
            return true;

        // Another vendor of the same dialect may not know what OpenAI and Codex agree on.
        var known = block switch
        {
            ToolCallBlock call => (vendor.Freeform || call.Kind != ToolKind.Freeform) && (vendor.Groups || (call.Namespace is null && call.Name is not (Names.LocalShellTool or Names.ToolSearchTool))),
            ToolResultBlock result => vendor.Groups || (result.Kind == ToolKind.Function && origin.Raw.Span.IndexOf("\"function_call_output\""u8) >= 0 && (vendor.ResultParts || OnlyText(result))),
            _ => true,
        };
        if (!known)
            return false;

        if (IsPart(block, origin))
        {
            OpenMessage(role);
            json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
            _replayed = origin.Raw;
            return true;
        }

        if (origin.Raw.Span[0] != '{')
            return false;

        Close();
        Raw(origin.Raw);
        return true;
    }

    private static bool OnlyText(ToolResultBlock result)
    {
        foreach (var block in result.Content)
        {
            if (block is not TextBlock)
                return false;
        }

        return true;
    }

    /// <summary>A part of a message whose first part is gone.</summary>
    private static bool IsPart(Block block, Origin origin) =>
        block is TextBlock or ImageBlock or FileBlock or AudioBlock && Json.JsonView.TryOver(origin.Raw.Span, out var view)
        && view[Names.Type] is { IsText: true } type && !type.Is(Names.Message) && !type.Is(Names.ImageGenerationCall) && !type.Is(Names.CompactionTrigger);

    private void Raw(ReadOnlyMemory<byte> item)
    {
        Place();
        json.WriteRawValue(item.Span, skipInputValidation: true);
        _replayed = item;
        _count++;
    }

    /// <summary>Writes the items that no turn says and whose turn it is.</summary>
    private void Place(bool all = false)
    {
        var members = conversation.Pocket.Members;
        for (; _isOwn && _placed < members.Count; _placed++)
        {
            if (OpenAiResponsesRequestWriter.PlaceOf(members[_placed]) is not { } place)
                continue;
            if (place > _count && !all)
                return;

            _count++;
            if (vendor.Groups || members[_placed].Value.Span.IndexOf("\"additional_tools\""u8) < 0)
                json.WriteRawValue(members[_placed].Value.Span, skipInputValidation: true);
        }
    }

    private void OpenMessage(Role role)
    {
        if (_open == role)
            return;

        Close();
        Place();
        json.WriteStartObject();
        json.WriteString(Names.Type, Names.Message);
        json.WriteString(Names.Role, role switch { Role.Assistant => "assistant"u8, Role.System when vendor.Developer => "developer"u8, Role.System => "system"u8, _ => "user"u8 });
        json.WriteStartArray(Names.Content);
        _open = role;
    }

    private void Close()
    {
        if (_open is null)
            return;

        json.WriteEndArray();
        json.WriteEndObject();
        _open = null;
        _count++;
    }

    private void WritePart(Block block, Role role)
    {
        OpenMessage(role);
        _parts.Write(block, role);
    }

    private void Begin(ReadOnlySpan<byte> type)
    {
        Close();
        Place();
        json.WriteStartObject();
        json.WriteString(Names.Type, type);
        _count++;
    }

    private void WriteCall(ToolCallBlock call, int index)
    {
        if (call.Kind == ToolKind.Server)
        {
            terms.Losses.Add($"turns[{index}].tool_call", "A call of a tool that another upstream ran itself was left out.", LossSeverity.Info);
            return;
        }

        if (call.Sealed is not null)
            terms.Losses.Add($"turns[{index}].tool_call", "Only the vendor that sealed the call's reasoning can read it.", LossSeverity.Info);

        _calls.Add(call.Id);
        var isFreeform = call.Kind == ToolKind.Freeform && vendor.Freeform;
        Begin(isFreeform ? Names.CustomToolCall : Names.FunctionCall);
        json.WriteString(Names.CallId, OpenAiResponsesIds.Fit(call.Id));
        WriteName(call);
        json.WritePropertyName(isFreeform ? Names.Input : Names.Arguments);
        var input = call.Kind == ToolKind.Freeform && !isFreeform ? JsonText.Of(call.Input.Wrapped("input"u8).Span) : call.Input.Text;
        OpenAiResponsesPartWriter.WriteText(json, input.IsEmpty && !isFreeform ? JsonText.Of("{}"u8) : input);
        json.WriteEndObject();
    }

    private void WriteName(ToolCallBlock call)
    {
        if (call.Namespace is { } group && vendor.Groups)
        {
            json.WriteString(Names.Name, call.Name);
            json.WriteString(Names.Namespace, group);
        }
        else
        {
            json.WriteString(Names.Name, terms.Names.Outward(call.Name, call.Namespace));
        }
    }

    private void WriteResult(ToolResultBlock result, int index)
    {
        if (result.Kind == ToolKind.Server)
        {
            terms.Losses.Add($"turns[{index}].tool_result", "The result of a tool that another upstream ran itself was left out.");
            return;
        }

        if (!_isOwn && !_calls.Contains(result.CallId))
        {
            terms.Losses.Add($"turns[{index}].tool_result", "A tool result that answers no call before it was sent as text.");
            foreach (var block in result.Content)
                Write(block, Role.User, index);

            return;
        }

        if (result.IsError)
            terms.Losses.Add($"turns[{index}].tool_result", "That the tool failed can only be told by its text.", LossSeverity.Info);

        WriteOutput(result.CallId, result.Kind, () => WriteContent(result, index));
    }

    private void WriteOutput(string callId, ToolKind kind, Action content)
    {
        Begin(kind == ToolKind.Freeform && vendor.Freeform ? Names.CustomToolCallOutput : Names.FunctionCallOutput);
        json.WriteString(Names.CallId, OpenAiResponsesIds.Fit(callId));
        json.WritePropertyName(Names.Output);
        content();
        json.WriteEndObject();
    }

    private void WriteContent(ToolResultBlock result, int index)
    {
        var texts = new List<JsonText>();
        var others = new List<Block>();
        foreach (var block in result.Content)
        {
            if (block is TextBlock text)
                texts.Add(text.Text);
            else if (block is OpaqueBlock)
                terms.Losses.Add($"turns[{index}].tool_result", "A part of a tool's result that only the caller's dialect knows was left out.");
            else if (_parts.Takes(block, Role.User, $"turns[{index}].tool_result"))
                others.Add(block);
        }

        if (vendor.ResultParts && texts.Count + others.Count > 1 - Math.Min(others.Count, 1))
        {
            json.WriteStartArray();
            foreach (var block in result.Content)
            {
                if (block is TextBlock || others.Contains(block))
                    _parts.Write(block, Role.User);
            }

            json.WriteEndArray();
            return;
        }

        var joined = JsonText.Join("\\n"u8, CollectionsMarshal.AsSpan(texts));
        OpenAiResponsesPartWriter.WriteText(json, joined.IsEmpty && result.IsError ? Failed : joined);
        if (others.Count > 0)
            terms.Losses.Add($"turns[{index}].tool_result", "The upstream takes only text from tools: a picture or a file of a result was sent behind it, as the user's.", LossSeverity.Info);

        _behind.AddRange(others);
    }

    private void WriteThinking(ThinkingBlock thinking, int index)
    {
        if (thinking.Sealed is not { By: Dialect.OpenAiResponses } token)
        {
            terms.Losses.Add($"turns[{index}].thinking", "Reasoning of another vendor's model is left out: only that vendor takes it back.", LossSeverity.Info);
            return;
        }

        Begin(Names.Reasoning);
        if (token.Id.Exists)
        {
            json.WritePropertyName(Names.Id);
            OpenAiResponsesPartWriter.WriteText(json, token.Id);
        }

        json.WriteStartArray(Names.Summary);
        if (!thinking.Text.IsEmpty)
        {
            json.WriteStartObject();
            json.WriteString(Names.Type, "summary_text"u8);
            json.WritePropertyName(Names.Text);
            OpenAiResponsesPartWriter.WriteText(json, thinking.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName(Names.EncryptedContent);
        OpenAiResponsesPartWriter.WriteText(json, token.Token);
        json.WriteEndObject();
    }
}
