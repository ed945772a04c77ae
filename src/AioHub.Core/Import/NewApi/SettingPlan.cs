using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Core.Import.NewApi;

/// <summary>A channel's <c>setting</c> and <c>settings</c>: the proxy comes over, all else that was switched on is named.</summary>
internal static class SettingPlan
{
    /// <summary>Members whose doing is known; what they do is told in the operator's words.</summary>
    private static readonly Dictionary<string, (string Does, string Remedy)> Known = new(StringComparer.Ordinal)
    {
        ["force_format"] = ("answers are rewritten to OpenAI's shape", "not needed: callers get their own dialect"),
        ["thinking_to_content"] = ("reasoning is written into the answer's text", "clients read reasoning_content"),
        ["pass_through_body_enabled"] = ("bodies pass as they came", "bodies always do between equal dialects; for headers and WebSockets too, a group of mode passthrough"),
        ["system_prompt"] = ("a system prompt is put in", "the hub does not write into conversations; set it in the client"),
        ["system_prompt_override"] = ("a system prompt replaces the caller's", "the hub does not write into conversations; set it in the client"),
        ["claude_beta_query"] = ("?beta=true is added", "not needed: the caller's headers are passed on"),
        ["disable_store"] = ("`store` is taken out", "an override of the body: remove store"),
        ["advanced_custom"] = ("routes of its own", "add a channel for each upstream"),
        ["openrouter_enterprise"] = ("OpenRouter's enterprise answers are unwrapped", ""),
        ["azure_responses_version"] = ("Responses have an api-version of their own", "settings.api_version holds for all; v1 needs none"),
    };

    /// <summary>What says nothing that matters here.</summary>
    private static readonly HashSet<string> Silent = new(StringComparer.Ordinal)
    {
        "proxy", "vertex_key_type", "aws_key_type", "http_protocol", "http2_connection_shards", "disable_task_polling_sleep",
    };

    /// <returns>The proxy, and whether there was one that cannot be used: without it the channel's calls would go straight.</returns>
    public static (string? Proxy, bool IsUnusable) Read(NewApiChannel channel, ImportNotes notes)
    {
        var what = channel.ToString();
        string? proxy = null;
        var isUnusable = false;
        foreach (var (field, json) in new[] { ("setting", channel.Setting), ("settings", channel.Settings) })
        {
            if (json.Trim() is "" or "null")
            {
                continue;
            }

            if (JsonMembers.Of(json) is not { } members)
            {
                notes.Left(what, $"{field} is no JSON object", "");
                continue;
            }

            foreach (var (name, value) in members.Where(static member => member.Value is not ("" or "false" or "0" or "null" or "[]" or "{}")))
            {
                if (name == "proxy")
                {
                    proxy = Checked(value.Trim(), what, notes);
                    isUnusable = proxy is null;
                }
                else if (Known.TryGetValue(name, out var known))
                {
                    notes.Left(what, $"{field}.{name}: {known.Does}", known.Remedy);
                }
                else if (!Silent.Contains(name) && !name.StartsWith("upstream_model_update_", StringComparison.Ordinal))
                {
                    notes.Left(what, $"{field}.{name} has nothing like it here", "");
                }
            }
        }

        return (proxy, isUnusable);
    }

    private static string? Checked(string proxy, string what, ImportNotes notes)
    {
        try
        {
            var problems = new ProblemList();
            ChannelProxy.Read(proxy, problems);
            problems.ThrowIfAny();
            return proxy;
        }
        catch (AdminException refused)
        {
            // Without its proxy it would go straight.
            notes.Left(what, $"its proxy: {refused.Problems[0].Message}", "set it here before you enable the channel: `aiohub channels edit --name … --set proxy=…`");
            return null;
        }
    }
}
