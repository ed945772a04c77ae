namespace AioHub.Bench.Load;

/// <summary><c>bench-load PLAN.json [--check]</c>: runs a plan; with <c>--check</c> the exit code is 3 when a "must" was missed.</summary>
internal static class Program
{
    /// <summary>Continuations run on the thread that saw the bytes: the generator's own latency and CPU stay small. The contestants do not inherit it.</summary>
    public const string InlineSwitch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    public static async Task<int> Main(string[] args)
    {
        if (args.Length is 0 or > 2)
        {
            await Console.Error.WriteLineAsync("usage: bench-load PLAN.json [--check]");
            return 2;
        }
        Environment.SetEnvironmentVariable(InlineSwitch, "1");
        var plan = Plan.Read(args[0]);
        var results = new Results();
        await new Rounds(plan, results).Run();
        Report.WriteJson(plan, results);
        Console.WriteLine(Report.Table(plan, results));
        if (!args.Contains("--check", StringComparer.Ordinal)) return 0;
        var missed = Report.Missed(plan, results);
        foreach (string title in missed) await Console.Error.WriteLineAsync($"missed: {title}");
        return missed.Count > 0 ? 3 : 0;
    }
}
