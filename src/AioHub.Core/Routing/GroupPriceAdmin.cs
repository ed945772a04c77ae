using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>One price that a group has or had of its own.</summary>
/// <param name="Group">Null = the group is no more.</param>
/// <param name="InUse">It has not been retired; whether it is in force is a matter of its dates.</param>
/// <param name="AddedBy">Who set it; null = it is not known.</param>
public sealed record GroupPriceRecord(
    GroupId GroupId, string? Group, GroupPrice Price, bool InUse, DateTime AddedAt, string? AddedBy, DateTime? RetiredAt, string? RetiredBy);

/// <summary>
/// Commands on the prices that groups have of their own. Rows are added and retired, never changed or deleted: calls that were charged by them name them, whatever
/// becomes of the group.
/// </summary>
public sealed class GroupPriceAdmin(HubDatabase database, TimeProvider time)
{
    /// <summary>Rows of one group in use.</summary>
    public const int MaxRows = 2_000;

    /// <summary>Adds a row; one that is there already changes nothing, one that was retired comes back.</summary>
    /// <exception cref="AdminException">There is no such group, the row is wrong, or another one of that model begins at the same moment.</exception>
    public async Task<ChangeReport> AddAsync(string group, GroupPrice price, string actor, HubTransaction? within = null, CancellationToken cancellation = default) =>
        await ChangeAsync(group, actor, (present, nameOf) =>
        {
            var added = price with { Model = nameOf(price.Model) };
            return present.Any(one => Same(one, added)) ? present : present.Add(added);
        }, within, cancellation);

    /// <summary>Takes a row out of use.</summary>
    /// <exception cref="AdminException">The group does not exist or has no such row in use.</exception>
    public async Task<ChangeReport> RetireAsync(string group, string version, string actor, HubTransaction? within = null, CancellationToken cancellation = default) =>
        await ChangeAsync(group, actor, (present, _) =>
            present.FirstOrDefault(one => string.Equals(one.Row.Version, version, StringComparison.Ordinal)) is { } found
                ? present.Remove(found)
                : throw new AdminException("version", $"group '{group}' has no price '{version}' in use; `prices list --group {group}` shows all"), within, cancellation);

    /// <summary>Every row that groups have or had, oldest first.</summary>
    /// <param name="model">By id, in any case; null = of every model.</param>
    /// <param name="group">Null = of every group, those that are no more included.</param>
    /// <exception cref="AdminException">There is no such group.</exception>
    public async Task<ImmutableArray<GroupPriceRecord>> HistoryAsync(string? model, string? group, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        var names = await GroupStore.NamesByIdAsync(context, cancellation);
        long? wanted = null;
        if (group is not null)
        {
            wanted = (await GroupStore.FindAsync(context, group, cancellation) ?? throw NoGroup(group)).Id;
        }

        return
        [
            .. (await GroupPriceStore.HistoryAsync(context, wanted, cancellation))
                .Where(record => model is null || string.Equals(record.ModelId, model, StringComparison.OrdinalIgnoreCase))
                .Select(record => new GroupPriceRecord(
                    new GroupId(record.GroupId!.Value), names.GetValueOrDefault(record.GroupId.Value), GroupPriceStore.Read(record),
                    record.RetiredAt is null, record.AddedAt, record.AddedBy, record.RetiredAt, record.RetiredBy)),
        ];
    }

    internal static void Check(ImmutableArray<GroupPrice> prices, ProblemList problems)
    {
        problems.Require(prices.Length <= MaxRows, "prices", $"has more than {MaxRows} rows");
        foreach (var model in prices.GroupBy(static price => price.Model, StringComparer.OrdinalIgnoreCase))
        {
            problems.Require(CatalogAdmin.IsName(model.Key), "prices.model", $"'{model.Key}' must have 1 to {ModelName.MaxLength} characters without spaces");
            problems.Require(!ModelName.Parse(model.Key).LongContext, "prices.model", $"'{model.Key}' is a variant; name the model without [1m] and use tiers");
            CatalogAdmin.CheckPrices([.. model.Select(static price => price.Row)], problems);
        }
    }

