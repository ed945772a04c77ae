using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Writes a whole answer for a chat caller.</summary>
internal static class OpenAiChatReplyWriter
{
    public static void Write(IBufferWriter<byte> output, Reply reply, in Usage usage, ReplyTerms terms)
    {
        using var json = JsonOut.Over(output);
        json.WriteStartObject();
        json.WriteString(Chat.Id, $"chatcmpl-{terms.RequestId}");
        json.WriteString(Chat.Object, "chat.completion"u8);
        json.WriteNumber(Chat.Created, terms.CreatedAt);
        json.WriteString(Chat.Model, terms.Model);
        json.WriteStartArray(Chat.Choices);
        var isOlder = OpenAiChatReplyParts.IsOlder(terms);
        for (var index = 0; index < reply.Answers.Count; index++)
            WriteAnswer(json, reply.Answers[index], index, isOlder, terms);
        json.WriteEndArray();
        if (OpenAiChatUsage.IsTold(usage))
        {
            json.WritePropertyName(Chat.Usage);
            OpenAiChatUsage.Write(json, usage);
        }

        json.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter json, Answer answer, int index, bool isOlder, ReplyTerms terms)
    {
        json.WriteStartObject();
        json.WriteNumber(Chat.Index, index);
        json.WriteStartObject(Chat.Message);
        json.WriteString(Chat.Role, "assistant"u8);
        var text = OpenAiChatPartWriter.TextOf(answer.Blocks, static said => !said.IsRefusal);
        var refusal = OpenAiChatPartWriter.TextOf(answer.Blocks, static said => said.IsRefusal);
        var calls = answer.Blocks.OfType<ToolCallBlock>().Where(static call => call.Kind != ToolKind.Server).ToList();
        if (text.IsEmpty && (calls.Count > 0 || !refusal.IsEmpty))
            json.WriteNull(Chat.Content);
        else
            json.WriteText(Chat.Content, text);
        if (refusal.IsEmpty)
            json.WriteNull(Chat.Refusal);
        else
            json.WriteText(Chat.Refusal, refusal);
        WriteReasoning(json, answer, terms);
        WriteCitations(json, answer, terms);
        WriteMedia(json, answer, terms);
        if (isOlder)
            WriteFunction(json, calls, terms);
        else
            WriteCalls(json, calls, terms);
        json.WriteEndObject();
        WriteLogProbs(json, answer.LogProbs);
        json.WriteString(Chat.FinishReason, OpenAiChatReplyParts.WordOf(answer.Stop, calls.Count > 0, !refusal.IsEmpty, isOlder));
        // vLLM's field: which sequence was met.
        if (!answer.StopSequence.IsEmpty)
            json.WriteText(Chat.StopReason, answer.StopSequence);
        json.WriteEndObject();
    }

    /// <summary>Shown reasoning stands where clients look for it; in the very field of its vendor when that was a chat host.</summary>
    private static void WriteReasoning(Utf8JsonWriter json, Answer answer, ReplyTerms terms)
    {
        var text = default(JsonText);
        var isContent = true;
        var details = new ArrayBufferWriter<byte>();
        foreach (var block in answer.Blocks)
        {
            if (block is not ThinkingBlock thinking)
                continue;

            text = JsonText.Join("\\n\\n"u8, text, thinking.Text);
            if (thinking.Sealed is not { } token)
                continue;

            isContent &= token.By != Dialect.OpenAiChat || !token.Token.Is(Chat.Reasoning);
            var entries = OpenAiChatReplyParts.DetailsOf(token, thinking.Text, terms);
            isContent &= entries.IsEmpty || token.By != Dialect.OpenAiChat;
            if (!entries.IsEmpty)
                OpenAiChatReasoning.Append(details, (byte[])[(byte)'[', .. entries.Span, (byte)']']);
        }

        if (!text.IsEmpty)
            json.WriteText(isContent ? Chat.ReasoningContent : Chat.Reasoning, text);
        if (details.WrittenCount == 0)
            return;

        details.Write("]"u8);
        json.WritePropertyName(Chat.ReasoningDetails);
        json.WriteRawValue(details.WrittenSpan, skipInputValidation: true);
    }

