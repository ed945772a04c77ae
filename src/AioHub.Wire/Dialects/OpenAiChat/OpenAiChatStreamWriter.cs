using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>
/// Writes the chunks of a stream for a chat caller: a first one with the role, one for each piece, the reason to stop, the usage chunk for who asked for it, and
/// <c>[DONE]</c>.
/// </summary>
internal sealed class OpenAiChatStreamWriter : ReplyStreamWriter
{
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly bool _isOlder;
    private readonly List<State> _answers = [];
    private ArrayBufferWriter<byte>? _spare;

    public OpenAiChatStreamWriter(IBufferWriter<byte> output, ReplyTerms terms) : base(output, terms)
    {
        _isOlder = OpenAiChatReplyParts.IsOlder(terms);
        var head = new ArrayBufferWriter<byte>();
        head.Write("data: {\"id\":\"chatcmpl-"u8);
        head.Write(Encoding.UTF8.GetBytes(terms.RequestId));
        head.Write("\",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        head.Write(Encoding.UTF8.GetBytes(terms.CreatedAt.ToString(CultureInfo.InvariantCulture)));
        head.Write(",\"model\":"u8);
        head.Write(JsonText.Of(terms.Model).Quoted);
        head.Write(",\"choices\":["u8);
        _head = head.WrittenSpan.ToArray();
        // With usage asked for, every chunk but the last says that it has none.
        _tail = (terms.IncludeUsage ? "],\"usage\":null}\n\n"u8 : "]}\n\n"u8).ToArray();
    }

    public override void On(in StreamEvent happening)
    {
        if (happening.Kind == StreamEventKind.Begin || StateOf(happening.Answer) is not { } state)
            return;

        if (happening.Kind is not (StreamEventKind.ToolInput or StreamEventKind.LogProbs))
            EndCall(state);
        if (happening.Kind is not (StreamEventKind.Thinking or StreamEventKind.ThinkingSealed or StreamEventKind.LogProbs))
            state.Thought?.ResetWrittenCount();

        switch (happening.Kind)
        {
            case StreamEventKind.Text:
                Piece(state, "\"content\":"u8, happening.Text);
                break;
            case StreamEventKind.Refusal:
                state.Refuses = true;
                Piece(state, "\"refusal\":"u8, happening.Text);
                break;
            case StreamEventKind.Thinking:
                Remember(state, happening.Text);
                Piece(state, "\"reasoning_content\":"u8, happening.Text);
                break;
            case StreamEventKind.ThinkingSealed when happening.Sealed is { } token:
                Seal(state, token);
                break;
            case StreamEventKind.ToolCall:
                BeginCall(state, happening);
                break;
            case StreamEventKind.ToolInput when state.IsInCall:
                state.HasInput |= happening.Text.Length > 2;
                Input(state, happening.Text);
                break;
            case StreamEventKind.Citation when happening.Citation is { } citation:
                Cite(state, citation);
                break;
            case StreamEventKind.Whole when happening.Block is { } block:
                Show(state, block);
                break;
            case StreamEventKind.LogProbs:
                Begin(state, hasCalls: false);
                Open(state.Index);
                Output.Write("{},\"logprobs\":{\"content\":"u8);
                Output.Write(happening.Text);
                Output.Write(",\"refusal\":null},\"finish_reason\":null}"u8);
                Output.Write(_tail);
                break;
            case StreamEventKind.Stop:
                state.Stop = happening.Stop;
                state.StopText = happening.StopSequence.IsEmpty ? [] : happening.StopSequence.ToArray();
                break;
        }
    }

    public override void End(in Usage usage)
    {
        if (_answers.Count == 0)
            StateOf(0);

        foreach (var state in _answers)
        {
            EndCall(state);
            Begin(state, hasCalls: false);
            Open(state.Index);
            Output.Write("{},\"logprobs\":null,\"finish_reason\":\""u8);
            Output.Write(OpenAiChatReplyParts.WordOf(state.Stop, state.Calls > 0, state.Refuses, _isOlder));
            Output.Write("\""u8);
            if (state.StopText.Length > 2)
            {
                // vLLM's field: which sequence was met.
                Output.Write(",\"stop_reason\":"u8);
                Output.Write(state.StopText);
            }

            Output.Write("}"u8);
            Output.Write(_tail);
        }

        if (Terms.IncludeUsage && OpenAiChatUsage.IsTold(usage))
        {
            Output.Write(_head);
            Output.Write("],\"usage\":"u8);
            using (var json = JsonOut.Over(Output))
                OpenAiChatUsage.Write(json, usage);
            Output.Write("}\n\n"u8);
        }

        Output.Write("data: [DONE]\n\n"u8);
    }

    /// <summary>An envelope holds the text that it seals: it is kept only where there may be one.</summary>
    private void Remember(State state, ReadOnlySpan<byte> quoted)
    {
        if (Terms.Seal is null)
            return;

        var kept = state.Thought ??= new ArrayBufferWriter<byte>();
        if (kept.WrittenCount == 0)
            kept.Write("\""u8);
        kept.Write(quoted[1..^1]);
    }

    private void Seal(State state, Sealed token)
    {
        var text = default(JsonText);
        if (state.Thought is { WrittenCount: > 0 } thought)
        {
            thought.Write("\""u8);
            text = JsonText.FromQuoted(thought.WrittenSpan.ToArray());
            thought.ResetWrittenCount();
        }

        var entries = OpenAiChatReplyParts.DetailsOf(token, text, Terms);
        if (entries.IsEmpty)
            return;

        Begin(state, hasCalls: false);
        Open(state.Index);
        Output.Write("{\"reasoning_details\":["u8);
        Output.Write(entries.Span);
        Output.Write("]}"u8);
        Close();
    }

    private void Piece(State state, ReadOnlySpan<byte> name, ReadOnlySpan<byte> quoted)
    {
        Begin(state, hasCalls: false);
        Open(state.Index);
        Output.Write("{"u8);
        Output.Write(name);
        Output.Write(quoted);
        Output.Write("}"u8);
        Close();
    }

    private void BeginCall(State state, in StreamEvent happening)
    {
        if (happening.ToolKind == ToolKind.Server)
        {
            Terms.Losses.Add("reply", "What the upstream's own tools did is not told in Chat, only what came of it.", LossSeverity.Info);
            return;
        }

        if (_isOlder && state.Calls > 0)
        {
            Terms.Losses.Add("reply", "The older form of calls holds only one.");
            return;
        }

        Begin(state, hasCalls: true);
        state.IsInCall = true;
        state.HasInput = false;
        state.IsFree = happening.ToolKind == ToolKind.Freeform;
        Open(state.Index);
        if (_isOlder)
        {
            Output.Write("{\"function_call\":{\"name\":"u8);
            Output.Write(happening.Name);
            Output.Write(",\"arguments\":\"\"}}"u8);
        }
        else
        {
            Output.Write("{\"tool_calls\":[{\"index\":"u8);
            Number(state.Calls);
            Output.Write(",\"id\":"u8);
            if (happening.Id.Length > 2)
                Output.Write(happening.Id);
            else
                Output.Write(JsonText.Of($"call_{Terms.RequestId}_{state.Calls}").Quoted);
            Output.Write(state.IsFree ? ",\"type\":\"custom\",\"custom\":{\"name\":"u8 : ",\"type\":\"function\",\"function\":{\"name\":"u8);
            Output.Write(happening.Name);
            Output.Write(state.IsFree ? ",\"input\":\"\"}"u8 : ",\"arguments\":\"\"}"u8);
            if (OpenAiChatReplyParts.ExtraOf(happening.Sealed, Terms) is { IsEmpty: false } extra)
            {
                Output.Write(",\"extra_content\":"u8);
                Output.Write(extra.Span);
            }

            Output.Write("}]}"u8);
        }

        Close();
        state.Calls++;
    }

    private void Input(State state, ReadOnlySpan<byte> quoted)
    {
        Open(state.Index);
        if (_isOlder)
        {
            Output.Write("{\"function_call\":{\"arguments\":"u8);
            Output.Write(quoted);
            Output.Write("}}"u8);
        }
        else
        {
            Output.Write("{\"tool_calls\":[{\"index\":"u8);
            Number(state.Calls - 1);
            Output.Write(state.IsFree ? ",\"custom\":{\"input\":"u8 : ",\"function\":{\"arguments\":"u8);
            Output.Write(quoted);
            Output.Write("}}]}"u8);
        }

        Close();
    }

    /// <summary>Clients parse arguments as JSON, so that a call without any is given an empty object.</summary>
    private void EndCall(State state)
    {
        if (!state.IsInCall)
            return;

        state.IsInCall = false;
        if (state is { HasInput: false, IsFree: false })
            Input(state, "\"{}\""u8);
    }

    private void Cite(State state, Citation citation)
    {
        var entry = Spare();
        bool isTold;
        using (var json = JsonOut.Over(entry))
            isTold = OpenAiChatReplyParts.WriteCitation(json, citation, Terms.Losses);
        if (isTold)
            List(state, "{\"annotations\":["u8, entry.WrittenSpan);
    }

    private void Show(State state, Block block)
    {
        var entry = Spare();
        switch (block)
        {
            case ImageBlock image:
                using (var json = JsonOut.Over(entry))
                    OpenAiChatReplyParts.WriteImage(json, image, state.Images++);
                List(state, "{\"images\":["u8, entry.WrittenSpan);
                break;
            case AudioBlock audio:
                using (var json = JsonOut.Over(entry))
                    OpenAiChatReplyParts.WriteAudio(json, audio, Terms);
                Piece(state, "\"audio\":"u8, entry.WrittenSpan);
                break;
            case ToolCallBlock or ToolResultBlock:
                Terms.Losses.Add("reply", "What the upstream's own tools did is not told in Chat, only what came of it.", LossSeverity.Info);
                break;
            default:
                Terms.Losses.Add("reply", "Chat has no place for this kind of answer.");
                break;
        }
    }

    private void List(State state, ReadOnlySpan<byte> head, ReadOnlySpan<byte> entry)
    {
        Begin(state, hasCalls: false);
        Open(state.Index);
        Output.Write(head);
        Output.Write(entry);
        Output.Write("]}"u8);
        Close();
    }

    /// <summary>The first chunk of an answer says who speaks.</summary>
    private void Begin(State state, bool hasCalls)
    {
        if (state.IsBegun)
            return;

        state.IsBegun = true;
        Open(state.Index);
        Output.Write(hasCalls ? "{\"role\":\"assistant\",\"content\":null}"u8 : "{\"role\":\"assistant\",\"content\":\"\"}"u8);
        Close();
    }

    /// <summary>Writes a chunk up to its delta.</summary>
    private void Open(int index)
    {
        Output.Write(_head);
        Output.Write("{\"index\":"u8);
        Number(index);
        Output.Write(",\"delta\":"u8);
    }

    private void Close()
    {
        Output.Write(",\"logprobs\":null,\"finish_reason\":null}"u8);
        Output.Write(_tail);
    }

    private void Number(int number)
    {
        number.TryFormat(Output.GetSpan(11), out var written, provider: CultureInfo.InvariantCulture);
        Output.Advance(written);
    }

    private ArrayBufferWriter<byte> Spare()
    {
        _spare ??= new ArrayBufferWriter<byte>();
        _spare.ResetWrittenCount();
        return _spare;
    }

    private State? StateOf(int index)
    {
        foreach (var state in _answers)
        {
            if (state.Index == index)
                return state;
        }

        if (index < 0)
            return null;

        var added = new State(index);
        _answers.Add(added);
        return added;
    }

    private sealed class State(int index)
    {
        public int Index { get; } = index;
        public bool IsBegun { get; set; }
        public bool IsInCall { get; set; }
        public bool HasInput { get; set; }
        public bool IsFree { get; set; }
        public bool Refuses { get; set; }
        public int Calls { get; set; }
        public int Images { get; set; }
        public StopReason Stop { get; set; }
        public byte[] StopText { get; set; } = [];
        public ArrayBufferWriter<byte>? Thought { get; set; }
    }
}
