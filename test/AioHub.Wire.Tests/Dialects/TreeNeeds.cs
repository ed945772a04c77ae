using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>The needs of a request by a walk over its tree: slow, and written from the vendors' pages alone, to hold the quick reader against.</summary>
internal static class TreeNeeds
{
    public static (Needs Needs, int Images) Of(Dialect dialect, JsonElement root)
    {
        var walk = new Walk();
        switch (dialect)
        {
            case Dialect.OpenAiChat:
                walk.Chat(root);
                break;
            case Dialect.OpenAiResponses:
                walk.Responses(root);
                break;
            case Dialect.AnthropicMessages:
                walk.Messages(root);
                break;
            default:
                walk.Gemini(root);
                break;
        }

        return (walk.Needs, walk.Images);
    }

    /// <summary>Those needs of a root's own members that may stand at depth too.</summary>
    public static Needs AtRoot(Dialect dialect, JsonElement root) => dialect switch
    {
        Dialect.OpenAiChat => Says(root, "audio") ? Needs.Audio : Needs.None,
        Dialect.AnthropicMessages => (Says(root, "mcp_servers") ? Needs.ServerTools : Needs.None) | (Says(root, "cache_control") ? Needs.PromptCaching : Needs.None) | (Says(root, "container") ? Needs.Stateful : Needs.None),
        Dialect.OpenAiResponses => Says(root, "previous_response_id") || Says(root, "conversation") ? Needs.Stateful : Needs.None,
        _ => Says(root, "cachedContent") || Says(root, "cached_content") ? Needs.Stateful : Needs.None,
    };

