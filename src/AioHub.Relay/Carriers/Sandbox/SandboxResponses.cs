using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Speaks Responses, with its compaction.</summary>
internal static class SandboxResponses
{
    /// <summary>Frames of a stream before its first words: created, in_progress, output_item.added, content_part.added.</summary>
    public const int Opening = 4;

    public static JsonObject Reply(SandboxAnswer answer) => Response(answer, Status(answer), Output(answer));

    /// <summary>The reply of <c>/responses/compact</c>: what the user said stays, the rest becomes one sealed item.</summary>
    public static JsonObject Compacted(SandboxAnswer answer)
    {
        var said = new JsonObject { ["id"] = answer.Id("msg_"), ["type"] = "message", ["status"] = "completed", ["role"] = "user" };
        said["content"] = new JsonArray(new JsonObject { ["type"] = "input_text", ["text"] = answer.Request.UserText });
        var reply = new JsonObject
        {
            ["id"] = answer.Id("resp_"),
            ["object"] = "response.compaction",
            ["created_at"] = answer.Created,
            ["output"] = new JsonArray(said, Compaction(answer)),
        };
        if (answer.ShowsUsage)
            reply["usage"] = Usage(answer);
        return reply;
    }

    public static IEnumerable<byte[]> Stream(SandboxAnswer answer)
    {
        var sequence = 0;
        foreach (var happening in Events(answer))
        {
            happening.Insert(1, "sequence_number", sequence++);
            yield return SandboxFrames.Named(happening);
        }
    }

    /// <summary>The end of a stream that fails.</summary>
    /// <param name="sequence">The number of events before this one.</param>
    public static byte[] Failed(SandboxAnswer answer, int sequence, string code, string message)
    {
        var response = Response(answer, "failed", []);
        response.Remove("usage");
        response["error"] = new JsonObject { ["code"] = code, ["message"] = message };
        return SandboxFrames.Named(new JsonObject { ["type"] = "response.failed", ["sequence_number"] = sequence, ["response"] = response });
    }

    private static IEnumerable<JsonObject> Events(SandboxAnswer answer)
    {
        yield return new() { ["type"] = "response.created", ["response"] = Response(answer, "in_progress", []) };
        yield return new() { ["type"] = "response.in_progress", ["response"] = Response(answer, "in_progress", []) };
        var output = Output(answer);
        for (var index = 0; index < output.Count; index++)
        {
            var item = output[index]!.AsObject();
            var happenings = (string?)item["type"] switch
            {
                "reasoning" => Reasoning(item, answer.Thinking!, index),
                "message" => Message(item, answer.Text, index),
                "function_call" => Call(item, answer.Call!, index, "function_call_arguments", "arguments"),
                "custom_tool_call" => Call(item, answer.Call!, index, "custom_tool_call_input", "input"),
                _ => [Item("added", index, item.DeepClone())],
            };
            foreach (var happening in happenings)
                yield return happening;
            // The only event that clients take an item from.
            yield return Item("done", index, item.DeepClone());
        }

        var end = answer.End == SandboxEnd.TokenLimit ? "response.incomplete" : "response.completed";
        yield return new() { ["type"] = end, ["response"] = Response(answer, Status(answer), output) };
    }

    private static IEnumerable<JsonObject> Reasoning(JsonObject item, string thinking, int index)
    {
        var opened = item.DeepClone().AsObject();
        opened["summary"] = new JsonArray();
        yield return Item("added", index, opened);
        yield return Summary("part.added", item, index, "part", new JsonObject { ["type"] = "summary_text", ["text"] = "" });
        foreach (var piece in SandboxFrames.Pieces(thinking))
            yield return Summary("text.delta", item, index, "delta", piece);
        yield return Summary("text.done", item, index, "text", thinking);
        yield return Summary("part.done", item, index, "part", new JsonObject { ["type"] = "summary_text", ["text"] = thinking });
    }

    private static JsonObject Summary(string what, JsonObject item, int index, string name, JsonNode value) => new()
    {
        ["type"] = $"response.reasoning_summary_{what}",
        ["item_id"] = (string?)item["id"],
        ["output_index"] = index,
        ["summary_index"] = 0,
        [name] = value,
    };

    private static IEnumerable<JsonObject> Message(JsonObject item, string text, int index)
    {
        var opened = item.DeepClone().AsObject();
        opened["status"] = "in_progress";
        opened["content"] = new JsonArray();
        yield return Item("added", index, opened);
        yield return Content("content_part.added", item, index, "part", OutputText(""));
        foreach (var piece in SandboxFrames.Pieces(text))
        {
            var delta = Content("output_text.delta", item, index, "delta", piece);
            delta["logprobs"] = new JsonArray();
            yield return delta;
        }

        var done = Content("output_text.done", item, index, "text", text);
        done["logprobs"] = new JsonArray();
        yield return done;
        yield return Content("content_part.done", item, index, "part", OutputText(text));
    }

    private static JsonObject Content(string what, JsonObject item, int index, string name, JsonNode value) => new()
    {
        ["type"] = $"response.{what}",
        ["item_id"] = (string?)item["id"],
        ["output_index"] = index,
        ["content_index"] = 0,
        [name] = value,
    };

