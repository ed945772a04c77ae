using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

internal static class Rooms
{
    public static readonly Dialect[] All = [Dialect.OpenAiChat, Dialect.OpenAiResponses, Dialect.AnthropicMessages, Dialect.Gemini];
}
