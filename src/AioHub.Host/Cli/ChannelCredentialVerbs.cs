using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Host.Cli;

/// <summary><c>channels import-credentials</c> and <c>channels credentials list|set|enable|disable|remove</c>.</summary>
internal static class ChannelCredentialVerbs
{
    private const string StandardInput = "-";

    public static Command Import(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var file = new Option<string>("--file") { Description = "One secret a line, CSV (name,secret) or JSON; - reads standard input", Required = true };
        var prefix = new Option<string>("--prefix") { Description = "Of the names of those that have none", DefaultValueFactory = static _ => "key" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would change and change nothing" };
        var limits = new LimitOptions(queues: true);
        var command = new Command("import-credentials", "Add many credentials to a channel; those that it has are passed over") { name, file, prefix, dryRun };
        limits.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var dry = parsed.GetValue(dryRun);
            var list = CredentialFile.Read(await ReadAsync(parsed.GetRequiredValue(file), cancellation));
            var import = await home.Credentials.ImportAsync(
                parsed.GetRequiredValue(name), list, limits.Read(parsed, Limits.None), parsed.GetRequiredValue(prefix), dry, cancellation);
            return new Answer(
                new JsonObject
                {
                    ["channel"] = parsed.GetRequiredValue(name),
                    ["dry_run"] = dry,
                    ["added"] = Shapes.Texts(import.Added),
                    ["present"] = Shapes.Texts(import.Present),
                    ["repeated_lines"] = new JsonArray([.. import.Repeated.Select(static line => (JsonNode)line)]),
                    ["elsewhere"] = Shapes.Texts(import.Elsewhere),
                },
                output =>
                {
                    Told("added", import.Added);
                    Told("there already", import.Present);
                    Told("repeated in lines", import.Repeated.Select(static line => line.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                    Told("in another channel too", import.Elsewhere);
                    output.WriteLine($"{(dry ? "Dry run: " : "")}{import.Added.Length} added, {import.Present.Length + import.Repeated.Length} passed over.");

                    void Told(string what, IEnumerable<string> names)
                    {
                        if (Shapes.Joined(names) is { Length: > 0 } joined)
                        {
                            output.WriteLine($"{what}: {joined}");
                        }
                    }
                });
        });
        return command;
    }

    public static Command Build(VerbFrame frame) => new("credentials", "The credentials of a channel")
    {
        List(frame), Set(frame), Switch(frame, "enable", "Use a credential again", enabled: true), Switch(frame, "disable", "Stop using a credential", enabled: false), Remove(frame),
    };

    private static Command List(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var command = new Command("list", "List the credentials of a channel; secrets are masked") { name };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            var listing = (await home.Channels.ListAsync(cancellation)).FirstOrDefault(channel => channel.Channel.Name == wanted)
                ?? throw new AdminException("name", $"there is no channel '{wanted}'; `channels list` shows all");
            return new Answer(
                new JsonObject { ["channel"] = wanted, ["credentials"] = Shapes.List(listing.Credentials, Shape) },
                output => Table.Write(output, ["name", "secret", "state", "limits"], listing.Credentials.Select(static credential => new[]
                {
                    credential.Name, credential.MaskedSecret, credential.Enabled ? "enabled" : "disabled", LimitOptions.Tell(credential.Limits),
                })));
        });
        return command;
    }

    private static Command Set(VerbFrame frame)
    {
        var (name, credential) = (new Argument<string>("NAME"), new Argument<string>("CREDENTIAL"));
        var limits = new LimitOptions(queues: true);
        var command = new Command("set", "Change a credential's limits") { name, credential };
        limits.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) => Shapes.Changed(await home.Credentials.ChangeAsync(
            parsed.GetRequiredValue(name), parsed.GetRequiredValue(credential), enabled: null, present => limits.Read(parsed, present), cancellation)));
        return command;
    }

    private static Command Switch(VerbFrame frame, string verb, string description, bool enabled)
    {
        var (name, credential) = (new Argument<string>("NAME"), new Argument<string>("CREDENTIAL"));
        var command = new Command(verb, description) { name, credential };
        frame.OnData(command, async (home, parsed, cancellation) => Shapes.Changed(await home.Credentials.ChangeAsync(
            parsed.GetRequiredValue(name), parsed.GetRequiredValue(credential), enabled, cancellation: cancellation)));
        return command;
    }

    private static Command Remove(VerbFrame frame)
    {
        var (name, credential) = (new Argument<string>("NAME"), new Argument<string>("CREDENTIAL"));
        var command = new Command("remove", "Remove a credential; not a channel's last") { name, credential };
        frame.OnData(command, async (home, parsed, cancellation) => Shapes.Changed(await home.Channels.RemoveCredentialAsync(
            parsed.GetRequiredValue(name), parsed.GetRequiredValue(credential), cancellation: cancellation)));
        return command;
    }

    public static JsonObject Shape(CredentialListing credential) => new()
    {
        ["name"] = credential.Name, ["secret"] = credential.MaskedSecret, ["enabled"] = credential.Enabled, ["limits"] = LimitOptions.Shape(credential.Limits),
    };

    private static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return path == StandardInput ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(path, $"cannot be read: {failure.Message}");
        }
    }
}
