using System.Collections.Frozen;

namespace AioHub.Core.Import.NewApi;

/// <summary>What one of new-api's numbered channel types is here.</summary>
/// <param name="Name">As new-api calls it.</param>
/// <param name="Type">A name of our channel types; null = there is none.</param>
internal sealed record ChannelKind(string Name, string? Type)
{
    /// <summary>Of <c>openai-compatible</c>: whose rules hold when the address names nobody's.</summary>
    public string? Preset { get; init; }

    /// <summary>Where calls go when the channel names no address; null = the type or preset knows.</summary>
    public string? Address { get; init; }

    /// <summary>What new-api puts between a channel's address and the operations, without which ours would be another.</summary>
    public string Path { get; init; } = "";

    /// <summary>Why there is none, and what to do instead.</summary>
    public (string Reason, string Remedy) Missing { get; init; }
}

/// <summary>New-api's channel types (constant/channel.go, the table of types and addresses, read 2026-11-23).</summary>
internal static class ChannelKinds
{
    private const string Compatible = "openai-compatible";

    private static readonly FrozenDictionary<long, ChannelKind> ByNumber = new Dictionary<long, ChannelKind>
    {
        [1] = new("OpenAI", "openai"),
        [2] = Without("Midjourney", "Midjourney's tasks are not served here", "keep it in new-api"),
        [3] = new("Azure", "azure"),
        [4] = new("Ollama", Compatible) { Preset = "ollama", Address = "http://localhost:11434" },
        [5] = Without("MidjourneyPlus", "Midjourney's tasks are not served here", "keep it in new-api"),
        [6] = new("OpenAIMax", Compatible),
        [7] = new("OhMyGPT", Compatible),
        [8] = new("Custom", Compatible),
        [9] = new("AILS", Compatible),
        [10] = new("AIProxy", Compatible),
        [11] = Without("PaLM", "the upstream was shut down", "use a Gemini channel"),
        [12] = new("API2GPT", Compatible),
        [13] = new("AIGC2D", Compatible),
        [14] = new("Anthropic", "anthropic"),
        [15] = Without("Baidu", "its old, signed interface is not spoken", "make a key of Qianfan v2 and add a channel of type openai-compatible with https://qianfan.baidubce.com/v2"),
        [16] = new("Zhipu", Compatible) { Preset = "glm", Path = "/api/paas/v4" },
        [17] = new("Ali", Compatible) { Preset = "qwen", Path = "/compatible-mode/v1" },
        [18] = Without("Xunfei", "its old WebSocket interface is not spoken", "make an HTTP key and add a channel of type openai-compatible with https://spark-api-open.xf-yun.com/v1"),
        [19] = new("360", Compatible) { Address = "https://ai.360.cn" },
        [20] = new("OpenRouter", Compatible) { Preset = "openrouter", Path = "/v1" },
        [21] = Without("AIProxyLibrary", "it is not spoken", "keep it in new-api"),
        [22] = Without("FastGPT", "its applications are addressed by their keys", "add a channel of type openai-compatible with its address"),
        [23] = Without("Tencent", "its signed interface is not spoken", "make a key of Hunyuan's OpenAI-compatible interface and add a channel of type openai-compatible with https://api.hunyuan.cloud.tencent.com/v1"),
        [24] = new("Gemini", "gemini"),
        [25] = new("Moonshot", Compatible) { Preset = "moonshot-cn" },
        [26] = new("ZhipuV4", Compatible) { Preset = "glm", Path = "/api/paas/v4" },
        [27] = new("Perplexity", Compatible) { Address = "https://api.perplexity.ai" },
        [31] = new("LingYi", Compatible) { Address = "https://api.lingyiwanwu.com" },
        [33] = new("AWS Bedrock", "bedrock"),
        [34] = new("Cohere", Compatible) { Address = "https://api.cohere.ai", Path = "/compatibility/v1" },
        [35] = new("MiniMax", Compatible) { Preset = "minimax-cn" },
        [36] = Without("Suno", "Suno's tasks are not served here", "keep it in new-api"),
        [37] = Without("Dify", "its applications speak an interface of their own", "keep it in new-api"),
        [38] = new("Jina", Compatible) { Address = "https://api.jina.ai" },
        [39] = new("Cloudflare", Compatible) { Address = "https://api.cloudflare.com" },
        [40] = new("SiliconFlow", Compatible) { Preset = "siliconflow-cn" },
        [41] = new("VertexAI", "vertex"),
        [42] = new("Mistral", Compatible) { Preset = "mistral" },
        [43] = new("DeepSeek", Compatible) { Preset = "deepseek" },
        [44] = new("MokaAI", Compatible) { Address = "https://api.moka.ai" },
        [45] = new("VolcEngine", "doubao"),
        [46] = new("BaiduV2", Compatible) { Address = "https://qianfan.baidubce.com", Path = "/v2" },
        [47] = new("Xinference", Compatible),
        [48] = new("xAI", "xai"),
        [49] = Without("Coze", "its bots speak an interface of their own", "keep it in new-api"),
        [50] = Without("Kling", "its tasks are not served here", "keep it in new-api"),
        [51] = Without("Jimeng", "its tasks are not served here", "keep it in new-api"),
        [52] = Without("Vidu", "its tasks are not served here", "keep it in new-api"),
        [53] = new("Submodel", Compatible) { Address = "https://llm.submodel.ai" },
        [54] = Without("DoubaoVideo", "its tasks are not served here", "keep it in new-api"),
        [55] = new("Sora", "openai"),
        [56] = Without("Replicate", "its predictions are not served here", "keep it in new-api"),
        [57] = Without("Codex", "it signs in with a ChatGPT subscription; no tokens of such are kept here", "add a channel of type codex with an API key"),
        [58] = Without("AdvancedCustom", "its own routes and converters cannot be said here", "add a channel for each of its upstreams"),
        [59] = new("Sub2API", Compatible),
        [60] = new("NewAPI", Compatible),
    }.ToFrozenDictionary();

    /// <summary>Words that stand in place of an address: an address here, or a preset.</summary>
    private static readonly FrozenDictionary<string, (string? Preset, string? Address)> Plans = new Dictionary<string, (string? Preset, string? Address)>(StringComparer.OrdinalIgnoreCase)
    {
        ["glm-coding-plan"] = ("glm-coding", null),
        ["glm-coding-plan-international"] = ("zai-coding", null),
        ["kimi-coding-plan"] = ("kimi-coding", null),
        ["doubao-coding-plan"] = (null, "https://ark.cn-beijing.volces.com/api/coding/v3"),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null = the number is nobody's.</summary>
    public static ChannelKind? Find(long number) => ByNumber.GetValueOrDefault(number);

    /// <summary>A plan's word for an address; false = it is an address.</summary>
    public static bool IsPlan(string word, out (string? Preset, string? Address) plan) => Plans.TryGetValue(word, out plan);

    private static ChannelKind Without(string name, string reason, string remedy) => new(name, Type: null) { Missing = (reason, remedy) };
}
