using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary><c>channels health|reset|events</c>: what servers hold against credentials, as of their last second, and having it forgotten.</summary>
internal static class ChannelHealthVerbs
{
    public static Command Health(VerbFrame frame)
    {
        var name = new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("health", "What rests, since when and why; what is not listed is well") { name };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(name) is { } one ? Find(home, one) : null;
            var names = Names(home);
            var states = (await home.Health.StatesAsync(cancellation))
                .Where(noted => names.TryGetValue(noted.State.Credential, out var known) && (wanted is null || ReferenceEquals(known.Channel, wanted)))
                .Select(noted => (noted.Node, noted.State, names[noted.State.Credential].Channel, names[noted.State.Credential].Credential))
                .OrderBy(static line => line.Channel.Name, StringComparer.Ordinal)
                .ToArray();
            return new Answer(
                new JsonObject { ["ok"] = !Array.Exists(states, static line => line.State.Phase != HealthPhase.Closed), ["states"] = Shapes.List(states, static line => Shape(line.Node, line.State, line.Channel, line.Credential)) },
                output =>
                {
                    if (states.Length == 0)
                    {
                        output.WriteLine("all is well");
                        return;
                    }

                    Table.Write(output, ["channel", "credential", "concerns", "state", "failure", "in a row", "until", "reason"], states.Select(static line => new[]
                    {
                        line.Channel.Name, line.Credential.Name, Concerns(line.State.Scope, line.State.Subject), Word(line.State.Phase), Word(line.State.Failure), $"{line.State.Failures}",
                        Shapes.Moment(line.State.Until), line.State.Reason,
                    }));
                });
        });
        return command;
    }

    public static Command Reset(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var credential = new Option<string?>("--credential") { HelpName = "NAME", Description = "Only this one of the channel's credentials" };
        var command = new Command("reset", "Forget all failures of a channel: it is asked again at once") { name, credential };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var channel = Find(home, parsed.GetRequiredValue(name));
            var wanted = parsed.GetValue(credential);
            var credentials = channel.Credentials.Where(one => wanted is null || string.Equals(one.Name, wanted, StringComparison.Ordinal)).ToArray();
            if (credentials.Length == 0)
            {
                throw new AdminException("credential", wanted is null ? $"channel '{channel.Name}' has no credential" : $"channel '{channel.Name}' has no credential '{wanted}'");
            }

            await home.Health.ResetAsync([.. credentials.Select(static one => one.Id)], MoneyOptions.Actor, cancellation);
            return new Answer(
                new JsonObject { ["channel"] = channel.Name, ["credentials"] = Shapes.Texts(credentials.Select(static one => one.Name)) },
                output => output.WriteLine($"{channel.Name}: {string.Join(", ", credentials.Select(static one => one.Name))} will be asked again"));
        });
        return command;
    }

    public static Command Events(VerbFrame frame)
    {
        var name = new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int>("--limit") { Description = "At most so many, newest first (1 to 1000)", DefaultValueFactory = static _ => 100 };
        var command = new Command("events", "Every change of health with its reason, newest first") { name, limit };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var entries = await home.Health.EventsAsync(parsed.GetValue(name), parsed.GetValue(limit), cancellation);
            return new Answer(
                new JsonObject { ["events"] = Shapes.List(entries, Shape) },
                output => Table.Write(output, ["at", "channel", "credential", "concerns", "from", "to", "until", "reason"], entries.Select(static entry => new[]
                {
                    Shapes.Moment(entry.Change.At), entry.Channel, entry.Credential, Concerns(entry.Change.Scope, entry.Change.Subject), Word(entry.Change.From), Word(entry.Change.To),
                    Shapes.Moment(entry.Change.Until), entry.Change.Reason,
                })));
        });
        return command;
    }

    private static Channel Find(HubHome home, string name) =>
        home.Routing.Current.Channels.FirstOrDefault(channel => string.Equals(channel.Name, name, StringComparison.Ordinal))
        ?? throw new AdminException("name", $"there is no channel '{name}'; `channels list` shows all");

    private static Dictionary<CredentialId, (Channel Channel, Credential Credential)> Names(HubHome home) =>
        home.Routing.Current.Channels.SelectMany(static channel => channel.Credentials.Select(credential => (channel, credential))).ToDictionary(static pair => pair.credential.Id);

    private static JsonObject Shape(string node, HealthState state, Channel channel, Credential credential) => new()
    {
        ["channel"] = channel.Name,
        ["credential"] = credential.Name,
        ["scope"] = Word(state.Scope),
        ["subject"] = state.Subject,
        ["state"] = Word(state.Phase),
        ["failure"] = Word(state.Failure),
        ["failures"] = state.Failures,
        ["rests"] = state.Rests,
        ["since"] = Shapes.Moment(state.Since),
        ["last"] = Shapes.Moment(state.Last),
        ["until"] = Shapes.Moment(state.Until),
        ["reason"] = state.Reason,
        ["node"] = node,
    };

    private static JsonObject Shape(HealthEntry entry) => new()
    {
        ["at"] = Shapes.Moment(entry.Change.At),
        ["channel"] = entry.Channel,
        ["credential"] = entry.Credential,
        ["scope"] = Word(entry.Change.Scope),
        ["subject"] = entry.Change.Subject,
        ["from"] = Word(entry.Change.From),
        ["to"] = Word(entry.Change.To),
        ["failure"] = entry.Change.Failure == AttemptFailure.None ? null : Word(entry.Change.Failure),
        ["reason"] = entry.Change.Reason,
        ["until"] = Shapes.Moment(entry.Change.Until),
        ["node"] = entry.Node,
    };

    private static string Concerns(HealthScope scope, string subject) => scope == HealthScope.Credential ? "all models" : $"{Word(scope)} {subject}";

    /// <summary>As JSON's names are written: <c>half_open</c>, <c>rate_limited</c>.</summary>
    private static string Word<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
