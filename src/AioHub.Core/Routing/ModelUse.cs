using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Routing;

/// <summary>A key whose list of models names a model.</summary>
/// <param name="Alone">The list names no other: without the model the key may call nothing.</param>
public sealed record ModelKey(ApiKeyId Id, string Name, string OwnerEmail, bool Alone);

/// <summary>Who names a model, by its id or an alias: what would be left hanging without it. Patterns are not counted: they go on matching what is there.</summary>
/// <param name="Channels">That list it or send it under another name. Without the model in the catalogue they go on taking calls for it, and nobody knows its facts.</param>
/// <param name="Groups">Whose list of models names it.</param>
/// <param name="Keys">Newest first; revoked ones are not among them.</param>
/// <param name="Prices">Rows in use that somebody set for it.</param>
/// <param name="PriceGroups">Groups that have prices of their own for it.</param>
/// <param name="AutoRules">Rules of <c>auto</c> that are for it.</param>
public sealed record ModelUse(
    ImmutableArray<string> Channels, ImmutableArray<string> Groups, ImmutableArray<ModelKey> Keys, int Prices, ImmutableArray<string> PriceGroups, int AutoRules);

/// <summary>Reads who names models.</summary>
public sealed class ModelUses(HubDatabase database)
{
    public async Task<ModelUse> ReadAsync(ModelInfo model, CancellationToken cancellation = default)
    {
        var names = model.Aliases.Prepend(model.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var channels = await ChannelStore.LoadAsync(reader, box: null, [], cancellation);
        var groups = await GroupStore.LoadAsync(reader, cancellation);
        await using var context = database.CreateContext();
        var keys = (await IdentityStore.KeysOfSomeModelsAsync(context, cancellation)).Select(static pair => (pair.Key, pair.Owner, Models: JsonText.ToList(pair.Key.Models)))
            .Where(one => one.Models.Any(names.Contains));
        var prices = await CatalogStore.ListPricesAsync(context, model.Id, cancellation);
        var auto = GroupStore.ToAuto(await SettingsStore.FindAsync(context, SettingsStore.AutoPolicy, cancellation));
        return new ModelUse(
            [.. channels.Where(channel => channel.Models.Any(names.Contains) || channel.ModelMap.Keys.Any(names.Contains)).Select(static channel => channel.Name).Order(StringComparer.Ordinal)],
            [.. groups.Where(group => group.Models.Any(names.Contains)).Select(static group => group.Name)],
            [.. keys.Select(one => new ModelKey(new ApiKeyId(one.Key.Id), one.Key.Name, one.Owner.Email, one.Models.All(names.Contains)))],
            prices.Count(static price => price.RetiredAt is null),
            [.. groups.Where(group => group.Prices.All.Any(price => names.Contains(price.Model))).Select(static group => group.Name)],
            auto.Rules.Count(rule => names.Contains(rule.Model)));
    }
}
