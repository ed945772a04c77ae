using System.Text;
using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Probes;

/// <summary>What stands in an answer: a plain reading, for probes alone.</summary>
/// <param name="Text">All texts, one behind the other.</param>
/// <param name="Calls">A tool is called.</param>
/// <param name="Thinks">There is reasoning to be seen.</param>
internal sealed record ProbeAnswer(string Text, bool Calls, bool Thinks)
{
    /// <summary>A JSON object with the one member that the schema names.</summary>
    public bool FollowsSchema
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Text);
                return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("word", out _);
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    /// <summary>Nothing was said.</summary>
    public static ProbeAnswer Nothing { get; } = new("", Calls: false, Thinks: false);

    /// <summary>Of an answer that was read as one that is translated is read.</summary>
    public static ProbeAnswer Of(Reply reply)
    {
        var blocks = reply.Answers.SelectMany(static answer => answer.Blocks).ToArray();
        return new ProbeAnswer(
            string.Concat(blocks.OfType<TextBlock>().Select(static block => block.Text.ToString())).Trim(), Array.Exists(blocks, static block => block is ToolCallBlock), Array.Exists(blocks, static block => block is ThinkingBlock));
    }

    /// <summary>Of a whole answer's bytes. What callers speak is looked at as it stands, since hosts add to it; the rest as it would be translated.</summary>
    public static ProbeAnswer Read(Dialect dialect, ReadOnlyMemory<byte> body)
    {
        if (dialect is Dialect.BedrockConverse or Dialect.Kiro)
        {
            return DialectRooms.Upstream(dialect).TryReadReply(body, out var reply) ? Of(reply) : Nothing;
        }

        // Elsewhere in a reply stands what was asked, not what was answered.
        var root = dialect switch
        {
            Dialect.AnthropicMessages => "content",
            Dialect.OpenAiResponses => "output",
            Dialect.Gemini => "candidates",
            _ => "choices",
        };
        var text = new StringBuilder();
        var (calls, thinks) = (false, false);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(root, out var answer))
            {
                Walk(answer, "");
            }
        }
        catch (JsonException)
        {
            // No answer to be read.
        }

        return new ProbeAnswer(text.ToString().Trim(), calls, thinks);

        void Walk(JsonElement element, string name)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        calls |= name is "tool_calls";
                        Walk(item, name);
                    }

                    break;
                case JsonValueKind.Object:
                    calls |= name is "functionCall" or "function_call";
                    var isThought = element.TryGetProperty("thought", out var thought) && thought.ValueKind == JsonValueKind.True;
                    thinks |= isThought;
                    foreach (var member in element.EnumerateObject())
                    {
                        if (member.NameEquals("type") && member.Value.ValueKind == JsonValueKind.String)
                        {
                            calls |= member.Value.GetString() is "tool_use" or "function_call";
                            thinks |= member.Value.GetString() is "thinking" or "redacted_thinking" or "reasoning";
                        }
                        else if (!isThought || !member.NameEquals("text"))
                        {
                            Walk(member.Value, member.Name);
                        }
                    }

                    break;
                case JsonValueKind.String:
                    var value = element.GetString()!;
                    thinks |= value.Length > 0 && name is "reasoning_content" or "reasoning" or "thinking";
                    if (name is "text" or "content")
                    {
                        text.Append(value);
                    }

                    break;
            }
        }
    }
}
