using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;

namespace AioHub.Host.Cli;

/// <summary><c>prices history [MODEL]</c> and <c>prices undo SYNC-ID</c>.</summary>
internal static class PriceHistoryVerb
{
    private const string Actor = "cli";

    public static Command BuildHistory(VerbFrame frame)
    {
        var name = new Argument<string?>("MODEL") { Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("history", "Every price row a model has or had, and where it came from; without a model the syncs") { name };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            if (parsed.GetValue(name) is not { } wanted)
            {
                return Syncs(await home.Prices.ListAsync(cancellation: cancellation));
            }

            var model = ModelsVerb.Find(home, wanted);
            var rows = await home.Prices.HistoryAsync(model, cancellation);
            return new Answer(
                new JsonObject { ["model"] = model.Id, ["rows"] = Shapes.List(rows, Shape) },
                output =>
                {
                    output.WriteLine($"{model.Id}: USD per million tokens, by row");
                    foreach (var row in rows)
                    {
                        output.WriteLine($"{(row.InForce ? "*" : " ")} {row.Price.Version}  {PriceJson.Write(row.Price)}");
                        output.WriteLine($"    {SourceOf(row)}{(row.RetiredAt is { } retired ? $"; out of use since {Shapes.Moment(retired)}" : "")}");
                    }
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
        shape["retired_at"] = Shapes.Moment(row.RetiredAt);
        shape["source"] = row.Sync?.Source ?? (row.Builtin ? "built-in catalogue" : "set by hand");
        shape["sync"] = row.Sync?.Id;
        return shape;
    }

    private static string SourceOf(PriceHistoryRow row) => row switch
    {
        { Sync: { } sync } => $"sync {sync.Id} of {Shapes.Moment(sync.At)} from {sync.Source}{(sync.UndoneAt is null ? "" : ", undone")}",
        { Builtin: true } => "built-in catalogue",
        _ => $"set by hand, {Shapes.Moment(row.AddedAt)}",
    };
}
