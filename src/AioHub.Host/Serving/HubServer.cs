using AioHub.Admin;
using AioHub.Core.Ledger;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using AioHub.Host.Alerting;
using AioHub.Host.Home;
using AioHub.Relay;
using AioHub.Relay.Tasks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AioHub.Host.Serving;

/// <summary>One serving process: the data opened, the rooms put together, the door open.</summary>
internal sealed class HubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HubHome _home;
    private readonly Heartbeat _heartbeat;
    private readonly ServedMoney _money;
    private readonly ServedAlerts _alerts;

    private HubServer(WebApplication app, HubHome home, ServedMoney money, Heartbeat heartbeat, ServedAlerts alerts, SeedReport seeded)
    {
        _app = app;
        _home = home;
        _money = money;
        _heartbeat = heartbeat;
        _alerts = alerts;
        Seeded = seeded;
    }

    public SeedReport Seeded { get; }

    public HubHome Home => _home;

    public IServiceProvider Services => _app.Services;

    /// <summary>The first address that is listened on, with its real port.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Opens everything and listens. Calls are answered when this returns.</summary>
    public static Task<HubServer> StartAsync(HubSettings settings, TimeProvider time, Action<ILoggingBuilder>? logging, CancellationToken cancellation) =>
        StartAsync(settings, time, logging, static (_, _) => Task.CompletedTask, cancellation);

    /// <param name="settings">What must be known before the database is open.</param>
    /// <param name="time">Now.</param>
    /// <param name="logging">Adds where logs go.</param>
    /// <param name="opened">
    /// Given the opened data and what the first start made of it, before anything else can fail: the first key's secret is told once, and a
    /// configuration file is applied here.
    /// </param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<HubServer> StartAsync(
        HubSettings settings, TimeProvider time, Action<ILoggingBuilder>? logging, Func<HubHome, SeedReport, Task> opened, CancellationToken cancellation)
    {
        var (home, seeded) = await HubHome.OpenAsync(settings, time, cancellation);
        ServedMoney? money = null;
        Heartbeat? heartbeat = null;
        try
        {
            await opened(home, seeded);
            await home.Watch.RefreshAsync(cancellation);
            var loggers = LoggerFactory.Create(builder => logging?.Invoke(builder));
            money = await ServedMoney.OpenAsync(home, loggers, cancellation);
            var app = Build(home, loggers, money.AddTo);
            var router = app.Services.GetRequiredService<Router>();
            router.Settings = await home.RouteSettings.ReadAsync(cancellation);
            var health = new HealthLog(home.Database, app.Services.GetRequiredService<LocalHealth>(), home.Routing, money.Journal.NodeId, home.Time);
            await health.LoadAsync(cancellation);
            heartbeat = new Heartbeat(home, money, router, health, app.Services.GetRequiredService<ILogger<Heartbeat>>());
            heartbeat.Start();
            var tasks = app.Services.GetRequiredService<TaskWatch>();
            await tasks.LoadAsync(cancellation);
            money.Watch(tasks.RunAsync);
            // Those who run may end; those who wait for them are told to come back.
            app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<IRateLimits>().EndWaiting);
            await app.StartAsync(cancellation);
            _ = Task.Run(GiveBackWhatStartingTook, CancellationToken.None);
            var alerts = new ServedAlerts(home, loggers);
            money.Limits.Rules = () => alerts.Rounds.Rules;
            return new HubServer(app, home, money, heartbeat, alerts, seeded);
        }
        catch
        {
            if (heartbeat is not null)
            {
                await heartbeat.DisposeAsync();
            }

            if (money is not null)
            {
                await money.DisposeAsync();
            }

            await home.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starting reads migrations, catalogues and files that nothing refers to any more; the collector alone would keep their room for the next burst.</summary>
    private static void GiveBackWhatStartingTook() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    public Task WaitForShutdownAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <summary>Lets running calls end, then writes what is left and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _alerts.DisposeAsync();
        await _heartbeat.DisposeAsync();
        await _money.DisposeAsync();
        await _app.DisposeAsync();
        await _home.DisposeAsync();
    }

    /// <param name="home">The opened data, with its configuration read.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="addMoney">Adds the doors behind which money is: holds, limits, the journal and the log of calls.</param>
    internal static WebApplication Build(HubHome home, ILoggerFactory loggers, Action<IServiceCollection> addMoney)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        var http2 = new CleartextHttp2(home.Settings);
        builder.WebHost.UseUrls([.. CleartextHttp2.Split(home.Settings.Urls), .. http2.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(http2.Choose);
            kestrel.AddServerHeader = false;
            // The relay bounds bodies itself, with an error in the caller's dialect.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        });
        builder.Services.Configure<SocketTransportOptions>(static sockets => sockets.UnsafePreferInlineScheduling = RuntimeSwitches.Inline);
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromMinutes(2));
        builder.Services.RemoveAll<IMemoryPoolFactory<byte>>();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlockPoolFactory>();
        builder.Services.RemoveAll<ILoggerFactory>();
        builder.Services.AddSingleton(loggers);
        AddRooms(builder.Services, home);
        addMoney(builder.Services);
        builder.Services.AddSingleton(provider => ServedManagement.Open(home, loggers, provider));
        var app = builder.Build();
        app.UseRelay();
        // Named here, so that the framework does not put it in front of the relay.
        app.UseRouting();
        app.Use(static async (http, next) =>
        {
            // Behind this point work may touch a database: it leaves the socket's thread.
            await Task.Yield();
            if (ManagementDoor.Has(http.Request.Path))
            {
                await http.RequestServices.GetRequiredService<ManagementDoor>().AnswerAsync(http);
                return;
            }

            await next(http);
        });
        app.MapGet("/healthz", static () => Results.Text("ok"));
        app.MapGet("/readyz", static () => Results.Text("ready"));
        app.MapGet("/api/status", (TimeProvider time) => Results.Json(new StatusReply("aiohub", Version, time.GetUtcNow().UtcDateTime), StatusJson.Default.StatusReply));
        app.MapHub();
        app.MapFallback("{*path}", new ConsoleDoor(ConsoleFiles.Find(Path.Combine(AppContext.BaseDirectory, "wwwroot"))).AnswerAsync);
        return app;
    }

    internal static string Version { get; } = typeof(HubServer).Assembly.GetName().Version?.ToString(3) ?? "0";

    private static void AddRooms(IServiceCollection services, HubHome home)
    {
        services.AddSingleton(home.Time);
        services.AddSingleton(home.Keys);
        services.AddSingleton(home.Playground);
        services.AddSingleton(home.Catalog);
        services.AddSingleton(home.Routing);
        services.AddSingleton(home.Pins);
        services.AddSingleton(home.Transcripts);
        services.AddSingleton(new SecretBox(home.Master));
        services.AddSingleton<LocalHealth>();
        services.AddSingleton<IHealth>(static provider => provider.GetRequiredService<LocalHealth>());
        services.AddSingleton<Router>();
        services.AddSingleton<ModelListing>();
        services.AddSingleton(home.Codes);
        services.AddRelay(home.Settings.Relay);
    }
}
