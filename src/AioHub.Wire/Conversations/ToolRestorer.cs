using System.Buffers;
using AioHub.Wire.Json;

namespace AioHub.Wire.Conversations;

/// <summary>
/// Gives the calls of a stream back the tools' own names, kinds and groups, before a writer sees them. A freeform tool that the upstream knew as a function with one
/// text (see <see cref="InputName"/>) gives that text, whole, when its call ends: no half of it can be told apart from the JSON around it.
/// </summary>
public sealed class ToolRestorer(ToolNames names, IStreamSink sink) : IStreamSink
{
    /// <summary>The one argument that a freeform tool has where only functions are known.</summary>
    public const string InputName = "input";

    private readonly Dictionary<int, ArrayBufferWriter<byte>> _freeform = [];

    /// <summary>The same for a whole answer.</summary>
    public static Reply Restore(Reply reply, ToolNames names) => reply with
    {
        Answers = [.. reply.Answers.Select(answer => answer with { Blocks = [.. answer.Blocks.Select(block => block is ToolCallBlock call ? Restore(call, names) : block)] })],
    };

    public void On(in StreamEvent happening)
    {
        switch (happening.Kind)
        {
            case StreamEventKind.ToolCall:
                Flush(happening.Answer);
                Begin(happening);
                break;
            case StreamEventKind.ToolInput when _freeform.TryGetValue(happening.Answer, out var input):
                input.Write(happening.Text.Length > 2 ? happening.Text[1..^1] : default);
                break;
            default:
                // Whatever else happens to this answer, its call is over.
                Flush(happening.Answer);
                sink.On(happening);
                break;
        }
    }

    private static ToolCallBlock Restore(ToolCallBlock call, ToolNames names)
    {
        // An upstream that names the group itself knows the caller's tools as they are.
        if (call.Kind == ToolKind.Server || call.Namespace is not null)
            return call;

        var tool = names.Inward(call.Name);
        var restored = call with { Name = tool.Name, Namespace = tool.Namespace, Kind = KindOf(tool, call.Kind) };
        return tool.Kind == ToolKind.Freeform && call.Kind == ToolKind.Function ? restored with { Input = Unwrap(call.Input) } : restored;
    }

    /// <summary>What the upstream calls freeform, or runs itself, is that, whatever is declared.</summary>
    private static ToolKind KindOf(DeclaredTool tool, ToolKind told) => told != ToolKind.Function ? told : tool.Kind == ToolKind.Server ? ToolKind.Function : tool.Kind;

    /// <summary>The text in <c>{"input": "…"}</c>; what is shaped otherwise is taken as the text itself.</summary>
    private static ToolInput Unwrap(ToolInput input)
    {
        if (input.TryObject(out var value) && JsonView.TryOver(value.Span, out var view) && JsonText.From(view["input"u8], value) is { Exists: true } text)
            return ToolInput.FromText(text);

        return input;
    }

    private void Begin(in StreamEvent happening)
    {
        if (happening.Group is not null)
        {
            sink.On(happening);
            return;
        }

        var tool = names.Inward(JsonText.FromQuoted(happening.Name.ToArray()).ToString());
        var isWrapped = tool.Kind == ToolKind.Freeform && happening.ToolKind == ToolKind.Function;
        if (isWrapped)
            _freeform[happening.Answer] = new ArrayBufferWriter<byte>();

        sink.On(new StreamEvent(StreamEventKind.ToolCall)
        {
            Answer = happening.Answer,
            Id = happening.Id,
            Name = JsonText.Of(tool.Name).Quoted,
            Group = tool.Namespace,
            ToolKind = KindOf(tool, happening.ToolKind),
            Sealed = happening.Sealed,
        });
    }

    private void Flush(int answer)
    {
        if (_freeform.Count == 0 || !_freeform.Remove(answer, out var input))
            return;

        var text = Unwrap(ToolInput.FromText(JsonText.FromQuoted((byte[])[(byte)'"', .. input.WrittenSpan, (byte)'"']))).Text;
        sink.On(new StreamEvent(StreamEventKind.ToolInput) { Answer = answer, Text = text.Quoted });
    }
}
