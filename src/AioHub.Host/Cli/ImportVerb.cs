using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Import;
using AioHub.Core.Import.NewApi;
using AioHub.Core.Primitives;

namespace AioHub.Host.Cli;

/// <summary><c>import new-api</c>: brings what another gateway had into the data, all of it or nothing.</summary>
internal static class ImportVerb
{
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(60);

    public static Command Build(VerbFrame frame) => new("import", "Bring over what another gateway had") { NewApi(frame) };

    private static Command NewApi(VerbFrame frame)
    {
        var sqlite = new Option<string?>("--sqlite") { HelpName = "FILE", Description = "Its SQLite file, one-api.db" };
        var dump = new Option<string?>("--mysql-dump") { HelpName = "FILE", Description = "What mysqldump wrote of its database" };
        var url = new Option<string?>("--url") { HelpName = "ADDRESS", Description = "Where it runs; its API keeps channels' keys and others' tokens back" };
        var token = new Option<string?>("--token") { Description = "With --url: an access token of its root user" };
        var tokenUser = new Option<long>("--token-user") { HelpName = "ID", Description = "With --url: whose token it is", DefaultValueFactory = static _ => 1 };
        var origin = new Option<string>("--origin") { HelpName = "WORD", Description = "Names the installation; another word for a second one", DefaultValueFactory = static _ => NewApiPlanner.DefaultOrigin };
        var noBalances = new Option<bool>("--no-balances") { Description = "Leave users' balances where they are; a later run without it brings them over" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would change and change nothing" };
        var command = new Command("new-api", "Channels, groups, tokens, users, balances and ratios of a new-api (or one-api)") { sqlite, dump, url, token, tokenUser, origin, noBalances, dryRun };
        command.Validators.Add(parsed =>
        {
            string?[] sources = [parsed.GetValue(sqlite), parsed.GetValue(dump), parsed.GetValue(url)];
            if (sources.Count(static source => source is not null) != 1)
            {
                parsed.AddError("Name one source: --sqlite FILE, --mysql-dump FILE, or --url ADDRESS with --token.");
            }
            else if (parsed.GetValue(url) is { } address && (parsed.GetValue(token) is null || !Uri.TryCreate(address, UriKind.Absolute, out var site) || site.Scheme is not ("http" or "https")))
            {
                parsed.AddError("--url needs an address that starts with http:// or https://, and --token.");
            }
            else if (parsed.GetValue(origin) is { } word && !NewApiPlanner.IsOrigin(word))
            {
                parsed.AddError("--origin must have 1 to 24 of a-z, 0-9 and -.");
            }
        });
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var content = parsed.GetValue(sqlite) is { } file ? await NewApiSqliteStore.ReadAsync(file, cancellation)
                : parsed.GetValue(dump) is { } text ? MySqlDump.Read(text)
                : await AskAsync(new Uri(parsed.GetValue(url)!), parsed.GetValue(token)!, parsed.GetValue(tokenUser), cancellation);
            var dry = parsed.GetValue(dryRun);
            var run = new ImportRun(home.Database, home.Models, home.Channels, home.Identity, home.Groups, home.Ledger);
            var import = new NewApiImport(home.Database, home.Master, home.Time, run);
            return Tell(await import.RunAsync(content, new NewApiWish(parsed.GetValue(origin)!, !parsed.GetValue(noBalances)), dry, cancellation: cancellation), dry);
        });
        return command;
    }

    private static async Task<NewApiContent> AskAsync(Uri address, string token, long user, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = LongestCall };
        return await new NewApiSite(http, address, token, user).ReadAsync(cancellation);
    }

    private static Answer Tell(ImportReport report, bool dry) => new(
        new JsonObject
        {
            ["dry_run"] = dry,
            ["changed"] = !report.Changes.IsEmpty,
            ["moved_usd"] = report.Moved.ToUsdString(),
            ["changes"] = Shapes.List(report.Changes, Shapes.Change),
            ["notes"] = Shapes.List(report.Notes, static note => new JsonObject
            {
                ["kind"] = Shapes.Name(note.Kind),
                ["what"] = note.What,
                ["reason"] = note.Reason,
                ["remedy"] = note.Remedy,
            }),
        },
        output => Print(output, report, dry));

    private static void Print(TextWriter output, ImportReport report, bool dry)
    {
        foreach (var change in report.Changes)
        {
            Shapes.Print(output, change);
        }

        foreach (var (kind, heading) in new[]
        {
            (ImportNoteKind.Left, "Did not come over:"), (ImportNoteKind.Adjusted, "Came over otherwise:"), (ImportNoteKind.Told, "To know:"),
        })
        {
            var notes = report.Notes.Where(note => note.Kind == kind).ToList();
            if (notes.Count == 0)
            {
                continue;
            }

            output.WriteLine();
            output.WriteLine(heading);
            foreach (var note in notes)
            {
                output.WriteLine($"  {note.What}: {note.Reason}");
                if (note.Remedy.Length > 0)
                {
                    output.WriteLine($"      → {note.Remedy}");
                }
            }
        }

        output.WriteLine();
        var money = report.Moved == NanoUsd.Zero ? "no money" : $"{Shapes.Usd(report.Moved)} USD";
        output.WriteLine(report.Changes.IsEmpty ? "Nothing to change."
            : dry ? $"Dry run: {report.Changes.Length} things would change and {money} would move; nothing was changed."
            : $"Imported: {report.Changes.Length} things changed, {money} moved.");
    }
}
