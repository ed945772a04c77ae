using System.Buffers;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>
/// One answer of a stream, told in order: reasoning, text and calls one after the other. What a host tells out of turn (a second call before the first is whole, text amid a
/// call, hidden reasoning behind the answer) is kept until it can be told.
/// </summary>
internal sealed class OpenAiChatAnswer(int index, long key, IStreamSink sink)
{
    private const int MostCalls = 1024;

    private readonly List<OpenAiChatCall> _calls = [];
    private readonly OpenAiChatThinkTags _tags = new();
    private readonly OpenAiChatDetails _details = new();
    private ArrayBufferWriter<byte>? _late, _lateThought;
    private List<Block>? _lateBlocks;
    private OpenAiChatSound? _sound;
    private OpenAiChatCall? _open;
    private Sealed? _by;
    private bool _isThinking, _isTextBeside, _hasSaid, _isDone;

    /// <summary>The choice's own number.</summary>
    public long Key { get; } = key;

    public bool HasCalls => _calls.Count > 0;

    public bool IsDone => _isDone;

    public void Think(ReadOnlySpan<byte> quoted, Sealed? by)
    {
        if (IsCallOpen())
        {
            Keep(ref _lateThought, quoted);
            return;
        }

        _isThinking = true;
        _by = by;
        sink.On(new StreamEvent(StreamEventKind.Thinking) { Answer = index, Text = quoted });
    }

    /// <summary>Takes reasoning that stands in a field of its own: what details beside it say is the same text.</summary>
    public void ThinkBeside(ReadOnlySpan<byte> quoted, Sealed by)
    {
        _isTextBeside = true;
        Think(quoted, by);
    }

    /// <summary>Takes the entries of <c>reasoning_details</c>; tells their texts where nothing else does.</summary>
    public void TakeDetails(JsonView details)
    {
        _details.Add(details);
        if (_isTextBeside)
            return;

        foreach (var entry in details.Items)
        {
            var text = entry[Chat.Text];
            if (!text.IsText || text.Length == 2)
                text = entry[Chat.Summary];
            if (text.IsText && text.Length > 2)
                Think(text.Raw, OpenAiChatReasoning.ByReasoning);
        }
    }

    /// <summary>Takes a piece of the answer's text.</summary>
    /// <param name="quoted">A JSON string with its quotes.</param>
    public void Say(ReadOnlySpan<byte> quoted)
    {
        if (_tags.IsPlain)
        {
            Tell(quoted);
            return;
        }

        _tags.Feed(quoted[1..^1], out var thought, out var said);
        if (!thought.IsEmpty)
            Think(Quoted(thought), null);
        if (!said.IsEmpty)
            Tell(said.Length == quoted.Length - 2 ? quoted : Quoted(said));
    }

    public void Refuse(ReadOnlySpan<byte> quoted)
    {
        if (IsCallOpen())
        {
            Keep(ref _late, quoted);
            return;
        }

        Enter();
        sink.On(new StreamEvent(StreamEventKind.Refusal) { Answer = index, Text = quoted });
    }

    public void Cite(Citation citation)
    {
        if (IsCallOpen())
            return;

        Enter();
        sink.On(new StreamEvent(StreamEventKind.Citation) { Answer = index, Citation = citation });
    }

    public void Show(Block block)
    {
        if (IsCallOpen())
        {
            (_lateBlocks ??= []).Add(block);
            return;
        }

        Enter();
        sink.On(new StreamEvent(StreamEventKind.Whole) { Answer = index, Block = block });
    }

    public void Hear(JsonView audio) => (_sound ??= new OpenAiChatSound()).Add(audio);

    public void Weigh(ReadOnlySpan<byte> array) => sink.On(new StreamEvent(StreamEventKind.LogProbs) { Answer = index, Text = array });

    /// <summary>Takes a piece of a tool call.</summary>
    public void Call(JsonView piece, JsonText answerId)
    {
        var custom = piece[Chat.Custom];
        var inner = custom.IsObject ? custom : piece[Chat.Function];
        var id = piece[Chat.Id];
        if (Find(piece[Chat.Index].AsInteger(), id, inner[Chat.Name]) is not { } call)
            return;

        if (call.Id.Length == 0 && id.IsText && id.Length > 2)
            call.Id = id.Raw.ToArray();
        if (custom.IsObject)
            call.Kind = ToolKind.Freeform;
        if (!call.IsTold && piece[Chat.ExtraContent].IsObject)
            call.Sealed = new Sealed(Dialect.OpenAiChat, JsonText.Of(piece[Chat.ExtraContent].Raw));

        TakePiece(call, inner[Chat.Name], custom.IsObject ? inner[Chat.Input] : inner[Chat.Arguments], answerId);
    }

    /// <summary>Takes a piece of the older form's only call.</summary>
    public void CallFunction(JsonView function, JsonText answerId)
    {
        if (Find(-1, default, default) is { } call)
            TakePiece(call, function[Chat.Name], function[Chat.Arguments], answerId);
    }

    /// <summary>Tells why it ends, once, after what was kept back.</summary>
    public void Stop(StopReason stop, ReadOnlySpan<byte> stopText, JsonText answerId)
    {
        Flush(answerId);
        _isDone = true;
        sink.On(new StreamEvent(StreamEventKind.Stop) { Answer = index, Stop = stop, StopSequence = stopText });
    }

