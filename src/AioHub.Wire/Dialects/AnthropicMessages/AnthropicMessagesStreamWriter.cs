using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>
/// Writes a stream. The order is strict: the message's start, then block after block with ascending indices, one open at a time, then the reason with the figures, then the end.
/// </summary>
internal sealed class AnthropicMessagesStreamWriter(IBufferWriter<byte> output, ReplyTerms terms) : ReplyStreamWriter(output, terms)
{
    private enum Open
    {
        None,
        Text,
        Refusal,
        Thinking,
        Call,
        /// <summary>A call of free text, which this dialect has as one argument: written whole.</summary>
        Freeform,
        /// <summary>A call that is not shown.</summary>
        Hidden,
    }

    private readonly ArrayBufferWriter<byte> _kept = new();
    private Open _open;
    private int _index;
    private int _calls;
    private int _citations;
    private bool _hasStarted;
    private bool _hasInput;
    private bool _isRefused;
    private StopReason _stop;
    private JsonText _stopSequence;

    public override void On(in StreamEvent happening)
    {
        if (happening.Answer != 0)
        {
            Terms.Losses.Add("n", "A caller of this dialect gets one answer.");
            return;
        }

        switch (happening.Kind)
        {
            case StreamEventKind.Text:
                WriteText(Open.Text, happening.Text);
                break;
            case StreamEventKind.Refusal:
                _isRefused = true;
                WriteText(Open.Refusal, happening.Text);
                break;
            case StreamEventKind.Thinking:
                WriteThinking(happening.Text);
                break;
            case StreamEventKind.ThinkingSealed when happening.Sealed is { } token:
                WriteSeal(token);
                break;
            case StreamEventKind.ToolCall:
                BeginCall(happening);
                break;
            case StreamEventKind.ToolInput:
                WriteInput(happening.Text);
                break;
            case StreamEventKind.Citation when happening.Citation is { } citation:
                WriteCitation(citation);
                break;
            case StreamEventKind.Whole when happening.Block is { } block:
                WriteWhole(block);
                break;
            case StreamEventKind.BlockEnd:
                Close();
                break;
            case StreamEventKind.Stop:
                Close();
                _stop = happening.Stop;
                _stopSequence = happening.StopSequence.IsEmpty ? default : JsonText.FromQuoted(happening.StopSequence.ToArray());
                break;
        }
    }

    public override void End(in Usage usage)
    {
        Close();
        Start();
        Output.Write("event: message_delta\ndata: "u8);
        using (var json = JsonOut.Over(Output))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "message_delta"u8);
            json.WriteStartObject("delta"u8);
            json.WriteString("stop_reason"u8, AnthropicMessagesStops.NameOf(_stop, _calls > 0, _isRefused));
            if (_stopSequence.Exists)
                AnthropicMessagesTexts.Write(json, "stop_sequence"u8, _stopSequence);
            else
                json.WriteNull("stop_sequence"u8);

