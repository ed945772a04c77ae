using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Primitives;
using AioHub.Host.Home;
using AioHub.Relay;

namespace AioHub.Host.Cli;

/// <summary><c>prices sync URL|FILE</c>: shows what a price document would change, and changes it when somebody says yes.</summary>
internal static class PriceSyncVerb
{
    private const string Actor = "cli";
    private const string StandardInput = "-";

    public static Command Build(VerbFrame frame)
    {
        var source = new Argument<string>("URL|FILE") { Description = "models.dev's api.json, LiteLLM's map of models, or /api/pricing of a hub; - reads standard input" };
        var format = new Option<string?>("--format") { Description = "models.dev, litellm, hub or new-api; without it the document shows it" };
        var only = new Option<string[]>("--only") { Description = "A glob of model ids; may be repeated", AllowMultipleArgumentsPerToken = true };
        var provider = new Option<string?>("--provider") { Description = "Whose prices to take of a list with many sellers; without it each vendor's own" };
        var group = new Option<string?>("--group") { Description = "Of a hub's page: the prices that this group pays" };
        var known = new Option<bool>("--known") { Description = "Only models that the catalogue has" };
        var force = new Option<bool>("--force") { Description = "Also what is refused as doubtful: tenfold jumps, absurd amounts, models that would be free" };
        var yes = new Option<bool>("--yes") { Description = "Apply without asking" };
        var near = new Option<bool>("--allow-private-network") { Description = "The address may lie in a private network or on this machine" };
        var command = new Command("sync", "Compare prices with a document, and apply what changed") { source, format, only, provider, group, known, force, yes, near };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var reading = new PriceReading { Format = FormatOf(parsed.GetValue(format)), Provider = parsed.GetValue(provider), Group = parsed.GetValue(group) };
            var from = parsed.GetRequiredValue(source);
            var document = PriceDocumentReader.Read(await FetchAsync(from, parsed.GetValue(near), home, cancellation), reading);
            var scope = new PriceScope { Only = [.. parsed.GetValue(only) ?? []], KnownOnly = parsed.GetValue(known) };
            var plan = await home.Prices.PlanAsync(document, from, scope, cancellation);
            var (forced, json) = (parsed.GetValue(force), parsed.GetValue(frame.Json));
            if (plan.Faults.Length > 0)
            {
                return new Answer(Shape(plan, forced, null), output => Print(output, plan, forced, null), VerbFrame.Failed);
            }

            var sync = plan.Applicable(forced).Any() && (parsed.GetValue(yes) || (!json && await ConfirmAsync(frame.Output, plan, forced, cancellation)))
                ? await home.Prices.ApplyAsync(plan, forced, Actor, cancellation)
                : null;
            return new Answer(Shape(plan, forced, sync), output => Print(output, plan, forced, sync));
        });
        return command;
    }

    private static PriceFormat? FormatOf(string? name) => name is null ? null
        : PriceFormats.Find(name) ?? throw new UsageException($"There is no format '{name}'; write {string.Join(", ", Enum.GetValues<PriceFormat>().Select(PriceFormats.NameOf))}.");

    private static async Task<ReadOnlyMemory<byte>> FetchAsync(string source, bool allowPrivate, HubHome home, CancellationToken cancellation)
    {
        if (source == StandardInput)
        {
            await using var input = Console.OpenStandardInput();
            return await PriceDownload.ReadAsync(input, cancellation);
        }

        if (source.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(source, UriKind.Absolute, out var address))
            {
                throw new AdminException("source", "is no address such as https://models.dev/api.json");
            }

            using var http = TypedAddresses.Open(allowPrivate);
            return await new PriceDownload(http, home.Time).FetchAsync(address, cancellation);
        }

        await using var file = File.OpenRead(source);
        return await PriceDownload.ReadAsync(file, cancellation);
    }

    /// <summary>Asks at a terminal; a script that does not say <c>--yes</c> only looks.</summary>
    private static async Task<bool> ConfirmAsync(TextWriter output, PricePlan plan, bool force, CancellationToken cancellation)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        Print(output, plan, force, null);
        await output.WriteAsync("Type yes to apply: ");
        await output.FlushAsync(cancellation);
        return (await Console.In.ReadLineAsync(cancellation))?.Trim() is "yes";
    }

    private static JsonObject Shape(PricePlan plan, bool force, long? sync) => new()
    {
        ["source"] = plan.Source,
        ["format"] = PriceFormats.NameOf(plan.Format),
        ["applied"] = sync is not null,
        ["sync"] = sync,
        ["counts"] = new JsonObject(Enum.GetValues<PriceVerdict>().Select(verdict => KeyValuePair.Create(Shapes.Name(verdict), (JsonNode?)plan.Changes.Count(change => change.Verdict == verdict)))),
        ["to_apply"] = plan.Applicable(force).Count(),
        ["faults"] = Shapes.Texts(plan.Faults),
        ["changes"] = Shapes.List(plan.Changes.Where(static change => change.Verdict != PriceVerdict.Unchanged), static change => new JsonObject
        {
            ["model"] = change.Model,
            ["verdict"] = Shapes.Name(change.Verdict),
            ["new_model"] = change.NewModel,
            ["currency"] = change.Currency,
            ["from"] = Shapes.Moment(change.From),
            ["reason"] = change.Reason,
            ["can_force"] = change.CanForce,
            ["rates"] = Shapes.List(change.Rates, static rate => new JsonObject { ["name"] = rate.Name, ["old"] = rate.Old, ["new"] = rate.New }),
        }),
    };

    private static void Print(TextWriter output, PricePlan plan, bool force, long? sync)
    {
        output.WriteLine($"{plan.Source} ({PriceFormats.NameOf(plan.Format)}), USD per million tokens unless told otherwise");
        foreach (var change in plan.Changes.Where(static change => change.Verdict is PriceVerdict.New or PriceVerdict.Changed or PriceVerdict.Refused))
        {
            var sign = change.Verdict switch
            {
                PriceVerdict.New => "+",
                PriceVerdict.Changed => "~",
                _ => "!",
            };
            output.WriteLine($"{sign} {change.Model}{(change.NewModel ? " (new model)" : "")}{(change.Currency == "USD" ? "" : $" ({change.Currency})")}"
                + $"{(change.From is { } from ? $", from {from:yyyy-MM-dd}" : "")}{(change.Reason is { } reason ? $": {reason}{(change.CanForce ? " (--force applies it)" : "")}" : "")}");
            foreach (var rate in change.Rates)
            {
                output.WriteLine($"    {rate.Name}: {Amount(rate.Old)} → {Amount(rate.New)}");
            }
        }

        var gone = plan.Changes.Where(static change => change.Verdict == PriceVerdict.Gone).Select(static change => change.Model).ToList();
        if (gone.Count > 0)
        {
            output.WriteLine($"Not named there, price stays: {Shapes.Joined(gone)}");
        }

        output.WriteLine(Shapes.Joined(Enum.GetValues<PriceVerdict>().Select(verdict => $"{plan.Changes.Count(change => change.Verdict == verdict)} {Shapes.Name(verdict)}")));
        foreach (var fault in plan.Faults)
        {
            output.WriteLine($"Broken: {fault}");
        }

        output.WriteLine(
            plan.Faults.Length > 0 ? "Nothing is applied: the document is broken."
            : sync is { } id ? $"Applied as sync {id}; `prices undo {id}` takes it back."
            : plan.Applicable(force).Any() ? "Nothing is applied yet: --yes applies it."
            : "There is nothing to apply.");
    }

    private static string Amount(decimal? amount) => amount is { } some ? Shapes.Number(some) : "none";
}
