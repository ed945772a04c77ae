using AioHub.Wire.Conversations;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>When a model takes temperature, nucleus sampling and log probabilities.</summary>
internal enum OpenAiResponsesSampling
{
    Always,
    /// <summary>Only with an effort of <c>none</c>.</summary>
    WithoutReasoning,
    Never,
}

/// <summary>What the vendor's models take.</summary>
/// <param name="Efforts">From least to most; empty = it takes none.</param>
/// <param name="Seals">It gives its reasoning back sealed when asked to; others refuse to be asked.</param>
internal sealed record OpenAiResponsesModel(Effort[] Efforts, OpenAiResponsesSampling Sampling, bool Seals, bool TakesVerbosity)
{
    /// <summary>The effort that comes nearest to the one wished: the same, else the next below, else the least.</summary>
    public Effort Nearest(Effort wished)
    {
        var nearest = Effort.Unsaid;
        foreach (var effort in Efforts)
        {
            if (nearest == Effort.Unsaid || effort <= wished)
                nearest = effort;
        }

        return nearest;
    }
}

/// <summary>What a kind of upstream takes beyond what all take.</summary>
internal sealed record OpenAiResponsesVendor
{
    /// <summary>Freeform tools and their calls.</summary>
    public bool Freeform { get; init; } = true;

    /// <summary>Groups of tools, tools added in the input, tool search, shells: what Codex and OpenAI agree on.</summary>
    public bool Groups { get; init; } = true;

    /// <summary>A tool's result may be a list of parts, pictures among them.</summary>
    public bool ResultParts { get; init; } = true;

    /// <summary>How an instruction amid the turns is called.</summary>
    public bool Developer { get; init; } = true;

    /// <summary>Metadata and the end user's mark.</summary>
    public bool Labels { get; init; } = true;

    /// <summary>Bounds on output tokens and sampling; always stores nothing, always streams, wants instructions.</summary>
    public bool IsCodexBackend { get; init; }

    /// <summary>A key that keeps a conversation's calls together; Ark refuses any member that it does not know.</summary>
    public bool CacheKey { get; init; } = true;

    /// <summary>Code that runs at the vendor.</summary>
    public bool CodeInterpreter { get; init; } = true;
}

/// <summary>
/// What models and upstreams of this dialect take, as data. Efforts and sampling: models.dev's catalogue of July to November 2026 and OpenAI's model pages (a 400 for
/// <c>temperature</c> from GPT-5 on unless the effort is <c>none</c>; GPT-6.1 and later know no <c>none</c>). A model that is not known is asked as the caller wished, but for no sealed reasoning.
/// </summary>
internal static class OpenAiResponsesModels
{
    private static readonly Effort[] Plain = [Effort.Low, Effort.Medium, Effort.High];
    private static readonly Effort[] WithMinimal = [Effort.Minimal, .. Plain];
    private static readonly Effort[] WithNone = [Effort.None, .. Plain];
    private static readonly Effort[] ToXHigh = [.. Plain, Effort.XHigh];
    private static readonly Effort[] NoneToXHigh = [Effort.None, .. ToXHigh];

    private static readonly OpenAiResponsesModel Unknown = new([Effort.None, Effort.Minimal, .. Plain, Effort.XHigh, Effort.Max], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: true);

