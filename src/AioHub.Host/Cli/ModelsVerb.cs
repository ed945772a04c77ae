using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary><c>models list|show</c>.</summary>
internal static class ModelsVerb
{
    public static Command Build(VerbFrame frame) => new("models", "The catalogue of models") { List(frame), Show(frame) };

    /// <summary>By id or alias, in any case.</summary>
    public static ModelInfo Find(HubHome home, string name) => home.Catalog.Current.Find(name)
        ?? throw new AdminException("model", $"there is no model '{name}'; `models list` shows all");

    private static Command List(VerbFrame frame)
    {
        var vendor = new Option<string?>("--vendor") { Description = "Only this vendor's" };
        var command = new Command("list", "List models with the prices in force, USD per million tokens") { vendor };
        frame.OnData(command, (home, parsed, _) =>
        {
            var now = home.Time.GetUtcNow().UtcDateTime;
            var models = home.Catalog.Current.Models.Where(model => parsed.GetValue(vendor) is not { } only || string.Equals(model.Vendor, only, StringComparison.OrdinalIgnoreCase)).ToList();
            return Task.FromResult(new Answer(
                new JsonObject { ["models"] = Shapes.List(models, model => Shape(model, now, whole: false)) },
                output => Table.Write(output, ["id", "vendor", "kind", "context", "input", "output"], models.Select(model => new[]
                {
                    model.Id, model.Vendor, Shapes.Name(model.Kind), model.ContextWindow?.ToString(),
                    model.PriceAt(now)?.Rates.Input is { } input ? Shapes.Number(input) : null, model.PriceAt(now)?.Rates.Output is { } price ? Shapes.Number(price) : null,
                }))));
        });
        return command;
    }

    private static Command Show(VerbFrame frame)
    {
        var name = new Argument<string>("MODEL");
        var command = new Command("show", "All that is known of a model") { name };
        frame.OnData(command, (home, parsed, _) =>
        {
            var json = Shape(Find(home, parsed.GetRequiredValue(name)), home.Time.GetUtcNow().UtcDateTime, whole: true);
            return Task.FromResult(new Answer(json, output => output.Write(Configuration.YamlText.Of(json))));
        });
        return command;
    }

    private static JsonObject Shape(ModelInfo model, DateTime now, bool whole)
    {
        var json = new JsonObject
        {
            ["id"] = model.Id,
            ["vendor"] = model.Vendor,
            ["display_name"] = model.DisplayName,
            ["kind"] = Shapes.Name(model.Kind),
            ["aliases"] = Shapes.Texts(model.Aliases),
            ["context_window"] = model.ContextWindow,
            ["long_context_window"] = model.LongContextWindow,
            ["max_output_tokens"] = model.MaxOutputTokens,
            ["capabilities"] = Shapes.Texts(CapabilityNames.ListOf(model.Capabilities)),
            ["open_weights"] = model.OpenWeights,
            ["released_on"] = Shapes.Day(model.ReleasedOn),
            ["price"] = model.PriceAt(now) is { } price ? JsonNode.Parse(PriceJson.Write(price)) : null,
        };
        if (whole)
        {
            json["source"] = model.Source;
            json["source_date"] = Shapes.Day(model.SourceDate);
            json["prices"] = new JsonArray([.. model.Prices.Select(static row => JsonNode.Parse(PriceJson.Write(row)))]);
        }

        return json;
    }
}
