using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Setup;
using AioHub.Host.Configuration;
using AioHub.Host.Home;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Configuration;

/// <summary>A hub's data in a folder of its own, to which texts are applied with an environment of the test's own.</summary>
internal sealed class ConfigurationWorld : IAsyncDisposable
{
    private readonly TempFolder _folder;

    private ConfigurationWorld(TempFolder folder, HubHome home)
    {
        _folder = folder;
        Home = home;
    }

    public HubHome Home { get; }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal) { ["KIRO_A"] = "kiro-secret-0123456789" };

    public static async Task<ConfigurationWorld> OpenAsync()
    {
        var folder = new TempFolder();
        var (home, _) = await HubHome.OpenAsync(new HubSettings { Data = folder.Path }, TimeProvider.System, CancellationToken.None);
        return new ConfigurationWorld(folder, home);
    }

    public Task<ConfigurationReport> ApplyAsync(string text, bool dryRun = false) =>
        ConfigurationFile.ApplyTextAsync(Home, "hub.yaml", text, name => Environment.GetValueOrDefault(name), dryRun, CancellationToken.None);

    /// <summary>As a start does with its <c>--config</c>; false: there was nothing to do.</summary>
    public async Task<bool> StartWithAsync(string text)
    {
        var path = _folder["start.yaml"];
        await File.WriteAllTextAsync(path, text);
        return await ConfigurationFile.ApplyAtStartAsync(Home, path, name => Environment.GetValueOrDefault(name), CancellationToken.None) is not null;
    }

    public async Task<IReadOnlyList<string>> RefusedAsync(string text) =>
        [.. (await Should.ThrowAsync<AdminException>(() => ApplyAsync(text))).Problems.Select(static problem => problem.ToString())];

    public Task<string> ExportAsync() => ConfigurationFile.ExportAsync(Home);

    public async Task<Group> GroupAsync(string name) => (await Home.Groups.ListAsync()).Single(group => group.Group.Name == name).Group;

    public async Task<NanoUsd> WalletAsync(string email) =>
        await Home.Ledger.BalanceAsync(AccountRef.Wallet((await Home.Identity.ListUsersAsync()).Single(user => user.Email == email).Id));

    public async ValueTask DisposeAsync()
    {
        await Home.DisposeAsync();
        _folder.Dispose();
    }
}
