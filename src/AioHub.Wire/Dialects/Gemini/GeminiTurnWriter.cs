using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Writes <c>contents</c> and <c>systemInstruction</c>. One instance a request.</summary>
internal sealed class GeminiTurnWriter(Utf8JsonWriter json, Conversation conversation, GeminiModel model, UpstreamTerms terms)
{
    /// <summary>The functions behind the ids of calls: every response names its function.</summary>
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Vertex pairs calls and responses by their order; not all its versions know ids.</summary>
    private readonly bool _hasIds = !GeminiToolWriter.IsVertex(terms);

    private static ReadOnlySpan<byte> SystemPrefix => "systemInstruction."u8;

    public void Write(GeminiScript script)
    {
        foreach (var turn in script.Turns)
        {
            foreach (var block in turn.Blocks)
            {
                if (block is ToolCallBlock call)
                    _names[call.Id] = terms.Names.Outward(call.Name, call.Namespace);
            }
        }

        json.WriteStartArray(Names.Contents);
        foreach (var turn in script.Turns)
            WriteTurn(turn);

        json.WriteEndArray();
        if (script.System.Count == 0)
            return;

        json.WriteStartObject(Names.SystemInstruction);
        json.WriteStartArray(Names.Parts);
        foreach (var block in script.System)
            WriteBlock(block, isFirstCall: false);

        json.WriteEndArray();
        if (conversation.Dialect == Dialect.Gemini)
        {
            foreach (var member in conversation.Pocket.Members.Where(member => member.Name.Inside.StartsWith(SystemPrefix)))
                WriteMember(member.Name.Decode().Span[SystemPrefix.Length..], member.Value);
        }

        json.WriteEndObject();
    }

    private void WriteTurn(Turn turn)
    {
        json.WriteStartObject();
        json.WriteString(Names.Role, turn.Role switch
        {
            Role.Assistant => Names.ModelRole,
            Role.System => "system"u8,
            _ => Names.User,
        });
        json.WriteStartArray(Names.Parts);

        // The first call of a turn carries the signature, unless the caller of Google's own dialect sent it without.
        var isSigned = !model.IsThree || turn.Blocks.Any(block => block is ToolCallBlock { Sealed.By: Dialect.Gemini } or ToolCallBlock { Origin.Dialect: Dialect.Gemini });
        foreach (var block in turn.Blocks)
        {
            WriteBlock(block, !isSigned && block is ToolCallBlock);
            isSigned |= block is ToolCallBlock;
            if (block is ToolResultBlock { Origin: null } result && !model.IsThree)
                WriteMediaBeside(result);
        }

        json.WriteEndArray();
        if (conversation.Dialect == Dialect.Gemini)
        {
            foreach (var member in turn.Pocket.Members)
                WriteMember(member.Name.Decode().Span, member.Value);
        }

        json.WriteEndObject();
    }

