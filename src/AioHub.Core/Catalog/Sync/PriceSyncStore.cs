using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Catalog.Sync;

/// <summary>One sync that was applied, or the undoing of one. Append-only but for <see cref="UndoneAt"/>.</summary>
internal sealed class PriceSyncRow
{
    public long Id { get; set; }
    /// <summary>Where the document came from, without user name, password and query.</summary>
    public required string Source { get; set; }
    public required string Format { get; set; }
    public DateTime At { get; set; }
    public required string Actor { get; set; }
    public bool Forced { get; set; }
    public DateTime? UndoneAt { get; set; }
    public string? UndoneBy { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<PriceSyncRow>
    {
        public void Configure(EntityTypeBuilder<PriceSyncRow> builder)
        {
            builder.ToTable("price_syncs");
            builder.Property(static row => row.Source).HasMaxLength(2000);
            builder.Property(static row => row.Format).HasMaxLength(16);
            builder.Property(static row => row.Actor).HasMaxLength(200);
            builder.Property(static row => row.UndoneBy).HasMaxLength(200);
        }
    }
}

/// <summary>What a sync did to one model: enough to undo it.</summary>
internal sealed class PriceSyncModelRow
{
    public long SyncId { get; set; }
    public required string ModelId { get; set; }
    /// <summary>The sync brought the model into the catalogue.</summary>
    public bool Created { get; set; }
    /// <summary>Before, the model had the built-in prices.</summary>
    public bool WasBuiltin { get; set; }
    /// <summary>Versions of the rows in use before, with blanks between.</summary>
    public required string Before { get; set; }
    /// <summary>Versions of the rows in use afterwards.</summary>
    public required string After { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<PriceSyncModelRow>
    {
        public void Configure(EntityTypeBuilder<PriceSyncModelRow> builder)
        {
            builder.ToTable("price_sync_models");
            builder.HasKey(static row => new { row.SyncId, row.ModelId });
            builder.Property(static row => row.ModelId).HasMaxLength(ModelName.MaxLength);
            builder.HasOne<PriceSyncRow>().WithMany().HasForeignKey(static row => row.SyncId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(static row => row.ModelId);
        }
    }
}

/// <summary>Reads and writes what syncs did.</summary>
internal static class PriceSyncStore
{
    public static Task<PriceSyncRow?> FindAsync(HubContext context, long id, CancellationToken cancellation) =>
        context.Set<PriceSyncRow>().SingleOrDefaultAsync(row => row.Id == id, cancellation);

    public static Task<List<PriceSyncModelRow>> ModelsOfAsync(HubContext context, long id, CancellationToken cancellation) =>
        context.Set<PriceSyncModelRow>().AsNoTracking().Where(row => row.SyncId == id).OrderBy(static row => row.ModelId).ToListAsync(cancellation);

    /// <summary>Newest first, with the number of models each changed.</summary>
    public static async Task<List<(PriceSyncRow Sync, int Models)>> ListAsync(HubContext context, int limit, CancellationToken cancellation)
    {
        var rows = await context.Set<PriceSyncRow>().AsNoTracking().OrderByDescending(static row => row.Id).Take(limit)
            .Select(row => new { Sync = row, Models = context.Set<PriceSyncModelRow>().Count(model => model.SyncId == row.Id) }).ToListAsync(cancellation);
        return rows.ConvertAll(static row => (row.Sync, row.Models));
    }

    /// <summary>All that syncs did to a model, oldest first.</summary>
    public static async Task<List<(PriceSyncRow Sync, PriceSyncModelRow Model)>> OfModelAsync(HubContext context, string model, CancellationToken cancellation)
    {
        var rows = await (
            from change in context.Set<PriceSyncModelRow>().AsNoTracking()
            join sync in context.Set<PriceSyncRow>().AsNoTracking() on change.SyncId equals sync.Id
            where change.ModelId == model
            orderby sync.Id
            select new { sync, change }).ToListAsync(cancellation);
        return rows.ConvertAll(static row => (row.sync, row.change));
    }

    public static async Task<long> AddAsync(HubContext context, PriceSyncRow sync, IEnumerable<PriceSyncModelRow> models, CancellationToken cancellation)
    {
        context.Add(sync);
        await context.SaveChangesAsync(cancellation);
        foreach (var model in models)
        {
            model.SyncId = sync.Id;
            context.Add(model);
        }

        await context.SaveChangesAsync(cancellation);
        return sync.Id;
    }

    /// <summary>Whether an operator's own rows, not the built-in ones, are what the model costs; null = there is no such row.</summary>
    public static async Task<bool?> HasOwnPricesAsync(HubContext context, string model, CancellationToken cancellation) =>
        await context.Set<ModelRow>().AsNoTracking().Where(row => row.Id == model).Select(static row => (bool?)row.HasPrices).SingleOrDefaultAsync(cancellation);

    /// <summary>The versions in use of a model's own rows.</summary>
    public static async Task<string> OwnVersionsAsync(HubContext context, string model, CancellationToken cancellation)
    {
        var versions = await context.Set<PriceRecordRow>().AsNoTracking().Where(row => row.ModelId == model && row.GroupId == null && row.RetiredAt == null)
            .Select(static row => row.Version).ToListAsync(cancellation);
        return string.Join(' ', versions.Order(StringComparer.Ordinal));
    }

    /// <summary>Puts a model's rows back into use as they were; those of the sync stay on record, retired. The caller commits.</summary>
    /// <returns>False: the model as the sync made it is no longer there.</returns>
    public static async Task<bool> RestoreAsync(HubContext context, PriceSyncModelRow former, DateTime syncedAt, DateTime now, string actor, CancellationToken cancellation)
    {
        if (await CatalogStore.FindAsync(context, former.ModelId, cancellation) is not { Hidden: false, HasPrices: true } model
            || await OwnVersionsAsync(context, former.ModelId, cancellation) != former.After)
        {
            return false;
        }

        var wanted = former.WasBuiltin ? [] : former.Before.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        foreach (var price in await CatalogStore.ListPricesAsync(context, former.ModelId, cancellation))
        {
            price.Retire(wanted.Contains(price.Version) ? null : now, actor);
        }

        if (former.Created && model.ChangedAt == syncedAt)
        {
            context.Remove(model);
        }
        else
        {
            model.HasPrices = !former.WasBuiltin;
            model.ChangedAt = now;
        }

        await context.SaveChangesAsync(cancellation);
        context.ChangeTracker.Clear();
        return true;
    }
}
