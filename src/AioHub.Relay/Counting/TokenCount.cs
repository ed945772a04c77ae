namespace AioHub.Relay.Counting;

/// <summary>Tokens that the hub counted itself.</summary>
/// <param name="Exact">The tokenizer saw every sign; false: a part was counted, or guessed, and the rest scaled.</param>
internal readonly record struct TokenCount(long Tokens, bool Exact)
{
    public static TokenCount Zero { get; } = new(0, true);

    public static TokenCount operator +(TokenCount left, TokenCount right) => new(left.Tokens + right.Tokens, left.Exact && right.Exact);
}
