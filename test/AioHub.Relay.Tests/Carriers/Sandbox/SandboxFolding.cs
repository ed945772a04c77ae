using System.Text;
using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Carriers.Sandbox;

/// <summary>Reads replies and streams the way clients do, checking their order on the way.</summary>
internal static class SandboxFolding
{
    public static Folded Whole(Dialect dialect, JsonElement reply) => dialect switch
    {
        Dialect.OpenAiChat => Chat(reply),
        Dialect.OpenAiResponses => Responses(reply),
        Dialect.AnthropicMessages => Messages(reply),
        _ => Gemini([reply]),
    };

    public static Folded Stream(Dialect dialect, List<(string? Name, string Data)> events) => dialect switch
    {
        Dialect.OpenAiChat => ChatStream(events),
        Dialect.OpenAiResponses => ResponsesStream(events),
        Dialect.AnthropicMessages => MessagesStream(events),
        _ => Gemini([.. events.Select(item => { item.Name.ShouldBeNull(); return JsonElement.Parse(item.Data); })]),
    };

    private static Folded Chat(JsonElement reply)
    {
        reply.GetProperty("object").GetString().ShouldBe("chat.completion");
        var choice = reply.GetProperty("choices")[0];
        var message = choice.GetProperty("message");
        var call = message.TryGetProperty("tool_calls", out var calls) ? calls[0].GetProperty("function") : (JsonElement?)null;
        return new(
            message.GetProperty("content").GetString() ?? "",
            message.TryGetProperty("reasoning_content", out var thinking) ? thinking.GetString()! : "",
            call?.GetProperty("name").GetString(), call?.GetProperty("arguments").GetString(), choice.GetProperty("finish_reason").GetString(),
            Usage(reply, "usage", "prompt_tokens"), Usage(reply, "usage", "completion_tokens"));
    }

    private static Folded ChatStream(List<(string? Name, string Data)> events)
    {
        events.ShouldAllBe(item => item.Name == null);
        events[^1].Data.ShouldBe("[DONE]");
        StringBuilder text = new(), thinking = new(), arguments = new();
        string? tool = null, finish = null;
        int? input = null, output = null;
        foreach (var (_, data) in events[..^1])
        {
            var chunk = JsonElement.Parse(data);
            chunk.GetProperty("object").GetString().ShouldBe("chat.completion.chunk");
            input = Usage(chunk, "usage", "prompt_tokens") ?? input;
            output = Usage(chunk, "usage", "completion_tokens") ?? output;
            foreach (var choice in chunk.GetProperty("choices").EnumerateArray())
            {
                finish.ShouldBeNull("nothing follows a finish reason");
                var delta = choice.GetProperty("delta");
                if (delta.TryGetProperty("content", out var content))
                    text.Append(content.GetString());
                if (delta.TryGetProperty("reasoning_content", out var thought))
                    thinking.Append(thought.GetString());
                if (delta.TryGetProperty("tool_calls", out var calls))
                {
                    calls[0].GetProperty("index").GetInt32().ShouldBe(0);
                    var function = calls[0].GetProperty("function");
                    if (function.TryGetProperty("name", out var name))
                        tool = name.GetString();
                    arguments.Append(function.GetProperty("arguments").GetString());
                }

                finish = choice.GetProperty("finish_reason").GetString();
            }
        }

        return new(text.ToString(), thinking.ToString(), tool, tool is null ? null : arguments.ToString(), finish, input, output);
    }

    private static Folded Responses(JsonElement reply)
    {
        reply.GetProperty("object").GetString().ShouldBe("response");
        string text = "", thinking = "";
        string? tool = null, arguments = null;
        foreach (var item in reply.GetProperty("output").EnumerateArray())
        {
            switch (item.GetProperty("type").GetString())
            {
                case "message":
                    text += item.GetProperty("content")[0].GetProperty("text").GetString();
                    break;
                case "reasoning":
                    thinking += item.GetProperty("summary")[0].GetProperty("text").GetString();
                    break;
                case "function_call":
                    (tool, arguments) = (item.GetProperty("name").GetString(), item.GetProperty("arguments").GetString());
                    break;
                default:
                    throw new InvalidDataException(item.GetRawText());
            }
        }

        return new(text, thinking, tool, arguments, reply.GetProperty("status").GetString(), Usage(reply, "usage", "input_tokens"), Usage(reply, "usage", "output_tokens"));
    }

    private static Folded ResponsesStream(List<(string? Name, string Data)> events)
    {
        var parsed = events.ConvertAll(item => JsonElement.Parse(item.Data));
        StringBuilder text = new(), thinking = new(), arguments = new();
        JsonElement? open = null;
        for (var i = 0; i < parsed.Count; i++)
        {
            var type = parsed[i].GetProperty("type").GetString()!;
            events[i].Name.ShouldBe(type);
            parsed[i].GetProperty("sequence_number").GetInt32().ShouldBe(i);
            if (i == 0)
                type.ShouldBe("response.created");
            if (i == 1)
                type.ShouldBe("response.in_progress");
            switch (type)
            {
                case "response.output_item.added":
                    open.ShouldBeNull("one item at a time");
                    open = parsed[i].GetProperty("item");
                    break;
                case "response.output_text.delta":
                    text.Append(parsed[i].GetProperty("delta").GetString());
                    break;
                case "response.reasoning_summary_text.delta":
                    thinking.Append(parsed[i].GetProperty("delta").GetString());
                    break;
                case "response.function_call_arguments.delta":
                    arguments.Append(parsed[i].GetProperty("delta").GetString());
                    break;
                case "response.output_text.done":
                    parsed[i].GetProperty("text").GetString().ShouldBe(text.ToString());
                    break;
                case "response.output_item.done":
                    parsed[i].GetProperty("item").GetProperty("id").GetString().ShouldBe(open!.Value.GetProperty("id").GetString());
                    open = null;
                    break;
                default:
                    break;
            }
        }

        open.ShouldBeNull();
        parsed[^1].GetProperty("type").GetString().ShouldBeOneOf("response.completed", "response.incomplete");
        var whole = Responses(parsed[^1].GetProperty("response"));
        whole.Text.ShouldBe(text.ToString());
        whole.Thinking.ShouldBe(thinking.ToString());
        (whole.Arguments ?? "").ShouldBe(arguments.ToString());
        return whole;
    }