    private static void WriteCitations(Utf8JsonWriter json, Answer answer, ReplyTerms terms)
    {
        var isBegun = false;
        foreach (var citation in answer.Blocks.OfType<TextBlock>().SelectMany(static text => text.Citations))
        {
            if (!isBegun && (!citation.Url.IsEmpty || citation.Origin is not null))
            {
                json.WriteStartArray(Chat.Annotations);
                isBegun = true;
            }

            OpenAiChatReplyParts.WriteCitation(json, citation, terms.Losses);
        }

        if (isBegun)
            json.WriteEndArray();
    }

    private static void WriteMedia(Utf8JsonWriter json, Answer answer, ReplyTerms terms)
    {
        var images = answer.Blocks.OfType<ImageBlock>().ToList();
        if (images.Count > 0)
        {
            json.WriteStartArray(Chat.Images);
            for (var at = 0; at < images.Count; at++)
                OpenAiChatReplyParts.WriteImage(json, images[at], at);
            json.WriteEndArray();
        }

        var hasSound = false;
        foreach (var block in answer.Blocks)
        {
            switch (block)
            {
                case AudioBlock audio when !hasSound:
                    hasSound = true;
                    json.WritePropertyName(Chat.Audio);
                    OpenAiChatReplyParts.WriteAudio(json, audio, terms);
                    break;
                case ToolCallBlock { Kind: ToolKind.Server } or ToolResultBlock:
                    terms.Losses.Add("reply", "What the upstream's own tools did is not told in Chat, only what came of it.", LossSeverity.Info);
                    break;
                case AudioBlock or FileBlock or OpaqueBlock:
                    terms.Losses.Add("reply", "Chat has no place for this kind of answer.");
                    break;
            }
        }
    }

    private static void WriteCalls(Utf8JsonWriter json, List<ToolCallBlock> calls, ReplyTerms terms)
    {
        if (calls.Count == 0)
            return;

        json.WriteStartArray(Chat.ToolCalls);
        for (var at = 0; at < calls.Count; at++)
        {
            var call = calls[at];
            var isFree = call.Kind == ToolKind.Freeform;
            json.WriteStartObject();
            json.WriteString(Chat.Id, call.Id.Length > 0 ? call.Id : $"call_{terms.RequestId}_{at}");
            json.WriteString(Chat.Type, isFree ? Chat.Custom : Chat.Function);
            json.WriteStartObject(isFree ? Chat.Custom : Chat.Function);
            json.WriteString(Chat.Name, call.Name);
            json.WriteText(isFree ? Chat.Input : Chat.Arguments, isFree ? call.Input.Text : ArgumentsOf(call));
            json.WriteEndObject();
            if (OpenAiChatReplyParts.ExtraOf(call.Sealed, terms) is { IsEmpty: false } extra)
                json.WriteJson(Chat.ExtraContent, extra);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFunction(Utf8JsonWriter json, List<ToolCallBlock> calls, ReplyTerms terms)
    {
        if (calls.Count == 0)
            return;

        if (calls.Count > 1)
            terms.Losses.Add("reply", "The older form of calls holds only one.");
        json.WriteStartObject(Chat.FunctionCall);
        json.WriteString(Chat.Name, calls[0].Name);
        json.WriteText(Chat.Arguments, ArgumentsOf(calls[0]));
        json.WriteEndObject();
    }

    /// <summary>Clients parse them as JSON, so that nothing must be said as an empty object.</summary>
    private static JsonText ArgumentsOf(ToolCallBlock call) => call.Input.Text.IsEmpty ? JsonText.Of("{}"u8) : call.Input.Text;

    private static void WriteLogProbs(Utf8JsonWriter json, ReadOnlyMemory<byte> array)
    {
        if (array.IsEmpty)
        {
            json.WriteNull(Chat.Logprobs);
            return;
        }

        json.WriteStartObject(Chat.Logprobs);
        json.WriteJson(Chat.Content, array);
        json.WriteNull(Chat.Refusal);
        json.WriteEndObject();
    }
}