    /// <summary>Tells what was kept back.</summary>
    public void Flush(JsonText answerId)
    {
        if (_isDone)
            return;

        if (!_tags.IsPlain && _tags.Rest(out var isThought) is { IsEmpty: false } rest)
        {
            if (isThought)
                Think(Quoted(rest), null);
            else
                Tell(Quoted(rest));
        }

        foreach (var call in _calls)
        {
            if (!call.IsTold)
                Begin(call, answerId);
        }

        _open = null;
        if (Take(ref _lateThought) is { IsEmpty: false } thought)
            Think(thought, _by);
        if (Take(ref _late) is { IsEmpty: false } late)
            Tell(late);

        foreach (var block in _lateBlocks ?? [])
            Show(block);

        _lateBlocks = null;
        if (_sound?.Take() is { } sound)
            Show(sound);
        EndThinking();
    }

    private static byte[] Quoted(ReadOnlySpan<byte> inside) => [(byte)'"', .. inside, (byte)'"'];

    private void Tell(ReadOnlySpan<byte> quoted)
    {
        if (IsCallOpen())
        {
            Keep(ref _late, quoted);
            return;
        }

        Enter();
        sink.On(new StreamEvent(StreamEventKind.Text) { Answer = index, Text = quoted });
    }

    private static void Keep(ref ArrayBufferWriter<byte>? kept, ReadOnlySpan<byte> quoted)
    {
        if (kept is null)
        {
            kept = new ArrayBufferWriter<byte>();
            kept.Write("\""u8);
        }

        kept.Write(quoted[1..^1]);
    }

    private static ReadOnlySpan<byte> Take(ref ArrayBufferWriter<byte>? kept)
    {
        if (kept is null)
            return default;

        kept.Write("\""u8);
        var taken = kept.WrittenSpan;
        kept = null;
        return taken;
    }

    /// <summary>Something other than reasoning begins.</summary>
    private void Enter()
    {
        if (_isThinking || (!_hasSaid && _details.Waits))
            EndThinking();

        _hasSaid = true;
    }

    private void EndThinking()
    {
        if (!_isThinking && !_details.Waits)
            return;

        var token = _details.Waits ? _details.Take() : _by;
        // Hidden reasoning says nothing by the name of its field.
        var isEmpty = !_isThinking && ReferenceEquals(token, OpenAiChatReasoning.ByReasoning);
        _isThinking = false;
        if (token is not null && !isEmpty)
            sink.On(new StreamEvent(StreamEventKind.ThinkingSealed) { Answer = index, Sealed = token });
    }

    /// <summary>A call's input is still coming. A whole one is over when anything else begins.</summary>
    private bool IsCallOpen()
    {
        if (_open is null)
            return false;
        if (!_open.IsWhole)
            return true;

        _open = null;
        return false;
    }

    private OpenAiChatCall? Find(long? number, JsonView id, JsonView name)
    {
        OpenAiChatCall? found = null;
        for (var at = _calls.Count - 1; at >= 0 && found is null; at--)
        {
            if (number is null || _calls[at].Index == number)
                found = _calls[at];
        }

        // Some hosts number no call, others give all of them the same number.
        var isOther = found is { Id.Length: > 0 } && id.IsText && id.Length > 2 && !id.Raw.SequenceEqual(found.Id) && (number is null || (name.IsText && name.Length > 2));
        if (found is not null && !isOther)
            return found;

        if (_calls.Count >= MostCalls)
            return null;

        found = new OpenAiChatCall(number);
        _calls.Add(found);
        return found;
    }

    private void TakePiece(OpenAiChatCall call, JsonView name, JsonView input, JsonText answerId)
    {
        if (call.Name.Length == 0 && name.IsText && name.Length > 2)
            call.Name = name.Raw.ToArray();

        // Some hosts send the object itself, whole.
        if (input.IsObject)
            TakeInput(call, JsonText.Of(input.Raw).Quoted);
        else if (input.IsText && input.Length > 2)
            TakeInput(call, input.Raw);

        if (!call.IsTold && call.Name.Length > 0 && !IsCallOpen() && IsNext(call))
            Begin(call, answerId);
    }

    private void TakeInput(OpenAiChatCall call, ReadOnlySpan<byte> quoted)
    {
        call.Follow(quoted[1..^1]);
        if (ReferenceEquals(call, _open))
            sink.On(new StreamEvent(StreamEventKind.ToolInput) { Answer = index, Text = quoted });
        else if (!call.IsTold)
            call.Hold(quoted);
    }

    private bool IsNext(OpenAiChatCall call)
    {
        foreach (var other in _calls)
        {
            if (ReferenceEquals(other, call))
                return true;
            if (!other.IsTold)
                return false;
        }

        return false;
    }

    private void Begin(OpenAiChatCall call, JsonText answerId)
    {
        call.IsTold = true;
        if (call.Name.Length == 0)
            return;

        Enter();
        _open = call;
        var id = call.Id.Length > 0 ? call.Id : JsonText.Of(OpenAiChatReplyReader.CallId(answerId, Key, _calls.IndexOf(call))).Quoted;
        sink.On(new StreamEvent(StreamEventKind.ToolCall) { Answer = index, Id = id, Name = call.Name, ToolKind = call.Kind, Sealed = call.Sealed });
        if (call.TakeHeld() is { IsEmpty: false } held)
            sink.On(new StreamEvent(StreamEventKind.ToolInput) { Answer = index, Text = held });
    }
}
