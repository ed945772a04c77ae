using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Reads a whole reply: one chunk that says everything, or the array that a stream is without <c>alt=sse</c>.</summary>
internal static class GeminiReplyReader
{
    public static bool TryRead(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out Reply? reply)
    {
        reply = null;
        var text = body.Span.StartsWith("\uFEFF"u8) ? body.Span[3..] : body.Span;
        if (!JsonView.TryOver(text, out var root) || !IsReply(root))
            return false;

        var fold = new ReplyFold();
        var reader = new GeminiStreamReader(fold);
        reader.OnEvent(default, text);
        reader.OnEnd();
        reply = fold.ToReply();
        return true;
    }

    private static bool IsReply(JsonView root)
    {
        if (root.IsObject)
            return root[Names.Candidates].IsArray || root[Names.PromptFeedback].IsObject || root[Names.UsageMetadata].IsObject;

        foreach (var item in root.Items)
        {
            if (item.IsObject && IsReply(item))
                return true;
        }

        return false;
    }
}
