using System.Diagnostics;
using System.Globalization;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Bench.Micro;

/// <summary>
/// How long pages of a large request log and dashboards take: <c>bench-micro log [COUNT] [sqlite|postgres] [FOLDER|CONNECTION STRING]</c>. Fills a database that is thrown away, or one that is
/// kept (what is there already is only asked), through the receipt writer's own store (90 days of calls, or the count's share of them), adds it up, then asks. Ten million calls need 8 GB of disk.
/// </summary>
internal static class LogReads
{
    private const int Batch = 5_000;
    private const int Rounds = 7;
    private const int RolledUpAfter = 20 * Batch;

    public static async Task RunAsync(int count, bool isPostgres, string? keptIn)
    {
        if (isPostgres && keptIn is null && !PostgresServer.Available)
        {
            Console.WriteLine(PostgresServer.SkipReason);
            return;
        }

        using var temporary = new TempFolder();
        var folder = keptIn is null || isPostgres ? temporary.Path : Directory.CreateDirectory(keptIn).FullName;
        await using var database = HubDatabase.Open(isPostgres ? keptIn ?? await PostgresServer.CreateDatabaseAsync() : null, folder);
        await database.MigrateAsync(CancellationToken.None);
        var log = new CallLog(database, TimeProvider.System);
        var newest = (await log.ReadAsync(ReportScope.Everybody, new CallFilter(), limit: 1)).Items;
        var calls = new DrawnCalls(count, newest.IsEmpty ? null : newest[0].At);
        var (cpu, wall) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        if (newest.IsEmpty)
        {
            await FillAsync(database, calls);
            Tell($"filled and added up: {count} calls", cpu, wall, count);
        }

        if (!isPostgres) Console.WriteLine($"file: {new FileInfo(Path.Combine(folder, "aiohub.db")).Length >> 20} MB");
        Console.WriteLine($"\n| {database.Engine} | found | ms, median | ms, worst | CPU ms |\n|---|---:|---:|---:|---:|");
        var warm = Stopwatch.StartNew();
        await log.Filling();
        Console.Error.WriteLine($"what blocks tell was read in {warm.Elapsed.TotalSeconds:0.0} s");
        foreach (var (what, filter) in calls.Filters())
        {
            await MeasureAsync(what, async () =>
            {
                var page = await log.ReadAsync(ReportScope.Everybody, filter);
                return page.Items.Length + (page.ScannedThrough is { } at ? $", searched to {(calls.End - at).TotalDays:0.0} days ago" : "");
            });
        }

        var reports = new UsageReports(database);
        foreach (var (what, question) in calls.Questions())
        {
            await MeasureAsync(what, async () => (await reports.SeriesAsync(question)).Length + " points");
        }

        var month = new ReportQuestion(ReportScope.Everybody, calls.End.AddDays(-30), calls.End) { By = ReportBy.User };
        await MeasureAsync("totals of 30 days and the 30 before", async () => (await reports.TotalsAsync(month with { By = ReportBy.None })).Now.Calls + " calls");
        await MeasureAsync("flow of 30 days", async () => (await reports.FlowAsync(month)).Length + " links");
        await MeasureAsync("users ranked, 90 days", async () => (await reports.RankAsync(month with { From = calls.End.AddDays(-90) }, 20)).OtherCount + 20 + " users");
    }

    private static async Task FillAsync(HubDatabase database, DrawnCalls calls)
    {
        var fresh = new FreshCalls();
        await using var store = new ReceiptStore(database, "bench", TimeProvider.System, fresh);
        var rollups = new Rollups(database, TimeProvider.System, null, fresh);
        var batch = new List<PendingReceipt>(Batch);
        for (var done = 0; done < calls.Count; done += batch.Count)
        {
            batch.Clear();
            while (batch.Count < Batch && done + batch.Count < calls.Count)
            {
                var receipt = calls.Next();
                batch.Add(new PendingReceipt(receipt, ReceiptBytes.Write(receipt, out var length).Slice(JournalFormat.FrameHeader, length).ToArray()));
            }

            await store.ApplyAsync(batch, null, null, CancellationToken.None);
            if (done % RolledUpAfter == 0) await rollups.CatchUpAsync();
            if (done % 500_000 == 0) Console.Error.WriteLine($"{done} …");
        }

        await store.ApplyAsync([], null, null, CancellationToken.None, post: true);
        await rollups.CatchUpAsync();
    }

    private static async Task MeasureAsync(string what, Func<Task<string>> read)
    {
        var found = await read();
        var times = new List<double>();
        var before = Environment.CpuUsage.TotalTime;
        for (var round = 0; round < Rounds; round++)
        {
            var since = Stopwatch.GetTimestamp();
            await read();
            times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        }

        var cpu = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Rounds;
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {found} | {times[Rounds / 2]:0.0} | {times[^1]:0.0} | {cpu:0.0} |"));
    }

    private static void Tell(string what, TimeSpan before, Stopwatch wall, int count) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what}: {wall.Elapsed.TotalSeconds:0} s, {(Environment.CpuUsage.TotalTime - before).TotalMicroseconds / count:0.00} µs CPU of this process a call"));
}
