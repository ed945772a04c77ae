using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;

namespace AioHub.Host.Cli;

/// <summary><c>prices MODEL</c>: the rows of a model, past and future, and which one is in force.</summary>
internal static class PricesVerb
{
    public static Command Build(VerbFrame frame)
    {
        var name = new Argument<string>("MODEL");
        var command = new Command("prices", "The price rows of a model") { name };
        frame.OnData(command, (home, parsed, _) =>
        {
            var model = ModelsVerb.Find(home, parsed.GetRequiredValue(name));
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
