using System.Text.Json;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

/// <summary>
/// Takes a stream as the strictest clients do: OpenAI's newest SDK (every event known, indices in order, ids that stay, deltas only for what was added) and Codex (every item done, a last
/// response with an id, totals of usage).
/// </summary>
internal static class StrictClient
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "response.created", "response.in_progress", "response.completed", "response.incomplete", "response.output_item.added", "response.output_item.done", "response.content_part.added",
        "response.content_part.done", "response.output_text.delta", "response.output_text.done", "response.output_text.annotation.added", "response.refusal.delta", "response.refusal.done",
        "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done",
        "response.reasoning_summary_part.added", "response.reasoning_summary_part.done", "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
        "response.web_search_call.in_progress", "response.web_search_call.searching", "response.web_search_call.completed",
    };

    /// <summary>Gives the last response.</summary>
    public static JsonElement Take(byte[] stream)
    {
        var text = System.Text.Encoding.UTF8.GetString(stream);
        text.EndsWith("\n\n", StringComparison.Ordinal).ShouldBeTrue();
        var items = new List<Item>();
        var last = default(JsonElement);
        var ended = false;
        var number = 0L;
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            ended.ShouldBeFalse("nothing comes behind the end");
            var lines = block.Split('\n');
            lines.Length.ShouldBe(2);
            var e = JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement;
            var type = e.Str("type")!;
            lines[0].ShouldBe($"event: {type}");
            Known.Contains(type).ShouldBeTrue(type);
            e.Long("sequence_number").ShouldBe(number++);
            if (number == 1)
                type.ShouldBe("response.created");

            if (type is "response.created" or "response.in_progress")
            {
                e.At("response", "output")!.Value.GetArrayLength().ShouldBe(0);
            }
            else if (type is "response.completed" or "response.incomplete")
            {
                last = e.At("response")!.Value;
                ended = true;
            }
            else
            {
                Take(e, type, items);
            }
        }

        ended.ShouldBeTrue();
        items.TrueForAll(item => item.Done != null).ShouldBeTrue();
        last.Str("id").ShouldNotBeNullOrEmpty();
        last.Each("output").Select(item => item.GetRawText()).ShouldBe(items.Select(item => item.Done!.Value.GetRawText()));
        if (last.At("usage") is { } usage)
        {
            (usage.Long("input_tokens") + usage.Long("output_tokens")).ShouldBe(usage.Long("total_tokens"));
            usage.Long("input_tokens_details", "cached_tokens").ShouldNotBeNull();
        }

        return last;
    }

    private static void Take(JsonElement e, string type, List<Item> items)
    {
        var index = (int)e.Long("output_index")!.Value;
        if (type == "response.output_item.added")
        {
            index.ShouldBe(items.Count);
            var id = e.Str("item", "id");
            id.ShouldNotBeNullOrEmpty();
            items.TrueForAll(item => item.Id != id && item.Done != null).ShouldBeTrue();
            if (e.Str("item", "call_id") is { } call)
                items.TrueForAll(item => item.CallId != call).ShouldBeTrue();
            items.Add(new Item(id, e.Str("item", "type")!, e.Str("item", "call_id")));
            return;
        }

        index.ShouldBe(items.Count - 1);
        var open = items[index];
        open.Done.ShouldBeNull();
        if (type == "response.output_item.done")
        {
            var item = e.At("item")!.Value;
            item.Str("id").ShouldBe(open.Id);
            item.Str("type").ShouldBe(open.Type);
            item.Str("call_id").ShouldBe(open.CallId);
            open.Done = item;
            open.PartOpen.ShouldBeFalse();
            Whole(open, item);
            return;
        }

        e.Str("item_id").ShouldBe(open.Id);
        var part = e.Long("content_index") ?? e.Long("summary_index");
        switch (type)
        {
            case "response.content_part.added" or "response.reasoning_summary_part.added":
                open.Type.ShouldBe(type.Contains("summary", StringComparison.Ordinal) ? "reasoning" : "message");
                part.ShouldBe(open.Texts.Count);
                open.PartOpen.ShouldBeFalse();
                open.PartOpen = true;
                open.Texts.Add("");
                break;
            case "response.content_part.done" or "response.reasoning_summary_part.done":
                part.ShouldBe(open.Texts.Count - 1);
                (e.Str("part", "text") ?? e.Str("part", "refusal")).ShouldBe(open.Texts[^1]);
                open.PartOpen.ShouldBeTrue();
                open.PartOpen = false;
                break;
            case "response.output_text.delta" or "response.refusal.delta" or "response.reasoning_summary_text.delta":
                part.ShouldBe(open.Texts.Count - 1);
                open.PartOpen.ShouldBeTrue();
                open.Texts[^1] += e.Str("delta");
                break;
            case "response.output_text.done" or "response.refusal.done" or "response.reasoning_summary_text.done":
                (e.Str("text") ?? e.Str("refusal")).ShouldBe(open.Texts[^1]);
                break;
            case "response.function_call_arguments.delta" or "response.custom_tool_call_input.delta":
                open.Type.ShouldBe(type.Contains("custom", StringComparison.Ordinal) ? "custom_tool_call" : "function_call");
                open.Input += e.Str("delta");
                break;
            case "response.function_call_arguments.done" or "response.custom_tool_call_input.done":
                (e.Str("arguments") ?? e.Str("input")).ShouldBe(open.Input);
                break;
            case "response.output_text.annotation.added":
                e.Long("annotation_index").ShouldBe(open.Annotations++);
                break;
        }
    }

    private static void Whole(Item open, JsonElement item)
    {
        switch (open.Type)
        {
            case "message":
                item.Each("content").Select(part => part.Str("text") ?? part.Str("refusal")).ShouldBe(open.Texts);
                break;
            case "reasoning":
                item.Each("summary").Select(part => part.Str("text")).ShouldBe(open.Texts);
                break;
            case "function_call" or "custom_tool_call":
                (item.Str("arguments") ?? item.Str("input")).ShouldBe(open.Input);
                break;
        }
    }

    private sealed class Item(string? id, string type, string? callId)
    {
        public string? Id { get; } = id;
        public string Type { get; } = type;
        public string? CallId { get; } = callId;
        public List<string> Texts { get; } = [];
        public bool PartOpen { get; set; }
        public string Input { get; set; } = "";
        public int Annotations { get; set; }
        public JsonElement? Done { get; set; }
    }
}