    private void WriteBlock(Block block, bool isFirstCall)
    {
        if (block.Origin is { Dialect: Dialect.Gemini } origin && IsAsWritten(block))
        {
            json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        switch (block)
        {
            case TextBlock text:
                WriteText(text.Text);
                break;
            case ThinkingBlock thinking:
                WriteThinking(thinking);
                break;
            case FileBlock { Text.Exists: true } file:
                WriteText(JsonText.Join("\\n"u8, file.Name, file.Context, file.Text));
                break;
            case FileBlock { Context.IsEmpty: false } file:
                // What the caller says of it comes before it.
                WriteText(file.Context);
                json.WriteEndObject();
                json.WriteStartObject();
                GeminiMedia.Write(json, file);
                break;
            case ImageBlock or AudioBlock or FileBlock:
                GeminiMedia.Write(json, block);
                break;
            case ToolCallBlock call:
                WriteCall(call, isFirstCall);
                break;
            case ToolResultBlock result:
                WriteResult(result);
                break;
            default:
                WriteText(default);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>A function that goes under another name upstream cannot be replayed as it stood.</summary>
    private bool IsAsWritten(Block block) => block switch
    {
        ToolCallBlock call => string.Equals(terms.Names.Outward(call.Name, call.Namespace), call.Name, StringComparison.Ordinal),
        ToolResultBlock { Name: { } name } => string.Equals(terms.Names.Outward(name), name, StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>Reasoning that Google signed: no other is here.</summary>
    private void WriteThinking(ThinkingBlock thinking)
    {
        WriteText(thinking.Text);
        if (!thinking.Text.IsEmpty)
            json.WriteBoolean(Names.Thought, value: true);
        if (thinking.Sealed is { By: Dialect.Gemini } own)
            WriteSignature(own.Token);
    }

    private void WriteCall(ToolCallBlock call, bool isFirstCall)
    {
        json.WriteStartObject(Names.FunctionCall);
        if (_hasIds)
            json.WriteString(Names.Id, call.Id);
        json.WriteString(Names.Name, _names.GetValueOrDefault(call.Id, call.Name));
        json.WritePropertyName(Names.Args);
        if (call.Kind == ToolKind.Freeform)
        {
            json.WriteRawValue(call.Input.Wrapped("input"u8).Span, skipInputValidation: true);
        }
        else if (call.Input.TryObject(out var value))
        {
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }
        else
        {
            json.WriteRawValue(call.Input.Wrapped("input"u8).Span, skipInputValidation: true);
            terms.Losses.Add("turns.tool_call.input", "Arguments that were no JSON object were sent as the text of one argument.");
        }

        json.WriteEndObject();
        if (call.Sealed is { By: Dialect.Gemini } own)
        {
            WriteSignature(own.Token);
        }
        else if (isFirstCall)
        {
            json.WriteString(Names.ThoughtSignature, GeminiSeals.Placeholder);
            terms.Losses.Add("turns.tool_call", "Gemini does not know the reasoning behind a call that another model made: Google's placeholder stands for its signature.", LossSeverity.Info);
        }
    }

    private void WriteResult(ToolResultBlock result)
    {
        json.WriteStartObject(Names.FunctionResponse);
        if (_hasIds)
            json.WriteString(Names.Id, result.CallId);
        json.WriteString(Names.Name, _names.TryGetValue(result.CallId, out var name) ? name : terms.Names.Outward(result.Name ?? result.CallId));
        json.WriteStartObject(Names.Response);
        json.WritePropertyName(result.IsError ? Names.Error : Names.Output);
        json.WriteRawValue(JsonText.Join("\\n"u8, [.. result.Content.Select(TextOf).Where(text => text.Exists)]).Quoted, skipInputValidation: true);
        json.WriteEndObject();
        if (model.IsThree && result.Content.Any(IsMedia))
        {
            json.WriteStartArray(Names.Parts);
            foreach (var block in result.Content.Where(IsMedia))
            {
                json.WriteStartObject();
                GeminiMedia.Write(json, block);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        foreach (var block in result.Content)
        {
            if (block is OpaqueBlock opaque && opaque.Origin?.Dialect != Dialect.Gemini)
                terms.Losses.Add($"turns.tool_result.{opaque.Type}", "Only the caller's dialect knows this kind of content.");
        }
    }

    /// <summary>Before Gemini 3 a function gives JSON alone: its pictures stand behind it in the same turn.</summary>
    private void WriteMediaBeside(ToolResultBlock result)
    {
        foreach (var block in result.Content.Where(IsMedia))
        {
            json.WriteStartObject();
            GeminiMedia.Write(json, block);
            json.WriteEndObject();
            terms.Losses.Add("turns.tool_result", "Pictures and files that a tool gave stand behind its result: the model takes none inside.", LossSeverity.Info);
        }
    }

    private static bool IsMedia(Block block) => block is ImageBlock or AudioBlock or FileBlock { Text.Exists: false };

    private static JsonText TextOf(Block block) => block switch
    {
        TextBlock text => text.Text,
        FileBlock { Text.Exists: true } file => JsonText.Join("\\n"u8, file.Name, file.Context, file.Text),
        _ => default,
    };

    private void WriteText(JsonText text)
    {
        json.WritePropertyName(Names.Text);
        json.WriteRawValue(text.Quoted, skipInputValidation: true);
    }

    private void WriteSignature(JsonText token)
    {
        json.WritePropertyName(Names.ThoughtSignature);
        json.WriteRawValue(token.Quoted, skipInputValidation: true);
    }

    private void WriteMember(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.Span, skipInputValidation: true);
    }
}
