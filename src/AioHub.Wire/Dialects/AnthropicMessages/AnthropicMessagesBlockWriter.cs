using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Writes the blocks of a request: those of this dialect as they came, others as <see cref="AnthropicMessagesTurns"/> made them.</summary>
internal sealed class AnthropicMessagesBlockWriter(Utf8JsonWriter json, UpstreamTerms terms)
{
    /// <summary>What is told of sealed reasoning that only another vendor could open.</summary>
    public const string LostReasoning = "Reasoning of another vendor is not sent back.";

    private static readonly JsonText Reminder = JsonText.Of("<system-reminder>");
    private static readonly JsonText ReminderEnd = JsonText.Of("</system-reminder>");

    /// <summary>Writes blocks as <c>content</c>: as the string that they were, or as an array.</summary>
    public void WriteContent(IReadOnlyList<Block> blocks)
    {
        if (blocks is [TextBlock { Origin: { Dialect: Dialect.AnthropicMessages } origin }] && origin.Raw.Span[0] == '"')
        {
            json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartArray();
        foreach (var block in blocks)
            Write(block, block.Cache);

        json.WriteEndArray();
    }

    /// <summary>Whether a block can be written at all; what cannot is a loss.</summary>
    public bool IsSaid(Block block, string place)
    {
        if (block is ToolCallBlock { Sealed: not null })
            terms.Losses.Add(place, LostReasoning, LossSeverity.Info);

        if (block is ThinkingBlock { Sealed: { By: not Dialect.AnthropicMessages } } or ThinkingBlock { Sealed: null, Origin: null })
        {
            terms.Losses.Add(place, LostReasoning, LossSeverity.Info);
            return false;
        }

        if (block is OpaqueBlock { Origin: not { Dialect: Dialect.AnthropicMessages } } or AudioBlock)
        {
            terms.Losses.Add(place, "Only the caller's dialect knows this block.");
            return false;
        }

        return true;
    }

    public void Write(Block block, CacheMark? mark)
    {
        if (block.Origin is { Dialect: Dialect.AnthropicMessages } origin && origin.Raw.Span[0] == '{' && IsSameName(block))
        {
            json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
            return;
        }

        switch (block)
        {
            case TextBlock text:
                WriteText(text, text.Text, text.Citations, mark);
                break;
            case AnthropicMessagesInstruction instruction:
                terms.Losses.Add("turns", "An instruction amid the turns went out in the user's turn.");
                WriteText(instruction, JsonText.Join("\\n"u8, Reminder, instruction.Text, ReminderEnd), [], mark);
                break;
            case ImageBlock image:
                Begin("image"u8);
                WriteSource(image.Source, image.MediaType);
                End(image, mark);
                break;
            case FileBlock file:
                WriteFile(file, mark);
                break;
            case ToolCallBlock call:
                WriteCall(call, mark);
                break;
            case ToolResultBlock result:
                WriteResult(result, mark);
                break;
            case ThinkingBlock thinking:
                WriteThinking(thinking);
                break;
        }
    }

    /// <summary>A result's own pictures may have been fetched since it was read: then its origin is gone.</summary>
    private bool IsSameName(Block block) => block is not ToolCallBlock { Kind: not ToolKind.Server } call || terms.Names.Outward(call.Name, call.Namespace) == call.Name;

    private void WriteText(Block block, JsonText text, IReadOnlyList<Citation> citations, CacheMark? mark)
    {
        Begin("text"u8);
        AnthropicMessagesTexts.Write(json, "text"u8, text);
        if (citations.Any(IsOwn))
        {
            json.WriteStartArray("citations"u8);
            foreach (var citation in citations.Where(IsOwn))
                json.WriteRawValue(citation.Origin!.Raw.Span, skipInputValidation: true);

            json.WriteEndArray();
        }

        End(block, mark);
    }

    private static bool IsOwn(Citation citation) => citation.Origin is { Dialect: Dialect.AnthropicMessages };

    private void WriteSource(in MediaSource source, string? mediaType)
    {
        json.WriteStartObject("source"u8);
        if (source.Data.Exists)
        {
            json.WriteString("type"u8, "base64"u8);
            json.WriteString("media_type"u8, mediaType ?? "image/png");
            AnthropicMessagesTexts.Write(json, "data"u8, source.Data);
        }
        else if (source.FileId.Exists)
        {
            json.WriteString("type"u8, "file"u8);
            AnthropicMessagesTexts.Write(json, "file_id"u8, source.FileId);
        }
        else
        {
            json.WriteString("type"u8, "url"u8);
            AnthropicMessagesTexts.Write(json, "url"u8, source.Url);
        }

        json.WriteEndObject();
    }

    private void WriteFile(FileBlock file, CacheMark? mark)
    {
        Begin("document"u8);
        if (file.Text.Exists)
        {
            json.WriteStartObject("source"u8);
            json.WriteString("type"u8, "text"u8);
            json.WriteString("media_type"u8, "text/plain"u8);
            AnthropicMessagesTexts.Write(json, "data"u8, file.Text);
            json.WriteEndObject();
        }
        else
        {
            WriteSource(file.Source, file.MediaType ?? "application/pdf");
        }

        if (!file.Name.IsEmpty)
            AnthropicMessagesTexts.Write(json, "title"u8, file.Name);
        if (!file.Context.IsEmpty)
            AnthropicMessagesTexts.Write(json, "context"u8, file.Context);
        if (file.Cite)
        {
            json.WriteStartObject("citations"u8);
            json.WriteBoolean("enabled"u8, value: true);
            json.WriteEndObject();
        }

        End(file, mark);
    }

    private void WriteCall(ToolCallBlock call, CacheMark? mark)
    {
        Begin(call.Kind == ToolKind.Server ? "server_tool_use"u8 : "tool_use"u8);
        json.WriteString("id"u8, AnthropicMessagesIds.Fitted(call.Id));
        json.WriteString("name"u8, call.Kind == ToolKind.Server ? call.Name : terms.Names.Outward(call.Name, call.Namespace));
        json.WritePropertyName("input"u8);
        json.WriteRawValue((call.Input.TryObject(out var input) ? input : call.Input.Wrapped("input"u8)).Span, skipInputValidation: true);
        End(call, mark);
    }

    private void WriteResult(ToolResultBlock result, CacheMark? mark)
    {
        Begin("tool_result"u8);
        json.WriteString("tool_use_id"u8, AnthropicMessagesIds.Fitted(result.CallId));
        if (result.Content.Count > 0)
        {
            json.WritePropertyName("content"u8);
            WriteContent([.. result.Content.Where(block => IsSaid(block, "tool_result"))]);
        }

        if (result.IsError)
            json.WriteBoolean("is_error"u8, value: true);

        End(result, mark);
    }

    private void WriteThinking(ThinkingBlock thinking)
    {
        var token = thinking.Sealed?.Token ?? default;
        if (thinking.Sealed is { Hides: true })
        {
            Begin("redacted_thinking"u8);
            AnthropicMessagesTexts.Write(json, "data"u8, token);
        }
        else
        {
            Begin("thinking"u8);
            AnthropicMessagesTexts.Write(json, "thinking"u8, thinking.Text);
            AnthropicMessagesTexts.Write(json, "signature"u8, token);
        }

        json.WriteEndObject();
    }

    private void Begin(ReadOnlySpan<byte> type)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
    }

    /// <summary>Only blocks of this dialect itself still have anything in their pockets.</summary>
    private void End(Block block, CacheMark? mark)
    {
        foreach (var member in block.Pocket.Members)
        {
            json.WritePropertyName(member.Name.ToString());
            json.WriteRawValue(member.Value.Span, skipInputValidation: true);
        }

        AnthropicMessagesToolWriter.WriteMark(json, mark);
        json.WriteEndObject();
    }
}
