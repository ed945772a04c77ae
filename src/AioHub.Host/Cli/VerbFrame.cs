using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using AioHub.Core.Primitives;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary>What all verbs share: their common options, the opened data, how answers and failures are told.</summary>
internal sealed class VerbFrame(TextWriter output, TextWriter error)
{
    public const int Failed = 1;
    public const int Misused = 2;

    public TextWriter Output => output;

    public Option<bool> Json { get; } = new("--json") { Description = "Answer with one JSON document", Recursive = true };

    public Option<string?> Data { get; } = new("--data") { Description = "The data folder (default ./data, or AIOHUB_DATA)", HelpName = "FOLDER", Recursive = true };

    public Option<string?> Database { get; } = new("--database")
    {
        Description = "A PostgreSQL connection string, Host=…; without it SQLite in the data folder",
        HelpName = "CONNECTION",
        Recursive = true,
    };

    /// <summary>A verb that works on the data itself, whether or not a server runs on it.</summary>
    public void OnData(Command command, Func<HubHome, ParseResult, CancellationToken, Task<Answer>> run) => On(command, async (parsed, cancellation) =>
    {
        var settings = HubSettings.Read(Flags(parsed));
        var (home, seeded) = await HubHome.OpenAsync(settings, TimeProvider.System, cancellation);
        await using (home)
        {
            if (seeded.Seeded)
            {
                await TellSeededAsync(settings, seeded);
            }

            using var acting = Acting.As(Actor.Cli);
            return await run(home, parsed, cancellation);
        }
    });

    public void On(Command command, Func<ParseResult, CancellationToken, Task<Answer>> run) => Raw(command, async (parsed, cancellation) =>
    {
        var answer = await run(parsed, cancellation);
        answer.WriteTo(output, parsed.GetValue(Json));
        return answer.ExitCode;
    });

    /// <summary>A verb that writes for itself.</summary>
    public void Raw(Command command, Func<ParseResult, CancellationToken, Task<int>> run) => command.SetAction(async (parsed, cancellation) =>
    {
        try
        {
            return await run(parsed, cancellation);
        }
        catch (UsageException wrong)
        {
            await error.WriteLineAsync(wrong.Message);
            return Misused;
        }
        catch (AdminException refused)
        {
            foreach (var problem in refused.Problems)
            {
                await error.WriteLineAsync(problem.ToString());
            }

            return Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await error.WriteLineAsync("Interrupted.");
            return Failed;
        }
        catch (Exception failure)
        {
            await error.WriteLineAsync(Tell(failure));
            return Failed;
        }
    });

    /// <summary>The first key's secret is made once: whoever opens new data first is told, whatever else he came for.</summary>
    public async Task TellSeededAsync(HubSettings settings, SeedReport seeded)
    {
        await error.WriteLineAsync($"The data folder {settings.DataFolder} was new and has been filled. The owner's first API key, shown once: {seeded.KeySecret}");
        foreach (var warning in seeded.Warnings)
        {
            await error.WriteLineAsync($"Note: {warning}");
        }
    }

    public IReadOnlyDictionary<string, string?> Flags(ParseResult parsed) => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["data"] = parsed.GetValue(Data),
        ["database"] = parsed.GetValue(Database),
    };

    // What an operator can put right is told in a line; anything else is a bug, and its whole trace is wanted.
    private static string Tell(Exception failure) => failure switch
    {
        ServeException or ValidationException or MasterKeyException or SecretBoxException or ArgumentException or OverflowException or FormatException or UnauthorizedAccessException
            => failure.Message,
        DbException => $"The database: {failure.Message}",
        IOException or HttpRequestException or System.Net.Sockets.SocketException => failure.GetBaseException() is var root && ReferenceEquals(root, failure)
            ? failure.Message
            : $"{failure.Message} {root.Message}",
        _ => failure.ToString(),
    };
}

/// <summary>The words of a command line do not go together.</summary>
internal sealed class UsageException(string message) : Exception(message);
