using AioHub.Admin.Groups;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Core.Routing.Probes;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Admin.Channels;

/// <summary>What the pages of channels and groups work on.</summary>
internal static class ChannelsRoom
{
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<ChannelAdmin>();
        services.AddSingleton<GroupAdmin>();
        services.AddSingleton<GroupPriceAdmin>();
        services.AddSingleton<HealthAdmin>();
        services.AddSingleton<ProbeAdmin>();
        services.AddSingleton<ChannelTrials>();
        services.AddSingleton<ChannelShelf>();
        services.AddSingleton<ServedChannels>();
        services.AddSingleton<GroupShelf>();
    }
}
