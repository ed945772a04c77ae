using AioHub.Admin.Frame;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Models;

/// <summary>A key whose list of models names the model.</summary>
/// <param name="Alone">It names no other: without the model it may call nothing.</param>
internal sealed record ModelKeyShape(long Id, string Name, string Owner, bool Alone);

/// <summary>What names a model, by its id or an alias, and what a removal would take with it. Patterns such as <c>gpt-*</c> are not counted.</summary>
/// <param name="ServedBy">Groups that would serve a call for it now.</param>
/// <param name="Channels">That list it by name, or send it under another one.</param>
/// <param name="Groups">Whose list of models names it.</param>
/// <param name="Keys">How many list it.</param>
/// <param name="NamedByKeys">The newest hundred of them.</param>
/// <param name="Prices">Rows in use that somebody set for it: a removal retires them.</param>
/// <param name="PriceGroups">Groups that have prices of their own for it. They stay.</param>
/// <param name="AutoRules">Rules of <c>auto</c> that are for it.</param>
internal sealed record ModelUseReply(
    string Model, IReadOnlyList<string> ServedBy, IReadOnlyList<string> Channels, IReadOnlyList<string> Groups, int Keys, IReadOnlyList<ModelKeyShape> NamedByKeys, int Prices,
    IReadOnlyList<string> PriceGroups, int AutoRules);

/// <summary><c>GET /api/admin/models/{name}/use</c>.</summary>
internal static class ShowModelUse
{
    private const int MostKeys = 100;

    public static async Task<ModelUseReply> AnswerAsync(string name, HttpContext http, CatalogAdmin catalog, ModelUses uses, ModelOffers offers)
    {
        var model = new ModelCatalog(await catalog.ListAsync(http.RequestAborted)).Find(Uri.UnescapeDataString(name)) ?? throw Refused.NotFound("model");
        var use = await uses.ReadAsync(model, http.RequestAborted);
        return new ModelUseReply(
            model.Id, [.. (offers.Find(model.Id, static _ => true)?.Offers ?? []).Where(static offer => offer.Available).Select(static offer => offer.Group.Name)], use.Channels, use.Groups, use.Keys.Length,
            [.. use.Keys.Take(MostKeys).Select(static key => new ModelKeyShape(key.Id.Value, key.Name, key.OwnerEmail, key.Alone))], use.Prices, use.PriceGroups, use.AutoRules);
    }
}
