using AioHub.Admin.Frame;
using AioHub.Admin.Keys;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using Microsoft.AspNetCore.Http;
using Ability = AioHub.Wire.Vocabulary.Needs;
using Used = AioHub.Wire.Vocabulary.Usage;

namespace AioHub.Admin.Models;

/// <summary>Models as one user may reach them: through the groups that they may choose.</summary>
internal sealed class OwnModels(ModelOffers offers, OfferedGroups groups, IdentityLists lists)
{
    public async Task<IReadOnlyList<ModelOffering>> ListAsync(Who who, CancellationToken cancellation) => offers.Of(await groups.MayAsync(who, cancellation));

    /// <exception cref="Refused">There is none, or none of the user's groups offers it.</exception>
    public async Task<ModelOffering> FindAsync(Who who, string name, CancellationToken cancellation) =>
        offers.Find(Uri.UnescapeDataString(name), await groups.MayAsync(who, cancellation)) ?? throw Refused.NotFound("model");

    /// <summary>On all prices of all keys of the user.</summary>
    public async Task<decimal> MultiplierAsync(Who who, CancellationToken cancellation) => (await lists.FindUserAsync(who.User, cancellation))?.Multiplier ?? 1m;
}

/// <summary><c>GET /api/me/models</c>: by id.</summary>
internal static class ListOwnModels
{
    /// <param name="text">Part of id, name or alias, in any case.</param>
    /// <param name="capability">One that the model has in at least one of the groups; several with commas between.</param>
    /// <param name="group">Only what this group offers.</param>
    /// <param name="kind"><c>chat</c>, <c>embedding</c>, …</param>
    /// <param name="available">Only models that would be served now; or only others.</param>
    public static async Task<Page<ModelReply>> AnswerAsync(
        Paging paging, string? text, string? vendor, string? capability, string? group, ModelKind? kind, bool? available, HttpContext http, Who who, OwnModels models, TimeProvider time)
    {
        paging.SortOf("id");
        var needs = NeedsOf(capability);
        var (after, now) = (paging.AfterName, time.GetUtcNow().UtcDateTime);
        var multiplier = await models.MultiplierAsync(who, http.RequestAborted);
        var rows = (await models.ListAsync(who, http.RequestAborted))
            .Where(one => after is null || string.CompareOrdinal(one.Model.Id, after) > 0)
            .Where(one => text is null || Has(one.Model, text))
            .Where(one => vendor is null || string.Equals(one.Model.Vendor, vendor, StringComparison.OrdinalIgnoreCase))
            .Where(one => kind is null || one.Model.Kind == kind)
            .Where(one => needs == Ability.None || one.Offers.Any(offer => Can(offer, needs)))
            .Where(one => group is null || one.Offers.Any(offer => offer.Group.Name == group))
            .Where(one => available is not { } wanted || wanted == one.Offers.Any(static offer => offer.Available))
            .Take(paging.Ask).ToList();
        return paging.Of(rows, row => ModelReply.Of(row, multiplier, now), static row => row.Model.Id);
    }

    private static bool Can(ModelOffer offer, Ability needs)
    {
        // A channel that takes long prompts makes no model's window wider.
        var can = (offer.Sometimes & ~Ability.LongContext) | (offer.LongContext ? Ability.LongContext : Ability.None);
        return (needs & ~can) == Ability.None;
    }

