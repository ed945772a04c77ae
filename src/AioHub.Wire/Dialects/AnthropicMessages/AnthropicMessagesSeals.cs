using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>
/// How a vendor's sealed reasoning goes out to callers of this dialect. Anthropic's own goes as it came. Another vendor's goes in the hub's envelope: as the signature of the
/// thinking that is shown, or as the data of a <c>redacted_thinking</c> block where nothing is shown. What belongs to a tool call goes in such a block before the call, with the
/// call's id in the envelope, by which it is given back to it.
/// </summary>
internal static class AnthropicMessagesSeals
{
    /// <summary>What stands for the token; null = there is no seal to close it with.</summary>
    /// <param name="text">The reasoning as its vendor gave it.</param>
    public static JsonText? Close(ReplyTerms terms, Sealed token, JsonText text)
    {
        if (token.By == Dialect.AnthropicMessages)
            return token.Token;

        var closed = SealedEnvelope.Close(terms.Seal, token, text);
        if (closed is null)
            terms.Losses.Add("thinking", "What seals another vendor's reasoning has no place in the answer.", LossSeverity.Info);

        return closed;
    }

    /// <summary>What stands for the token of a call; null = nothing.</summary>
    public static JsonText? CloseOfCall(ReplyTerms terms, Sealed? token, string callId) =>
        token is null || token.By == Dialect.AnthropicMessages ? null : Close(terms, token with { Hides = false, Id = JsonText.Of(callId) }, default);

    /// <summary>Whether what stands for the token is a block of its own.</summary>
    /// <param name="isShown">Some of the reasoning's text is.</param>
    public static bool IsHidden(Sealed token, bool isShown) => token.Hides && (!isShown || token.By == Dialect.AnthropicMessages);
}
