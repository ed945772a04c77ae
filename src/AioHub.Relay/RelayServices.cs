using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Carriers.Kiro;
using AioHub.Relay.Carriers.Sandbox;
using AioHub.Relay.Carriers.Xai;
using AioHub.Relay.Delivery;
using AioHub.Relay.Hub;
using AioHub.Relay.Realtime;
using AioHub.Relay.Sockets;
using AioHub.Relay.Stages;
using AioHub.Relay.Tasks;
using AioHub.Wire.Conversations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AioHub.Relay;

/// <summary>What the data path is made of. Core's doors must be registered beside it.</summary>
public static class RelayServices
{
    public static IServiceCollection AddRelay(this IServiceCollection services, RelayOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(static provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return new Upstreams(provider.GetRequiredService<RelayOptions>(), new SandboxHandler(time), time, provider.GetService<RoutingDirectory>());
        });
        services.AddSingleton<Admit>();
        services.AddSingleton<Intake>();
        services.AddSingleton<Resume>();
        services.AddSingleton<Recall>();
        services.AddSingleton<Quote>();
        services.AddSingleton<Reserve>();
        services.AddSingleton<Queue>();
        services.AddSingleton<IReasoningSeal, ReasoningSeal>();
        services.AddSingleton<RouteHints>();
        services.AddSingleton<KiroQuota>();
        services.AddSingleton<CarrierTable>();
        services.AddSingleton<MediaFetch>();
        services.AddSingleton<Keep>();
        services.AddSingleton<KeptResponses>();
        services.AddSingleton<Translate>();
        services.AddSingleton<Count>();
        services.AddSingleton<Dispatch>();
        services.AddSingleton<Deliver>();
        services.AddSingleton<Attempt>();
        services.AddSingleton<Record>();
        services.AddSingleton<RelayPipeline>();
        services.AddSingleton<CallRun>(static provider => provider.GetRequiredService<RelayPipeline>().RunAsync);
        services.AddSingleton<UpstreamLanes>();
        services.AddSingleton<ResponsesSockets>();
        services.AddSingleton<RealtimeSockets>();
        services.AddSingleton<ModelLists>();
        services.AddSingleton<InferenceProfiles>();
        services.AddSingleton<CachedContentList>();
        services.AddSingleton<TaskList>();
        services.AddSingleton(static provider => new TaskWatch(
            provider.GetRequiredService<TaskLedger>(), provider.GetRequiredService<RoutingDirectory>(), provider.GetRequiredService<ApiKeyDirectory>(), provider.GetRequiredService<Upstreams>(),
            provider.GetRequiredService<IHealth>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TaskWatch>>()));
        services.AddSingleton<PricingPage>();
        services.AddSingleton<RouteDryRun>();
        services.AddSingleton<RouteExplain>();
        services.AddSingleton<UsagePages>();
        services.AddSingleton<RedeemPage>();
        return services;
    }
}
