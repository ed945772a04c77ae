using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// Writes a whole <c>generateContent</c> reply. What seals another vendor's reasoning goes, closed, with the function call that it led to: Gemini's clients bring signatures
/// of calls back, and of little else.
/// </summary>
internal static class GeminiReplyWriter
{
    public static void Write(IBufferWriter<byte> output, Reply reply, in Usage usage, ReplyTerms terms)
    {
        using var json = JsonOut.Over(output);
        json.WriteStartObject();
        json.WriteStartArray(Names.Candidates);
        for (var index = 0; index < reply.Answers.Count; index++)
            WriteAnswer(json, reply.Answers[index], index, terms);

        json.WriteEndArray();
        GeminiUsage.Write(json, usage);
        json.WriteString(Names.ModelVersion, terms.Model);
        json.WriteString(Names.ResponseId, terms.RequestId);
        json.WriteEndObject();
    }

    /// <summary>The reason in Google's words; clients know no others.</summary>
    public static ReadOnlySpan<byte> ReasonOf(StopReason stop) => stop switch
    {
        StopReason.EndTurn or StopReason.ToolUse or StopReason.StopSequence => "STOP"u8,
        StopReason.MaxTokens or StopReason.ContextOverflow => "MAX_TOKENS"u8,
        StopReason.Refusal or StopReason.ContentFilter => "SAFETY"u8,
        _ => "OTHER"u8,
    };

    /// <summary>Records what of an answer Gemini's callers cannot be told.</summary>
    public static void Lose(Block block, LossLog losses)
    {
        if (block is OpaqueBlock opaque)
            losses.Add($"reply.{opaque.Type}", "Only the upstream's dialect knows this kind of content.");
        else
            losses.Add("reply.server_tool", "What the upstream's own tools did is not shown.", LossSeverity.Info);
    }

    private static void WriteAnswer(Utf8JsonWriter json, Answer answer, int index, ReplyTerms terms)
    {
        json.WriteStartObject();
        json.WriteStartObject(Names.Content);
        json.WriteStartArray(Names.Parts);
        new Parts(json, terms).Write(answer.Blocks);
        json.WriteEndArray();
        json.WriteString(Names.Role, Names.ModelRole);
        json.WriteEndObject();
        json.WriteString(Names.FinishReason, ReasonOf(answer.Stop));
        json.WriteNumber(Names.Index, index);
        GeminiGrounding.Write(json, [.. answer.Blocks.OfType<TextBlock>().SelectMany(text => text.Citations)], terms.Losses);
        if (!answer.LogProbs.IsEmpty)
            GeminiLogProbs.Write(json, answer.LogProbs.Span);

        json.WriteEndObject();
    }

    /// <summary>The parts of one answer.</summary>
    private sealed class Parts(Utf8JsonWriter json, ReplyTerms terms)
    {
        private readonly List<JsonText> _carried = [];
        private int _count;

        public void Write(IReadOnlyList<Block> blocks)
        {
            foreach (var block in blocks)
                Write(block);

            foreach (var signature in _carried)
                WriteText(default, isThought: false, signature);

            if (_count == 0)
                WriteText(default, isThought: false, default);
        }

        private void Write(Block block)
        {
            switch (block)
            {
                case TextBlock text:
                    if (!text.Text.IsEmpty)
                        WriteText(text.Text, isThought: false, default);
                    break;
                case ThinkingBlock thinking:
                    WriteThinking(thinking);
                    break;
                case ToolCallBlock { Kind: not ToolKind.Server } call:
                    WriteCall(call);
                    break;
                case { Origin.Dialect: Dialect.Gemini }:
                    json.WriteRawValue(block.Origin!.Raw.Span, skipInputValidation: true);
                    _count++;
                    break;
                case ImageBlock or AudioBlock or FileBlock:
                    json.WriteStartObject();
                    GeminiMedia.Write(json, block);
                    json.WriteEndObject();
                    _count++;
                    break;
                default:
                    Lose(block, terms.Losses);
                    break;
            }
        }

        private void WriteThinking(ThinkingBlock thinking)
        {
            var own = thinking.Sealed is { By: Dialect.Gemini } token ? token.Token : default;
            var shown = terms.Conversation.Reasoning.Show == true && !thinking.Text.IsEmpty;
            if (shown || own.Exists)
                WriteText(shown ? thinking.Text : default, shown, own);

            if (thinking.Sealed is { By: not Dialect.Gemini } foreign)
            {
                if (GeminiSeals.Close(terms.Seal, foreign, thinking.Text) is { } envelope)
                    _carried.Add(envelope);
                else
                    terms.Losses.Add("reply.thinking", "What seals the upstream's reasoning was left out.", LossSeverity.Info);
            }
        }

        private void WriteCall(ToolCallBlock call)
        {
            var signature = call.Sealed is { By: Dialect.Gemini } own ? own.Token : default;
            var carried = signature.Exists ? _carried.Count : _carried.Count - 1;
            for (var at = 0; at < carried; at++)
                WriteText(default, isThought: false, _carried[at]);

            if (!signature.Exists && _carried.Count > 0)
                signature = _carried[^1];

            _carried.Clear();
            json.WriteStartObject();
            json.WriteStartObject(Names.FunctionCall);
            json.WriteString(Names.Id, call.Id);
            json.WriteString(Names.Name, call.Name);
            json.WritePropertyName(Names.Args);
            if (call.Kind != ToolKind.Freeform && call.Input.TryObject(out var value))
            {
                json.WriteRawValue(value.Span, skipInputValidation: true);
            }
            else
            {
                json.WriteRawValue(call.Input.Wrapped("input"u8).Span, skipInputValidation: true);
                terms.Losses.Add("reply.tool_call.input", "Arguments that were no JSON object were given as the text of one argument.");
            }

            json.WriteEndObject();
            WriteSignature(signature);
            json.WriteEndObject();
            _count++;
        }

        private void WriteText(JsonText text, bool isThought, JsonText signature)
        {
            json.WriteStartObject();
            json.WritePropertyName(Names.Text);
            json.WriteRawValue(text.Quoted, skipInputValidation: true);
            if (isThought)
                json.WriteBoolean(Names.Thought, value: true);

            WriteSignature(signature);
            json.WriteEndObject();
            _count++;
        }

        private void WriteSignature(JsonText signature)
        {
            if (!signature.Exists)
                return;

            json.WritePropertyName(Names.ThoughtSignature);
            json.WriteRawValue(signature.Quoted, skipInputValidation: true);
        }
    }
}
