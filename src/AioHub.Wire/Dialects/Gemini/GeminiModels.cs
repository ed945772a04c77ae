using AioHub.Wire.Conversations;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>What a family of Google's models takes.</summary>
/// <param name="Prefix">What the names of its models begin with; the longest that fits holds.</param>
/// <param name="Read">The day on which the source was read.</param>
internal sealed record GeminiModel(string Prefix, string Source, DateOnly Read)
{
    /// <summary>The levels of thinking that can be asked for, from least to most; empty = none: see <see cref="Budget"/>.</summary>
    public IReadOnlyList<Effort> Levels { get; init; } = [];

    /// <summary>The smallest and the largest budget of thinking in tokens; null = the model takes none.</summary>
    public (long Least, long Most)? Budget { get; init; }

    /// <summary>A budget of zero switches thinking off.</summary>
    public bool CanRest { get; init; }

    /// <summary>Neither is known: the caller's own words are sent.</summary>
    public bool IsUnknown { get; init; }

    /// <summary><c>temperature</c>, <c>topP</c> and <c>topK</c> have no effect.</summary>
    public bool IgnoresSampling { get; init; }

    /// <summary>Google's own tools stand beside functions, functions beside a JSON answer, pictures inside what a function gives; calls must be signed. From Gemini 3 on.</summary>
    public bool IsThree { get; init; }

    /// <summary>Most output tokens.</summary>
    public long MaxOutput { get; init; } = 65_536;
}

/// <summary>The table of Google's models, as far as they differ.</summary>
internal static class GeminiModels
{
    private const string Thinking = "https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking";

    private static readonly DateOnly Today = new(2026, 11, 23);
    private static readonly Effort[] Low = [Effort.Low, Effort.Medium, Effort.High];
    private static readonly Effort[] Minimal = [Effort.Minimal, Effort.Low, Effort.Medium, Effort.High];

    private static readonly GeminiModel Foreign = new("", "", Today) { IsUnknown = true, IsThree = true, MaxOutput = long.MaxValue };

    /// <summary>All families, for the tests and the pages.</summary>
    public static IReadOnlyList<GeminiModel> All { get; } =
    [
        // Whatever comes after what is known here: the three levels that every newer model has.
        new("gemini-", Thinking, Today) { Levels = Low, IsThree = true },
        new("gemini-4", Thinking, Today) { Levels = Low, IsThree = true, IgnoresSampling = true },
        new("gemini-3.8-flash", Thinking, Today) { Levels = Low, IsThree = true },
        new("gemini-3.7-flash", Thinking, Today) { Levels = Low, IsThree = true },
        new("gemini-3.6-flash", Thinking, Today) { Levels = Minimal, IsThree = true },
        new("gemini-3.5-flash", Thinking, Today) { Levels = Minimal, IsThree = true },
        new("gemini-3.1-pro", Thinking, Today) { Levels = Low, IsThree = true },
        new("gemini-3.1-flash", Thinking, Today) { Levels = Minimal, IsThree = true },
        new("gemini-3-pro", Thinking, Today) { Levels = [Effort.Low, Effort.High], IsThree = true },
        new("gemini-3-flash", Thinking, Today) { Levels = Minimal, IsThree = true },
        new("gemini-2.5-pro", "https://ai.google.dev/gemini-api/docs/thinking", Today) { Budget = (128, 32_768) },
        new("gemini-2.5-flash", "https://ai.google.dev/gemini-api/docs/thinking", Today) { Budget = (1, 24_576), CanRest = true },
        new("gemini-2.5-flash-lite", "https://ai.google.dev/gemini-api/docs/thinking", Today) { Budget = (512, 24_576), CanRest = true },
        new("gemini-2.5-flash-image", "https://ai.google.dev/gemini-api/docs/models", Today) { MaxOutput = 32_768 },
        new("gemini-2.0", "https://ai.google.dev/gemini-api/docs/models", Today) { MaxOutput = 8_192 },
        new("gemini-1.5", "https://ai.google.dev/gemini-api/docs/models", Today) { MaxOutput = 8_192 },
    ];

    /// <param name="model">As the upstream calls it, with or without <c>models/</c> before it.</param>
    public static GeminiModel Of(string model)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        var found = Foreign;
        foreach (var family in All)
        {
            if (name.StartsWith(family.Prefix, StringComparison.OrdinalIgnoreCase) && family.Prefix.Length > found.Prefix.Length)
                found = family;
        }

        return found;
    }
}
