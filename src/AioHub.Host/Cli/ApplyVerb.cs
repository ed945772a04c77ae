using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Setup;
using AioHub.Host.Configuration;

namespace AioHub.Host.Cli;

/// <summary><c>apply FILE</c>: brings a configuration file into the data, all of it or nothing.</summary>
internal static class ApplyVerb
{
    private const string StandardInput = "-";

    public static Command Build(VerbFrame frame)
    {
        var file = new Argument<string>("FILE") { Description = "A YAML file; - reads standard input" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would change and change nothing" };
        var command = new Command("apply", "Apply a configuration file") { file, dryRun };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var dry = parsed.GetValue(dryRun);
            var path = parsed.GetRequiredValue(file);
            var report = path == StandardInput
                ? await ConfigurationFile.ApplyTextAsync(home, "stdin", await Console.In.ReadToEndAsync(cancellation), Environment.GetEnvironmentVariable, dry, cancellation)
                : await ConfigurationFile.ApplyAsync(home, path, dry, cancellation);
            var json = new JsonObject
            {
                ["dry_run"] = dry,
                ["changed"] = !report.Changes.IsEmpty,
                ["changes"] = Shapes.List(report.Changes, Shapes.Change),
                ["keys"] = Shapes.List(report.Keys, static key => new JsonObject { ["name"] = key.Name, ["user"] = key.User, ["secret"] = key.Secret }),
            };
            return new Answer(json, output => Print(output, report, dry));
        });
        return command;
    }

    /// <summary>Secrets that the file left to chance; they are made once and told once.</summary>
    public static void TellKeys(TextWriter output, ConfigurationReport report)
    {
        foreach (var key in report.Keys)
        {
            output.WriteLine($"Key '{key.Name}' of {key.User}, shown once: {key.Secret}");
        }
    }

    private static void Print(TextWriter output, ConfigurationReport report, bool dry)
    {
        foreach (var change in report.Changes)
        {
            Shapes.Print(output, change);
        }

        TellKeys(output, report);
        output.WriteLine(report.Changes.IsEmpty ? "Nothing to change."
            : dry ? $"Dry run: {report.Changes.Length} things would change; nothing was changed."
            : $"Applied: {report.Changes.Length} things changed.");
    }
}
