using System.Collections.Immutable;

namespace AioHub.Core.Catalog.Sync;

/// <summary>How a document spells prices.</summary>
public enum PriceFormat
{
    /// <summary>models.dev's <c>api.json</c>: providers, each with its models, USD per million tokens.</summary>
    ModelsDev,
    /// <summary>LiteLLM's map of models, USD per token.</summary>
    LiteLlm,
    /// <summary><c>/api/pricing</c> of another AIOHub, with exact rows.</summary>
    Hub,
    /// <summary><c>/api/pricing</c> of new-api and its kin: ratios, of which 1 is 2 USD per million input tokens.</summary>
    NewApi,
}

/// <summary>The names of formats on the command line and in records.</summary>
public static class PriceFormats
{
    public static string NameOf(PriceFormat format) => format switch
    {
        PriceFormat.ModelsDev => "models.dev",
        PriceFormat.LiteLlm => "litellm",
        PriceFormat.Hub => "hub",
        PriceFormat.NewApi => "new-api",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    /// <summary>Null = no such format.</summary>
    public static PriceFormat? Find(string name)
    {
        foreach (var format in Enum.GetValues<PriceFormat>())
        {
            if (string.Equals(NameOf(format), name, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }

        return null;
    }
}

/// <summary>How to read a document.</summary>
public sealed record PriceReading
{
    /// <summary>Null = the document shows it.</summary>
    public PriceFormat? Format { get; init; }

    /// <summary>Whose prices to take of a document with many sellers; null = each vendor's own.</summary>
    public string? Provider { get; init; }

    /// <summary>Of a hub's page: the prices that this group pays; null = those before any group's multiplier.</summary>
    public string? Group { get; init; }
}

/// <summary>What a document says of one model.</summary>
public sealed record OfferedModel
{
    /// <summary>As the document writes it.</summary>
    public required string Name { get; init; }

    /// <summary>As this catalogue names vendors; empty = the document does not say.</summary>
    public string Vendor { get; init; } = "";

    public string? DisplayName { get; init; }
    public ModelKind? Kind { get; init; }

    /// <summary>Tokens.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>Tokens.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>
    /// Ascending by <see cref="PriceRow.From"/>. A row from a moment that has passed (or none: <c>default</c>) is meant from now on; amounts may be
    /// negative or absurd, they are not judged yet. <see cref="PriceRow.Version"/> is empty.
    /// </summary>
    public ImmutableArray<PriceRow> Rows { get; init; } = [];

    /// <summary>The rows say all there is to say; otherwise what they do not name stays as it is.</summary>
    public bool Whole { get; init; }

    /// <summary>Why the price cannot be used; null = it can.</summary>
    public string? Refusal { get; init; }
}

/// <summary>A document that was read.</summary>
/// <param name="Offers">In the document's order.</param>
/// <param name="Faults">Entries that break the format, each with the model's name. A document with any is not applied.</param>
public sealed record PriceDocument(PriceFormat Format, ImmutableArray<OfferedModel> Offers, ImmutableArray<string> Faults);
