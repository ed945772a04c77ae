using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Writes a whole reply for a caller of this dialect.</summary>
internal sealed class AnthropicMessagesReplyWriter
{
    private readonly Utf8JsonWriter _json;
    private readonly ReplyTerms _terms;
    private int _citations;
    private int _calls;
    private bool _isRefused;

    private AnthropicMessagesReplyWriter(Utf8JsonWriter json, ReplyTerms terms)
    {
        _json = json;
        _terms = terms;
    }

    public static void Write(IBufferWriter<byte> output, Reply reply, in Usage usage, ReplyTerms terms)
    {
        using var json = JsonOut.Over(output);
        if (reply.Answers.Count > 1)
            terms.Losses.Add("n", "A caller of this dialect gets one answer.");

        new AnthropicMessagesReplyWriter(json, terms).Write(reply.Answers is [var first, ..] ? first : new Answer([], StopReason.None), usage);
    }

    private void Write(Answer answer, in Usage usage)
    {
        _json.WriteStartObject();
        _json.WriteString("id"u8, $"msg_{_terms.RequestId}");
        _json.WriteString("type"u8, "message"u8);
        _json.WriteString("role"u8, "assistant"u8);
        _json.WriteString("model"u8, _terms.Model);
        _json.WriteStartArray("content"u8);
        foreach (var block in answer.Blocks)
            Write(block);

        _json.WriteEndArray();
        _json.WriteString("stop_reason"u8, AnthropicMessagesStops.NameOf(answer.Stop, _calls > 0, _isRefused));
        if (answer.StopSequence.Exists)
            AnthropicMessagesTexts.Write(_json, "stop_sequence"u8, answer.StopSequence);
        else
            _json.WriteNull("stop_sequence"u8);

        _json.WriteStartObject("usage"u8);
        AnthropicMessagesUsage.WriteMembers(_json, usage);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void Write(Block block)
    {
        switch (block)
        {
            case TextBlock text:
                _isRefused |= text.IsRefusal;
                WriteText(text.Text, text.Citations);
                break;
            case ThinkingBlock thinking:
                WriteThinking(thinking);
                break;
            case ToolCallBlock { Kind: ToolKind.Server } call:
                WriteServerCall(call);
                break;
            case ToolCallBlock call:
                WriteCall(call);
                break;
            case OpaqueBlock { Origin: { Dialect: Dialect.AnthropicMessages } origin }:
                _json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
                break;
            case AudioBlock { Transcript.IsEmpty: false } audio:
                _terms.Losses.Add("content.audio", LostSound);
                WriteText(audio.Transcript, []);
                break;
            default:
                _terms.Losses.Add("content", LostBlock);
                break;
        }
    }

    /// <summary>What is told of sound that is left out.</summary>
    public const string LostSound = "Answers of this dialect have no sound: its transcript stands in its place.";

    /// <summary>What is told of any other block that is left out.</summary>
    public const string LostBlock = "Answers of this dialect hold text, reasoning and tool calls alone.";

    /// <summary>What is told of a call of another vendor's own tool.</summary>
    public const string LostServerCall = "What another vendor's own tool did is not shown: only that vendor could take it back.";

    private void WriteText(JsonText text, IReadOnlyList<Citation> citations)
    {
        if (text.IsEmpty && citations.Count == 0)
            return;

        Begin("text"u8);
        AnthropicMessagesTexts.Write(_json, "text"u8, text);
        if (citations.Count > 0)
        {
            _json.WriteStartArray("citations"u8);
            foreach (var citation in citations)
                AnthropicMessagesCitations.Write(_json, citation, _citations++);

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private void WriteThinking(ThinkingBlock thinking)
    {
        var token = thinking.Sealed is null ? null : AnthropicMessagesSeals.Close(_terms, thinking.Sealed, thinking.Text);
        if (token is { } hidden && AnthropicMessagesSeals.IsHidden(thinking.Sealed!, !thinking.Text.IsEmpty))
        {
            WriteHidden(hidden);
            return;
        }

        if (token is null && thinking.Text.IsEmpty)
            return;

        // Without a signature there is none: an invented one would break the conversation at the vendor that can tell.
        Begin("thinking"u8);
        AnthropicMessagesTexts.Write(_json, "thinking"u8, thinking.Text);
        AnthropicMessagesTexts.Write(_json, "signature"u8, token ?? default);
        _json.WriteEndObject();
    }

    private void WriteHidden(JsonText data)
    {
        Begin("redacted_thinking"u8);
        AnthropicMessagesTexts.Write(_json, "data"u8, data);
        _json.WriteEndObject();
    }

    private void WriteServerCall(ToolCallBlock call)
    {
        if (!call.Id.StartsWith("srvtoolu_", StringComparison.Ordinal))
        {
            _terms.Losses.Add("content.tool_call", LostServerCall, LossSeverity.Info);
            return;
        }

        Begin("server_tool_use"u8);
        _json.WriteString("id"u8, call.Id);
        WriteInput(call);
    }

    private void WriteCall(ToolCallBlock call)
    {
        var id = call.Id.Length == 0 ? $"toolu_{_terms.RequestId}_{_calls}" : AnthropicMessagesIds.Fitted(call.Id);
        _calls++;
        if (AnthropicMessagesSeals.CloseOfCall(_terms, call.Sealed, id) is { } token)
            WriteHidden(token);

        Begin("tool_use"u8);
        _json.WriteString("id"u8, id);
        WriteInput(call);
    }

    private void WriteInput(ToolCallBlock call)
    {
        _json.WriteString("name"u8, call.Name);
        _json.WritePropertyName("input"u8);
        if (call.Kind != ToolKind.Freeform && call.Input.TryObject(out var input))
        {
            _json.WriteRawValue(input.Span, skipInputValidation: true);
        }
        else
        {
            if (call.Kind != ToolKind.Freeform)
                _terms.Losses.Add("content.tool_call", "The tool's input is no JSON object: it was put under a name of its own.");

            _json.WriteRawValue(call.Input.Wrapped("input"u8).Span, skipInputValidation: true);
        }

        _json.WriteEndObject();
    }

    private void Begin(ReadOnlySpan<byte> type)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
    }
}
