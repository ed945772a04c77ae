using AioHub.Wire.Json;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>The members of a message of a request, of an answer's message, or of a delta: found in one walk, however long the message is.</summary>
internal readonly ref struct OpenAiChatMessage
{
    public JsonView Role { get; }
    public JsonView Content { get; }
    public JsonView Name { get; }
    public JsonView ToolCalls { get; }
    public JsonView FunctionCall { get; }
    public JsonView ToolCallId { get; }
    public JsonView Refusal { get; }
    public JsonView Audio { get; }
    public JsonView Images { get; }
    public JsonView Annotations { get; }
    public JsonView ReasoningContent { get; }
    public JsonView Reasoning { get; }
    public JsonView ReasoningDetails { get; }
    public JsonView CacheControl { get; }
    public JsonView CacheBreakpoint { get; }

    /// <summary>It has members that stand in none of the others.</summary>
    public bool HasOthers { get; }

    private OpenAiChatMessage(JsonView message)
    {
        foreach (var field in message.Members)
        {
            if (field.Is(Chat.Content))
                Content = field.Value;
            else if (field.Is(Chat.Role))
                Role = field.Value;
            else if (field.Is(Chat.ToolCalls))
                ToolCalls = field.Value;
            else if (field.Is(Chat.ReasoningContent))
                ReasoningContent = field.Value;
            else if (field.Is(Chat.Reasoning))
                Reasoning = field.Value;
            else if (field.Is(Chat.ReasoningDetails))
                ReasoningDetails = field.Value;
            else if (field.Is(Chat.ToolCallId))
                ToolCallId = field.Value;
            else if (field.Is(Chat.Name))
                Name = field.Value;
            else if (field.Is(Chat.Refusal))
                Refusal = field.Value;
            else if (field.Is(Chat.Audio))
                Audio = field.Value;
            else if (field.Is(Chat.Images))
                Images = field.Value;
            else if (field.Is(Chat.Annotations))
                Annotations = field.Value;
            else if (field.Is(Chat.FunctionCall))
                FunctionCall = field.Value;
            else if (field.Is(Chat.CacheControl))
                CacheControl = field.Value;
            else if (field.Is(Chat.PromptCacheBreakpoint))
                CacheBreakpoint = field.Value;
            else
                HasOthers = true;
        }
    }

    public static OpenAiChatMessage Over(JsonView message) => new(message);

    /// <summary>Whether a member stands in one of the properties.</summary>
    public static bool IsKnown(in JsonView.Field field) =>
        field.Is(Chat.Content) || field.Is(Chat.Role) || field.Is(Chat.ToolCalls) || field.Is(Chat.ReasoningContent) || field.Is(Chat.Reasoning)
        || field.Is(Chat.ReasoningDetails) || field.Is(Chat.ToolCallId) || field.Is(Chat.Name) || field.Is(Chat.Refusal) || field.Is(Chat.Audio) || field.Is(Chat.Images)
        || field.Is(Chat.Annotations) || field.Is(Chat.FunctionCall) || field.Is(Chat.CacheControl) || field.Is(Chat.PromptCacheBreakpoint);
}
