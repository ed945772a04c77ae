using System.CommandLine;

namespace AioHub.Host.Cli;

/// <summary>The command line: one file a verb. Exit codes: 0 success, 1 failure, 2 a command line that makes no sense.</summary>
internal static class CommandLine
{
    private static readonly string[] Help = ["-h", "-?", "/?", "/h", "--help", "--version"];

    public static Task<int> RunAsync(string[] args) => RunAsync(args, Console.Out, Console.Error);

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var root = Build(new VerbFrame(output, error));
        var verbs = root.Subcommands.Select(static verb => verb.Name).ToHashSet(StringComparer.Ordinal);
        // Without a verb it serves: `aiohub`, and `aiohub --urls …` too.
        if (args.Length == 0 || (args[0].StartsWith('-') && !args.Any(verbs.Contains) && !args.Any(Help.Contains)))
        {
            args = ["serve", .. args];
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            foreach (var wrong in parsed.Errors)
            {
                await error.WriteLineAsync(wrong.Message);
            }

            var verb = parsed.CommandResult.Command;
            await error.WriteLineAsync(verb is RootCommand ? $"Verbs: {string.Join(", ", root.Subcommands.Select(static known => known.Name))}" : "`--help` shows what fits.");
            return VerbFrame.Misused;
        }

        // The server drains on its own when it is told to stop; nothing else needs a time limit.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        });
    }

    private static RootCommand Build(VerbFrame frame) => new("AIOHub: a self-hosted hub between people's tools and AI models. Without a verb it serves.")
    {
        frame.Json,
        frame.Data,
        frame.Database,
        ServeVerb.Build(frame),
        ApplyVerb.Build(frame),
        ExportVerb.Build(frame),
        ImportVerb.Build(frame),
        KeysVerb.Build(frame),
        GroupsVerb.Build(frame),
        ChannelsVerb.Build(frame),
        ModelsVerb.Build(frame),
        PricesVerb.Build(frame),
        UsersVerb.Build(frame),
        TopUpVerb.Build(frame),
        CodesVerb.Build(frame),
        MovementVerbs.BuildRefund(frame),
        MovementVerbs.BuildAdjust(frame),
        MovementVerbs.BuildTransfer(frame),
        StatementsVerb.Build(frame),
        UsageVerb.Build(frame),
        AlertsVerb.Build(frame),
        ExplainVerb.Build(frame),
        DoctorVerb.Build(frame),
        VerifyLedgerVerb.Build(frame),
    };
}
