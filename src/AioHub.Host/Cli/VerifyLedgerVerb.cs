using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Metering;
using AioHub.Core.Reports;

namespace AioHub.Host.Cli;

/// <summary><c>verify-ledger</c>: proves that all money adds up; exit code 1 when it does not.</summary>
internal static class VerifyLedgerVerb
{
    public static Command Build(VerbFrame frame)
    {
        var command = new Command("verify-ledger", "Check that every balance, charge and budget adds up");
        frame.OnData(command, async (home, _, cancellation) =>
        {
            var report = await LedgerAudit.VerifyAsync(home.Database, home.Settings.DataFolder, home.Time, cancellation);
            report = report with { Problems = [.. report.Problems, .. await RollupAudit.VerifyAsync(home.Database, cancellation)] };
            var json = new JsonObject
            {
                ["ok"] = report.Ok,
                ["open_holds"] = report.OpenHolds,
                ["open_tasks"] = report.OpenTasks,
                ["accounts"] = report.Accounts,
                ["entries"] = report.Entries,
                ["requests"] = report.Requests,
                ["journal_pending"] = report.JournalPending,
                ["journal_rejected"] = report.JournalRejected,
                ["problems"] = Shapes.Texts(report.Problems),
            };
            return new Answer(json, output => Print(output, report), report.Ok ? 0 : VerbFrame.Failed);
        });
        return command;
    }

    private static void Print(TextWriter output, AuditReport report)
    {
        output.WriteLine($"{report.Accounts} accounts, {report.Entries} entries, {report.Requests} requests, {report.OpenHolds} open holds, {report.OpenTasks} open tasks, "
            + $"{report.JournalPending} journal records on their way, {report.JournalRejected} journal files put aside");
        foreach (var problem in report.Problems)
        {
            output.WriteLine($"  {problem}");
        }

        output.WriteLine(report.Ok ? "The ledger adds up." : "The ledger does NOT add up.");
    }
}
