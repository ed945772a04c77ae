using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AioHub.Core.Catalog;

/// <summary>What a model costs in one group, in place of the model's own price.</summary>
/// <param name="Model">Its id or an alias, in any case, or a name that only channels list; without a variant suffix.</param>
/// <param name="Row"><see cref="PriceRow.Version"/> is computed when it is set.</param>
public sealed record GroupPrice(string Model, PriceRow Row);

/// <summary>The prices that one group has of its own, by model. Immutable.</summary>
public sealed class GroupPriceList
{
    private readonly FrozenDictionary<string, ImmutableArray<PriceRow>> _rows;

    private GroupPriceList(ImmutableArray<GroupPrice> all)
    {
        All = all;
        _rows = all.GroupBy(static price => price.Model, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(static model => model.Key, static model => model.Select(static price => price.Row).ToImmutableArray(), StringComparer.OrdinalIgnoreCase);
    }

    public static GroupPriceList None { get; } = new([]);

    /// <summary>By model, then ascending by <see cref="PriceRow.From"/>.</summary>
    public ImmutableArray<GroupPrice> All { get; }

    public static GroupPriceList Of(IEnumerable<GroupPrice> prices)
    {
        ImmutableArray<GroupPrice> all = [.. prices.OrderBy(static price => price.Model, StringComparer.OrdinalIgnoreCase).ThenBy(static price => price.Row.From)];
        return all.IsEmpty ? None : new GroupPriceList(all);
    }

    /// <summary>The rows for a model, past and future, ascending; under its id, else under the first alias that has any. Empty = the model's own price counts.</summary>
    public ImmutableArray<PriceRow> For(ModelInfo model)
    {
        if (_rows.Count == 0)
        {
            return [];
        }

        if (_rows.TryGetValue(model.Id, out var rows))
        {
            return rows;
        }

        foreach (var alias in model.Aliases.IsDefault ? [] : model.Aliases)
        {
            if (_rows.TryGetValue(alias, out rows))
            {
                return rows;
            }
        }

        return [];
    }
}
