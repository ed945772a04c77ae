using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Setup;

/// <summary>The groups of a new hub. All of it can be edited afterwards; nothing is ever seeded twice.</summary>
internal static class SeedGroups
{
    private static readonly DateOnly CheapExpiry = new(2026, 5, 5);
    private const string CheapReason = "replacement pending";
    private static readonly string[] Claude = ["claude-*", "sandbox/*"];
    private static readonly string[] Codex = ["gpt-*", "codex-*", "o*", "sandbox/*"];

    /// <summary>The four price levels of open-weight models.</summary>
    public static IReadOnlyList<string> OpenSource { get; } = ["opensource", "opensource-discount", "opensource-economy", "opensource-highquality"];

    /// <summary>How <c>auto</c> begins.</summary>
    public static AutoPolicy Auto { get; } = new(["openai", "anthropic"], []);

    /// <summary>New rows, in the order of lists.</summary>
    public static IReadOnlyList<GroupRow> Rows()
    {
        GroupRow[] rows =
        [
            Row(Group.AutoName, "Auto", 0, 1m,
                "The default when routing need not be fixed",
                "Picks among the active groups by the routing rules in force. Out of the box the dearer, steadier `openai` and `anthropic` come first, "
                + "which suits a quick check; for long-term use choose specific groups."),
            Row("openai", "OpenAI", 0, 1m,
                "OpenAI SDKs and clients that are compatible with them",
                "GPT models, the Responses API, and image models that are compatible with OpenAI's."),
            Row("anthropic", "Anthropic", 0, 1m,
                "Anthropic SDKs and clients of Claude Messages",
                "The Claude Messages format.",
                Claude),
            Row("claude-bedrock", "Claude on Bedrock", 1, 1.15m,
                "Claude Code and Claude clients",
                "Claude through AWS Bedrock: a higher price, more stable, with prompt caching. PDF files are understood natively.",
                Claude),
            Row("claude-kiro", "Claude through Kiro", 8, 0.4m,
                "Claude Code and Kiro-compatible uses",
                "Claude at a lower cost through Kiro-compatible upstreams. May stop when its quota runs out, until an admin tops it up; limits of the channel "
                + "can prevent cache hits. No PDF input: use `claude-bedrock` for that.",
                Claude, lacks: Needs.Documents),
            Row("codex", "Codex", 2, 1m,
                "Codex CLI",
                "Gateway routing that puts compatibility first.",
                Codex),
            Row("codex-passthrough", "Codex passthrough", 2, 1m,
                "Codex CLI",
                "Direct passthrough with lower latency, made for the CLI.",
                Codex, GroupMode.Passthrough),
            Row("codex-cheap", "Codex, discounted", 11, 0.5m,
                "Codex CLI",
                "Gateway routing at a discount.",
                Codex, expired: true),
            Row("codex-cheap-passthrough", "Codex passthrough, discounted", 11, 0.5m,
                "Codex CLI",
                "Direct passthrough at a discount, made for the CLI.",
                Codex, GroupMode.Passthrough, expired: true),
            Row("gemini", "Gemini", 3, 1m,
                "Gemini CLI and Google SDKs",
                "The Gemini API format.",
                ["gemini-*", "sandbox/*"]),
            Row("xai", "xAI", 4, 1m,
                "Grok and xAI models",
                "Routing to xAI.",
                ["grok-*", "sandbox/*"]),
            Row("doubao", "Doubao", 5, 1m,
                "Doubao models",
                "Routing to ByteDance's models.",
                ["doubao-*", "sandbox/*"]),
            Row("opensource", "Open source", 7, 1m,
                "Open-source models",
                "Open-source models at the standard price."),
            Row("opensource-discount", "Open source, discounted", 9, 0.8m,
                "Open-source models",
                "Open-source models at a discount."),
            Row("opensource-economy", "Open source, economy", 10, 0.6m,
                "Open-source models",
                "Open-source models at the economy price."),
            Row("opensource-highquality", "Open source, high quality", 6, 1.3m,
                "Open-source models",
                "Open-source models by high-quality routing."),
        ];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].Position = i + 1;
        }

        return rows;
    }

    private static GroupRow Row(
        string name,
        string displayName,
        int autoTier,
        decimal multiplier,
        string commonUse,
        string notes,
        string[]? models = null,
        GroupMode mode = GroupMode.Gateway,
        bool expired = false,
        Needs lacks = Needs.None) => new()
        {
            Name = name,
            DisplayName = displayName,
            CommonUse = commonUse,
            Notes = notes,
            AutoTier = autoTier,
            Multiplier = multiplier,
            Models = JsonText.Of(models ?? []),
            Mode = mode,
            Policy = GroupPolicyText.Of(new GroupPolicy { Lacks = lacks }),
            Status = expired ? GroupStatus.Expired : GroupStatus.Active,
            ExpiredOn = expired ? CheapExpiry : null,
            Reason = expired ? CheapReason : null,
        };
}
