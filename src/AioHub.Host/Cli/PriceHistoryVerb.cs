using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Routing;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary><c>prices history [MODEL]</c> and <c>prices undo SYNC-ID</c>.</summary>
internal static class PriceHistoryVerb
{
    private const string Actor = "cli";

    public static Command BuildHistory(VerbFrame frame)
    {
        var name = new Argument<string?>("MODEL") { Arity = ArgumentArity.ZeroOrOne };
        var group = new Option<string?>("--group") { HelpName = "NAME", Description = "Only the rows that this group has or had of its own" };
        var command = new Command("history", "Every price row a model has or had, groups' rows included, and where it came from; without a model the syncs") { name, group };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(name);
            if (parsed.GetValue(group) is { } only)
            {
                return OfGroups(home, await home.GroupPrices.HistoryAsync(wanted is null ? null : home.Catalog.Current.Find(wanted)?.Id ?? wanted, only, cancellation));
            }

            if (wanted is null)
            {
                return Syncs(await home.Prices.ListAsync(cancellation: cancellation));
            }

            var model = ModelsVerb.Find(home, wanted);
            var rows = await home.Prices.HistoryAsync(model, cancellation);
            var groups = OfGroups(home, await home.GroupPrices.HistoryAsync(model.Id, group: null, cancellation));
            return new Answer(
                new JsonObject { ["model"] = model.Id, ["rows"] = Shapes.List(rows, Shape), ["group_rows"] = groups.Json["rows"]!.DeepClone() },
                output =>
                {
                    output.WriteLine($"{model.Id}: USD per million tokens, by row");
                    foreach (var row in rows)
                    {
                        output.WriteLine($"{(row.InForce ? "*" : " ")} {row.Price.Version}  {PriceJson.Write(row.Price)}");
                        output.WriteLine($"    {SourceOf(row)}{Retired(row.RetiredAt, row.RetiredBy)}");
                    }

                    groups.WriteTo(output, json: false);
                });
        });
        return command;
    }

    public static Command BuildUndo(VerbFrame frame)
    {
        var id = new Argument<long>("SYNC-ID");
        var command = new Command("undo", "Put the prices back into use that a sync replaced") { id };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var sync = parsed.GetRequiredValue(id);
            var models = await home.Prices.UndoAsync(sync, Actor, cancellation);
            return new Answer(
                new JsonObject { ["undone"] = sync, ["models"] = Shapes.Texts(models) },
                output => output.WriteLine($"Sync {sync} is undone: {Shapes.Joined(models)}"));
        });
        return command;
    }

    private static Answer OfGroups(HubHome home, IReadOnlyList<GroupPriceRecord> records)
    {
        var now = home.Time.GetUtcNow().UtcDateTime;
        var inForce = records.Where(static record => record.InUse).GroupBy(static record => (record.GroupId, record.Price.Model.ToUpperInvariant()))
            .Select(own => PriceRow.InForce([.. own.Select(static record => record.Price.Row).OrderBy(static row => row.From)], now)?.Version).ToHashSet(StringComparer.Ordinal);
        return new Answer(
            new JsonObject { ["rows"] = Shapes.List(records, record => PriceShapes.Record(record, inForce.Contains(record.Price.Row.Version))) },
            output =>
            {
                foreach (var record in records)
                {
                    var row = record.Price.Row;
                    output.WriteLine($"{(inForce.Contains(row.Version) ? "*" : " ")} {row.Version}  {PriceShapes.GroupOf(record)}  {record.Price.Model}  {PriceJson.Write(row)}");
                    output.WriteLine($"    set by {record.AddedBy ?? "hand"}, {Shapes.Moment(record.AddedAt)}{Retired(record.RetiredAt, record.RetiredBy)}");
                }
            });
    }

    private static string Retired(DateTime? at, string? by) => at is { } moment ? $"; out of use since {Shapes.Moment(moment)}{(by is null ? "" : $", by {by}")}" : "";

    private static Answer Syncs(IReadOnlyList<PriceSyncInfo> syncs) => new(
        new JsonObject { ["syncs"] = Shapes.List(syncs, Shape) },
        output => Table.Write(output, ["id", "at", "source", "format", "models", "by", "undone"], syncs.Select(static sync => new[]
        {
            sync.Id.ToString(CultureInfo.InvariantCulture), Shapes.Moment(sync.At), sync.Source, sync.Format, sync.Models.ToString(CultureInfo.InvariantCulture), sync.Actor, Shapes.Moment(sync.UndoneAt),
        })));

    private static JsonObject Shape(PriceSyncInfo sync) => new()
    {
        ["id"] = sync.Id,
        ["at"] = Shapes.Moment(sync.At),
        ["source"] = sync.Source,
        ["format"] = sync.Format,
        ["models"] = sync.Models,
        ["by"] = sync.Actor,
        ["forced"] = sync.Forced,
        ["undone_at"] = Shapes.Moment(sync.UndoneAt),
        ["undone_by"] = sync.UndoneBy,
    };

    private static JsonObject Shape(PriceHistoryRow row)
    {
        var shape = (JsonObject)JsonNode.Parse(PriceJson.Write(row.Price))!;
        shape["version"] = row.Price.Version;
        shape["in_force"] = row.InForce;
        shape["added_at"] = Shapes.Moment(row.AddedAt);
        shape["added_by"] = row.AddedBy;
        shape["retired_at"] = Shapes.Moment(row.RetiredAt);
        shape["retired_by"] = row.RetiredBy;
        shape["source"] = row.Sync?.Source ?? (row.Builtin ? "built-in catalogue" : "set by hand");
        shape["sync"] = row.Sync?.Id;
        return shape;
    }

    private static string SourceOf(PriceHistoryRow row) => row switch
    {
        { Sync: { } sync } => $"sync {sync.Id} of {Shapes.Moment(sync.At)} from {sync.Source}{(sync.UndoneAt is null ? "" : ", undone")}",
        { Builtin: true } => "built-in catalogue",
        { AddedBy: { } by } => $"set by {by}, {Shapes.Moment(row.AddedAt)}",
        _ => $"set by hand, {Shapes.Moment(row.AddedAt)}",
    };
}
