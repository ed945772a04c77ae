using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Alerts;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Host.Home;
using AioHub.Host.Serving;
using AioHub.Relay;
using AioHub.Relay.Calls;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Host.Cli;

/// <summary><c>explain</c>: which group, channel and price a call would get, or got, and why not the others; nothing is sent.</summary>
internal static class ExplainVerb
{
    public static Command Build(VerbFrame frame)
    {
        var key = new Option<string?>("--key") { HelpName = "SECRET", Description = "The caller's API key" };
        var user = new Option<string?>("--user") { HelpName = "EMAIL", Description = "A user, as if with a new key" };
        var groups = new Option<string[]>("--group", "--groups") { Description = "With --user: the groups of the key (default auto)", AllowMultipleArgumentsPerToken = true };
        var model = new Option<string?>("--model") { HelpName = "NAME" };
        var needs = new Option<string[]>("--need", "--needs") { Description = "Capabilities that the call wants, such as tools", AllowMultipleArgumentsPerToken = true };
        var path = new Option<string>("--path") { Description = "The path that is called", DefaultValueFactory = static _ => "/v1/chat/completions" };
        var body = new Option<string?>("--body") { HelpName = "FILE", Description = "The body that is sent; - reads standard input" };
        var headers = new Option<string[]>("--header", "-H") { HelpName = "NAME: VALUE", Description = "A header that the client sends, such as anthropic-beta; may be given several times" };
        var request = new Option<string?>("--request") { HelpName = "ID", Description = "A call that was made, by the header x-aiohub-request-id: how it was served, and why not otherwise" };
        var command = new Command("explain", "Say how a call would be served, without serving it, or how one was") { key, user, groups, model, needs, path, body, headers, request };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(request) is not null)
            {
                if (parsed.GetResult(key) is not null || parsed.GetResult(user) is not null || parsed.GetResult(model) is not null || parsed.GetResult(body) is not null)
                {
                    parsed.AddError("--request ID says all: name nothing else.");
                }

                return;
            }

            if (parsed.GetResult(key) is null == parsed.GetResult(user) is null)
            {
                parsed.AddError("Name one of --key SECRET, --user EMAIL and --request ID.");
            }

