using AioHub.Admin.Prices;
using AioHub.Core.Catalog;
using AioHub.Core.Metering;
using AioHub.Core.Routing;
using Ability = AioHub.Wire.Vocabulary.Needs;
using Used = AioHub.Wire.Vocabulary.Usage;

namespace AioHub.Admin.Models;

/// <summary>What a plain text call pays in a group now, in USD per million tokens: with all multipliers that hold at this moment, in the row's lowest tier.</summary>
/// <param name="CacheWriteUsd">For five minutes.</param>
internal sealed record RatesNow(decimal InputUsd, decimal OutputUsd, decimal CacheReadUsd, decimal CacheWriteUsd)
{
    /// <summary>By the code that charges calls, from one token of each.</summary>
    public static RatesNow Of(PriceRow row, decimal multiplier, PriceContext context)
    {
        var charge = Pricing.Price(row, multiplier, new Used { Input = 1, Output = 1, CacheRead = 1, CacheWrite5m = 1 }, context);
        return new RatesNow(Rate("input"), Rate("output"), Rate("cache_read"), Rate("cache_write_5m"));

        decimal Rate(string what) => charge.Lines.FirstOrDefault(line => line.What == what).UnitUsdPerMillion * charge.Multiplier;
    }
}

/// <summary>A model in one group.</summary>
/// <param name="Available">A call would be served now.</param>
/// <param name="Multiplier">The group's; the user's comes on top and is in <paramref name="Now"/>.</param>
/// <param name="Price">The row in force, before any multiplier; absent = none, and calls are refused.</param>
/// <param name="PriceOrigin"><c>model</c>, <c>group</c> (its own), or <c>fallback</c>.</param>
/// <param name="Next">What the price will be, and when.</param>
/// <param name="Now">What a plain text call pays; absent without a price, and where its currency has no rate.</param>
/// <param name="Always">Capabilities that every channel of the group has for it.</param>
/// <param name="Sometimes">Further ones, that some have.</param>
/// <param name="LongContext">A million tokens and more.</param>
/// <param name="MostTokens">The widest window here where it is narrower than the model's.</param>
/// <param name="HasQuota">The group lives from a budget of its own and stops when that is used up.</param>
internal sealed record ModelInGroup(
    string Group, string Title, string CommonUse, GroupStatus Status, string? StatusReason, string? Replacement, DateTime? EndsAt, bool Available, decimal Multiplier, PriceVersionShape? Price,
    string? PriceOrigin, PriceVersionShape? Next, RatesNow? Now, IReadOnlyList<string> Always, IReadOnlyList<string> Sometimes, bool LongContext, int? MostTokens, bool HasQuota)
{
    public static ModelInGroup Of(ModelInfo model, ModelOffer offer, decimal userMultiplier, DateTime now)
    {
        var group = offer.Group;
        var coming = PriceTimeline.Of(group.Prices.For(model), model.Prices, now).FirstOrDefault(row => row.From > now);
        return new ModelInGroup(
            group.Name, group.DisplayName.Length > 0 ? group.DisplayName : group.Name, group.CommonUse, offer.Status, group.Reason, group.Replacement, group.EndsAt, offer.Available, group.Multiplier,
            PriceVersionShape.OfAny(offer.Price), offer.Price is null ? null : offer.IsOwn ? "group" : offer.IsFallback ? "fallback" : "model", PriceVersionShape.OfAny(coming),
            offer.Price is { } row && CurrencyRates.Default.Knows(row.Currency) ? RatesNow.Of(row, group.Multiplier, new PriceContext { Moment = now, UserMultiplier = userMultiplier }) : null,
            [.. CapabilityNames.ListOf(offer.Always & Told)], [.. CapabilityNames.ListOf(offer.Sometimes & ~offer.Always & Told)], offer.LongContext, offer.MostTokens, group.HasQuota);
    }

    /// <summary>What has a meaning to people who choose a group.</summary>
    private const Ability Told = ~(Ability.Stateful | Ability.ParallelTools | Ability.LongContext);
}

/// <summary>A model as a caller may reach it.</summary>
/// <param name="Id">As calls name it.</param>
/// <param name="LongContextWindow">Of the variant <c>[1m]</c>, where the model has one.</param>
/// <param name="Capabilities">What the vendor says that it can; empty = nobody said anything.</param>
/// <param name="Available">At least one of the groups would serve it now.</param>
internal sealed record ModelReply(
    string Id, string DisplayName, string Vendor, ModelKind Kind, IReadOnlyList<string> Aliases, int? ContextWindow, int? LongContextWindow, int? MaxOutputTokens, IReadOnlyList<string> Capabilities,
    bool OpenWeights, DateOnly? ReleasedOn, string? Source, DateOnly? SourceDate, bool Available, IReadOnlyList<ModelInGroup> Groups)
{
    public static ModelReply Of(ModelOffering offering, decimal userMultiplier, DateTime now)
    {
        var model = offering.Model;
        return new ModelReply(
            model.Id, model.DisplayName, model.Vendor, model.Kind, model.Aliases, model.ContextWindow, model.LongContextWindow, model.MaxOutputTokens, [.. CapabilityNames.ListOf(model.Capabilities)],
            model.OpenWeights, model.ReleasedOn, model.Source.Length > 0 ? model.Source : null, model.SourceDate, offering.Offers.Any(static offer => offer.Available),
            [.. offering.Offers.Select(offer => ModelInGroup.Of(model, offer, userMultiplier, now))]);
    }
}