    private static bool Says(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    private static IEnumerable<JsonElement> Each(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
            return [];
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.Object)] : value.ValueKind == JsonValueKind.Object ? [value] : [];
    }

    private static string Str(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool IsOther(string data) => data.StartsWith("data:", StringComparison.Ordinal) && !data.StartsWith("data:application/pdf", StringComparison.Ordinal);

    private sealed class Walk
    {
        public Needs Needs { get; private set; }

        public int Images { get; private set; }

        public void Chat(JsonElement root)
        {
            Add(root.TryGetProperty("web_search_options", out var search) && search.ValueKind != JsonValueKind.Null, Needs.ServerTools);
            Add(root.TryGetProperty("parallel_tool_calls", out var parallel) && parallel.ValueKind == JsonValueKind.True, Needs.ParallelTools);
            foreach (var message in Each(root, "messages"))
            {
                Add(Each(message, "audio").Any(static audio => Str(audio, "id").Length > 0), Needs.Stateful);
                foreach (var block in Each(message, "content"))
                {
                    Image(Str(block, "type") == "image_url");
                    Add(Str(block, "type") is "input_audio" or "audio_url", Needs.Audio);
                    Add(Says(block, "cache_control"), Needs.PromptCaching);
                    Add(Str(block, "type") == "document_url" || (Str(block, "type") == "file" && Each(block, "file").All(static file => !IsOther(Str(file, "file_data")))), Needs.Documents);
                    Add(Each(block, "file").Any(static file => Str(file, "file_id").Length > 0), Needs.Stateful);
                }
            }

            foreach (var tool in Each(root, "tools"))
            {
                Add(Str(tool, "type") is not ("" or "function" or "custom"), Needs.ServerTools);
                Add(Says(tool, "cache_control"), Needs.PromptCaching);
            }
        }

        public void Responses(JsonElement root)
        {
            Add(root.TryGetProperty("parallel_tool_calls", out var parallel) && parallel.ValueKind == JsonValueKind.True, Needs.ParallelTools);
            Add(Each(root, "prompt").Any(static prompt => Str(prompt, "id").Length > 0), Needs.Stateful);
            foreach (var item in Each(root, "input"))
            {
                Add(Str(item, "type") == "item_reference", Needs.Stateful);
                foreach (var block in Each(item, "content").Concat(Each(item, "output")))
                {
                    Image(Str(block, "type") is "input_image" or "computer_screenshot");
                    Add(Str(block, "type") == "input_audio", Needs.Audio);
                    Add(Str(block, "type") == "input_file" && !IsOther(Str(block, "file_data")), Needs.Documents);
                    Add(Str(block, "file_id").Length > 0, Needs.Stateful);
                }

                Tools(item);
            }

            Tools(root);
        }

        public void Messages(JsonElement root)
        {
            foreach (var message in Each(root, "messages"))
                Blocks(Each(message, "content"));
            Blocks(Each(root, "system"));
            foreach (var tool in Each(root, "tools"))
            {
                var type = Str(tool, "type");
                Add(type == "mcp_toolset" || Array.Exists(["web_search", "web_fetch", "code_execution", "tool_search_tool", "advisor"], name => type.StartsWith(name, StringComparison.Ordinal)), Needs.ServerTools);
                Add(Says(tool, "cache_control"), Needs.PromptCaching);
            }

            Add(Each(root, "tool_choice").Any(static choice => choice.TryGetProperty("disable_parallel_tool_use", out var off) && off.ValueKind == JsonValueKind.False), Needs.ParallelTools);
        }

        public void Gemini(JsonElement root)
        {
            foreach (var content in Each(root, "contents").Concat(Each(root, "systemInstruction")).Concat(Each(root, "system_instruction")))
                Parts(content);
            foreach (var tool in Each(root, "tools"))
                Add(tool.EnumerateObject().Any(static member => member.Value.ValueKind != JsonValueKind.Null && member.Name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant()
                    is "GOOGLESEARCH" or "GOOGLESEARCHRETRIEVAL" or "CODEEXECUTION" or "URLCONTEXT" or "GOOGLEMAPS" or "FILESEARCH" or "ENTERPRISEWEBSEARCH"), Needs.ServerTools);
        }

        private void Parts(JsonElement content)
        {
            foreach (var part in Each(content, "parts"))
            {
                foreach (var blob in Each(part, "inlineData").Concat(Each(part, "inline_data")).Concat(Each(part, "fileData")).Concat(Each(part, "file_data")))
                {
                    var type = Str(blob, "mimeType") + Str(blob, "mime_type");
                    Image(type.StartsWith("image/", StringComparison.Ordinal));
                    Add(type.StartsWith("audio/", StringComparison.Ordinal), Needs.Audio);
                    Add(type.StartsWith("application/pdf", StringComparison.Ordinal), Needs.Documents);
                    var uri = Str(blob, "fileUri") + Str(blob, "file_uri");
                    Add(uri.StartsWith("files/", StringComparison.Ordinal) || uri.StartsWith("https://generativelanguage.googleapis.com/", StringComparison.Ordinal), Needs.Stateful);
                }

                foreach (var response in Each(part, "functionResponse").Concat(Each(part, "function_response")))
                    Parts(response);
            }
        }

        private void Tools(JsonElement owner)
        {
            foreach (var tool in Each(owner, "tools"))
            {
                var type = Str(tool, "type");
                Add(type == "mcp" || Array.Exists(["web_search", "file_search", "code_interpreter", "image_generation"], name => type.StartsWith(name, StringComparison.Ordinal)), Needs.ServerTools);
                Add(Says(tool, "vector_store_ids") || Str(tool, "container").Length > 0 || Each(tool, "container").Any(static container => Says(container, "file_ids")), Needs.Stateful);
                Tools(tool);
            }
        }

        private void Blocks(IEnumerable<JsonElement> blocks)
        {
            foreach (var block in blocks)
            {
                Image(Str(block, "type") == "image");
                Add(Str(block, "type") == "document" && Each(block, "source").All(static source => Str(source, "type") is not ("text" or "content")), Needs.Documents);
                Add(Says(block, "cache_control"), Needs.PromptCaching);
                Add(Str(block, "file_id").Length > 0 || Each(block, "source").Any(static source => Str(source, "file_id").Length > 0), Needs.Stateful);
                Blocks(Each(block, "content"));
                foreach (var source in Each(block, "source"))
                    Blocks(Each(source, "content"));
            }
        }

        private void Add(bool wanted, Needs needs) => Needs |= wanted ? needs : Needs.None;

        private void Image(bool found)
        {
            Add(found, Needs.Images);
            Images += found ? 1 : 0;
        }
    }
}
