using AioHub.Host.Home;
using AioHub.Host.Serving;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Running;

public sealed class HubServerTests
{
    [Fact]
    public async Task A_start_on_a_taken_port_lets_the_data_folder_go()
    {
        await using var other = await SmallHub.StartAsync([]);
        using var folder = new TempFolder();
        var taken = new HubSettings { Urls = other.Client.BaseAddress!.ToString(), Data = folder.Path };

        await Should.ThrowAsync<IOException>(() => HubServer.StartAsync(taken, TimeProvider.System, logging: null, CancellationToken.None));

        var free = new HubSettings { Urls = "http://127.0.0.1:0", Data = folder.Path };
        await using var server = await HubServer.StartAsync(free, TimeProvider.System, logging: null, CancellationToken.None);
        server.Address.ShouldStartWith("http://127.0.0.1:");
    }
}
