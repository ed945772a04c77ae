using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary>
/// <c>prices MODEL</c>: the rows of a model, past and future, and which one is in force, and those that groups have for it; <c>list</c>, <c>add</c>, <c>retire</c>,
/// <c>sync</c>, <c>history</c> and <c>undo</c> below it.
/// </summary>
internal static class PricesVerb
{
    public static Command Build(VerbFrame frame)
    {
        // Not required for the parser, which would want it for the verbs below too.
        var name = new Argument<string?>("MODEL") { Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("prices", "The price rows of a model and of groups; prices from elsewhere")
        {
            name,
            List(frame),
            PriceChangeVerbs.BuildAdd(frame),
            PriceChangeVerbs.BuildRetire(frame),
            PriceSyncVerb.Build(frame),
            PriceHistoryVerb.BuildHistory(frame),
            PriceHistoryVerb.BuildUndo(frame),
        };
        frame.OnData(command, (home, parsed, _) => Task.FromResult(OfModel(
            home, ModelsVerb.Find(home, parsed.GetValue(name) ?? throw new UsageException("Name a model, or one of list, add, retire, sync, history, undo.")))));
        return command;
    }

    private static Command List(VerbFrame frame)
    {
        var name = new Argument<string?>("MODEL") { Arity = ArgumentArity.ZeroOrOne };
        var group = new Option<string?>("--group") { HelpName = "NAME", Description = "Only the prices that this group has of its own" };
        var command = new Command("list", "The price rows in use: of a model with those of groups, or all that groups have of their own") { name, group };
        frame.OnData(command, (home, parsed, _) =>
        {
            var (model, wanted) = (parsed.GetValue(name), parsed.GetValue(group));
            if (wanted is not null && home.Routing.Current.FindGroup(wanted) is null)
            {
                throw new AdminException("group", $"there is no group '{wanted}'; `groups list` shows all");
            }

            return Task.FromResult(model is not null && wanted is null ? OfModel(home, ModelsVerb.Find(home, model)) : OfGroups(home, wanted, model));
        });
        return command;
    }

    private static Answer OfModel(HubHome home, ModelInfo model)
    {
        var now = home.Time.GetUtcNow().UtcDateTime;
        var inForce = model.PriceAt(now)?.Version;
        var groups = home.Routing.Current.Groups.Select(group => (group.Name, Rows: group.Prices.For(model))).Where(static group => !group.Rows.IsEmpty).ToList();
        var json = new JsonObject
        {
            ["model"] = model.Id,
            ["rows"] = Shapes.List(model.Prices, row => Shape(row, row.Version == inForce)),
            ["groups"] = Shapes.List(groups, group => new JsonObject
            {
                ["group"] = group.Name,
                ["rows"] = Shapes.List(group.Rows, row => Shape(row, ReferenceEquals(row, PriceRow.InForce(group.Rows, now)))),
            }),
        };
        return new Answer(json, output =>
        {
            output.WriteLine($"{model.Id}: USD per million tokens, by row");
            if (model.Prices.IsEmpty)
            {
                output.WriteLine("(no price: calls are refused unless their group has one or a fallback price is set)");
            }

            Print(output, model.Prices, inForce);
            foreach (var group in groups)
            {
                output.WriteLine($"In group {group.Name} instead:");
                Print(output, group.Rows, PriceRow.InForce(group.Rows, now)?.Version);
            }
        });
    }

    /// <param name="wanted">Null = of every group.</param>
    /// <param name="model">Null = for every model.</param>
    private static Answer OfGroups(HubHome home, string? wanted, string? model)
    {
        var now = home.Time.GetUtcNow().UtcDateTime;
        var id = model is null ? null : home.Catalog.Current.Find(model)?.Id ?? model;
        var rows = home.Routing.Current.Groups.Where(group => wanted is null || group.Name == wanted)
            .SelectMany(group => group.Prices.All.GroupBy(static price => price.Model, StringComparer.OrdinalIgnoreCase)
                .Where(prices => id is null || string.Equals(prices.Key, id, StringComparison.OrdinalIgnoreCase))
                .SelectMany(prices => prices.Select(price => (Group: group.Name, Price: price, InForce: ReferenceEquals(price.Row, PriceRow.InForce([.. prices.Select(static one => one.Row)], now))))))
            .ToList();
        return new Answer(
            new JsonObject
            {
                ["rows"] = Shapes.List(rows, static row =>
                {
                    var shape = PriceShapes.Row(row.Price.Row, row.Price.Model);
                    shape["group"] = row.Group;
                    shape["in_force"] = row.InForce;
                    return shape;
                }),
            },
            output =>
            {
                output.WriteLine(rows.Count == 0 ? "No group has a price of its own there: the models' prices count." : "Prices of groups, in place of the models' own:");
                foreach (var (group, price, isInForce) in rows)
                {
                    output.WriteLine($"{(isInForce ? "*" : " ")} {price.Row.Version}  {group}  {price.Model}  {PriceJson.Write(price.Row)}");
                }
            });
    }

    private static JsonObject Shape(PriceRow row, bool inForce)
    {
        var shape = PriceShapes.Row(row);
        shape["in_force"] = inForce;
        return shape;
    }

    private static void Print(TextWriter output, IEnumerable<PriceRow> rows, string? inForce)
    {
        foreach (var row in rows)
        {
            output.WriteLine($"{(row.Version == inForce ? "*" : " ")} {row.Version}  {PriceJson.Write(row)}");
        }
    }
}
