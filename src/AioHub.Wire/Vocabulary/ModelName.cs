namespace AioHub.Wire.Vocabulary;

/// <summary>A model's public name, with the variant that a suffix in brackets asks for: <c>claude-opus-4-6[1m]</c>.</summary>
/// <param name="Base">The name without the suffix.</param>
/// <param name="LongContext">The caller asked for the 1M-token context window.</param>
public readonly record struct ModelName(string Base, bool LongContext)
{
    public const string LongContextSuffix = "[1m]";

    /// <summary>The longest model name that is accepted, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>Splits a requested name; the suffix is recognised in any case.</summary>
    public static ModelName Parse(string requested) =>
        requested.EndsWith(LongContextSuffix, StringComparison.OrdinalIgnoreCase) && requested.Length > LongContextSuffix.Length
            ? new ModelName(requested[..^LongContextSuffix.Length], LongContext: true)
            : new ModelName(requested, LongContext: false);

    public override string ToString() => LongContext ? Base + LongContextSuffix : Base;
}
