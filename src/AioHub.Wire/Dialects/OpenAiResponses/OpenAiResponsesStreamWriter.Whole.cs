using System.Buffers;
using System.Text;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <content>What is told at once: pictures, calls with a form of their own, compactions, items that only this dialect knows.</content>
internal sealed partial class OpenAiResponsesStreamWriter
{
    private bool _isServerCall;

    private void OnWhole(Block block)
    {
        switch (block)
        {
            case TextBlock or ThinkingBlock or ToolCallBlock:
                ReplyPlay.Play(new Reply { Answers = [new Answer([block], _stop)] }, this);
                return;
            case ImageBlock { Source.Data: { IsEmpty: false } data } image:
                BeginWhole("ig_");
                WriteImage(image, data);
                break;
            case OpaqueBlock { Origin: { Dialect: Dialect.OpenAiResponses } origin } when IsItem(origin):
                BeginWhole("");
                JsonLine.Write(_item, origin.Raw.Span);
                break;
            default:
                Terms.Losses.Add("output", block switch
                {
                    ImageBlock => "A picture that is not sent with the answer cannot be sent on.",
                    AudioBlock => "The caller's dialect has no sound in answers.",
                    FileBlock => "The caller's dialect has no files in answers.",
                    ToolResultBlock => "What a tool of the upstream's own gave is not shown.",
                    _ => "A block that only the upstream's dialect knows was left out.",
                }, block is ToolResultBlock ? LossSeverity.Info : LossSeverity.Warning);
                return;
        }

        AddedWhole();
        Done();
    }

    /// <summary>An item of the upstream's own is repeated as it is, if it is one that strict clients take: with an id.</summary>
    private static bool IsItem(Origin origin) => JsonView.TryOver(origin.Raw.Span, out var view) && view[Names.Type].IsText && view[Names.Id] is { IsText: true, Length: > 2 };

    private void BeginWhole(string prefix)
    {
        EndBlock();
        EndMessage(cut: false);
        Begin();
        _itemId = IdOf(prefix);
        _item.ResetWrittenCount();
    }

    /// <summary>Such an item is the same when it is added and when it is done.</summary>
    private void AddedWhole()
    {
        Event("response.output_item.added"u8);
        OutputIndex();
        Raw(",\"item\":"u8);
        Raw(_item.WrittenSpan);
        EndEvent();
    }

    private void WriteImage(ImageBlock image, JsonText data)
    {
        using var json = JsonOut.Over(_item);
        json.WriteStartObject();
        json.WriteString(Names.Id, _itemId);
        json.WriteString(Names.Type, Names.ImageGenerationCall);
        json.WriteString(Names.Status, "completed"u8);
        if (image.MediaType is { } type)
            json.WriteString("output_format"u8, type[(type.LastIndexOf('/') + 1)..]);
        json.WritePropertyName(Names.Result);
        json.WriteRawValue(data.Quoted, skipInputValidation: true);
        json.WriteEndObject();
    }

    // ---- calls with a form of their own

    private void EndWholeCall()
    {
        var input = ToolInput.FromText(JsonText.FromQuoted((byte[])[(byte)'"', .. _text.WrittenSpan, (byte)'"']));
        var isObject = input.TryObject(out var value);
        value = JsonLine.Of(value);
        _text.ResetWrittenCount();
        if (_isServerCall)
        {
            EndServerCall(value, isObject);
            return;
        }

        _item.ResetWrittenCount();
        var isShell = _callName == Names.LocalShellTool;
        _itemId = IdOf(isShell ? "lsh_" : "tsc_");
        using (var json = JsonOut.Over(_item))
        {
            json.WriteStartObject();
            json.WriteString(Names.Id, _itemId);
            json.WriteString(Names.Type, isShell ? Names.LocalShellCall : Names.ToolSearchCall);
            json.WriteString(Names.Status, "completed"u8);
            json.WriteString(Names.CallId, _callId);
            if (!isShell)
                json.WriteString("execution"u8, "client"u8);

            json.WritePropertyName(isShell ? Names.Action : Names.Arguments);
            if (isShell)
                WriteAction(json, value, isObject, "exec"u8, "command"u8, "[]"u8);
            else
                json.WriteRawValue(isObject ? value.Span : "{}"u8, skipInputValidation: true);
            json.WriteEndObject();
        }

        AddedWhole();
        Done();
    }

