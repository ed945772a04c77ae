using System.Collections.Frozen;
using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Catalog;

/// <summary>All models at one moment, immutable.</summary>
public sealed class ModelCatalog
{
    private readonly FrozenDictionary<string, ModelInfo> _byName;

    public ModelCatalog(IEnumerable<ModelInfo> models)
    {
        Models = [.. models.OrderBy(static model => model.Id, StringComparer.Ordinal)];
        var byName = new Dictionary<string, ModelInfo>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in Models)
        {
            byName[model.Id] = model;
        }

        foreach (var model in Models)
        {
            foreach (var alias in model.Aliases)
            {
                byName.TryAdd(alias, model);
            }
        }

        _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    public static ModelCatalog Empty { get; } = new([]);

    /// <summary>By id, ascending.</summary>
    public ImmutableArray<ModelInfo> Models { get; }

    /// <summary>By id or alias, in any case; without a variant suffix.</summary>
    public ModelInfo? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>The catalogue in force.</summary>
public sealed class CatalogDirectory
{
    private readonly Snapshot<ModelCatalog> _catalog = new(ModelCatalog.Empty);

    public ModelCatalog Current => _catalog.Current;

    internal void Publish(ModelCatalog catalog) => _catalog.Publish(catalog);
}
