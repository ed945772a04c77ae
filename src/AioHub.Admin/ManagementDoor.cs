using AioHub.Admin.Channels;
using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Admin.Imports;
using AioHub.Admin.Keys;
using AioHub.Admin.Models;
using AioHub.Admin.Prices;
using AioHub.Admin.Session;
using AioHub.Admin.Settings;
using AioHub.Admin.Users;
using AioHub.Admin.Wallet;
using AioHub.Core.Alerts;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Metering;
using AioHub.Core.Reports;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AioHub.Admin;

/// <summary>
/// The management API as one door in the hub's own pipeline. Behind it stands an application of its own, with its own services, built when the first request comes: a server that only serves
/// calls never loads routing tables, JSON contracts, identity, or EF Core for it.
/// </summary>
public sealed class ManagementDoor : IAsyncDisposable
{
    private static readonly string[] Prefixes = ["/api/session", "/api/me", "/api/admin", "/api/openapi.json", "/api/docs"];

    private readonly Lazy<(WebApplication App, RequestDelegate Run)> _inside;

    /// <param name="furnish">Adds what the API works on: <see cref="HubDatabase"/>, <see cref="MasterKey"/>, <see cref="TimeProvider"/>, the directories and the watch.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="options">How people sign in.</param>
    public ManagementDoor(Action<IServiceCollection> furnish, ILoggerFactory loggers, SignInSettings options) =>
        _inside = new(() => Build(furnish, loggers, options), LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Whether the path is the management API's.</summary>
    public static bool Has(PathString path)
    {
        foreach (var prefix in Prefixes)
        {
            if (path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Answers a request whose path it <see cref="Has"/>.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var (app, run) = _inside.Value;
        var outside = http.Features.Get<IServiceProvidersFeature>();
        await using var scope = app.Services.CreateAsyncScope();
        http.Features.Set<IServiceProvidersFeature>(new Scoped(scope.ServiceProvider));
        // The outer routing found the hub's fallback; inside, the request is matched anew.
        http.SetEndpoint(null);
        http.Request.RouteValues.Clear();
        try
        {
            await run(http);
        }
        finally
        {
            http.Features.Set(outside);
        }
    }

    /// <summary>Every endpoint, for those who walk them: documents and tests.</summary>
    internal IReadOnlyList<Endpoint> Endpoints => _inside.Value.App.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    public async ValueTask DisposeAsync()
    {
        if (_inside.IsValueCreated)
        {
            await _inside.Value.App.DisposeAsync();
        }
    }

    private static (WebApplication App, RequestDelegate Run) Build(Action<IServiceCollection> furnish, ILoggerFactory loggers, SignInSettings options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(ManagementDoor).Assembly.GetName().Name, EnvironmentName = "Production" });
        var services = builder.Services;
        services.AddSingleton(loggers);
        services.AddSingleton<IServer, NoServer>();
        services.AddRouting();
        services.Configure<RouteHandlerOptions>(static handlers => handlers.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(static json => ManagementJson.Set(json.SerializerOptions));
        furnish(services);
        services.AddSingleton(options);
        AddRooms(services, options);
        OpenApiDocumentation.Add(services);
        var app = builder.Build();
        IApplicationBuilder pipeline = app;
        pipeline.UseRouting();
        if (options.Providers.Count > 0)
        {
            // Callbacks of providers are answered here, before any endpoint.
            pipeline.UseAuthentication();
        }

        var entrance = app.Services.GetRequiredService<Entrance>();
        pipeline.Use(next => http => entrance.RunAsync(http, next));
        ManagementEndpoints.Map(app);
        OpenApiDocumentation.Map(app);
        pipeline.UseEndpoints(static _ => { });
        return (app, pipeline.Build());
    }

    private static void AddRooms(IServiceCollection services, SignInSettings options)
    {
        services.AddSingleton(static provider => new SecretBox(provider.GetRequiredService<MasterKey>()));
        services.AddSingleton<IdentityLists>();
        services.AddSingleton<SessionAdmin>();
        services.AddSingleton<SignInAdmin>();
        services.AddSingleton<PasskeyAdmin>();
        services.AddSingleton<SignUpDoor>();
        services.AddSingleton<ChangeLog>();
        services.AddSingleton<AlertRuleAdmin>();
        services.AddSingleton<AlertTargetAdmin>();
        services.AddSingleton<AlertWishAdmin>();
        services.AddSingleton<HubSettingsDesk>();
        services.AddSingleton<Entrance>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<Tries>();
        services.AddSingleton<Codes>();
        services.AddSingleton<Knock>();
        services.AddSingleton<Ceremony>();
        services.AddSingleton<SessionDesk>();
        services.AddSingleton<OfferedGroups>();
        services.AddSingleton<UsageReports>();
        services.AddSingleton<CallLog>();
        services.AddSingleton<ModelOffers>();
        services.AddSingleton<ModelUses>();
        services.AddSingleton<OwnModels>();
        services.AddSingleton<PriceEdits>();
        services.AddSingleton<PriceReader>();
        services.AddSingleton<UserList>();
        services.AddSingleton<AccountOwners>();
        services.AddSingleton<Statements>();
        ChannelsRoom.AddTo(services);
        ImportsRoom.AddTo(services);
        services.AddSingleton<IDataProtectionProvider>(static provider => new MasterProtection(provider.GetRequiredService<SecretBox>()));
        services.AddIdentityCore<Person>();
        services.AddScoped<IUserStore<Person>, PersonStore>();
        services.AddScoped<IPasskeyHandler<Person>, PasskeyHandler<Person>>();
        services.Configure<IdentityPasskeyOptions>(passkeys => passkeys.ServerDomain = options.Domain);
        if (options.Providers.Count > 0)
        {
            Providers.Add(services, options);
        }
    }

    /// <summary>The framework wants one of an application; this one never listens.</summary>
    private sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => throw new NotSupportedException("It is a door, not a server.");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            // Holds nothing.
        }
    }

    private sealed class Scoped(IServiceProvider services) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices { get; set; } = services;
    }
}
