using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary><c>prices add MODEL</c> and <c>prices retire MODEL VERSION</c>: one row of a model, or of what a group has for it.</summary>
internal static class PriceChangeVerbs
{
    private const string GroupHelp = "The price is this group's own, in place of the model's";

    public static Command BuildAdd(VerbFrame frame)
    {
        var model = new Argument<string>("MODEL");
        var group = new Option<string?>("--group") { HelpName = "NAME", Description = GroupHelp };
        var row = new Option<string?>("--row") { HelpName = "JSON", Description = "A price row as files spell it, for all that has no option" };
        Option<decimal?>[] rates =
        [
            new("--input") { Description = "USD per million tokens" }, new("--output"), new("--cache-read"), new("--cache-write-5m"), new("--cache-write-1h"),
            new("--per-request") { Description = "USD for each call" },
        ];
        Option<string?>[] texts =
        [
            new("--from") { HelpName = "DAY", Description = "In force from here on, a day or a moment in UTC; default now" },
            new("--to") { HelpName = "DAY", Description = "Until then, exclusive; default: for ever" },
            new("--currency") { Description = "Default USD" },
        ];
        var command = new Command("add", "Add a price row; rows that are there stay, of those in force the one that began last counts") { model, group, row };
        foreach (var option in texts.Concat<Option>(rates))
        {
            command.Add(option);
        }

        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var json = Parse(parsed.GetValue(row));
            foreach (var rate in rates)
            {
                if (parsed.GetValue(rate) is { } usd)
                {
                    json[NameOf(rate)] = usd;
                }
            }

            foreach (var text in texts)
            {
                if (parsed.GetValue(text) is { } value)
                {
                    json[NameOf(text)] = value;
                }
            }

            // Whole microseconds: what PostgreSQL keeps of when it was added.
            json["from"] ??= home.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
            if (json.All(static member => member.Key is "from" or "to" or "currency"))
            {
                throw new UsageException("The row prices nothing: name a rate such as --input 3 --output 15, or --row JSON. A price of 0 is written out.");
            }

            var (name, price) = (parsed.GetRequiredValue(model), Read(parsed.GetRequiredValue(model), json));
            return parsed.GetValue(group) is { } wanted
                ? Shapes.Changed(await home.GroupPrices.AddAsync(wanted, new GroupPrice(name, price), MoneyOptions.Actor, cancellation: cancellation))
                : Shapes.Changed(await ReplaceAsync(home, ModelsVerb.Find(home, name), rows => rows.Add(price), cancellation));
        });
        return command;
    }

    public static Command BuildRetire(VerbFrame frame)
    {
        var model = new Argument<string>("MODEL");
        var version = new Argument<string>("VERSION") { Description = "As `prices list` shows it" };
        var group = new Option<string?>("--group") { HelpName = "NAME", Description = GroupHelp };
        var command = new Command("retire", "Take a price row out of use; it stays on record") { model, version, group };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var (name, unwanted) = (parsed.GetRequiredValue(model), parsed.GetRequiredValue(version));
            var id = home.Catalog.Current.Find(name)?.Id ?? name;
            if (parsed.GetValue(group) is { } wanted)
            {
                var own = home.Routing.Current.FindGroup(wanted)?.Prices.All ?? [];
                return own.Any(price => price.Row.Version == unwanted && !string.Equals(price.Model, id, StringComparison.OrdinalIgnoreCase))
                    ? throw new AdminException("version", $"price '{unwanted}' of group '{wanted}' is another model's")
                    : Shapes.Changed(await home.GroupPrices.RetireAsync(wanted, unwanted, MoneyOptions.Actor, cancellation: cancellation));
            }

            return Shapes.Changed(await ReplaceAsync(home, ModelsVerb.Find(home, name), rows => rows.FirstOrDefault(row => row.Version == unwanted) is { } found
                ? rows.Remove(found)
                : throw new AdminException("version", $"model '{id}' has no price '{unwanted}' in use; `prices {id}` shows all"), cancellation));
        });
        return command;
    }

    /// <summary>A model's own rows, the built-in ones included, with one more or one less.</summary>
    private static Task<ChangeReport> ReplaceAsync(
        HubHome home, ModelInfo model, Func<ImmutableArray<PriceRow>, ImmutableArray<PriceRow>> change, CancellationToken cancellation) =>
        home.Models.UpsertModelAsync(new ModelDraft { Id = model.Id, Prices = change(model.Prices), Actor = MoneyOptions.Actor }, cancellation: cancellation);

    private static string NameOf(Option option) => option.Name.TrimStart('-').Replace('-', '_');

    private static JsonObject Parse(string? text)
    {
        try
        {
            return text is null ? [] : JsonNode.Parse(text) as JsonObject ?? throw new UsageException("--row wants a JSON object, such as {\"input\": 3, \"output\": 15}.");
        }
        catch (JsonException wrong)
        {
            throw new UsageException($"--row is no JSON: {wrong.Message}");
        }
    }

    private static PriceRow Read(string model, JsonObject json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        try
        {
            return PriceJson.Read(model, document.RootElement);
        }
        catch (FormatException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }
}
