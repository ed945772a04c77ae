using AioHub.Admin.Frame;
using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Routing;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Prices;

/// <summary>One row that a model has or had.</summary>
/// <param name="Group">Whose own it is; absent = the model's.</param>
/// <param name="State"><c>in_force</c>, <c>coming</c>, <c>past</c> (its time is over, or a later row counts), or <c>retired</c>.</param>
/// <param name="Source"><c>builtin</c>, <c>sync</c> or <c>hand</c>.</param>
/// <param name="Sync">The sync that brought it.</param>
/// <param name="SyncSource">Where that took it from.</param>
internal sealed record PriceHistoryItem(
    string Version, PriceShape Price, string? Group, string State, string Source, long? Sync, string? SyncSource, DateTime? AddedAt, string? AddedBy, DateTime? RetiredAt, string? RetiredBy);

/// <summary>What a model cost, costs and will cost.</summary>
/// <param name="Rows">Newest first: the model's own, then those of groups.</param>
/// <param name="Groups">What each group that offers it pays from now on, before its multiplier.</param>
internal sealed record PriceHistoryReply(string Model, string DisplayName, string Vendor, IReadOnlyList<PriceHistoryItem> Rows, IReadOnlyList<GroupTimeline> Groups);

/// <param name="Rows">In order of time; at most one is in force at any moment.</param>
internal sealed record GroupTimeline(string Group, decimal Multiplier, IReadOnlyList<PriceVersionShape> Rows);

/// <summary><c>GET /api/admin/prices/{name}</c>: all rows of a model, with who set and who retired them.</summary>
internal static class ShowPrices
{
    public static async Task<PriceHistoryReply> AnswerAsync(string name, HttpContext http, CatalogAdmin catalog, PriceSyncAdmin prices, GroupPriceAdmin groupPrices, ModelOffers offers, TimeProvider time)
    {
        var wanted = Uri.UnescapeDataString(name);
        var offering = offers.Find(wanted, static _ => true);
        var model = new ModelCatalog(await catalog.ListAsync(http.RequestAborted)).Find(wanted) ?? offering?.Model ?? throw Refused.NotFound("model");
        var now = time.GetUtcNow().UtcDateTime;
        var own = (await prices.HistoryAsync(model, http.RequestAborted)).Select(row => new PriceHistoryItem(
            row.Price.Version, PriceShape.Of(row.Price), null, StateOf(row.Price, InUse(model, row), row.InForce, now), row.Sync is not null ? "sync" : row.Builtin ? "builtin" : "hand",
            row.Sync?.Id, row.Sync?.Source, row.AddedAt, row.AddedBy, row.RetiredAt, row.RetiredBy));
        var records = await groupPrices.HistoryAsync(model.Id, group: null, http.RequestAborted);
        var inForce = (offering?.Offers ?? []).Where(static offer => offer.IsOwn).Select(static offer => offer.Price!.Version).ToHashSet(StringComparer.Ordinal);
        var ofGroups = records.Select(record => new PriceHistoryItem(
            record.Price.Row.Version, PriceShape.Of(record.Price.Row), record.Group ?? $"#{record.GroupId.Value}", StateOf(record.Price.Row, record.InUse, inForce.Contains(record.Price.Row.Version), now), "hand",
            null, null, record.AddedAt, record.AddedBy, record.RetiredAt, record.RetiredBy));
        return new PriceHistoryReply(
            model.Id, model.DisplayName, model.Vendor, [.. own.Reverse(), .. ofGroups.Reverse()],
            [.. (offering?.Offers ?? []).Select(offer => new GroupTimeline(
                offer.Group.Name, offer.Group.Multiplier, [.. PriceTimeline.Of(offer.Group.Prices.For(model), model.Prices, now).Select(PriceVersionShape.Of)]))]);
    }

    private static bool InUse(ModelInfo model, PriceHistoryRow row) => model.Prices.Any(price => price.Version == row.Price.Version);

    private static string StateOf(PriceRow row, bool inUse, bool inForce, DateTime now) => !inUse ? "retired" : inForce ? "in_force" : row.From > now ? "coming" : "past";
}