    private static IEnumerable<JsonObject> Call(JsonObject item, SandboxCall call, int index, string what, string member)
    {
        var opened = item.DeepClone().AsObject();
        opened["status"] = "in_progress";
        opened[member] = "";
        yield return Item("added", index, opened);
        foreach (var piece in SandboxFrames.Pieces(call.Arguments))
            yield return new() { ["type"] = $"response.{what}.delta", ["item_id"] = (string?)item["id"], ["output_index"] = index, ["delta"] = piece };
        yield return new() { ["type"] = $"response.{what}.done", ["item_id"] = (string?)item["id"], ["output_index"] = index, [member] = call.Arguments };
    }

    private static JsonObject Item(string what, int index, JsonNode item) =>
        new() { ["type"] = $"response.output_item.{what}", ["output_index"] = index, ["item"] = item };

    private static JsonArray Output(SandboxAnswer answer)
    {
        var output = new JsonArray();
        if (answer.Request.Compaction)
            return [Compaction(answer)];
        if (answer.Thinking is { } thinking)
        {
            var reasoning = new JsonObject { ["id"] = answer.Id("rs_"), ["type"] = "reasoning" };
            if (answer.Request.EncryptThinking)
                reasoning["encrypted_content"] = answer.Sealed("reasoning");
            reasoning["summary"] = new JsonArray(new JsonObject { ["type"] = "summary_text", ["text"] = thinking });
            output.Add(reasoning);
        }

        if (answer.Call is { } call)
        {
            output.Add(CallItem(answer, call));
            return output;
        }

        var status = answer.End == SandboxEnd.TokenLimit ? "incomplete" : "completed";
        var message = new JsonObject { ["id"] = answer.Id("msg_"), ["type"] = "message", ["status"] = status };
        message["content"] = new JsonArray(OutputText(answer.Text));
        message["role"] = "assistant";
        output.Add(message);
        return output;
    }

    private static JsonObject CallItem(SandboxAnswer answer, SandboxCall call)
    {
        // A tool declared as custom must be called as one: Codex aborts a function_call of it.
        var item = new JsonObject
        {
            ["id"] = answer.Id(call.Tool.Freeform ? "ctc_" : "fc_"),
            ["type"] = call.Tool.Freeform ? "custom_tool_call" : "function_call",
            ["status"] = "completed",
            [call.Tool.Freeform ? "input" : "arguments"] = call.Arguments,
            ["call_id"] = answer.Id("call_"),
            ["name"] = call.Tool.Name,
        };
        if (call.Tool.Namespace is { } space)
            item["namespace"] = space;
        return item;
    }

    private static JsonObject Compaction(SandboxAnswer answer) =>
        new() { ["id"] = answer.Id("cmp_"), ["type"] = "compaction", ["encrypted_content"] = answer.Sealed("compaction") };

    private static JsonObject OutputText(string text) =>
        new() { ["type"] = "output_text", ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray(), ["text"] = text };

    private static string Status(SandboxAnswer answer) => answer.End == SandboxEnd.TokenLimit ? "incomplete" : "completed";

    private static JsonObject Response(SandboxAnswer answer, string status, JsonArray output)
    {
        var repeated = answer.Request.Echo ?? [];
        JsonNode? Repeat(string name, JsonNode? otherwise) => repeated[name] is { } value ? value.DeepClone() : otherwise;
        var response = new JsonObject
        {
            ["id"] = answer.Id("resp_"),
            ["object"] = "response",
            ["created_at"] = answer.Created,
            ["status"] = status,
            ["background"] = false,
            ["error"] = null,
            ["incomplete_details"] = status == "incomplete" ? new JsonObject { ["reason"] = "max_output_tokens" } : null,
            ["instructions"] = Repeat("instructions", null),
            ["max_output_tokens"] = Repeat("max_output_tokens", null),
            ["max_tool_calls"] = Repeat("max_tool_calls", null),
            ["model"] = answer.Request.Model,
            ["output"] = output,
            ["parallel_tool_calls"] = Repeat("parallel_tool_calls", true),
            ["previous_response_id"] = Repeat("previous_response_id", null),
            ["prompt_cache_key"] = Repeat("prompt_cache_key", null),
            ["reasoning"] = Repeat("reasoning", new JsonObject { ["effort"] = null, ["summary"] = null }),
            ["safety_identifier"] = Repeat("safety_identifier", null),
            ["service_tier"] = "default",
            ["store"] = Repeat("store", true),
            ["temperature"] = Repeat("temperature", 1.0),
            ["text"] = Repeat("text", new JsonObject { ["format"] = new JsonObject { ["type"] = "text" }, ["verbosity"] = "medium" }),
            ["tool_choice"] = Repeat("tool_choice", "auto"),
            ["tools"] = Repeat("tools", new JsonArray()),
            ["top_logprobs"] = Repeat("top_logprobs", 0),
            ["top_p"] = Repeat("top_p", 1.0),
            ["truncation"] = Repeat("truncation", "disabled"),
            ["usage"] = status is "completed" or "incomplete" && answer.ShowsUsage ? Usage(answer) : null,
            ["user"] = Repeat("user", null),
            ["metadata"] = Repeat("metadata", new JsonObject()),
        };
        return response;
    }

    private static JsonObject Usage(SandboxAnswer answer) => new()
    {
        ["input_tokens"] = answer.Request.InputTokens,
        ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
        ["output_tokens"] = answer.OutputTokens,
        ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = answer.ThinkingTokens },
        ["total_tokens"] = answer.Request.InputTokens + answer.OutputTokens,
    };
}