            if (parsed.GetResult(model) is null && parsed.GetResult(body) is null)
            {
                parsed.AddError("Name --model NAME or --body FILE.");
            }
        });
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            if (parsed.GetValue(request) is { } id)
            {
                return await TellAsync(home, id, cancellation);
            }

            var caller = parsed.GetValue(key) is { } secret
                ? home.Keys.Find(secret) ?? throw new AdminException("key", "no API key has this secret")
                : await AsUserAsync(home, parsed.GetValue(user)!, parsed.GetValue(groups), cancellation);
            var bytes = parsed.GetValue(body) switch
            {
                null => null,
                "-" => System.Text.Encoding.UTF8.GetBytes(await Console.In.ReadToEndAsync(cancellation)),
                var file => await File.ReadAllBytesAsync(file, cancellation),
            };
            var question = Question(
                new AskedCall(caller, parsed.GetRequiredValue(path)) { Model = parsed.GetValue(model), Body = bytes is null ? default(ReadOnlyMemory<byte>?) : bytes },
                parsed.GetValue(needs) ?? [], parsed.GetValue(headers) ?? []);

            // As running servers noted it in the last second.
            var health = new LocalHealth(home.Time);
            health.Restore((await home.Health.StatesAsync(cancellation)).Select(static noted => noted.State));
            var router = new Router(home.Routing, home.Catalog, health, home.Time) { Settings = await home.RouteSettings.ReadAsync(cancellation) };

            // Money by what the database holds; what calls have set aside, and rates, only the running server knows.
            using var holds = new LocalHoldBook(home.Database, home.Time);
            await holds.LoadAsync(cancellation);
            await new WatchedLimits(home, holds, new SpendingAlerts(holds, home.Database, home.Time), new QuotaAlerts(holds, home.Database, home.Time), new AlertWishAdmin(home.Database)).RefreshAsync(cancellation);
            var owner = (await home.Identity.ListUsersAsync(cancellation)).FirstOrDefault(user => user.Id == caller.Owner)?.Email ?? $"user {caller.Owner.Value}";
            var run = new RouteDryRun(router, home.Routing, holds, counted: null, home.Time).Run(question, owner, bytes?.Length ?? 0);
            return new Answer(Shape(run), output => Print(output, question.Model.ToString(), run));
        });
        return command;
    }

    /// <summary>A call that is over, as its record keeps it.</summary>
    private static async Task<Answer> TellAsync(HubHome home, string id, CancellationToken cancellation)
    {
        var request = RequestId.TryParse(id, out var known) ? known : throw new UsageException($"'{id}' is no request id: it has 26 letters and digits.");
        var receipt = await RequestLog.FindAsync(home.Database, request, cancellation)
            ?? throw new AdminException("request", "no call with that id is in the database; one that has just ended comes a moment later");
        var run = DryRun.Of(receipt) ?? throw new AdminException("request", "nothing is kept of how this call was routed: it was refused before that, or it is older than such records");
        var json = Shape(run);
        json["request_id"] = request.ToString();
        return new Answer(json, output => Print(output, receipt.RequestedModel, run));
    }

    private static RouteQuestion Question(AskedCall call, string[] needs, string[] headers)
    {
        var wanted = Needs.None;
        foreach (var need in needs)
        {
            wanted |= CapabilityNames.TryParse(need, out var one) ? one
                : throw new UsageException($"There is no capability '{need}'; known are {string.Join(", ", CapabilityNames.All)}.");
        }

        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var name = colon > 0 ? header[..colon].Trim() : throw new UsageException($"'{header}' is not NAME: VALUE.");
            call.Headers.Append(name, header[(colon + 1)..].Trim());
        }

        return CallQuestion.TryAsk(call with { Needs = wanted }, out var question, out var fault) ? question
            : fault.Code is "unknown_path" or "missing_field" ? throw new UsageException(fault.Message)
            : throw new AdminException("body", $"{fault.Code}: {fault.Message}");
    }

    private static async Task<ApiKey> AsUserAsync(HubHome home, string email, string[]? groups, CancellationToken cancellation)
    {
        var user = (await home.Identity.ListUsersAsync(cancellation)).FirstOrDefault(user => string.Equals(user.Email, email.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw new AdminException("user", $"there is no user {email}; `users list` shows all");
        return new ApiKey
        {
            Id = default,
            Name = "explain",
            Owner = user.Id,
            OwnerRole = user.Role,
            OwnerTags = user.Tags,
            Groups = groups is { Length: > 0 } ? [.. groups] : [Group.AutoName],
            Enabled = user.Enabled,
            OwnerMultiplier = user.Multiplier,
            OwnerLimits = user.Limits,
        };
    }

    private static JsonObject Shape(DryRun run)
    {
        var json = Shape(run.Explanation);
        json["expected_usd"] = run.Expected?.Total.ToUsdString();
        if (!run.Limits.IsDefault)
        {
            json["limits"] = Shapes.List(run.Limits, Shape);
        }

        return json;
    }

    private static JsonObject Shape(LimitState limit)
    {
        var json = new JsonObject { ["owner"] = LimitNames.Of(limit.Owner), ["name"] = limit.Name, ["limit"] = limit.Limit, ["state"] = limit.State };
        foreach (var (name, value) in new[] { ("most", limit.Most), ("used", limit.Used), ("left", limit.Left) })
        {
            if (value is { } number)
            {
                json[name] = number;
            }
        }

        if (limit.ResetsAt is { } resets)
        {
            json["resets_at"] = Shapes.Moment(resets);
        }

        return json;
    }

    private static JsonObject Shape(RouteExplanation explanation) => new()
    {
        ["group"] = explanation.Group,
        ["channel"] = explanation.Channel,
        ["model"] = explanation.Model,
        ["upstream_model"] = explanation.UpstreamModel,
        ["multiplier"] = explanation.Multiplier,
        ["price"] = explanation.Price is { } price ? JsonNode.Parse(PriceJson.Write(price)) : null,
        ["price_version"] = explanation.Price?.Version,
        ["price_group"] = explanation.PriceGroup,
        ["refusal"] = explanation.Refusal is { } refusal
            ? new JsonObject { ["status"] = refusal.Status, ["code"] = refusal.Code, ["message"] = refusal.Message }
            : null,
        ["groups"] = Shapes.List(explanation.Groups, static group => new JsonObject
        {
            ["group"] = group.Group,
            ["chosen"] = group.Chosen,
            ["reason"] = group.Reason,
            ["code"] = group.Code,
            ["channels"] = Shapes.List(group.Channels, static channel => new JsonObject
            {
                ["channel"] = channel.Channel, ["result"] = channel.Result, ["reason"] = channel.Reason,
            }),
        }),
    };

    private static void Print(TextWriter output, string model, DryRun run)
    {
        var explanation = run.Explanation;
        var isOver = run.Limits.IsDefault;
        output.WriteLine(explanation.Refusal is { } refusal ? $"{model} {(isOver ? "was" : "would be")} refused: {refusal.Status} {refusal.Code}{(refusal.Message.Length > 0 ? $": {refusal.Message}" : "")}"
            : explanation.Group is null ? $"{model} was not served: its caller left"
            : $"{model} {(isOver ? "was" : "would be")} served as {explanation.Model} by group {explanation.Group}, channel {explanation.Channel} (there '{explanation.UpstreamModel}'), "
                + $"at {Shapes.Number(explanation.Multiplier)} times {PriceOf(explanation.Price)}{VersionOf(explanation)}");
        foreach (var group in explanation.Groups)
        {
            output.WriteLine($"{(group.Chosen ? "*" : "-")} {group.Group}: {group.Reason}");
            foreach (var channel in group.Channels)
            {
                output.WriteLine($"    {channel.Channel}: {channel.Result}{(channel.Reason.Length == 0 ? "" : $", {channel.Reason}")}");
            }
        }

        foreach (var limit in isOver ? [] : run.Limits)
        {
            output.WriteLine($"{(limit.Refuses ? "!" : " ")} {LimitNames.Of(limit.Owner)} {limit.Name}, {limit.Limit}{(limit.Most is { } most ? $" {Shapes.Number(most)}" : "")}: {Told(limit)}");
        }
    }

    private static string Told(LimitState limit) => limit switch
    {
        { State: "unknown" } => "counted by the running server alone; POST /api/route/explain asks it",
        { Left: { } left } => $"{limit.State.Replace('_', ' ')}, {Shapes.Number(left)} USD left{(limit.ResetsAt is { } at ? $" until {Shapes.Moment(at)}" : "")}",
        _ => limit.State.Replace('_', ' '),
    };

    /// <summary>Whose price it is, and which version of it.</summary>
    private static string VersionOf(RouteExplanation explanation) => explanation.Price is not { } price ? ""
        : $" ({(explanation.PriceGroup is { } own ? $"group {own}'s own price" : "the model's price")}, version {price.Version})";

    private static string PriceOf(PriceRow? price) => price is null ? "a price that is not known any more"
        : $"{Shapes.Number(price.Rates.Input ?? 0)} USD in / {Shapes.Number(price.Rates.Output ?? 0)} USD out per million tokens";
}
