using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.AnthropicMessages.AnthropicMessagesNames;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Reads a whole reply.</summary>
internal static class AnthropicMessagesReplyReader
{
    public static bool TryRead(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out Reply? reply)
    {
        reply = null;
        body = body[(body.Length - JsonWalk.WithoutMark(body.Span).Length)..];
        if (!JsonView.TryOver(body.Span, out var root) || !root.IsObject)
            return false;

        JsonView id = default, model = default, content = default, stop = default, sequence = default;
        foreach (var field in root.Members)
        {
            if (field.Is(Names.Id))
                id = field.Value;
            else if (field.Is(Names.Model))
                model = field.Value;
            else if (field.Is(Names.Content))
                content = field.Value;
            else if (field.Is(Names.StopReason))
                stop = field.Value;
            else if (field.Is(Names.StopSequence))
                sequence = field.Value;
        }

        if (!content.IsArray)
            return false;

        var blocks = new List<Block>();
        new AnthropicMessagesBlockReader(body, seal: null, isReply: true).TryRead(content, "content", blocks);
        reply = new Reply
        {
            Id = JsonText.From(id, body),
            Model = model.AsString(ModelName.MaxLength),
            Answers = [new Answer(blocks, StopOf(stop)) { StopSequence = JsonText.From(sequence, body) }],
        };
        return true;
    }

    public static StopReason StopOf(JsonView stop) => stop.IsText && stop.Length > 2 ? AnthropicMessagesStops.Of(stop.Raw[1..^1]) : StopReason.None;
}
