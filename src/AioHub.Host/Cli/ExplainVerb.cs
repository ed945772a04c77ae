using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Host.Serving;
using AioHub.Relay;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Cli;

/// <summary><c>explain</c>: which group, channel and price a call would get, and why not the others; nothing is sent.</summary>
internal static class ExplainVerb
{
    private static readonly (string End, Dialect Dialect, Operation Operation)[] Paths =
    [
        ("/messages/count_tokens", Dialect.AnthropicMessages, Operation.CountTokens),
        ("/messages", Dialect.AnthropicMessages, Operation.Generate),
        ("/responses/compact", Dialect.OpenAiResponses, Operation.Compact),
        ("/responses", Dialect.OpenAiResponses, Operation.Generate),
        ("/chat/completions", Dialect.OpenAiChat, Operation.Generate),
        ("/completions", Dialect.OpenAiChat, Operation.Complete),
        ("/embeddings", Dialect.OpenAiChat, Operation.Embed),
        ("/images/generations", Dialect.OpenAiChat, Operation.GenerateImage),
        (":generateContent", Dialect.Gemini, Operation.Generate),
        (":streamGenerateContent", Dialect.Gemini, Operation.Generate),
        (":countTokens", Dialect.Gemini, Operation.CountTokens),
    ];

    public static Command Build(VerbFrame frame)
    {
        var key = new Option<string?>("--key") { HelpName = "SECRET", Description = "The caller's API key" };
        var user = new Option<string?>("--user") { HelpName = "EMAIL", Description = "A user, as if with a new key" };
        var groups = new Option<string[]>("--group", "--groups") { Description = "With --user: the groups of the key (default auto)", AllowMultipleArgumentsPerToken = true };
        var model = new Option<string?>("--model") { HelpName = "NAME" };
        var needs = new Option<string[]>("--need", "--needs") { Description = "Capabilities that the call wants, such as tools", AllowMultipleArgumentsPerToken = true };
        var path = new Option<string>("--path") { Description = "The path that is called", DefaultValueFactory = static _ => "/v1/chat/completions" };
        var body = new Option<string?>("--body") { HelpName = "FILE", Description = "The body that is sent; - reads standard input" };
        var command = new Command("explain", "Say how a call would be served, without serving it") { key, user, groups, model, needs, path, body };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(key) is null == parsed.GetResult(user) is null)
            {
                parsed.AddError("Name one of --key SECRET and --user EMAIL.");
            }

