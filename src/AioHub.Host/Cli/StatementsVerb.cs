using System.CommandLine;
using System.Globalization;
using AioHub.Core.Metering;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary><c>statements</c>: one user's month as CSV or JSON, straight from the database to where it goes.</summary>
internal static class StatementsVerb
{
    public static Command Build(VerbFrame frame)
    {
        var user = new Option<string>("--user") { HelpName = "EMAIL", Description = "Whose wallet", Required = true };
        var month = new Option<string>("--month") { HelpName = "YYYY-MM", Description = "Which month, UTC", Required = true };
        var csv = new Option<bool>("--csv") { Description = "As CSV, which is also what comes without --json" };
        var file = new Option<string?>("--out") { HelpName = "FILE", Description = "Write a file; it is there only when it is whole" };
        var cost = new Option<bool>("--cost") { Description = "For operators: also what the calls cost, and the margin" };
        var command = new Command("statements", "A user's month: opening balance, entries, calls by day, model and group, closing balance") { user, month, csv, file, cost };
        frame.Raw(command, async (parsed, cancellation) =>
        {
            var (json, showCost) = (parsed.GetValue(frame.Json), parsed.GetValue(cost));
            if (json && parsed.GetValue(csv))
            {
                throw new UsageException("Choose one of --csv and --json.");
            }

            if (!DateOnly.TryParseExact(parsed.GetRequiredValue(month), "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first))
            {
                throw new UsageException("A month is written as 2026-11.");
            }

            var settings = HubSettings.Read(frame.Flags(parsed));
            var (home, seeded) = await HubHome.OpenAsync(settings, TimeProvider.System, cancellation);
            await using (home)
            {
                if (seeded.Seeded)
                {
                    await frame.TellSeededAsync(settings, seeded);
                }

                var statements = new Statements(home.Database);
                var email = parsed.GetRequiredValue(user);
                if (parsed.GetValue(file) is { } path)
                {
                    await WriteFileAsync(path, output => statements.WriteAsync(email, first, Writer(output, json, showCost), cancellation));
                }
                else
                {
                    await statements.WriteAsync(email, first, Writer(frame.Output, json, showCost), cancellation);
                }
            }

            return 0;
        });
        return command;
    }

    private static IStatementWriter Writer(TextWriter output, bool json, bool showCost) => json ? new StatementJson(output, showCost) : new StatementCsv(output, showCost);

    /// <summary>Beside the file first: half a statement must not look like one.</summary>
    private static async Task WriteFileAsync(string path, Func<TextWriter, Task> write)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        try
        {
            var output = new StreamWriter(draft);
            await using (output)
            {
                await write(output);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
