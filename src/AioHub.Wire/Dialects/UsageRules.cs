namespace AioHub.Wire.Dialects;

/// <summary>Whether a part of a count stands inside the whole that the upstream names, or beside it.</summary>
public enum PartPlace
{
    /// <summary>The upstream's total tells; where it does not, inside.</summary>
    ByTotal,
    /// <summary>The upstream's total tells; where it does not, beside.</summary>
    ByTotalElseBeside,
    Inside,
    Beside,
}

/// <summary>
/// How a vendor counts where its dialect leaves it open. The taps know the spellings of all vendors; what is chosen by vendor is only what the same
/// spelling means. Bedrock's Converse and Kiro's figures have dialects of their own, in which nothing was found so far that two upstreams count differently.
/// </summary>
/// <param name="Vendor">The name by which a channel's setting <c>usage_rules</c> asks for them.</param>
public sealed record UsageRules(string Vendor)
{
    /// <summary>For upstreams that nobody described: the total decides, a part that cannot fit is added.</summary>
    public static UsageRules Default { get; } = new("default");

    /// <summary>Reasoning tokens and the completion (Chat).</summary>
    public PartPlace Reasoning { get; init; }

    /// <summary>Cached and written tokens and the prompt (Chat).</summary>
    public PartPlace Cache { get; init; }

    /// <summary>Messages: <c>input_tokens</c> hold what the cache served and stored; its own vendor counts that beside.</summary>
    public bool MessagesInputHoldsCache { get; init; }

    /// <summary>Misses and hits of the cache add up to the prompt, whatever the prompt's own figure says (DeepSeek).</summary>
    public bool MissesAndHitsAreThePrompt { get; init; }

    /// <summary>Cache writes without a lifetime live for five minutes.</summary>
    public bool WritesLiveFiveMinutes { get; init; }

}