    /// <summary>By the beginning of the model's name: the first that fits holds, so the longer stand before the shorter.</summary>
    private static readonly (string Prefix, OpenAiResponsesModel Model)[] Rows =
    [
        ("gpt-3.5", new([], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        ("gpt-4", new([], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        ("chatgpt-4o", new([], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        ("gpt-5-chat", new([], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        ("gpt-5.3-chat", new([], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        ("gpt-5.1-chat", new([Effort.Medium], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: false)),
        ("gpt-5.2-chat", new([Effort.Medium], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: false)),
        ("gpt-5-pro", new([Effort.High], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-5-codex", new(Plain, OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-5.1-codex-max", new(ToXHigh, OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-5.1-codex", new(Plain, OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-5.2-codex", new(ToXHigh, OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-5.2-pro", new([Effort.Medium, Effort.High, Effort.XHigh], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-5.4-pro", new([Effort.Medium, Effort.High, Effort.XHigh], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-5.5-pro", new([Effort.Medium, Effort.High, Effort.XHigh], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-5.1", new(WithNone, OpenAiResponsesSampling.WithoutReasoning, Seals: true, TakesVerbosity: true)),
        ("gpt-5.6", new([.. NoneToXHigh, Effort.Max], OpenAiResponsesSampling.WithoutReasoning, Seals: true, TakesVerbosity: true)),
        ("gpt-5.", new(NoneToXHigh, OpenAiResponsesSampling.WithoutReasoning, Seals: true, TakesVerbosity: true)),
        ("gpt-5", new(WithMinimal, OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-6.", new([.. ToXHigh, Effort.Max], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: true)),
        ("gpt-6", new([.. NoneToXHigh, Effort.Max], OpenAiResponsesSampling.WithoutReasoning, Seals: true, TakesVerbosity: true)),
        ("o1", new(Plain, OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: false)),
        ("o3-deep-research", new([Effort.Medium], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: false)),
        ("o4-mini-deep-research", new([Effort.Medium], OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: false)),
        ("o3", new(Plain, OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: false)),
        ("o4", new(Plain, OpenAiResponsesSampling.Never, Seals: true, TakesVerbosity: false)),
        ("grok-4.3", new(WithNone, OpenAiResponsesSampling.Always, Seals: true, TakesVerbosity: false)),
        ("grok-4.20-multi-agent", new(ToXHigh, OpenAiResponsesSampling.Always, Seals: true, TakesVerbosity: false)),
        ("grok-4.2", new([], OpenAiResponsesSampling.Always, Seals: true, TakesVerbosity: false)),
        ("grok-4-1-fast-non-reasoning", new([], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        ("grok-4.", new(Plain, OpenAiResponsesSampling.Always, Seals: true, TakesVerbosity: false)),
        ("grok-", new([], OpenAiResponsesSampling.Always, Seals: true, TakesVerbosity: false)),
        ("doubao-", new(WithMinimal, OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        ("deepseek-chat", new([], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        ("deepseek-reasoner", new([], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
        // Its reasoning is not sealed: nothing is asked for and nothing comes back.
        ("deepseek-", new([Effort.High, Effort.Max], OpenAiResponsesSampling.Always, Seals: false, TakesVerbosity: false)),
    ];

    private static readonly OpenAiResponsesVendor OpenAi = new();
    private static readonly OpenAiResponsesVendor Codex = new() { IsCodexBackend = true, Labels = false };
    private static readonly OpenAiResponsesVendor XAi = new() { Freeform = false, Groups = false, ResultParts = false, Developer = false, Labels = false };
    private static readonly OpenAiResponsesVendor Doubao = new() { Freeform = false, Groups = false, ResultParts = false, Developer = false, CodeInterpreter = false, Labels = false, CacheKey = false };
    private static readonly OpenAiResponsesVendor DeepSeek = new() { Freeform = false, Groups = false, ResultParts = false, Developer = false, CodeInterpreter = false, Labels = false, CacheKey = false };

    /// <param name="model">As the upstream calls it; a path before the name (<c>openai/gpt-5</c>, <c>openai.gpt-5</c>) is passed over.</param>
    public static OpenAiResponsesModel Of(string model)
    {
        var name = NameOf(model);
        foreach (var (prefix, known) in Rows)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return known;
        }

        return Unknown;
    }

    /// <param name="channelType">As channels name it.</param>
    public static OpenAiResponsesVendor VendorOf(string channelType, string model)
    {
        var name = NameOf(model);
        return channelType switch
        {
            "codex" => Codex,
            "xai" => XAi,
            "doubao" => Doubao,
            "openai" or "azure" => OpenAi,
            _ when name.StartsWith("grok-", StringComparison.OrdinalIgnoreCase) => XAi,
            _ when name.StartsWith("deepseek", StringComparison.OrdinalIgnoreCase) => DeepSeek,
            _ when name.StartsWith("doubao", StringComparison.OrdinalIgnoreCase) => Doubao,
            _ => OpenAi,
        };
    }

    private static ReadOnlySpan<char> NameOf(string model)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        return name.StartsWith("openai.", StringComparison.OrdinalIgnoreCase) ? name["openai.".Length..] : name;
    }
}
