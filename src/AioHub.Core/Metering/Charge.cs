using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Metering;

/// <summary>One line of a charge: exact, not rounded.</summary>
/// <param name="What">The bucket or the tool: <c>input</c>, <c>cache_read</c>, <c>output</c>, <c>web_search</c>, <c>request</c>, <c>image</c>…</param>
/// <param name="UnitUsdPerMillion">The rate in USD per million of <paramref name="Quantity"/>.</param>
public readonly record struct LineItem(string What, long Quantity, decimal UnitUsdPerMillion)
{
    public decimal Usd => Quantity * UnitUsdPerMillion / 1_000_000m;
}

/// <summary>What a call costs: the sum of its lines times the multiplier, rounded once, half away from zero, to nano-USD.</summary>
public sealed record Charge(ImmutableArray<LineItem> Lines, decimal Multiplier, NanoUsd Total, string PriceVersion)
{
    /// <summary>A quantity or the total was beyond belief and was clamped (<see cref="Pricing"/>).</summary>
    public bool Clamped { get; init; }

    public static Charge Nothing(string priceVersion = "") => new([], 1m, NanoUsd.Zero, priceVersion);
}
