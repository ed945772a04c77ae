using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Catalog;

/// <summary>Reads and writes the prices that groups have of their own: rows of <c>prices</c> with a group.</summary>
internal static class GroupPriceStore
{
    /// <summary>Those in use, by group.</summary>
    public static async Task<ILookup<long, GroupPrice>> LoadAsync(HubReader reader, CancellationToken cancellation) =>
        (await reader.ReadAsync(
            """SELECT "GroupId", "ModelId", "Content" FROM prices WHERE "RetiredAt" IS NULL AND "GroupId" IS NOT NULL""",
            static row => (Group: row.GetInt64(0), Price: Read(row.GetInt64(0), row.GetString(1), row.GetString(2))),
            cancellation)).ToLookup(static price => price.Group, static price => price.Price);

    /// <summary>All that a group ever had.</summary>
    public static Task<List<PriceRecordRow>> ListAsync(HubContext context, long group, CancellationToken cancellation) =>
        context.Set<PriceRecordRow>().Where(price => price.GroupId == group).ToListAsync(cancellation);

    /// <summary>All that groups ever had, oldest first.</summary>
    /// <param name="group">Null = of every group.</param>
    public static Task<List<PriceRecordRow>> HistoryAsync(HubContext context, long? group, CancellationToken cancellation) =>
        context.Set<PriceRecordRow>().AsNoTracking().Where(price => price.GroupId != null && (group == null || price.GroupId == group))
            .OrderBy(static price => price.AddedAt).ThenBy(static price => price.Version).ToListAsync(cancellation);

    public static GroupPrice Read(long group, string model, string content) =>
        new(model, PriceJson.Stamp(model, CatalogStore.ReadPrice(model, content), new GroupId(group)));

    public static GroupPrice Read(PriceRecordRow record) => Read(record.GroupId!.Value, record.ModelId, record.Content);

    /// <summary>What the transaction's catalogue calls a model that somebody wrote by its id or an alias; the name itself when it is in no catalogue.</summary>
    public static async Task<Func<string, string>> NamesAsync(HubContext context, CancellationToken cancellation)
    {
        var rows = await CatalogStore.ListAsync(context, cancellation);
        var catalog = new ModelCatalog(CatalogStore.Merge(rows, static _ => []));
        return name => catalog.Find(name)?.Id ?? name;
    }
}