    /// <summary>A search of the web is told as this dialect's own; of another vendor's tools the caller learns only what they led to.</summary>
    private void EndServerCall(ReadOnlyMemory<byte> value, bool isObject)
    {
        if (_callName != Names.WebSearchTool)
        {
            Terms.Losses.Add("output", "A call of a tool that the upstream ran itself is not shown.", LossSeverity.Info);
            return;
        }

        _itemId = IdOf("ws_");
        _item.ResetWrittenCount();
        using (var json = JsonOut.Over(_item))
        {
            json.WriteStartObject();
            json.WriteString(Names.Id, _itemId);
            json.WriteString(Names.Type, Names.WebSearchCall);
            json.WriteString(Names.Status, "completed"u8);
            json.WritePropertyName(Names.Action);
            WriteAction(json, value, isObject, Names.Search, "query"u8, "\"\""u8);
            json.WriteEndObject();
        }

        AddedWhole();
        foreach (var step in (ReadOnlySpan<string>)["in_progress", "searching", "completed"])
        {
            Event(Encoding.ASCII.GetBytes($"response.web_search_call.{step}"));
            ItemRef();
            EndEvent();
        }

        Done();
    }

    /// <summary>An action is the call's input with a type.</summary>
    /// <param name="main">The member that must be there, else with the last value.</param>
    private static void WriteAction(Utf8JsonWriter json, ReadOnlyMemory<byte> value, bool isObject, ReadOnlySpan<byte> type, ReadOnlySpan<byte> main, ReadOnlySpan<byte> otherwise)
    {
        json.WriteStartObject();
        var hasType = false;
        var hasMain = false;
        if (isObject && JsonView.TryOver(value.Span, out var view))
        {
            foreach (var member in view.Members)
            {
                hasType |= member.Is(Names.Type);
                hasMain |= member.Is(main);
                json.WritePropertyName(JsonText.From(member.Name, value).Decode().Span);
                json.WriteRawValue(member.Value.Raw, skipInputValidation: true);
            }
        }

        if (!hasType)
            json.WriteString(Names.Type, type);
        if (!hasMain && !hasType)
        {
            json.WritePropertyName(main);
            json.WriteRawValue(otherwise, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    // ---- compaction

    /// <summary>A caller who asked for a compaction gets one item and nothing else: whatever the model says is the summary. Passes on the compaction that an upstream made itself.</summary>
    private bool OnCompaction(in StreamEvent happening)
    {
        if (happening.Kind == StreamEventKind.Text && happening.Text.Length > 2)
            _text.Write(happening.Text[1..^1]);

        return happening.Kind != StreamEventKind.Whole || happening.Block is not OpaqueBlock;
    }

    private void EndCompaction()
    {
        if (_index > 0)
            return;

        var summary = JsonText.FromQuoted((byte[])[(byte)'"', .. _text.WrittenSpan, (byte)'"']);
        _text.ResetWrittenCount();
        if (SealedEnvelope.Close(Terms.Seal, new Sealed(Dialect.OpenAiResponses, JsonText.Of("")) { Hides = true }, summary) is not { } envelope)
            return;

        BeginWhole("cmp_");
        using (var json = JsonOut.Over(_item))
        {
            json.WriteStartObject();
            json.WriteString(Names.Id, _itemId);
            json.WriteString(Names.Type, Names.Compaction);
            json.WritePropertyName(Names.EncryptedContent);
            json.WriteRawValue(envelope.Quoted, skipInputValidation: true);
            json.WriteEndObject();
        }

        AddedWhole();
        Done();
    }
}
