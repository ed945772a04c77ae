using System.Collections.Immutable;
using System.Text.Json;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Catalog;

/// <summary>A model that an operator defined or changed. A null column is the built-in model's, or unknown.</summary>
internal sealed class ModelRow
{
    public required string Id { get; set; }
    public string? Vendor { get; set; }
    public string? DisplayName { get; set; }
    public ModelKind? Kind { get; set; }
    public string? Aliases { get; set; }
    public int? ContextWindow { get; set; }
    public int? LongContextWindow { get; set; }
    public int? MaxOutputTokens { get; set; }
    /// <summary>The flags of <see cref="Needs"/>.</summary>
    public int? Capabilities { get; set; }
    public bool? OpenWeights { get; set; }
    public DateOnly? ReleasedOn { get; set; }
    /// <summary>The rows of <c>prices</c> take the place of the built-in ones.</summary>
    public bool HasPrices { get; set; }
    /// <summary>A built-in model that was removed.</summary>
    public bool Hidden { get; set; }
    public DateTime ChangedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<ModelRow>
    {
        public void Configure(EntityTypeBuilder<ModelRow> builder)
        {
            builder.ToTable("models");
            builder.HasKey(static row => row.Id);
            builder.Property(static row => row.Id).HasMaxLength(ModelName.MaxLength);
            builder.Property(static row => row.Kind).HasConversion<string>().HasMaxLength(32);
        }
    }
}

/// <summary>A price that an operator set. Rows are never changed or deleted, only retired: the request log names the one it used.</summary>
internal sealed class PriceRecordRow
{
    /// <summary>See <see cref="PriceRow.Version"/>.</summary>
    public required string Version { get; set; }
    public required string ModelId { get; set; }
    /// <summary>
    /// Whose price it is: a group's own, in place of the model's. Null = the model's. No foreign key: what calls were charged by outlives their group.
    /// </summary>
    public long? GroupId { get; set; }
    public required string Content { get; set; }
    public DateTime AddedAt { get; set; }
    public DateTime? RetiredAt { get; set; }
    /// <summary>Who set it; null = it is not known.</summary>
    public string? AddedBy { get; set; }
    public string? RetiredBy { get; set; }

    /// <summary>Takes it out of use, or brings it back; what is out of use already stays so since then.</summary>
    /// <param name="at">Null = it is in use.</param>
    public void Retire(DateTime? at, string? by)
    {
        (RetiredAt, RetiredBy) = at is null ? (null, null) : RetiredAt is null ? (at, by) : (RetiredAt, RetiredBy);
    }

    private sealed class Configuration : IEntityTypeConfiguration<PriceRecordRow>
    {
        public void Configure(EntityTypeBuilder<PriceRecordRow> builder)
        {
            builder.ToTable("prices");
            builder.HasKey(static row => row.Version);
            builder.Property(static row => row.Version).HasMaxLength(64);
            builder.Property(static row => row.ModelId).HasMaxLength(ModelName.MaxLength);
            builder.Property(static row => row.AddedBy).HasMaxLength(200);
            builder.Property(static row => row.RetiredBy).HasMaxLength(200);
            builder.HasIndex(static row => row.ModelId);
            builder.HasIndex(static row => row.GroupId);
        }
    }
}