            if (parsed.GetResult(model) is null && parsed.GetResult(body) is null)
            {
                parsed.AddError("Name --model NAME or --body FILE.");
            }
        });
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var caller = parsed.GetValue(key) is { } secret
                ? home.Keys.Find(secret) ?? throw new AdminException("key", "no API key has this secret")
                : await AsUserAsync(home, parsed.GetValue(user)!, parsed.GetValue(groups), cancellation);
            var bytes = parsed.GetValue(body) switch
            {
                null => null,
                "-" => System.Text.Encoding.UTF8.GetBytes(await Console.In.ReadToEndAsync(cancellation)),
                var file => await File.ReadAllBytesAsync(file, cancellation),
            };
            var question = Question(caller, parsed.GetRequiredValue(path), parsed.GetValue(model), parsed.GetValue(needs) ?? [], bytes);

            // As running servers noted it in the last second.
            var health = new LocalHealth(home.Time);
            health.Restore((await home.Health.StatesAsync(cancellation)).Select(static noted => noted.State));
            var router = new Router(home.Routing, home.Catalog, health, home.Time) { Settings = await home.RouteSettings.ReadAsync(cancellation) };

            // Money by what the database holds; what calls have set aside, and rates, only the running server knows.
            using var holds = new LocalHoldBook(home.Database, home.Time);
            await holds.LoadAsync(cancellation);
            await new WatchedLimits(home, holds, new SpendingAlerts(holds, home.Database, home.Time), new QuotaAlerts(holds, home.Database, home.Time)).RefreshAsync(cancellation);
            var owner = (await home.Identity.ListUsersAsync(cancellation)).FirstOrDefault(user => user.Id == caller.Owner)?.Email ?? $"user {caller.Owner.Value}";
            var run = new RouteDryRun(router, home.Routing, holds, counted: null, home.Time).Run(question, owner, bytes?.Length ?? 0);
            return new Answer(Shape(run), output => Print(output, question, run));
        });
        return command;
    }

    private static RouteQuestion Question(ApiKey key, string path, string? model, string[] needs, byte[]? body)
    {
        var plain = path.Split('?')[0].TrimEnd('/');
        var found = Array.Find(Paths, candidate => plain.EndsWith(candidate.End, StringComparison.Ordinal));
        if (found.End is null)
        {
            throw new UsageException($"'{path}' is no path of a model call; such are {string.Join(", ", Paths.Select(static known => known.End))}.");
        }

        var wanted = Needs.None;
        foreach (var need in needs)
        {
            wanted |= CapabilityNames.TryParse(need, out var one) ? one
                : throw new UsageException($"There is no capability '{need}'; known are {string.Join(", ", CapabilityNames.All)}.");
        }

        string? session = null;
        if (body is not null)
        {
            if (!DialectRooms.Client(found.Dialect).TryPeek(body, found.Operation, out var peek, out var fault))
            {
                throw new AdminException("body", $"{fault.Code}: {fault.Message}");
            }

            model ??= peek.Model ?? FromPath(plain);
            wanted |= peek.Needs;
            session = peek.Session;
        }

        var name = ModelName.Parse(model ?? FromPath(plain) ?? throw new UsageException("Neither --model nor the body names a model."));
        return new RouteQuestion(key, found.Dialect, found.Operation, name, wanted | (name.LongContext ? Needs.LongContext : Needs.None), session);
    }

    /// <summary>Gemini's paths name the model: <c>/v1beta/models/NAME:generateContent</c>.</summary>
    private static string? FromPath(string path)
    {
        var at = path.IndexOf("/models/", StringComparison.Ordinal);
        var colon = path.LastIndexOf(':');
        return at >= 0 && colon > at ? Uri.UnescapeDataString(path[(at + "/models/".Length)..colon]) : null;
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
        json["limits"] = Shapes.List(run.Limits, Shape);
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
        ["refusal"] = explanation.Refusal is { } refusal
            ? new JsonObject { ["status"] = refusal.Status, ["code"] = refusal.Code, ["message"] = refusal.Message }
            : null,
        ["groups"] = Shapes.List(explanation.Groups, static group => new JsonObject
        {
            ["group"] = group.Group,
            ["chosen"] = group.Chosen,
            ["reason"] = group.Reason,
            ["channels"] = Shapes.List(group.Channels, static channel => new JsonObject
            {
                ["channel"] = channel.Channel, ["result"] = channel.Result, ["reason"] = channel.Reason,
            }),
        }),
    };

    private static void Print(TextWriter output, RouteQuestion question, DryRun run)
    {
        var explanation = run.Explanation;
        output.WriteLine(explanation.Refusal is { } refusal
            ? $"{question.Model} would be refused: {refusal.Status} {refusal.Code}: {refusal.Message}"
            : $"{question.Model} would be served as {explanation.Model} by group {explanation.Group}, channel {explanation.Channel} (there '{explanation.UpstreamModel}'), "
                + $"at {Shapes.Number(explanation.Multiplier)} times {PriceOf(explanation.Price!)}");
        foreach (var group in explanation.Groups)
        {
            output.WriteLine($"{(group.Chosen ? "*" : "-")} {group.Group}: {group.Reason}");
            foreach (var channel in group.Channels)
            {
                output.WriteLine($"    {channel.Channel}: {channel.Result}{(channel.Reason.Length == 0 ? "" : $", {channel.Reason}")}");
            }
        }

        foreach (var limit in run.Limits)
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

    private static string PriceOf(PriceRow price) =>
        $"{Shapes.Number(price.Rates.Input ?? 0)} USD in / {Shapes.Number(price.Rates.Output ?? 0)} USD out per million tokens";
}
