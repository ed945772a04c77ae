using AioHub.Wire.Conversations;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>OpenAI's words for how much a model should think, and how they stand to budgets of tokens. Both of its dialects use them.</summary>
internal static class OpenAiEffort
{
    private static readonly string[] Words = ["", "none", "minimal", "low", "medium", "high", "xhigh", "max"];

    /// <summary><see cref="Effort.Unsaid"/> for anything that is none of the words.</summary>
    public static Effort Read(JsonView view)
    {
        if (!view.IsText)
            return Effort.Unsaid;

        var word = view.AsString(16);
        for (var index = 1; index < Words.Length; index++)
        {
            if (string.Equals(Words[index], word, StringComparison.Ordinal))
                return (Effort)index;
        }

        return Effort.Unsaid;
    }

    /// <summary>The word; empty for <see cref="Effort.Unsaid"/>.</summary>
    public static string Word(Effort effort) => Words[(int)effort];

    /// <summary>The effort that comes nearest to a budget: what the vendors' own tables of the two have in common.</summary>
    /// <param name="tokens">Zero = not at all.</param>
    public static Effort OfBudget(long tokens) => tokens switch
    {
        <= 0 => Effort.None,
        <= 1_024 => Effort.Minimal,
        <= 4_096 => Effort.Low,
        <= 12_288 => Effort.Medium,
        <= 32_768 => Effort.High,
        _ => Effort.XHigh,
    };

    /// <summary>Tokens that stand for an effort where a vendor counts them; 0 = not at all, null = the vendor's own choice.</summary>
    public static long? BudgetOf(Effort effort) => effort switch
    {
        Effort.None => 0,
        Effort.Minimal => 1_024,
        Effort.Low => 4_096,
        Effort.Medium => 12_288,
        Effort.High => 32_768,
        Effort.XHigh or Effort.Max => 65_536,
        _ => null,
    };

    /// <summary>What is wished for, by its word or by its budget.</summary>
    public static Effort Wished(ReasoningWish wish) =>
        wish.Effort != Effort.Unsaid ? wish.Effort
        : wish.Budget is { } budget && !(wish.Adaptive && budget <= 0) ? OfBudget(budget)
        : Effort.Unsaid;

    /// <summary>
    /// The effort a model takes that comes nearest: the largest one that is not more than the wish, else the smallest. Who wants thought does not get none, unless there
    /// is nothing else.
    /// </summary>
    /// <param name="taken">From least to most; not empty.</param>
    public static Effort Nearest(Effort wish, ReadOnlySpan<Effort> taken)
    {
        var nearest = Effort.Unsaid;
        foreach (var effort in taken)
        {
            if (effort == Effort.None && wish != Effort.None)
                continue;
            if (effort <= wish || nearest == Effort.Unsaid)
                nearest = effort;
        }

        return nearest == Effort.Unsaid ? taken[0] : nearest;
    }
}
