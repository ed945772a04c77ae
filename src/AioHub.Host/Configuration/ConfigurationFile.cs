using AioHub.Host.Serving;

namespace AioHub.Host.Configuration;

internal static class ConfigurationFile
{
    public static Task ApplyAsync(HubHome home, string path, bool dryRun, CancellationToken cancellation) => Task.CompletedTask;
}
