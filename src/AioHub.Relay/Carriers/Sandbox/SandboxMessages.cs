using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Speaks Messages.</summary>
internal static class SandboxMessages
{
    /// <summary>Frames of a stream before its first words: message_start, content_block_start, ping.</summary>
    public const int Opening = 3;

    public static JsonObject Reply(SandboxAnswer answer)
    {
        var content = new JsonArray();
        if (answer.Thinking is { } thinking)
            content.Add(new JsonObject { ["type"] = "thinking", ["thinking"] = Shown(answer, thinking), ["signature"] = answer.Sealed("signature") });
        if (answer.Text.Length > 0)
            content.Add(new JsonObject { ["type"] = "text", ["text"] = answer.Text });
        if (answer.Call is { } call)
            content.Add(ToolUse(answer, call, JsonNode.Parse(call.Arguments)));
        return Message(answer, content, Reason(answer.End), answer.StopText, answer.OutputTokens);
    }

    public static IEnumerable<byte[]> Stream(SandboxAnswer answer)
    {
        yield return SandboxFrames.Named(new JsonObject { ["type"] = "message_start", ["message"] = Message(answer, [], null, null, 1) });
        var index = 0;
        var pinged = false;
        foreach (var (block, deltas) in Blocks(answer))
        {
            yield return SandboxFrames.Named(new JsonObject { ["type"] = "content_block_start", ["index"] = index, ["content_block"] = block });
            if (!pinged)
                yield return SandboxFrames.Named(new JsonObject { ["type"] = "ping" });
            pinged = true;
            foreach (var delta in deltas)
                yield return SandboxFrames.Named(new JsonObject { ["type"] = "content_block_delta", ["index"] = index, ["delta"] = delta });
            yield return SandboxFrames.Named(new JsonObject { ["type"] = "content_block_stop", ["index"] = index });
            index++;
        }

        var end = new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = Reason(answer.End), ["stop_sequence"] = answer.StopText },
        };
        if (answer.ShowsUsage)
            end["usage"] = Usage(answer, answer.OutputTokens);
        yield return SandboxFrames.Named(end);
        yield return SandboxFrames.Named(new JsonObject { ["type"] = "message_stop" });
    }

    private static IEnumerable<(JsonObject Block, IEnumerable<JsonObject> Deltas)> Blocks(SandboxAnswer answer)
    {
        if (answer.Thinking is { } thinking)
        {
            var block = new JsonObject { ["type"] = "thinking", ["thinking"] = "", ["signature"] = "" };
            var signature = new JsonObject { ["type"] = "signature_delta", ["signature"] = answer.Sealed("signature") };
            yield return (block, Deltas("thinking_delta", "thinking", Shown(answer, thinking)).Append(signature));
        }

        if (answer.Text.Length > 0)
            yield return (new JsonObject { ["type"] = "text", ["text"] = "" }, Deltas("text_delta", "text", answer.Text));
        // The arguments come as deltas even when there are none: what the opening block holds is ignored by clients.
        if (answer.Call is { } call)
            yield return (ToolUse(answer, call, new JsonObject()), Deltas("input_json_delta", "partial_json", call.Arguments).Prepend(Delta("input_json_delta", "partial_json", "")));
    }

    private static IEnumerable<JsonObject> Deltas(string type, string name, string text) => SandboxFrames.Pieces(text).Select(piece => Delta(type, name, piece));

    private static JsonObject Delta(string type, string name, string piece) => new() { ["type"] = type, [name] = piece };

    private static string Shown(SandboxAnswer answer, string thinking) => answer.Request.HideThinking ? "" : thinking;

    private static JsonObject ToolUse(SandboxAnswer answer, SandboxCall call, JsonNode? input) =>
        new() { ["type"] = "tool_use", ["id"] = answer.Id("toolu_"), ["name"] = call.Tool.Name, ["input"] = input };

    private static JsonObject Message(SandboxAnswer answer, JsonArray content, string? reason, string? stop, int output)
    {
        var message = new JsonObject
        {
            ["model"] = answer.Request.Model,
            ["id"] = answer.Id("msg_"),
            ["type"] = "message",
            ["role"] = "assistant",
            ["content"] = content,
            ["stop_reason"] = reason,
            ["stop_sequence"] = stop,
        };
        if (answer.ShowsUsage)
            message["usage"] = Usage(answer, output);
        return message;
    }

    private static JsonObject Usage(SandboxAnswer answer, int output)
    {
        var usage = new JsonObject
        {
            ["input_tokens"] = answer.Request.InputTokens,
            ["cache_creation_input_tokens"] = 0,
            ["cache_read_input_tokens"] = 0,
            ["cache_creation"] = new JsonObject { ["ephemeral_5m_input_tokens"] = 0, ["ephemeral_1h_input_tokens"] = 0 },
            ["output_tokens"] = output,
            ["service_tier"] = "standard",
        };
        if (answer.ThinkingTokens > 0 && output > 1)
            usage["output_tokens_details"] = new JsonObject { ["thinking_tokens"] = answer.ThinkingTokens };
        return usage;
    }

    private static string Reason(SandboxEnd end) => end switch
    {
        SandboxEnd.TokenLimit => "max_tokens",
        SandboxEnd.StopSequence => "stop_sequence",
        SandboxEnd.ToolCall => "tool_use",
        _ => "end_turn",
    };
}
