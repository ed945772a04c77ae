using System.Buffers;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Conversations;

/// <summary>Folds the events of a stream into the whole answer: for callers who asked for no stream of an upstream that streams.</summary>
public sealed class ReplyFold : IStreamSink
{
    private readonly SortedDictionary<int, Folding> _answers = [];
    private JsonText _id;
    private string? _model;

    public void On(in StreamEvent happening)
    {
        if (happening.Kind == StreamEventKind.Begin)
        {
            _id = happening.Id.IsEmpty ? _id : Copy(happening.Id);
            _model = happening.Name.IsEmpty ? _model : Copy(happening.Name).ToString();
            return;
        }

        if (!_answers.TryGetValue(happening.Answer, out var answer))
            _answers[happening.Answer] = answer = new Folding();

        answer.On(happening);
    }

    /// <summary>What was told so far.</summary>
    public Reply ToReply() => new() { Id = _id, Model = _model, Answers = [.. _answers.Values.Select(answer => answer.ToAnswer())] };

    private static JsonText Copy(ReadOnlySpan<byte> quoted) => JsonText.FromQuoted(quoted.ToArray());

    private sealed class Folding
    {
        private readonly List<Block> _blocks = [];
        private readonly List<Citation> _citations = [];
        private readonly ArrayBufferWriter<byte> _logProbs = new();
        private ArrayBufferWriter<byte> _text = new();
        private StreamEventKind _open;
        private string _callId = "";
        private string _callName = "";
        private string? _callGroup;
        private ToolKind _callKind;
        private Sealed? _sealed;
        private StopReason _stop;
        private JsonText _stopSequence;

        public void On(in StreamEvent happening)
        {
            switch (happening.Kind)
            {
                case StreamEventKind.Text or StreamEventKind.Refusal or StreamEventKind.Thinking:
                    Enter(happening.Kind);
                    Append(happening.Text);
                    break;
                case StreamEventKind.ThinkingSealed:
                    Enter(StreamEventKind.Thinking);
                    _sealed = happening.Sealed;
                    Close();
                    break;
                case StreamEventKind.ToolCall:
                    Close();
                    _open = StreamEventKind.ToolCall;
                    _callId = Copy(happening.Id).ToString();
                    _callName = Copy(happening.Name).ToString();
                    _callGroup = happening.Group;
                    _callKind = happening.ToolKind;
                    _sealed = happening.Sealed;
                    break;
                case StreamEventKind.ToolInput when _open == StreamEventKind.ToolCall:
                    Append(happening.Text);
                    break;
                case StreamEventKind.Citation when happening.Citation is { } citation:
                    Enter(StreamEventKind.Text);
                    _citations.Add(citation);
                    break;
                case StreamEventKind.Whole when happening.Block is { } block:
                    Close();
                    _blocks.Add(block);
                    break;
                case StreamEventKind.BlockEnd:
                    Close();
                    break;
                case StreamEventKind.LogProbs:
                    AppendLogProbs(happening.Text);
                    break;
                case StreamEventKind.Stop:
                    Close();
                    _stop = happening.Stop;
                    _stopSequence = happening.StopSequence.IsEmpty ? default : Copy(happening.StopSequence);
                    break;
            }
        }

        public Answer ToAnswer()
        {
            Close();
            return new Answer([.. _blocks], _stop)
            {
                StopSequence = _stopSequence,
                LogProbs = _logProbs.WrittenCount == 0 ? default : (ReadOnlyMemory<byte>)(byte[])[.. _logProbs.WrittenSpan, (byte)']'],
            };
        }

        private void Enter(StreamEventKind kind)
        {
            if (_open == kind)
                return;

            Close();
            _open = kind;
        }

        private void Append(ReadOnlySpan<byte> quoted)
        {
            if (_text.WrittenCount == 0)
                _text.Write("\""u8);

            _text.Write(quoted.Length >= 2 ? quoted[1..^1] : default);
        }

        private void AppendLogProbs(ReadOnlySpan<byte> array)
        {
            var inside = array.Trim(" \t\r\n"u8);
            inside = inside.Length > 2 ? inside[1..^1].Trim(" \t\r\n"u8) : default;
            if (inside.IsEmpty)
                return;

            _logProbs.Write(_logProbs.WrittenCount == 0 ? "["u8 : ","u8);
            _logProbs.Write(inside);
        }

