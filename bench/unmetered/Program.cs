using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Core.Setup;
using AioHub.Host.Configuration;
using AioHub.Host.Home;
using AioHub.Host.Serving;

namespace AioHub.Bench.Unmetered;

/// <summary><c>bench-unmetered URLS DATA CONFIG</c>: the hub's own server, put together with doors that do nothing. No receipt writer runs and no money is refreshed; the configuration is watched as a hub watches it, which is no part of metering.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args.Length != 3)
        {
            await Console.Error.WriteLineAsync("usage: bench-unmetered URLS DATA CONFIG");
            return 2;
        }

        RuntimeSwitches.Set();
        var settings = HubSettings.Read(new Dictionary<string, string?>(StringComparer.Ordinal) { ["urls"] = args[0], ["data"] = args[1], ["config"] = args[2] });
        var (home, _) = await HubHome.OpenAsync(settings, TimeProvider.System, CancellationToken.None);
        await using var opened = home;
        await ConfigurationFile.ApplyAsync(home, settings.Config!, dryRun: false, CancellationToken.None);
        await home.Watch.RefreshAsync(CancellationToken.None);
        using var loggers = LoggerFactory.Create(static logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));
        // Pages about usage ask for the real book; calls go to the doors that do nothing.
        using var holds = new LocalHoldBook(home.Database, home.Time);
        await using var tasks = new TaskLedger(home.Database, holds, "bench", home.Time);
        await using var app = HubServer.Build(home, loggers, services =>
        {
            services.AddSingleton(new RequestLog(home.Database));
            services.AddSingleton(holds);
            services.AddSingleton(tasks);
            services.AddSingleton<IUsageJournal, NoJournal>();
            services.AddSingleton<IHoldBook, NoHolds>();
            services.AddSingleton<IRateLimits, NoLimits>();
        });
        app.Services.GetRequiredService<Router>().Settings = await home.RouteSettings.ReadAsync(CancellationToken.None);
        using var stopping = new CancellationTokenSource();
        var watching = Task.Run(() => WatchAsync(home.Watch, stopping.Token), CancellationToken.None);
        await app.RunAsync();
        await stopping.CancelAsync();
        await watching;
        return 0;
    }

    private static async Task WatchAsync(ConfigurationWatch watch, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await watch.RefreshAsync(stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