    private static Folded Messages(JsonElement reply)
    {
        reply.GetProperty("type").GetString().ShouldBe("message");
        string text = "", thinking = "";
        string? tool = null, arguments = null;
        foreach (var block in reply.GetProperty("content").EnumerateArray())
        {
            switch (block.GetProperty("type").GetString())
            {
                case "text":
                    text += block.GetProperty("text").GetString();
                    break;
                case "thinking":
                    thinking += block.GetProperty("thinking").GetString();
                    block.GetProperty("signature").GetString().ShouldNotBeNullOrEmpty();
                    break;
                default:
                    (tool, arguments) = (block.GetProperty("name").GetString(), block.GetProperty("input").GetRawText());
                    block.GetProperty("id").GetString().ShouldStartWith("toolu_");
                    break;
            }
        }

        return new(text, thinking, tool, arguments, reply.GetProperty("stop_reason").GetString(), Usage(reply, "usage", "input_tokens"), Usage(reply, "usage", "output_tokens"));
    }

    private static Folded MessagesStream(List<(string? Name, string Data)> events)
    {
        StringBuilder text = new(), thinking = new(), arguments = new(), signature = new();
        string? tool = null, finish = null;
        int? input = null, output = null, open = null;
        var next = 0;
        events[0].Name.ShouldBe("message_start");
        events[^2].Name.ShouldBe("message_delta");
        events[^1].Name.ShouldBe("message_stop");
        foreach (var (name, data) in events)
        {
            var happening = JsonElement.Parse(data);
            happening.GetProperty("type").GetString().ShouldBe(name);
            switch (name)
            {
                case "message_start":
                    input = Usage(happening.GetProperty("message"), "usage", "input_tokens");
                    break;
                case "content_block_start":
                    open.ShouldBeNull("one block at a time");
                    open = happening.GetProperty("index").GetInt32();
                    open.ShouldBe(next++);
                    if (happening.GetProperty("content_block").GetProperty("type").GetString() == "tool_use")
                        tool = happening.GetProperty("content_block").GetProperty("name").GetString();
                    break;
                case "content_block_delta":
                    happening.GetProperty("index").GetInt32().ShouldBe(open!.Value);
                    var delta = happening.GetProperty("delta");
                    var (into, member) = delta.GetProperty("type").GetString() switch
                    {
                        "text_delta" => (text, "text"),
                        "thinking_delta" => (thinking, "thinking"),
                        "signature_delta" => (signature, "signature"),
                        _ => (arguments, "partial_json"),
                    };
                    into.Append(delta.GetProperty(member).GetString());
                    break;
                case "content_block_stop":
                    happening.GetProperty("index").GetInt32().ShouldBe(open!.Value);
                    open = null;
                    break;
                case "message_delta":
                    finish = happening.GetProperty("delta").GetProperty("stop_reason").GetString();
                    output = Usage(happening, "usage", "output_tokens");
                    break;
                default:
                    break;
            }
        }

        (thinking.Length > 0).ShouldBe(signature.Length > 0);
        return new(text.ToString(), thinking.ToString(), tool, tool is null ? null : arguments.ToString(), finish, input, output);
    }

    private static Folded Gemini(List<JsonElement> chunks)
    {
        string text = "", thinking = "";
        string? tool = null, arguments = null, finish = null;
        int? input = null, output = null;
        foreach (var chunk in chunks)
        {
            finish.ShouldBeNull("nothing follows a finish reason");
            var candidate = chunk.GetProperty("candidates")[0];
            foreach (var part in candidate.GetProperty("content").GetProperty("parts").EnumerateArray())
            {
                if (part.TryGetProperty("functionCall", out var call))
                    (tool, arguments) = (call.GetProperty("name").GetString(), call.GetProperty("args").GetRawText());
                else if (part.TryGetProperty("thought", out _))
                    thinking += part.GetProperty("text").GetString();
                else
                    text += part.GetProperty("text").GetString();
            }

            finish = candidate.TryGetProperty("finishReason", out var reason) ? reason.GetString() : null;
            input = Usage(chunk, "usageMetadata", "promptTokenCount");
            output = Usage(chunk, "usageMetadata", "candidatesTokenCount") + (Usage(chunk, "usageMetadata", "thoughtsTokenCount") ?? 0);
        }

        finish.ShouldNotBeNull("the last chunk says why it is the last");
        return new(text, thinking, tool, arguments, finish, input, output);
    }

    private static int? Usage(JsonElement owner, string name, string member) =>
        owner.TryGetProperty(name, out var usage) && usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty(member, out var value) ? value.GetInt32() : null;
}
