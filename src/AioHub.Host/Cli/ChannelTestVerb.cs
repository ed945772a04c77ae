using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Host.Serving;
using AioHub.Relay.Probes;

namespace AioHub.Host.Cli;

/// <summary><c>channels test</c>: the list of models with each credential, then a small call, a stream and a call of a tool.</summary>
internal static class ChannelTestVerb
{
    private sealed record Result(Credential Credential, ListedModels Listed, string? Model, IReadOnlyList<TestStep> Steps, string? Skipped)
    {
        /// <summary>A key may have the right to call and none to list: the calls tell then.</summary>
        public bool Ok => Steps.Count > 0 ? Steps.All(static step => step.Ok) : Listed.Ok;
    }

    public static Command Build(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var model = new Option<string?>("--model") { HelpName = "NAME", Description = "The public name of the model to call; without it the channel's test model, else the cheapest chat model that it names or lists" };
        var credential = new Option<string?>("--credential") { HelpName = "NAME", Description = "Only this one; without it all are asked for their list, and the first that is enabled makes the calls" };
        var listOnly = new Option<bool>("--list-only") { Description = "Ask for the list of models alone, which costs nothing" };
        var raw = new Option<bool>("--raw") { Description = "Show what was sent and what came back, secrets masked" };
        var command = new Command("test", "Ask the upstream for its models with each credential, and send it three small calls") { name, model, credential, listOnly, raw };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            var channel = Find(home, wanted);
            var chosen = parsed.GetValue(credential);
            using var bench = home.OpenBench();
            var results = new List<Result>();
            var calls = !parsed.GetValue(listOnly);
            foreach (var one in CredentialsOf(channel, chosen))
            {
                var listed = await UpstreamModels.AskAsync(bench, channel, one, cancellation);
                var makesCalls = calls && (one.Enabled || chosen is not null);
                // What stands in a catalogue need not be served here, and what is served need not stand there.
                var (target, skipped) = makesCalls ? TargetOf(home, channel, parsed.GetValue(model), listed.IsCallable ? listed.Models : []) : (null, null);
                calls &= !makesCalls;
                results.Add(new Result(one, listed, target?.Model.Id, target is null ? [] : await ChannelTester.RunAsync(bench, channel, one, target, cancellation), skipped));
            }

            var ok = results.TrueForAll(static result => result.Ok);
            return new Answer(
                new JsonObject { ["channel"] = wanted, ["ok"] = ok, ["credentials"] = Shapes.List(results, result => Shape(result, parsed.GetValue(raw))) },
                output => results.ForEach(result => Print(output, wanted, result, parsed.GetValue(raw))),
                ok ? 0 : VerbFrame.Failed);
        });
        return command;
    }

    public static Channel Find(HubHome home, string name) => home.Routing.Current.Channels.FirstOrDefault(channel => channel.Name == name)
        ?? throw new AdminException("name", $"there is no channel '{name}'; `channels list` shows all");

    /// <summary>The one that is named, or all; where there is none and none is needed, one without a secret.</summary>
    public static IReadOnlyList<Credential> CredentialsOf(Channel channel, string? name)
    {
        if (name is not null)
        {
            return [channel.Credentials.FirstOrDefault(one => one.Name == name) ?? throw new AdminException("credential", $"channel '{channel.Name}' has no credential '{name}'")];
        }

        return channel.Credentials.IsEmpty ? [new Credential(default, "-", "")] : channel.Credentials;
    }

    private static (ProbeTarget? Target, string? Skipped) TargetOf(HubHome home, Channel channel, string? model, IReadOnlyList<string> listed)
    {
        var catalog = home.Catalog.Current;
        if ((model ?? channel.TestModel) is { } wanted)
        {
            return (ProbeTarget.Find(channel, catalog, wanted)
                ?? throw new AdminException(model is null ? "test_model" : "model", $"channel '{channel.Name}' does not serve '{wanted}', or neither the catalogue nor the channel's list knows it"), null);
        }

        var now = home.Time.GetUtcNow().UtcDateTime;
        var target = ProbeTarget.Cheapest(channel, catalog, now).FirstOrDefault(target => listed.Count == 0 || listed.Contains(target.UpstreamModel, StringComparer.OrdinalIgnoreCase))
            ?? (listed.Count == 0 ? null : ProbeTarget.All(channel, catalog).Where(target => target.Model.Kind == Core.Catalog.ModelKind.Chat && listed.Contains(target.UpstreamModel, StringComparer.OrdinalIgnoreCase))
                .MinBy(target => (target.Model.PriceAt(now)?.Rates.Output ?? decimal.MaxValue, target.Model.Id)));
        return (target, target is null ? "no call was sent: neither the channel nor its upstream names a chat model that the catalogue knows; name one with --model, or set the channel's test_model" : null);
    }

    private static JsonObject Shape(Result result, bool raw) => new()
    {
        ["credential"] = result.Credential.Name,
        ["ok"] = result.Ok,
        ["message"] = result.Listed.Message,
        ["listed"] = result.Listed.Ok,
        ["callable"] = result.Listed.IsCallable,
        ["models"] = Shapes.Texts(result.Listed.Models),
        ["model"] = result.Model,
        ["skipped"] = result.Skipped,
        ["steps"] = Shapes.List(result.Steps, step =>
        {
            var json = new JsonObject { ["name"] = step.Name, ["ok"] = step.Ok, ["message"] = step.Message, ["ms"] = (long)step.Took.TotalMilliseconds };
            if (raw && step.Exchange is { } exchange)
            {
                json["exchange"] = ExchangeShapes.Of(exchange);
            }

            return json;
        }),
        ["exchanges"] = raw ? Shapes.List(result.Listed.Exchanges, ExchangeShapes.Of) : null,
    };

    private static void Print(TextWriter output, string channel, Result result, bool raw)
    {
        var who = $"{channel}/{result.Credential.Name}";
        if (result.Listed.IsAsked)
        {
            Line(result.Listed.Ok, "models", result.Listed.Message, null);
        }
        else
        {
            output.WriteLine($"skip  {who}: models: {result.Listed.Message}");
        }

        foreach (var exchange in raw ? result.Listed.Exchanges : [])
        {
            ExchangeShapes.Print(output, exchange);
        }

        foreach (var step in result.Steps)
        {
            Line(step.Ok, $"{step.Name} of {result.Model}", step.Message, step.Took);
            if (raw && step.Exchange is { } exchange)
            {
                ExchangeShapes.Print(output, exchange);
            }
        }

        if (result.Skipped is { } skipped)
        {
            output.WriteLine($"skip  {who}: {skipped}");
        }

        void Line(bool ok, string what, string message, TimeSpan? took) =>
            output.WriteLine($"{(ok ? "pass" : "FAIL")}  {who}: {what}: {message}{(took is { } span ? string.Create(CultureInfo.InvariantCulture, $" ({span.TotalMilliseconds:0} ms)") : "")}");
    }
}
