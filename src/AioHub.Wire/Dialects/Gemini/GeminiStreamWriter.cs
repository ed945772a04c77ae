using System.Buffers;
using System.Buffers.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// Writes the chunks of a stream as events of <c>alt=sse</c>: no <c>event:</c> lines, no comments and no <c>[DONE]</c>, each of which breaks the Gemini CLI. A function call goes
/// out whole, when it has ended. The reason comes in the last chunk, with the usage.
/// </summary>
internal sealed class GeminiStreamWriter : ReplyStreamWriter
{
    private const int MostAnswers = 128;

    private readonly List<State> _states = [];
    private readonly byte[] _ending;
    private readonly bool _showsThoughts;

    public GeminiStreamWriter(IBufferWriter<byte> output, ReplyTerms terms) : base(output, terms)
    {
        _ending = [.. "}],\"modelVersion\":"u8, .. JsonText.Of(terms.Model).Quoted, .. ",\"responseId\":"u8, .. JsonText.Of(terms.RequestId).Quoted, .. "}\r\n\r\n"u8];
        _showsThoughts = terms.Conversation.Reasoning.Show == true;
    }

    public override void On(in StreamEvent happening)
    {
        if (happening.Kind == StreamEventKind.Begin || happening.Answer is < 0 or >= MostAnswers)
            return;

        var state = StateOf(happening.Answer);
        if (state.IsCalling && happening.Kind != StreamEventKind.ToolInput)
            EndCall(state);

        // Reasoning that ended without a seal is not part of the next one's.
        if (happening.Kind is not (StreamEventKind.Thinking or StreamEventKind.ThinkingSealed))
            state.Forget();

        switch (happening.Kind)
        {
            case StreamEventKind.Text or StreamEventKind.Refusal:
                state.IsThinking = false;
                Open();
                Output.Write("{\"text\":"u8);
                Output.Write(happening.Text);
                Output.Write("}"u8);
                Close(state);
                break;
            case StreamEventKind.Thinking:
                Think(happening.Text, state);
                break;
            case StreamEventKind.ThinkingSealed when happening.Sealed is { } token:
                Seal(token, state);
                break;
            case StreamEventKind.ToolCall:
                state.IsCalling = happening.ToolKind != ToolKind.Server;
                state.IsThinking = false;
                if (!state.IsCalling)
                    GeminiReplyWriter.Lose(new ToolCallBlock("", "", default) { Kind = ToolKind.Server }, Terms.Losses);

                state.Begin(happening);
                break;
            case StreamEventKind.ToolInput when state.IsCalling:
                state.Input.Write(happening.Text.Length > 2 ? happening.Text[1..^1] : default);
                break;
            case StreamEventKind.Citation when happening.Citation is { } citation:
                state.Citations.Add(citation);
                break;
            case StreamEventKind.Whole when happening.Block is { } block:
                state.IsThinking = false;
                Whole(block, state);
                break;
            case StreamEventKind.LogProbs:
                LogProbs(happening.Text, state);
                break;
            case StreamEventKind.BlockEnd:
                state.IsThinking = false;
                break;
            case StreamEventKind.Stop:
                state.Stop = happening.Stop;
                break;
        }
    }

