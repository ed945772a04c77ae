using AioHub.Wire.Json;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>The members of a message of a request, of an answer's message, or of a delta: found in one walk, however long the message is.</summary>
internal ref struct OpenAiChatMessage
{
    public JsonView Role { get; private set; }
    public JsonView Content { get; private set; }
    public JsonView Name { get; private set; }
    public JsonView ToolCalls { get; private set; }
    public JsonView FunctionCall { get; private set; }
    public JsonView ToolCallId { get; private set; }
    public JsonView Refusal { get; private set; }
    public JsonView Audio { get; private set; }
    public JsonView Images { get; private set; }
    public JsonView Annotations { get; private set; }
    public JsonView ReasoningContent { get; private set; }
    public JsonView Reasoning { get; private set; }
    public JsonView ReasoningDetails { get; private set; }
    public JsonView CacheControl { get; private set; }
    public JsonView CacheBreakpoint { get; private set; }

    /// <summary>It has members that stand in none of the others.</summary>
    public bool HasOthers { get; private set; }

    public static OpenAiChatMessage Over(JsonView message)
    {
        var found = default(OpenAiChatMessage);
        foreach (var field in message.Members)
        {
            if (field.Is(Chat.Content))
                found.Content = field.Value;
            else if (field.Is(Chat.Role))
                found.Role = field.Value;
            else if (field.Is(Chat.ToolCalls))
                found.ToolCalls = field.Value;
            else if (field.Is(Chat.ReasoningContent))
                found.ReasoningContent = field.Value;
            else if (field.Is(Chat.Reasoning))
                found.Reasoning = field.Value;
            else if (field.Is(Chat.ReasoningDetails))
                found.ReasoningDetails = field.Value;
            else if (field.Is(Chat.ToolCallId))
                found.ToolCallId = field.Value;
            else if (field.Is(Chat.Name))
                found.Name = field.Value;
            else if (field.Is(Chat.Refusal))
                found.Refusal = field.Value;
            else if (field.Is(Chat.Audio))
                found.Audio = field.Value;
            else if (field.Is(Chat.Images))
                found.Images = field.Value;
            else if (field.Is(Chat.Annotations))
                found.Annotations = field.Value;
            else if (field.Is(Chat.FunctionCall))
                found.FunctionCall = field.Value;
            else if (field.Is(Chat.CacheControl))
                found.CacheControl = field.Value;
            else if (field.Is(Chat.PromptCacheBreakpoint))
                found.CacheBreakpoint = field.Value;
            else
                found.HasOthers = true;
        }

        return found;
    }

    /// <summary>Whether a member stands in one of the properties.</summary>
    public static bool IsKnown(in JsonView.Field field) =>
        field.Is(Chat.Content) || field.Is(Chat.Role) || field.Is(Chat.ToolCalls) || field.Is(Chat.ReasoningContent) || field.Is(Chat.Reasoning)
        || field.Is(Chat.ReasoningDetails) || field.Is(Chat.ToolCallId) || field.Is(Chat.Name) || field.Is(Chat.Refusal) || field.Is(Chat.Audio) || field.Is(Chat.Images)
        || field.Is(Chat.Annotations) || field.Is(Chat.FunctionCall) || field.Is(Chat.CacheControl) || field.Is(Chat.PromptCacheBreakpoint);
}