            json.WriteEndObject();
            json.WriteStartObject("usage"u8);
            AnthropicMessagesUsage.WriteMembers(json, usage);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Output.Write("\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    private void WriteText(Open kind, ReadOnlySpan<byte> text)
    {
        if (text.Length <= 2)
            return;

        if (_open != kind)
            OpenText(kind);

        WriteDelta("\"text_delta\",\"text\":"u8, text);
    }

    private void OpenText(Open kind)
    {
        Close();
        BeginBlock();
        Output.Write("{\"type\":\"text\",\"text\":\"\"}"u8);
        EndEvent();
        _open = kind;
    }

    private void WriteThinking(ReadOnlySpan<byte> text)
    {
        if (text.Length <= 2)
            return;

        OpenThinking();
        if (Terms.Seal is not null)
            _kept.Write(text[1..^1]);

        WriteDelta("\"thinking_delta\",\"thinking\":"u8, text);
    }

    private void OpenThinking()
    {
        if (_open == Open.Thinking)
            return;

        Close();
        BeginBlock();
        Output.Write("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"u8);
        EndEvent();
        _open = Open.Thinking;
    }

    private void WriteSeal(Sealed token)
    {
        var isShown = _open == Open.Thinking;
        var text = isShown && _kept.WrittenCount > 0 ? Kept() : default;
        if (AnthropicMessagesSeals.Close(Terms, token, text) is not { } closed)
        {
            Close();
        }
        else if (AnthropicMessagesSeals.IsHidden(token, isShown))
        {
            Close();
            WriteHidden(closed);
        }
        else
        {
            OpenThinking();
            WriteDelta("\"signature_delta\",\"signature\":"u8, closed.Quoted);
            Close();
        }
    }

    private void WriteHidden(JsonText data)
    {
        BeginBlock();
        Output.Write("{\"type\":\"redacted_thinking\",\"data\":"u8);
        Output.Write(data.Quoted);
        Output.Write("}"u8);
        EndEvent();
        EndBlock();
    }

    private void BeginCall(in StreamEvent happening)
    {
        Close();
        var id = JsonText.FromQuoted(happening.Id.ToArray()).ToString();
        var isServer = happening.ToolKind == ToolKind.Server;
        if (isServer && !id.StartsWith("srvtoolu_", StringComparison.Ordinal))
        {
            Terms.Losses.Add("content.tool_call", AnthropicMessagesReplyWriter.LostServerCall, LossSeverity.Info);
            _open = Open.Hidden;
            return;
        }

        if (!isServer)
        {
            id = id.Length == 0 ? $"toolu_{Terms.RequestId}_{_calls}" : AnthropicMessagesIds.Fitted(id);
            _calls++;
            if (AnthropicMessagesSeals.CloseOfCall(Terms, happening.Sealed, id) is { } token)
                WriteHidden(token);
        }

        BeginBlock();
        Output.Write(isServer ? "{\"type\":\"server_tool_use\",\"id\":"u8 : "{\"type\":\"tool_use\",\"id\":"u8);
        Output.Write(JsonText.Of(id).Quoted);
        Output.Write(",\"name\":"u8);
        Output.Write(happening.Name.IsEmpty ? "\"\""u8 : happening.Name);
        Output.Write(",\"input\":{}}"u8);
        EndEvent();
        _open = happening.ToolKind == ToolKind.Freeform ? Open.Freeform : Open.Call;
    }

    private void WriteInput(ReadOnlySpan<byte> text)
    {
        if (text.Length <= 2)
            return;

        if (_open == Open.Freeform)
        {
            _kept.Write(text[1..^1]);
        }
        else if (_open == Open.Call)
        {
            _hasInput = true;
            WriteDelta("\"input_json_delta\",\"partial_json\":"u8, text);
        }
    }

    private void WriteCitation(Citation citation)
    {
        if (_open is not (Open.Text or Open.Refusal))
            OpenText(Open.Text);

        BeginDelta();
        var start = new ArrayBufferWriter<byte>();
        using (var json = JsonOut.Over(start))
            AnthropicMessagesCitations.Write(json, citation, _citations++);

        Output.Write("\"citations_delta\",\"citation\":"u8);
        WriteFlat(start.WrittenSpan);
        Output.Write("}"u8);
        EndEvent();
    }

    private void WriteWhole(Block block)
    {
        Close();
        switch (block)
        {
            case OpaqueBlock { Origin: { Dialect: Dialect.AnthropicMessages } origin }:
                BeginBlock();
                WriteFlat(origin.Raw.Span);
                EndEvent();
                EndBlock();
                break;
            case AudioBlock { Transcript.IsEmpty: false } audio:
                Terms.Losses.Add("content.audio", AnthropicMessagesReplyWriter.LostSound);
                WriteText(Open.Text, audio.Transcript.Quoted);
                Close();
                break;
            default:
                Terms.Losses.Add("content", AnthropicMessagesReplyWriter.LostBlock);
                break;
        }
    }

    private void Close()
    {
        var open = _open;
        _open = Open.None;
        if (open is Open.None or Open.Hidden)
            return;

        if (open == Open.Freeform)
            WriteDelta("\"input_json_delta\",\"partial_json\":"u8, JsonText.Of(ToolInput.FromText(Kept()).Wrapped("input"u8).Span).Quoted);
        else if (open == Open.Call && !_hasInput)
            WriteDelta("\"input_json_delta\",\"partial_json\":"u8, "\"{}\""u8);

        _kept.ResetWrittenCount();
        _hasInput = false;
        EndBlock();
    }

    private JsonText Kept() => JsonText.FromQuoted((byte[])[(byte)'"', .. _kept.WrittenSpan, (byte)'"']);

    private void Start()
    {
        if (_hasStarted)
            return;

        _hasStarted = true;
        Output.Write("event: message_start\ndata: "u8);
        using (var json = JsonOut.Over(Output))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "message_start"u8);
            json.WriteStartObject("message"u8);
            json.WriteString("id"u8, $"msg_{Terms.RequestId}");
            json.WriteString("type"u8, "message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("model"u8, Terms.Model);
            json.WriteStartArray("content"u8);
            json.WriteEndArray();
            json.WriteNull("stop_reason"u8);
            json.WriteNull("stop_sequence"u8);
            json.WriteStartObject("usage"u8);
            // An estimate: the true figures come with the end, and clients take those.
            AnthropicMessagesUsage.WriteMembers(json, new Usage { Input = Math.Max(Terms.InputEstimate, 0) });
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Output.Write("\n\n"u8);
    }

    private void BeginBlock()
    {
        Start();
        Output.Write("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":"u8);
        WriteIndex();
        Output.Write(",\"content_block\":"u8);
    }

    private void EndBlock()
    {
        Output.Write("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":"u8);
        WriteIndex();
        EndEvent();
        _index++;
    }

    private void WriteDelta(ReadOnlySpan<byte> lead, ReadOnlySpan<byte> quoted)
    {
        BeginDelta();
        Output.Write(lead);
        Output.Write(quoted);
        Output.Write("}"u8);
        EndEvent();
    }

    private void BeginDelta()
    {
        Output.Write("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8);
        WriteIndex();
        Output.Write(",\"delta\":{\"type\":"u8);
    }

    private void EndEvent() => Output.Write("}\n\n"u8);

    private void WriteIndex()
    {
        Utf8Formatter.TryFormat(_index, Output.GetSpan(11), out var length);
        Output.Advance(length);
    }

    /// <summary>Line breaks of JSON stand between its parts alone, where a blank does as well; an event's data has none.</summary>
    private void WriteFlat(ReadOnlySpan<byte> raw)
    {
        var flat = Output.GetSpan(raw.Length);
        raw.CopyTo(flat);
        flat = flat[..raw.Length];
        flat.Replace((byte)'\n', (byte)' ');
        flat.Replace((byte)'\r', (byte)' ');
        Output.Advance(raw.Length);
    }
}
