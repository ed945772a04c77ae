using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Speaks Chat Completions.</summary>
internal static class SandboxChat
{
    public static JsonObject Reply(SandboxAnswer answer)
    {
        var choices = new JsonArray();
        for (var index = 0; index < answer.Request.Choices; index++)
        {
            var message = new JsonObject { ["role"] = "assistant", ["content"] = answer.Call is null ? answer.Text : null, ["refusal"] = null, ["annotations"] = new JsonArray() };
            if (answer.Thinking is not null)
                message["reasoning_content"] = answer.Thinking;
            if (answer.Call is not null)
                message["tool_calls"] = new JsonArray(Call(answer, answer.Call, index, answer.Call.Arguments));
            choices.Add(new JsonObject { ["index"] = index, ["message"] = message, ["logprobs"] = null, ["finish_reason"] = Finish(answer.End) });
        }

        var reply = Shell(answer, "chat.completion", choices);
        if (answer.ShowsUsage)
            reply["usage"] = Usage(answer);
        return reply;
    }

    public static IEnumerable<byte[]> Stream(SandboxAnswer answer)
    {
        for (var index = 0; index < answer.Request.Choices; index++)
        {
            yield return Delta(answer, index, new JsonObject { ["role"] = "assistant", ["content"] = answer.Call is null ? "" : null, ["refusal"] = null });
            foreach (var piece in SandboxFrames.Pieces(answer.Thinking ?? ""))
                yield return Delta(answer, index, new JsonObject { ["reasoning_content"] = piece });
            foreach (var piece in SandboxFrames.Pieces(answer.Text))
                yield return Delta(answer, index, new JsonObject { ["content"] = piece });
            if (answer.Call is { } call)
            {
                var opening = Call(answer, call, index, "");
                opening.Insert(0, "index", 0);
                yield return Delta(answer, index, new JsonObject { ["tool_calls"] = new JsonArray(opening) });
                foreach (var piece in SandboxFrames.Pieces(call.Arguments))
                {
                    var more = new JsonObject { ["index"] = 0, [Kind(call)] = new JsonObject { [Body(call)] = piece } };
                    yield return Delta(answer, index, new JsonObject { ["tool_calls"] = new JsonArray(more) });
                }
            }

            yield return Delta(answer, index, [], Finish(answer.End));
        }

        if (answer.Request.IncludeUsage && answer.ShowsUsage)
        {
            var last = Shell(answer, "chat.completion.chunk", []);
            last["usage"] = Usage(answer);
            yield return SandboxFrames.Data(last);
        }

        yield return SandboxFrames.Done;
    }

    public static string Finish(SandboxEnd end) => end switch
    {
        SandboxEnd.TokenLimit => "length",
        SandboxEnd.ToolCall => "tool_calls",
        _ => "stop",
    };

    public static JsonObject Usage(SandboxAnswer answer)
    {
        var output = answer.OutputTokens * answer.Request.Choices;
        return new()
        {
            ["prompt_tokens"] = answer.Request.InputTokens,
            ["completion_tokens"] = output,
            ["total_tokens"] = answer.Request.InputTokens + output,
            ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 0, ["audio_tokens"] = 0 },
            ["completion_tokens_details"] = new JsonObject
            {
                ["reasoning_tokens"] = answer.ThinkingTokens * answer.Request.Choices,
                ["audio_tokens"] = 0,
                ["accepted_prediction_tokens"] = 0,
                ["rejected_prediction_tokens"] = 0,
            },
        };
    }

    private static JsonObject Shell(SandboxAnswer answer, string kind, JsonArray choices) => new()
    {
        ["id"] = answer.Id("chatcmpl-"),
        ["object"] = kind,
        ["created"] = answer.Created,
        ["model"] = answer.Request.Model,
        ["choices"] = choices,
        ["service_tier"] = "default",
        ["system_fingerprint"] = "fp_sandbox",
    };

    private static byte[] Delta(SandboxAnswer answer, int index, JsonObject delta, string? finish = null)
    {
        var choice = new JsonObject { ["index"] = index, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finish };
        var chunk = Shell(answer, "chat.completion.chunk", new JsonArray(choice));
        if (answer.Request.IncludeUsage && answer.ShowsUsage)
            chunk["usage"] = null;
        return SandboxFrames.Data(chunk);
    }

    private static JsonObject Call(SandboxAnswer answer, SandboxCall call, int index, string arguments) => new()
    {
        ["id"] = answer.Id("call_") + (index == 0 ? "" : $"_{index}"),
        ["type"] = Kind(call),
        [Kind(call)] = new JsonObject { ["name"] = call.Tool.Name, [Body(call)] = arguments },
    };

    private static string Kind(SandboxCall call) => call.Tool.Freeform ? "custom" : "function";

    private static string Body(SandboxCall call) => call.Tool.Freeform ? "input" : "arguments";
}

/// <summary>Speaks the older text completions.</summary>
internal static class SandboxCompletions
{
    public static JsonObject Reply(SandboxAnswer answer)
    {
        var choices = new JsonArray();
        for (var index = 0; index < answer.Request.Choices; index++)
            choices.Add(Choice(index, answer.Text, SandboxChat.Finish(answer.End)));
        var reply = Shell(answer, choices);
        if (answer.ShowsUsage)
            reply["usage"] = Usage(answer);
        return reply;
    }

    public static IEnumerable<byte[]> Stream(SandboxAnswer answer)
    {
        for (var index = 0; index < answer.Request.Choices; index++)
        {
            foreach (var piece in SandboxFrames.Pieces(answer.Text))
                yield return SandboxFrames.Data(Shell(answer, new JsonArray(Choice(index, piece, null))));
            yield return SandboxFrames.Data(Shell(answer, new JsonArray(Choice(index, "", SandboxChat.Finish(answer.End)))));
        }

        if (answer.Request.IncludeUsage && answer.ShowsUsage)
        {
            var last = Shell(answer, []);
            last["usage"] = Usage(answer);
            yield return SandboxFrames.Data(last);
        }

        yield return SandboxFrames.Done;
    }

    private static JsonObject Usage(SandboxAnswer answer)
    {
        var output = answer.OutputTokens * answer.Request.Choices;
        return new()
        {
            ["prompt_tokens"] = answer.Request.InputTokens,
            ["completion_tokens"] = output,
            ["total_tokens"] = answer.Request.InputTokens + output,
        };
    }

    private static JsonObject Shell(SandboxAnswer answer, JsonArray choices) => new()
    {
        ["id"] = answer.Id("cmpl-"),
        ["object"] = "text_completion",
        ["created"] = answer.Created,
        ["model"] = answer.Request.Model,
        ["choices"] = choices,
    };

    private static JsonObject Choice(int index, string text, string? finish) =>
        new() { ["text"] = text, ["index"] = index, ["logprobs"] = null, ["finish_reason"] = finish };
}
