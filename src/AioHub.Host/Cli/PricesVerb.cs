using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;

namespace AioHub.Host.Cli;

/// <summary><c>prices MODEL</c>: the rows of a model, past and future, and which one is in force; <c>sync</c>, <c>history</c> and <c>undo</c> below it.</summary>
internal static class PricesVerb
{
    public static Command Build(VerbFrame frame)
    {
        // Not required for the parser, which would want it for the verbs below too.
        var name = new Argument<string?>("MODEL") { Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("prices", "The price rows of a model; prices from elsewhere")
        {
            name,
            PriceSyncVerb.Build(frame),
            PriceHistoryVerb.BuildHistory(frame),
            PriceHistoryVerb.BuildUndo(frame),
        };
        frame.OnData(command, (home, parsed, _) =>
        {
            var model = ModelsVerb.Find(home, parsed.GetValue(name) ?? throw new UsageException("Name a model, or one of sync, history, undo."));
            var inForce = model.PriceAt(home.Time.GetUtcNow().UtcDateTime)?.Version;
            var json = new JsonObject
            {
                ["model"] = model.Id,
                ["rows"] = Shapes.List(model.Prices, row =>
                {
                    var shape = (JsonObject)JsonNode.Parse(PriceJson.Write(row))!;
                    shape["version"] = row.Version;
                    shape["in_force"] = row.Version == inForce;
                    return shape;
                }),
            };
            return Task.FromResult(new Answer(json, output => Print(output, model, inForce)));
        });
        return command;
    }

    private static void Print(TextWriter output, ModelInfo model, string? inForce)
    {
        output.WriteLine($"{model.Id}: USD per million tokens, by row");
        if (model.Prices.IsEmpty)
        {
            output.WriteLine("(no price: calls are refused unless a fallback price is set)");
        }

        foreach (var row in model.Prices)
        {
            output.WriteLine($"{(row.Version == inForce ? "*" : " ")} {row.Version}  {PriceJson.Write(row)}");
        }
    }
}
