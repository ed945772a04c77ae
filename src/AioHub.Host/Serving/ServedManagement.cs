using AioHub.Admin;
using AioHub.Admin.Imports;
using AioHub.Core.Alerts;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Core.Setup;
using AioHub.Host.Home;
using AioHub.Relay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AioHub.Host.Serving;

/// <summary>What the management API works on, of a server that runs.</summary>
internal static class ServedManagement
{
    /// <summary>Nothing of it is made before the first request comes.</summary>
    /// <param name="home">The hub's data.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="serving">The relay's rooms: router, and the log of this server when it keeps one.</param>
    public static ManagementDoor Open(HubHome home, ILoggerFactory loggers, IServiceProvider serving) => new(
        services =>
        {
            AddMoney(services, home, serving);
            AddConfiguration(services, home, serving);
            services.AddSingleton(home.Time);
            services.AddSingleton(home.Database);
            services.AddSingleton(home.Master);
            services.AddSingleton(home.Identity);
            services.AddSingleton(home.Watch);
            services.AddSingleton(home.Playground);
            services.AddSingleton(home.Alerts);
            services.AddSingleton(home.Mail);
            services.AddSingleton(home.Entry);
            services.AddSingleton<IAlertCourier>(home.Courier);
        },
        loggers,
        home.Settings.SignIn);

    private static void AddMoney(IServiceCollection services, HubHome home, IServiceProvider serving)
    {
        services.AddSingleton(home.Ledger);
        services.AddSingleton(home.Codes);
        // Without one, calls are told from the database alone.
        if (serving.GetService<RequestLog>() is { } log)
        {
            services.AddSingleton(log);
        }
    }

    private static void AddConfiguration(IServiceCollection services, HubHome home, IServiceProvider serving)
    {
        services.AddSingleton(home.Routing);
        services.AddSingleton(home.RouteSettings);
        services.AddSingleton(home.Catalog);
        services.AddSingleton(home.Models);
        services.AddSingleton(home.Prices);
        services.AddSingleton(home.GroupPrices);
        services.AddSingleton(serving.GetRequiredService<Router>());
        services.AddSingleton<IConfigurationText>(new ServedConfiguration(home));
        services.AddSingleton(new UploadFolder(Path.Combine(home.Settings.DataFolder, "uploads")));
        services.AddSingleton<OpenTypedAddress>(TypedAddresses.Open);
        services.AddSingleton<IUpstreamBench>(_ => home.OpenBench());
    }
}
