using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Reads the chunks of a stream: OpenAI's, and what the hosts beside it make of them.</summary>
internal sealed class OpenAiChatStreamReader(IStreamSink sink) : ReplyStreamReader(sink)
{
    /// <summary>Nobody asks for more answers.</summary>
    private const int MostAnswers = 128;

    private readonly List<OpenAiChatAnswer> _answers = [];
    private JsonText _id;
    private bool _hasBegun;

    public override void OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        if (!JsonView.TryOver(data, out var chunk) || !chunk.IsObject)
            return;

        var choices = default(JsonView);
        var id = default(JsonView);
        var model = default(JsonView);
        foreach (var field in chunk.Members)
        {
            if (field.Is(Chat.Choices))
                choices = field.Value;
            else if (field.Is(Chat.Id))
                id = field.Value;
            else if (field.Is(Chat.Model))
                model = field.Value;
        }

        if (!choices.IsArray)
            return;

        Begin(id, model);
        foreach (var choice in choices.Items)
        {
            if (choice.IsObject)
                OnChoice(choice, chunk);
        }
    }

    public override void OnEnd()
    {
        foreach (var answer in _answers)
            answer.Flush(_id);
    }

    private void Begin(JsonView id, JsonView model)
    {
        if (_hasBegun)
            return;

        _hasBegun = true;
        if (id.IsText && id.Length > 2)
            _id = JsonText.FromQuoted(id.Raw.ToArray());

        Sink.On(new StreamEvent(StreamEventKind.Begin) { Id = id.IsText ? id.Raw : default, Name = model.IsText ? model.Raw : default });
    }

    private void OnChoice(JsonView choice, JsonView chunk)
    {
        var delta = default(JsonView);
        var message = default(JsonView);
        var finish = default(JsonView);
        var met = default(JsonView);
        var probabilities = default(JsonView);
        var text = default(JsonView);
        var index = default(JsonView);
        foreach (var field in choice.Members)
        {
            if (field.Is(Chat.Delta))
                delta = field.Value;
            else if (field.Is(Chat.Index))
                index = field.Value;
            else if (field.Is(Chat.FinishReason))
                finish = field.Value;
            else if (field.Is(Chat.Logprobs))
                probabilities = field.Value;
            else if (field.Is(Chat.Message))
                message = field.Value;
            else if (field.Is(Chat.StopReason))
                met = field.Value;
            else if (field.Is(Chat.Text))
                text = field.Value;
        }

        if (AnswerOf(index.AsInteger() ?? 0) is not { IsDone: false } answer)
            return;

        // Perplexity sends the delta and beside it the whole message so far: only the delta is new.
        OnDelta(answer, OpenAiChatMessage.Over(delta.IsObject ? delta : message));
        if (text.IsText && text.Length > 2)
            answer.Say(text.Raw);

        var array = probabilities[Chat.Content];
        if (array.IsArray && !array.IsBare())
            answer.Weigh(array.Raw);

        if (OpenAiChatReplyReader.StopOf(finish, answer.HasCalls) is var stop && stop == StopReason.None)
            return;

        if (answer == _answers[0])
            CiteSources(answer, chunk);

        var isText = stop == StopReason.EndTurn && OpenAiChatReplyReader.IsStopText(met);
        answer.Stop(isText ? StopReason.StopSequence : stop, isText ? met.Raw : default, _id);
    }

    private void OnDelta(OpenAiChatAnswer answer, in OpenAiChatMessage delta)
    {
        var reasoning = delta.ReasoningContent;
        var by = OpenAiChatReasoning.ByContent;
        if (!reasoning.IsText || reasoning.Length == 2)
        {
            reasoning = delta.Reasoning;
            by = OpenAiChatReasoning.ByReasoning;
        }

        if (reasoning.IsText && reasoning.Length > 2)
            answer.ThinkBeside(reasoning.Raw, by);
        if (delta.ReasoningDetails.IsArray)
            answer.TakeDetails(delta.ReasoningDetails);

        if (delta.Content.IsText && delta.Content.Length > 2)
            answer.Say(delta.Content.Raw);
        else if (delta.Content.IsArray)
            OnParts(answer, delta.Content);

        if (delta.Refusal.IsText && delta.Refusal.Length > 2)
            answer.Refuse(delta.Refusal.Raw);
        if (delta.Annotations.IsArray)
            Cite(answer, delta.Annotations);
        if (delta.Images.IsArray)
            ShowImages(answer, delta.Images);
        if (delta.Audio.IsObject)
            answer.Hear(delta.Audio);

        foreach (var call in delta.ToolCalls.Items)
        {
            if (call.IsObject)
                answer.Call(call, _id);
        }

        if (delta.FunctionCall.IsObject)
            answer.CallFunction(delta.FunctionCall, _id);
    }

    /// <summary>Mistral's content while it thinks, and pictures between texts.</summary>
    private static void OnParts(OpenAiChatAnswer answer, JsonView parts)
    {
        foreach (var part in parts.Items)
        {
            var type = part[Chat.Type];
            var text = part[Chat.Text];
            if (part.IsText && part.Length > 2)
                answer.Say(part.Raw);
            else if (type.Is(Chat.Text) && text.IsText && text.Length > 2)
                answer.Say(text.Raw);
            else if (type.Is(Chat.Thinking))
                OnThinking(answer, part[Chat.Thinking]);
            else if (type.Is(Chat.ImageUrl) && OpenAiChatPartReader.ImageOf(Copy(part, out var copy), copy) is { } image)
                answer.Show(image);
        }
    }

    private static void OnThinking(OpenAiChatAnswer answer, JsonView thinking)
    {
        if (thinking.IsText && thinking.Length > 2)
            answer.Think(thinking.Raw, OpenAiChatReasoning.ByThinkingPart);

        foreach (var piece in thinking.Items)
        {
            var text = piece.IsText ? piece : piece[Chat.Text];
            if (text.IsText && text.Length > 2)
                answer.Think(text.Raw, OpenAiChatReasoning.ByThinkingPart);
        }
    }

    private static void Cite(OpenAiChatAnswer answer, JsonView annotations)
    {
        foreach (var annotation in annotations.Items)
        {
            if (OpenAiChatReplyReader.CitationOf(Copy(annotation, out var copy), copy) is { } citation)
                answer.Cite(citation);
        }
    }

    private static void ShowImages(OpenAiChatAnswer answer, JsonView images)
    {
        foreach (var picture in images.Items)
        {
            if (OpenAiChatPartReader.ImageOf(Copy(picture, out var copy), copy) is { } image)
                answer.Show(image);
        }
    }

    private static void CiteSources(OpenAiChatAnswer answer, JsonView chunk)
    {
        if (chunk[Chat.SearchResults].IsBare() && chunk[Chat.Citations].IsBare())
            return;

        foreach (var source in OpenAiChatReplyReader.SourcesOf(Copy(chunk, out var copy), copy))
            answer.Cite(source);
    }

    /// <summary>The event's bytes are gone after the event.</summary>
    private static JsonView Copy(JsonView value, out ReadOnlyMemory<byte> copy)
    {
        copy = value.Raw.ToArray();
        return JsonView.TryOver(copy.Span, out var view) ? view : default;
    }

    private OpenAiChatAnswer? AnswerOf(long key)
    {
        foreach (var answer in _answers)
        {
            if (answer.Key == key)
                return answer;
        }

        if (_answers.Count >= MostAnswers)
            return null;

        var added = new OpenAiChatAnswer((int)Math.Clamp(key, 0, MostAnswers), key, Sink);
        _answers.Add(added);
        return added;
    }
}
