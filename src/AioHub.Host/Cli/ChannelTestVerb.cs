using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary><c>channels test</c>: the list of models with each credential, then a small call, a stream and a call of a tool.</summary>
internal static class ChannelTestVerb
{
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
            using var bench = home.OpenBench();
            var results = await home.Trials.TestAsync(
                bench, channel, new TrialQuestion(parsed.GetValue(model), parsed.GetValue(credential), parsed.GetValue(listOnly)), cancellation);

            var ok = results.All(static result => result.Ok);
            return new Answer(
                new JsonObject { ["channel"] = wanted, ["ok"] = ok, ["credentials"] = Shapes.List(results, result => Shape(result, parsed.GetValue(raw))) },
                output =>
                {
                    foreach (var result in results)
                    {
                        Print(output, wanted, result, parsed.GetValue(raw));
                    }
                },
                ok ? 0 : VerbFrame.Failed);
        });
        return command;
    }

    public static Channel Find(HubHome home, string name) => home.Routing.Current.Channels.FirstOrDefault(channel => channel.Name == name)
        ?? throw new AdminException("name", $"there is no channel '{name}'; `channels list` shows all");

    private static JsonObject Shape(CredentialTrial result, bool raw) => new()
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

    private static void Print(TextWriter output, string channel, CredentialTrial result, bool raw)
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