/// <summary>Joins the built-in models with what operators defined.</summary>
internal static class CatalogStore
{
    public static async Task ReloadAsync(HubReader reader, CatalogDirectory directory, CancellationToken cancellation)
    {
        var rows = await reader.ReadAsync(
            """
            SELECT "Id", "Vendor", "DisplayName", "Kind", "Aliases", "ContextWindow", "LongContextWindow", "MaxOutputTokens", "Capabilities",
                   "OpenWeights", "ReleasedOn", "HasPrices", "Hidden"
            FROM models
            """,
            static row => new ModelRow
            {
                Id = row.GetString(0),
                Vendor = row.Text(1),
                DisplayName = row.Text(2),
                Kind = row.IsDBNull(3) ? null : row.Name<ModelKind>(3),
                Aliases = row.Text(4),
                ContextWindow = row.Int(5),
                LongContextWindow = row.Int(6),
                MaxOutputTokens = row.Int(7),
                Capabilities = row.Int(8),
                OpenWeights = row.Flag(9),
                ReleasedOn = row.Day(10),
                HasPrices = row.GetBoolean(11),
                Hidden = row.GetBoolean(12),
            },
            cancellation);
        var prices = (await reader.ReadAsync(
            """SELECT "ModelId", "Content" FROM prices WHERE "RetiredAt" IS NULL AND "GroupId" IS NULL""",
            static row => (Model: row.GetString(0), Content: row.GetString(1)),
            cancellation)).ToLookup(static price => price.Model, static price => price.Content, StringComparer.Ordinal);
        directory.Publish(new ModelCatalog(Merge(rows, id => ReadPrices(id, prices[id]))));
    }

    /// <summary>All models: built-in ones under the operators' changes, and the operators' own.</summary>
    public static IEnumerable<ModelInfo> Merge(IReadOnlyCollection<ModelRow> rows, Func<string, ImmutableArray<PriceRow>> pricesOf)
    {
        if (rows.Count == 0)
        {
            return BuiltinCatalog.Models;
        }

        var models = BuiltinCatalog.Models.ToDictionary(static model => model.Id, StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows)
        {
            if (row.Hidden)
            {
                models.Remove(row.Id);
                continue;
            }

            var under = models.GetValueOrDefault(row.Id) ?? new ModelInfo { Id = row.Id, Vendor = "", DisplayName = row.Id };
            models[row.Id] = under with
            {
                Vendor = row.Vendor ?? under.Vendor,
                DisplayName = row.DisplayName ?? under.DisplayName,
                Kind = row.Kind ?? under.Kind,
                Aliases = row.Aliases is { } aliases ? JsonText.ToList(aliases) : under.Aliases,
                ContextWindow = row.ContextWindow ?? under.ContextWindow,
                LongContextWindow = row.LongContextWindow ?? under.LongContextWindow,
                MaxOutputTokens = row.MaxOutputTokens ?? under.MaxOutputTokens,
                Capabilities = row.Capabilities is { } flags ? (Needs)flags : under.Capabilities,
                OpenWeights = row.OpenWeights ?? under.OpenWeights,
                ReleasedOn = row.ReleasedOn ?? under.ReleasedOn,
                Prices = row.HasPrices ? pricesOf(row.Id) : under.Prices,
            };
        }

        return models.Values;
    }

    public static Task<ModelRow?> FindAsync(HubContext context, string id, CancellationToken cancellation) =>
        context.Set<ModelRow>().SingleOrDefaultAsync(model => model.Id == id, cancellation);

    /// <summary>What operators said of models, hidden ones included.</summary>
    public static Task<List<ModelRow>> ListAsync(HubContext context, CancellationToken cancellation) => context.Set<ModelRow>().AsNoTracking().ToListAsync(cancellation);

    /// <summary>All prices that a model ever had of its own from operators: without those of groups.</summary>
    public static Task<List<PriceRecordRow>> ListPricesAsync(HubContext context, string modelId, CancellationToken cancellation) =>
        context.Set<PriceRecordRow>().Where(price => price.ModelId == modelId && price.GroupId == null).ToListAsync(cancellation);

    public static ImmutableArray<PriceRow> ReadPrices(string modelId, IEnumerable<string> contents) =>
        [.. contents.Select(content => ReadPrice(modelId, content)).OrderBy(static row => row.From)];

    public static PriceRow ReadPrice(string modelId, string content)
    {
        using var document = JsonDocument.Parse(content);
        return PriceJson.Read(modelId, document.RootElement);
    }
}
