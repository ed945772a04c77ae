using AioHub.Admin.Frame;
using AioHub.Core.Catalog;
using AioHub.Core.Reports;
using AioHub.Core.Routing;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Prices;

/// <summary>What a model costs of its own.</summary>
/// <param name="Origin"><c>builtin</c> = as the hub came; <c>own</c> = somebody set it.</param>
/// <param name="Price">In force now; absent = none, and calls are refused where no group has a price of its own.</param>
/// <param name="Next">What follows it, and when.</param>
/// <param name="OwnGroups">Groups that have a price of their own in force.</param>
/// <param name="Offered">Groups that have channels for it.</param>
internal sealed record PriceItem(
    string Model, string DisplayName, string Vendor, ModelKind Kind, string Origin, PriceVersionShape? Price, PriceVersionShape? Next, IReadOnlyList<string> OwnGroups, IReadOnlyList<string> Offered);

/// <summary><c>GET /api/admin/prices</c>: by model.</summary>
internal static class ListPrices
{
    /// <param name="text">Part of the id or the name, in any case.</param>
    /// <param name="missing">Only models that groups offer and that have no price in some of them; or only others.</param>
    /// <param name="group">Only models that this group offers.</param>
    /// <param name="origin"><c>builtin</c> or <c>own</c>.</param>
    public static async Task<Page<PriceItem>> AnswerAsync(
        Paging paging, string? text, string? vendor, string? group, string? origin, bool? missing, HttpContext http, CatalogAdmin catalog, ModelOffers offers, TimeProvider time)
    {
        paging.SortOf("model");
        var now = time.GetUtcNow().UtcDateTime;
        var offered = offers.Of(static _ => true).ToDictionary(static one => one.Model.Id, StringComparer.OrdinalIgnoreCase);
        var models = await catalog.ListAsync(http.RequestAborted);
        var after = paging.AfterName;
        var rows = models.Concat(offered.Values.Where(static one => !one.InCatalog).Select(static one => one.Model))
            .Where(model => after is null || string.CompareOrdinal(model.Id, after) > 0)
            .Where(model => text is null || model.Id.Contains(text, StringComparison.OrdinalIgnoreCase) || model.DisplayName.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Where(model => vendor is null || string.Equals(model.Vendor, vendor, StringComparison.OrdinalIgnoreCase))
            .OrderBy(static model => model.Id, StringComparer.Ordinal)
            .Select(model => (Model: model, Offers: offered.GetValueOrDefault(model.Id)))
            .Where(row => missing is not { } wanted || wanted == (row.Offers?.Offers.Any(static offer => offer.Price is null) ?? false))
            .Where(row => group is null || (row.Offers?.Offers.Any(offer => offer.Group.Name == group) ?? false))
            .Select(row => Item(row.Model, row.Offers, now))
            .Where(item => origin is null || item.Origin == origin)
            .Take(paging.Ask).ToList();
        return paging.Of(rows, static row => row, static row => row.Model);
    }

    internal static PriceItem Item(ModelInfo model, ModelOffering? offering, DateTime now)
    {
        var builtin = BuiltinCatalog.Models.FirstOrDefault(one => string.Equals(one.Id, model.Id, StringComparison.OrdinalIgnoreCase))?.Prices;
        return new PriceItem(
            model.Id, model.DisplayName, model.Vendor, model.Kind,
            builtin is { } rows && rows.Select(static row => row.Version).SequenceEqual(model.Prices.Select(static row => row.Version)) ? "builtin" : "own",
            PriceVersionShape.OfAny(model.PriceAt(now)), PriceVersionShape.OfAny(model.Prices.FirstOrDefault(row => row.From > now)),
            [.. (offering?.Offers ?? []).Where(static offer => offer.IsOwn).Select(static offer => offer.Group.Name)], [.. (offering?.Offers ?? []).Select(static offer => offer.Group.Name)]);
    }
}

/// <summary>A model without a price somewhere.</summary>
/// <param name="Groups">Groups that offer it and refuse its calls for want of a price.</param>
/// <param name="Refused">Calls of the last thirty days that were refused so.</param>
/// <param name="AtLeast">There are more calls than were counted.</param>
/// <param name="LastAt">The newest of them.</param>
internal sealed record MissingPrice(string Model, bool InCatalog, IReadOnlyList<string> Groups, int Refused, bool AtLeast, DateTime? LastAt);

/// <summary><c>GET /api/admin/prices/missing</c>: models that groups offer, or that calls asked for, and that have no price: first those that calls wanted most.</summary>
internal static class ListMissingPrices
{
    private const int MostCalls = 2_000;
    private static readonly TimeSpan Back = TimeSpan.FromDays(30);

    public static async Task<Page<MissingPrice>> AnswerAsync(HttpContext http, ModelOffers offers, CatalogDirectory catalog, CallLog log, TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var wanted = new Dictionary<string, (int Calls, DateTime Last)>(StringComparer.OrdinalIgnoreCase);
        var counted = 0;
        await foreach (var call in log.StreamAsync(ReportScope.Everybody, new CallFilter { ErrorCode = RouteCodes.ModelPriceMissing, From = now - Back }, http.RequestAborted))
        {
            if (++counted > MostCalls)
            {
                break;
            }

            var id = catalog.Current.Find(call.RequestedModel)?.Id ?? call.RequestedModel;
            var (calls, last) = wanted.GetValueOrDefault(id);
            wanted[id] = (calls + 1, last > call.At ? last : call.At);
        }

        var offered = offers.Of(static _ => true).Where(static model => model.Offers.Any(static offer => offer.Price is null)).ToDictionary(static model => model.Model.Id, StringComparer.OrdinalIgnoreCase);
        var names = offered.Keys.Concat(wanted.Keys.Where(name => !offered.ContainsKey(name) && catalog.Current.Find(name)?.PriceAt(now) is null && !IsPriced(offers, name))).Distinct(StringComparer.OrdinalIgnoreCase);
        return new Page<MissingPrice>(
            [
                .. names.Select(name => (Name: name, Offering: offered.GetValueOrDefault(name), Wanted: wanted.GetValueOrDefault(name)))
                    .Select(one => new MissingPrice(
                        one.Name, one.Offering?.InCatalog ?? (catalog.Current.Find(one.Name) is not null),
                        [.. (one.Offering?.Offers ?? []).Where(static offer => offer.Price is null).Select(static offer => offer.Group.Name)],
                        one.Wanted.Calls, counted > MostCalls, one.Wanted.Calls == 0 ? null : one.Wanted.Last))
                    .OrderByDescending(static one => one.Refused).ThenBy(static one => one.Model, StringComparer.Ordinal),
            ],
            null);
    }

    private static bool IsPriced(ModelOffers offers, string name) => offers.Find(name, static _ => true)?.Offers.All(static offer => offer.Price is not null) ?? false;
}
