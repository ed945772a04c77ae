using System.Collections.Immutable;

namespace AioHub.Core.Catalog.Sync;

/// <summary>What a document means for one model.</summary>
public enum PriceVerdict
{
    /// <summary>The model has no price here, or is not known at all.</summary>
    New,
    Changed,
    Unchanged,
    /// <summary>The document covers the vendor and does not name the model. Nothing is done about it.</summary>
    Gone,
    /// <summary>Not applied, for the reason told; some may be forced.</summary>
    Refused,
}

/// <summary>One amount that changes.</summary>
/// <param name="Name">As <c>input</c>, <c>above 200000: output</c>, <c>per_image[1024x1024,high]</c>.</param>
/// <param name="Old">In the row's currency; null = there was none.</param>
/// <param name="New">Null = there will be none.</param>
public readonly record struct RateChange(string Name, decimal? Old, decimal? New);

/// <summary>One line of the preview.</summary>
/// <param name="Model">Its id here.</param>
/// <param name="NewModel">The catalogue does not know it yet.</param>
/// <param name="Currency">Of the amounts.</param>
/// <param name="From">When the new price comes into force; null = when it is applied.</param>
/// <param name="Reason">Why it is refused, or what is doubtful about it.</param>
/// <param name="CanForce">A refusal that a person may overrule.</param>
public sealed record PriceChange(
    string Model, PriceVerdict Verdict, bool NewModel, ImmutableArray<RateChange> Rates, string Currency, DateTime? From, string? Reason, bool CanForce)
{
    /// <summary>All rows that the model will have, past ones included; empty when nothing is to be applied.</summary>
    internal ImmutableArray<PriceRow> Rows { get; init; } = [];

    /// <summary>Versions of the rows that the model has now.</summary>
    internal string Before { get; init; } = "";

    internal OfferedModel? Offer { get; init; }
}

/// <summary>Which models a sync is about.</summary>
public sealed record PriceScope
{
    /// <summary>Globs of model ids; empty = all.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>Leave models alone that the catalogue does not know.</summary>
    public bool KnownOnly { get; init; }
}

/// <summary>What a sync would do: shown first, applied when somebody says yes.</summary>
/// <param name="Source">Where the document came from, without user name, password and query.</param>
/// <param name="Changes">By model id.</param>
/// <param name="Faults">Entries that break the format: with any, nothing can be applied.</param>
public sealed record PricePlan(string Source, PriceFormat Format, ImmutableArray<PriceChange> Changes, ImmutableArray<string> Faults)
{
    internal PriceDocument Document { get; init; } = null!;

    internal PriceScope Scope { get; init; } = new();

    /// <summary>What would be applied.</summary>
    public IEnumerable<PriceChange> Applicable(bool force) =>
        Changes.Where(change => change.Verdict is PriceVerdict.New or PriceVerdict.Changed || (force && change is { Verdict: PriceVerdict.Refused, CanForce: true }));
}