        private void Close()
        {
            var text = default(JsonText);
            if (_text.WrittenCount > 0)
            {
                _text.Write("\""u8);
                text = JsonText.FromQuoted(_text.WrittenMemory);
                _text = new ArrayBufferWriter<byte>();
            }

            switch (_open)
            {
                case StreamEventKind.Text when !text.IsEmpty || _citations.Count > 0:
                    _blocks.Add(new TextBlock(text) { Citations = [.. _citations] });
                    break;
                case StreamEventKind.Refusal when !text.IsEmpty:
                    _blocks.Add(new TextBlock(text) { IsRefusal = true });
                    break;
                case StreamEventKind.Thinking when !text.IsEmpty || _sealed is not null:
                    _blocks.Add(new ThinkingBlock(text) { Sealed = _sealed });
                    break;
                case StreamEventKind.ToolCall:
                    _blocks.Add(new ToolCallBlock(_callId, _callName, ToolInput.FromText(text)) { Namespace = _callGroup, Kind = _callKind, Sealed = _sealed });
                    break;
            }

            _open = default;
            _sealed = null;
            _citations.Clear();
        }
    }
}

/// <summary>Tells a whole answer as if it had been streamed: for callers who asked for a stream of an upstream that gave none.</summary>
public static class ReplyPlay
{
    public static void Play(Reply reply, IStreamSink sink)
    {
        sink.On(new StreamEvent(StreamEventKind.Begin)
        {
            Id = reply.Id.Exists ? reply.Id.Quoted : default,
            Name = reply.Model is null ? default : JsonText.Of(reply.Model).Quoted,
        });
        for (var index = 0; index < reply.Answers.Count; index++)
            Play(reply.Answers[index], index, sink);
    }

    private static void Play(Answer answer, int index, IStreamSink sink)
    {
        // Log probabilities stand beside text: they are told before its block ends.
        var hasLogProbs = !answer.LogProbs.IsEmpty;
        foreach (var block in answer.Blocks)
        {
            switch (block)
            {
                case TextBlock text:
                    sink.On(new StreamEvent(text.IsRefusal ? StreamEventKind.Refusal : StreamEventKind.Text) { Answer = index, Text = text.Text.Quoted });
                    foreach (var citation in text.Citations)
                        sink.On(new StreamEvent(StreamEventKind.Citation) { Answer = index, Citation = citation });
                    if (hasLogProbs && !text.IsRefusal)
                        sink.On(new StreamEvent(StreamEventKind.LogProbs) { Answer = index, Text = answer.LogProbs.Span });
                    hasLogProbs &= text.IsRefusal;
                    break;
                case ThinkingBlock thinking:
                    if (!thinking.Text.IsEmpty)
                        sink.On(new StreamEvent(StreamEventKind.Thinking) { Answer = index, Text = thinking.Text.Quoted });
                    if (thinking.Sealed is not null)
                        sink.On(new StreamEvent(StreamEventKind.ThinkingSealed) { Answer = index, Sealed = thinking.Sealed });
                    break;
                case ToolCallBlock call:
                    sink.On(new StreamEvent(StreamEventKind.ToolCall)
                    {
                        Answer = index, Id = JsonText.Of(call.Id).Quoted, Name = JsonText.Of(call.Name).Quoted, Group = call.Namespace, ToolKind = call.Kind, Sealed = call.Sealed,
                    });
                    sink.On(new StreamEvent(StreamEventKind.ToolInput) { Answer = index, Text = call.Input.Text.Quoted });
                    break;
                default:
                    sink.On(new StreamEvent(StreamEventKind.Whole) { Answer = index, Block = block });
                    continue;
            }

            sink.On(new StreamEvent(StreamEventKind.BlockEnd) { Answer = index });
        }

        if (hasLogProbs)
            sink.On(new StreamEvent(StreamEventKind.LogProbs) { Answer = index, Text = answer.LogProbs.Span });

        sink.On(new StreamEvent(StreamEventKind.Stop)
        {
            Answer = index, Stop = answer.Stop, StopSequence = answer.StopSequence.Exists ? answer.StopSequence.Quoted : default,
        });
    }
}
