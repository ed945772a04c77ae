using System.Collections.Frozen;

namespace AioHub.Wire.Dialects;

/// <summary>The table of <see cref="UsageRules"/>, by name and by the host of an address. One line a vendor: a new vendor is a new line.</summary>
public static class VendorUsage
{
    private static readonly UsageRules[] All =
    [
        UsageRules.Default,
        new("openai") { Reasoning = PartPlace.Inside, Cache = PartPlace.Inside },
        // completion_tokens leave reasoning out, total_tokens hold it; what the cache served has been seen to exceed the prompt.
        new("xai") { Reasoning = PartPlace.ByTotalElseBeside, Cache = PartPlace.ByTotalElseBeside },
        new("deepseek") { Reasoning = PartPlace.Inside, Cache = PartPlace.Inside, MissesAndHitsAreThePrompt = true },
        // Explicit caches live for five minutes there.
        new("dashscope") { Reasoning = PartPlace.Inside, Cache = PartPlace.Inside, WritesLiveFiveMinutes = true },
        new("moonshot") { Reasoning = PartPlace.Inside, Cache = PartPlace.Inside },
        new("glm") { Reasoning = PartPlace.Inside, Cache = PartPlace.Inside },
        new("doubao") { Reasoning = PartPlace.Inside, Cache = PartPlace.Inside },
        new("mistral") { Reasoning = PartPlace.Inside, Cache = PartPlace.Inside },
        // In the shape of OpenAI, whatever the model; it bills completion_tokens, even where it tells more reasoning than these.
        new("openrouter") { Reasoning = PartPlace.Inside, Cache = PartPlace.Inside },
        // Bills the sum of completion and reasoning for every model, also where the model's vendor counts one inside the other.
        new("vercel") { Reasoning = PartPlace.Beside },
        // Deep research: reasoning, sources and searches are billed beside the completion, and the total names none of them.
        new("perplexity") { Reasoning = PartPlace.Beside },
        new("anthropic"),
        // Third parties that speak Messages and leave what the cache served inside input_tokens.
        new("messages-cache-inside") { MessagesInputHoldsCache = true },
    ];

    private static readonly FrozenDictionary<string, UsageRules> ByName = All.ToFrozenDictionary(static rules => rules.Vendor, StringComparer.OrdinalIgnoreCase);

    /// <summary>Hosts and the ends of hosts.</summary>
    private static readonly FrozenDictionary<string, string> Hosts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["api.openai.com"] = "openai",
        ["api.x.ai"] = "xai",
        ["api.deepseek.com"] = "deepseek",
        ["dashscope.aliyuncs.com"] = "dashscope",
        ["dashscope-intl.aliyuncs.com"] = "dashscope",
        ["dashscope-us.aliyuncs.com"] = "dashscope",
        ["api.moonshot.cn"] = "moonshot",
        ["api.moonshot.ai"] = "moonshot",
        ["open.bigmodel.cn"] = "glm",
        ["api.z.ai"] = "glm",
        ["volces.com"] = "doubao",
        ["api.mistral.ai"] = "mistral",
        ["openrouter.ai"] = "openrouter",
        ["ai-gateway.vercel.sh"] = "vercel",
        ["api.perplexity.ai"] = "perplexity",
        ["api.anthropic.com"] = "anthropic",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Names => All.Select(static rules => rules.Vendor);

    /// <summary>By name, in any case; null = there are none of that name.</summary>
    public static UsageRules? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>By the host of an upstream's address, or one that it lies under; the default for a host that is not known.</summary>
    public static UsageRules ForHost(string host)
    {
        for (var rest = host.AsSpan(); !rest.IsEmpty; rest = rest[(rest.IndexOf('.') + 1)..])
        {
            if (Hosts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(rest, out var name))
            {
                return ByName[name];
            }

            if (!rest.Contains('.'))
            {
                break;
            }
        }

        return UsageRules.Default;
    }
}