    /// <summary>Makes these the prices of the group in use. The caller saves.</summary>
    internal static async Task ReplaceAsync(
        HubContext context, GroupRow group, ImmutableArray<GroupPrice> prices, string? actor, ChangeLines lines, DateTime moment, CancellationToken cancellation)
    {
        var records = await GroupPriceStore.ListAsync(context, group.Id, cancellation);
        if (prices.IsEmpty && records.TrueForAll(static record => record.RetiredAt is not null))
        {
            return;
        }

        var nameOf = await GroupPriceStore.NamesAsync(context, cancellation);
        var wanted = prices.Select(price => Stamped(group, price with { Model = nameOf(price.Model) }))
            .DistinctBy(static price => price.Row.Version).OrderBy(static price => price.Model, StringComparer.Ordinal).ThenBy(static price => price.Row.From).ToList();
        Apart(wanted);
        foreach (var record in records.Where(record => record.RetiredAt is null && !wanted.Exists(price => IsOf(record, price))).OrderBy(static record => record.ModelId, StringComparer.Ordinal))
        {
            lines.Add($"prices: − {record.ModelId} {record.Content}");
            record.Retire(moment, actor);
        }

        foreach (var price in wanted)
        {
            if (records.Find(record => IsOf(record, price)) is { } known)
            {
                if (known.RetiredAt is null)
                {
                    continue;
                }

                known.Retire(at: null, by: null);
            }
            else
            {
                context.Add(new PriceRecordRow
                {
                    Version = price.Row.Version, ModelId = price.Model, GroupId = group.Id, Content = PriceJson.Write(price.Row), AddedAt = moment, AddedBy = actor,
                });
            }

            lines.Add($"prices: + {price.Model} {PriceJson.Write(price.Row)}");
        }
    }

    private Task<ChangeReport> ChangeAsync(
        string group, string actor, Func<ImmutableArray<GroupPrice>, Func<string, string>, ImmutableArray<GroupPrice>> change, HubTransaction? within, CancellationToken cancellation) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var row = await GroupStore.FindAsync(context, group, cancellation) ?? throw NoGroup(group);
            var present = (await GroupPriceStore.ListAsync(context, row.Id, cancellation)).Where(static record => record.RetiredAt is null).Select(GroupPriceStore.Read).ToImmutableArray();
            var next = change(present, await GroupPriceStore.NamesAsync(context, cancellation));
            var problems = new ProblemList();
            problems.Require(!string.Equals(group, Group.AutoName, StringComparison.Ordinal), "group", "auto has no prices of its own; those of the groups that it picks count");
            Check(next, problems);
            problems.ThrowIfAny();
            var lines = new ChangeLines();
            await ReplaceAsync(context, row, next, actor, lines, time.GetUtcNow().UtcDateTime, cancellation);
            if (lines.Any)
            {
                await context.SaveChangesAsync(cancellation);
            }

            return (lines.Report($"group {row.Name}", row.Id, created: false), lines.Any);
        }, cancellation);

    private static GroupPrice Stamped(GroupRow group, GroupPrice price) => price with { Row = PriceJson.Stamp(price.Model, price.Row, new GroupId(group.Id)) };

    private static bool IsOf(PriceRecordRow record, GroupPrice price) => string.Equals(record.Version, price.Row.Version, StringComparison.Ordinal);

    private static bool Same(GroupPrice left, GroupPrice right) =>
        string.Equals(left.Model, right.Model, StringComparison.OrdinalIgnoreCase) && string.Equals(PriceJson.Write(left.Row), PriceJson.Write(right.Row), StringComparison.Ordinal);

    /// <summary>Of two rows that begin at once nobody could say which counts.</summary>
    private static void Apart(List<GroupPrice> prices)
    {
        var problems = new ProblemList();
        foreach (var twice in prices.GroupBy(static price => (Model: price.Model.ToUpperInvariant(), price.Row.From)).Where(static moment => moment.Count() > 1))
        {
            problems.Add("prices", $"two rows of model '{twice.First().Model}' begin at {twice.Key.From:yyyy-MM-dd HH:mm:ss} UTC; retire one, or let one begin later");
        }

        problems.ThrowIfAny();
    }

    private static AdminException NoGroup(string group) => new("group", $"there is no group '{group}'; `groups list` shows all");
}
