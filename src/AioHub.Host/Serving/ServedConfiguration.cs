using AioHub.Core.Setup;
using AioHub.Host.Configuration;
using AioHub.Host.Home;

namespace AioHub.Host.Serving;

/// <summary>The grammar of configuration files, for the management API.</summary>
internal sealed class ServedConfiguration(HubHome home) : IConfigurationText
{
    public Task<string> ExportAsync(CancellationToken cancellation) => ConfigurationFile.ExportAsync(home, cancellation);

    public Task<ConfigurationReport> ApplyAsync(SentConfiguration sent, bool dryRun, Action<ConfigurationReport>? agree, CancellationToken cancellation) =>
        ConfigurationFile.ApplySentAsync(home, sent, dryRun, agree, cancellation);
}