    /// <summary>The last chunk: every answer's reason, what it rests on, what a caller should bring back, and the usage.</summary>
    public override void End(in Usage usage)
    {
        if (_states.Count == 0)
            StateOf(0);

        foreach (var state in _states)
        {
            if (state.IsCalling)
                EndCall(state);
        }

        Output.Write("data: "u8);
        using (var json = JsonOut.Over(Output))
        {
            json.WriteStartObject();
            json.WriteStartArray(Names.Candidates);
            foreach (var state in _states)
            {
                json.WriteStartObject();
                json.WriteStartObject(Names.Content);
                json.WriteStartArray(Names.Parts);
                for (var at = 0; at < Math.Max(1, state.Carried.Count); at++)
                {
                    json.WriteStartObject();
                    json.WriteString(Names.Text, ""u8);
                    if (at < state.Carried.Count)
                    {
                        json.WritePropertyName(Names.ThoughtSignature);
                        json.WriteRawValue(state.Carried[at].Quoted, skipInputValidation: true);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteString(Names.Role, Names.ModelRole);
                json.WriteEndObject();
                json.WriteString(Names.FinishReason, GeminiReplyWriter.ReasonOf(state.Stop));
                json.WriteNumber(Names.Index, state.Answer);
                GeminiGrounding.Write(json, state.Citations, Terms.Losses);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            GeminiUsage.Write(json, usage);
            json.WriteString(Names.ModelVersion, Terms.Model);
            json.WriteString(Names.ResponseId, Terms.RequestId);
            json.WriteEndObject();
        }

        Output.Write("\r\n\r\n"u8);
    }

    private State StateOf(int answer)
    {
        while (_states.Count <= answer)
            _states.Add(new State(_states.Count));

        return _states[answer];
    }

    private void Open() => Output.Write("data: {\"candidates\":[{\"content\":{\"parts\":["u8);

    private void Close(State state)
    {
        Output.Write("],\"role\":\"model\"},\"index\":"u8);
        Number(state.Answer);
        Output.Write(_ending);
    }

    private void Number(int number)
    {
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Output.Write(digits[..length]);
    }

    private void Think(ReadOnlySpan<byte> text, State state)
    {
        // What is closed into an envelope holds all of the text, shown or not.
        if (Terms.Seal is not null)
            state.Thought.Write(text.Length > 2 ? text[1..^1] : default);

        if (!_showsThoughts)
            return;

        state.IsThinking = true;
        Open();
        Output.Write("{\"text\":"u8);
        Output.Write(text);
        Output.Write(",\"thought\":true}"u8);
        Close(state);
    }

    private void Seal(Sealed token, State state)
    {
        var thought = state.TakeThought();
        if (token.By == Dialect.Gemini)
        {
            Signature(token.Token, state, state.IsThinking);
        }
        else if (GeminiSeals.Close(Terms.Seal, token, thought) is { } envelope)
        {
            state.Carried.Add(envelope);
        }
        else
        {
            Terms.Losses.Add("reply.thinking", "What seals the upstream's reasoning was left out.", LossSeverity.Info);
        }

        state.IsThinking = false;
    }

    private void Signature(JsonText signature, State state, bool isThought)
    {
        Open();
        Output.Write(isThought ? "{\"text\":\"\",\"thought\":true,\"thoughtSignature\":"u8 : "{\"text\":\"\",\"thoughtSignature\":"u8);
        Output.Write(signature.Quoted);
        Output.Write("}"u8);
        Close(state);
    }

    private void EndCall(State state)
    {
        state.IsCalling = false;
        var signature = state.Token;
        var carried = signature.Exists ? state.Carried.Count : state.Carried.Count - 1;
        for (var at = 0; at < carried; at++)
            Signature(state.Carried[at], state, isThought: false);

        if (!signature.Exists && state.Carried.Count > 0)
            signature = state.Carried[^1];

        state.Carried.Clear();
        Open();
        Output.Write("{\"functionCall\":{\"id\":"u8);
        Output.Write(state.Id);
        Output.Write(",\"name\":"u8);
        Output.Write(state.Name);
        Output.Write(",\"args\":"u8);
        Arguments(state);
        Output.Write("}"u8);
        if (signature.Exists)
        {
            Output.Write(",\"thoughtSignature\":"u8);
            Output.Write(signature.Quoted);
        }

        Output.Write("}"u8);
        Close(state);
    }

    private void Arguments(State state)
    {
        var plain = state.Plain;
        plain.ResetWrittenCount();
        JsonStrings.Unescape(state.Input.WrittenSpan, plain);
        if (plain.WrittenSpan.Trim(" \t\r\n"u8).IsEmpty)
        {
            Output.Write("{}"u8);
        }
        else if (!state.IsFreeform && JsonView.TryOver(plain.WrittenSpan, out var view) && view.IsObject)
        {
            OnOneLine(plain.WrittenSpan);
        }
        else
        {
            Terms.Losses.Add("reply.tool_call.input", "Arguments that were no JSON object were given as the text of one argument.");
            Output.Write("{\"input\":\""u8);
            Output.Write(state.Input.WrittenSpan);
            Output.Write("\"}"u8);
        }
    }

    private void Whole(Block block, State state)
    {
        if (block.Origin is { Dialect: Dialect.Gemini } origin)
        {
            Open();
            OnOneLine(origin.Raw.Span);
            Close(state);
        }
        else if (block is ImageBlock or AudioBlock or FileBlock)
        {
            Open();
            using (var json = JsonOut.Over(Output))
            {
                json.WriteStartObject();
                GeminiMedia.Write(json, block);
                json.WriteEndObject();
            }

            Close(state);
        }
        else
        {
            GeminiReplyWriter.Lose(block, Terms.Losses);
        }
    }

    private void LogProbs(ReadOnlySpan<byte> array, State state)
    {
        Output.Write("data: {\"candidates\":["u8);
        using (var json = JsonOut.Over(Output))
        {
            json.WriteStartObject();
            json.WriteNumber(Names.Index, state.Answer);
            GeminiLogProbs.Write(json, array);
            json.WriteEndObject();
        }

        Output.Write("]"u8);
        Output.Write(_ending.AsSpan(2));
    }

    /// <summary>JSON without its line breaks, which can only be white space: an event's data is one line.</summary>
    private void OnOneLine(ReadOnlySpan<byte> json)
    {
        while (true)
        {
            var stop = json.IndexOfAny((byte)'\r', (byte)'\n');
            if (stop < 0)
            {
                Output.Write(json);
                return;
            }

            Output.Write(json[..stop]);
            Output.Write(" "u8);
            json = json[(stop + 1)..];
        }
    }

    /// <summary>Where one answer stands.</summary>
    private sealed class State(int answer)
    {
        private ArrayBufferWriter<byte>? _thought;
        private ArrayBufferWriter<byte>? _plain;
        private ArrayBufferWriter<byte>? _input;

        public int Answer { get; } = answer;
        /// <summary>Shown thoughts were the last that was written.</summary>
        public bool IsThinking { get; set; }
        public bool IsCalling { get; set; }
        public bool IsFreeform { get; private set; }
        public byte[] Id { get; private set; } = [];
        public byte[] Name { get; private set; } = [];
        /// <summary>Google's own signature of the open call.</summary>
        public JsonText Token { get; private set; }
        public StopReason Stop { get; set; }
        public List<Citation> Citations { get; } = [];
        /// <summary>Envelopes that wait for a function call to go with.</summary>
        public List<JsonText> Carried { get; } = [];
        /// <summary>Insides of JSON strings.</summary>
        public ArrayBufferWriter<byte> Thought => _thought ??= new ArrayBufferWriter<byte>();
        public ArrayBufferWriter<byte> Input => _input ??= new ArrayBufferWriter<byte>();
        public ArrayBufferWriter<byte> Plain => _plain ??= new ArrayBufferWriter<byte>();

        public void Begin(in StreamEvent call)
        {
            Id = call.Id.ToArray();
            Name = call.Name.ToArray();
            Token = call.Sealed is { By: Dialect.Gemini } own ? own.Token : default;
            IsFreeform = call.ToolKind == ToolKind.Freeform;
            Input.ResetWrittenCount();
        }

        public void Forget() => _thought?.ResetWrittenCount();

        public JsonText TakeThought()
        {
            if (_thought is not { WrittenCount: > 0 })
                return default;

            var text = JsonText.FromQuoted((byte[])[(byte)'"', .. _thought.WrittenSpan, (byte)'"']);
            _thought.ResetWrittenCount();
            return text;
        }
    }
}
