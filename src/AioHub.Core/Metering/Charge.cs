using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Metering;

/// <summary>One line of a charge: exact, not rounded.</summary>
/// <param name="What">The bucket or the tool: <c>input</c>, <c>cache_read</c>, <c>output</c>, <c>web_search</c>, <c>request</c>, <c>image</c>…</param>
/// <param name="UnitUsdPerMillion">The rate in USD per million of <paramref name="Quantity"/>.</param>
public readonly record struct LineItem(string What, long Quantity, decimal UnitUsdPerMillion)
{
    /// <summary>The <see cref="What"/> of stored tokens times hours.</summary>
    public const string Storage = "storage";

    public decimal Usd => Quantity * UnitUsdPerMillion / 1_000_000m;
}

/// <summary>One of the numbers that a charge was multiplied with.</summary>
/// <param name="What"><c>group</c>, <c>user</c>, <c>key</c>, <c>service_tier</c>, <c>region</c>, <c>schedule</c>; of a cost <c>channel</c> in place of the first three.</param>
public readonly record struct ChargeFactor(string What, decimal Value);

/// <summary>What a call costs: the sum of its lines times the multiplier, rounded once, half away from zero, to nano-USD.</summary>
public sealed record Charge(ImmutableArray<LineItem> Lines, decimal Multiplier, NanoUsd Total, string PriceVersion)
{
    /// <summary>A quantity or the total was beyond belief and was clamped (<see cref="Pricing"/>).</summary>
    public bool Clamped { get; init; }

    /// <summary>What <see cref="Multiplier"/> is the product of; a factor of 1 is left out.</summary>
    public ImmutableArray<ChargeFactor> Factors { get; init; } = [];

    public static Charge Nothing(string priceVersion = "") => new([], 1m, NanoUsd.Zero, priceVersion);
}
