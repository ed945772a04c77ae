using AioHub.Core.Storage;

namespace AioHub.Core.Routing;

/// <summary>Brings groups, channels and the order of <c>auto</c> into the directory, as one table.</summary>
internal static class RoutingStore
{
    public static async Task ReloadAsync(
        HubReader reader, SecretBox box, IReadOnlyDictionary<string, string> settings, RoutingDirectory directory, List<string> warnings, CancellationToken cancellation)
    {
        var channels = await ChannelStore.LoadAsync(reader, box, warnings, cancellation);
        var groups = await GroupStore.LoadAsync(reader, cancellation);
        directory.Publish(new RoutingTable(groups, channels, GroupStore.ToAuto(settings.GetValueOrDefault(SettingsStore.AutoPolicy))));
    }
}