    private static bool Has(ModelInfo model, string text) =>
        model.Id.Contains(text, StringComparison.OrdinalIgnoreCase) || model.DisplayName.Contains(text, StringComparison.OrdinalIgnoreCase)
        || model.Aliases.Any(alias => alias.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static Ability NeedsOf(string? names)
    {
        var needs = Ability.None;
        foreach (var name in (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            needs |= CapabilityNames.TryParse(name, out var one) ? one : throw Refused.Invalid("capability", $"there is no capability '{name}'; there are {string.Join(", ", CapabilityNames.All)}");
        }

        return needs;
    }
}

/// <summary><c>GET /api/me/models/{name}</c>: everything, with the groups side by side.</summary>
internal static class ShowOwnModel
{
    public static async Task<ModelReply> AnswerAsync(string name, HttpContext http, Who who, OwnModels models, TimeProvider time) => ModelReply.Of(
        await models.FindAsync(who, name, http.RequestAborted), await models.MultiplierAsync(who, http.RequestAborted), time.GetUtcNow().UtcDateTime);
}

/// <summary>One line of a charge.</summary>
internal sealed record EstimateLine(string What, long Quantity, decimal UsdPerMillion, decimal Usd);

/// <param name="What"><c>group</c>, <c>user</c>, <c>schedule</c>, …</param>
internal sealed record EstimateFactor(string What, decimal Value);

/// <summary>What the call costs in one group.</summary>
/// <param name="ChargeUsd">Of one call, to the last digit that is charged; absent = the group has no price for it.</param>
/// <param name="AllUsd">Of all <c>calls</c>.</param>
/// <param name="Lines">Before the factors.</param>
/// <param name="Factors">What the sum of the lines is multiplied with; what is 1 is left out.</param>
internal sealed record GroupEstimate(
    string Group, GroupStatus Status, bool Available, decimal? ChargeUsd, decimal? AllUsd, string? PriceVersion, IReadOnlyList<EstimateLine> Lines, IReadOnlyList<EstimateFactor> Factors);

/// <param name="At">Prices, schedules and states are of this moment.</param>
/// <param name="Groups">Cheapest first, those that would not serve it last.</param>
internal sealed record EstimateReply(string Model, DateTime At, int Calls, IReadOnlyList<GroupEstimate> Groups);

/// <summary><c>GET /api/me/models/{name}/estimate</c>: what a call of so many tokens costs in each group, by the code that charges calls.</summary>
internal static class EstimateCall
{
    /// <param name="input">Uncached input tokens.</param>
    /// <param name="cacheRead">Input tokens from the prompt cache.</param>
    /// <param name="cacheWrite">Input tokens written to it for five minutes.</param>
    /// <param name="output">Output tokens, reasoning included.</param>
    /// <param name="reasoning">Of the output.</param>
    /// <param name="images">Images that are made.</param>
    /// <param name="webSearches">Searches that the vendor makes.</param>
    /// <param name="calls">How many such calls; 1 unless said.</param>
    public static async Task<EstimateReply> AnswerAsync(
        string name, long? input, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "cache_read")] long? cacheRead, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "cache_write")] long? cacheWrite, long? output,
        long? reasoning, int? images, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "web_searches")] int? webSearches, int? calls, HttpContext http, Who who, OwnModels models, TimeProvider time)
    {
        var usage = new Used
        {
            Input = Bounded("input", input), CacheRead = Bounded("cache_read", cacheRead), CacheWrite5m = Bounded("cache_write", cacheWrite), Output = Bounded("output", output),
            Reasoning = Bounded("reasoning", reasoning), Images = (int)Bounded("images", images, 1_000), ToolCalls = new AioHub.Wire.Vocabulary.ToolCalls((int)Bounded("web_searches", webSearches, 1_000), 0, 0, 0, 0),
        };
        if (usage.Reasoning > usage.Output)
        {
            throw Refused.Invalid("reasoning", "is part of the output and cannot be more");
        }

        var times = calls is null ? 1 : (int)Bounded("calls", calls, 1_000_000_000);
        var now = time.GetUtcNow().UtcDateTime;
        var offering = await models.FindAsync(who, name, http.RequestAborted);
        var multiplier = await models.MultiplierAsync(who, http.RequestAborted);
        var context = new PriceContext { Moment = now, UserMultiplier = multiplier };
        return new EstimateReply(
            offering.Model.Id, now, times,
            [.. offering.Offers.Select(offer => Of(offer, usage, context, times)).OrderBy(static one => one.Available ? 0 : 1).ThenBy(static one => one.ChargeUsd is null ? 1 : 0).ThenBy(static one => one.ChargeUsd)]);
    }

    private static GroupEstimate Of(ModelOffer offer, in Used usage, in PriceContext context, int calls)
    {
        if (offer.Price is not { } row || !CurrencyRates.Default.Knows(row.Currency))
        {
            return new GroupEstimate(offer.Group.Name, offer.Status, offer.Available, null, null, null, [], []);
        }

        var charge = Pricing.Price(row, offer.Group.Multiplier, usage, context);
        return new GroupEstimate(
            offer.Group.Name, offer.Status, offer.Available, charge.Total.ToUsd(), charge.Total.ToUsd() * calls, charge.PriceVersion,
            [.. charge.Lines.Select(static line => new EstimateLine(line.What, line.Quantity, line.UnitUsdPerMillion, line.Usd))],
            [.. charge.Factors.Select(static factor => new EstimateFactor(factor.What, factor.Value))]);
    }

    private static long Bounded(string field, long? value, long most = 1_000_000_000) => value is null ? 0
        : value is >= 0 && value <= most ? value.Value : throw Refused.Invalid(field, $"must be a whole number from 0 to {most}");
}
