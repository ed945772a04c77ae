using AioHub.Core.Catalog;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Host.Home;
using AioHub.Host.Serving;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Relay.Tests.Running;

/// <summary>A real hub inside the test's process, on a port and in a folder of its own. Tests share it: each has its own users, groups and channels.</summary>
public sealed class HubUnderTest : IAsyncDisposable
{
    /// <summary>The one model that most tests call: 2 USD in, 10 USD out per million tokens, 200,000 tokens, or a million as <c>[1m]</c>.</summary>
    internal const string Model = "test-model";

    private readonly TempFolder _folder;
    private readonly HubServer _server;
    private int _customers;

    private HubUnderTest(TempFolder folder, HubServer server)
    {
        _folder = folder;
        _server = server;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = new Uri(server.Address),
            Timeout = TimeSpan.FromMinutes(2),
        };
    }

    internal HttpClient Client { get; }

    internal Uri Address => Client.BaseAddress!;

    internal HubHome Home => _server.Home;

    internal LocalHoldBook Holds => _server.Services.GetRequiredService<LocalHoldBook>();

    internal AioHub.Relay.Carriers.Upstreams Upstreams => _server.Services.GetRequiredService<AioHub.Relay.Carriers.Upstreams>();

    internal RequestLog Log => _server.Services.GetRequiredService<RequestLog>();

    internal static Needs Everything { get; } = Enum.GetValues<Needs>().Aggregate(Needs.None, static (sum, one) => sum | one);

    internal static async Task<HubUnderTest> StartAsync(Action<RelayOptions>? tune = null)
    {
        var folder = new TempFolder();
        var settings = new HubSettings { Urls = "http://127.0.0.1:0", Data = folder.Path };
        settings.Relay.MaxRequestBytes = 4 << 20;
        settings.Relay.MaxReplyBytes = 8 << 20;
        tune?.Invoke(settings.Relay);
        var hub = new HubUnderTest(folder, await HubServer.StartAsync(settings, TimeProvider.System, logging: null, CancellationToken.None));
        await hub.DefineAsync(Model);
        await hub.RefreshAsync();
        return hub;
    }

    /// <summary>Puts models into the catalogue that can do everything, with a price.</summary>
    internal async Task DefineAsync(params string[] ids)
    {
        var price = new PriceRow
        {
            Version = "",
            From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            Rates = new Rates { Input = 2, Output = 10, CacheRead = 0.2m, CacheWrite5m = 2.5m },
        };
        foreach (var id in ids)
        {
            await Home.Models.UpsertModelAsync(new ModelDraft
            {
                Id = id,
                Vendor = "test",
                DisplayName = id,
                Kind = ModelKind.Chat,
                ContextWindow = 200_000,
                LongContextWindow = 1_000_000,
                MaxOutputTokens = 32_000,
                Capabilities = Everything,
                Prices = [price],
            });
        }
    }

    /// <summary>Takes over what the admin doors changed, as the heartbeat does once a second.</summary>
    internal async Task RefreshAsync()
    {
        await Home.Watch.RefreshAsync(CancellationToken.None);
        await Holds.RefreshAsync(CancellationToken.None);
    }

    /// <summary>A user with money, a key, a group, and a channel to each upstream, tried in their order.</summary>
    internal Task<Customer> CustomerAsync(Offer offer, params FakeUpstream[] upstreams) =>
        Customer.CreateAsync(this, $"c{Interlocked.Increment(ref _customers)}", offer, upstreams);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>The hub that most tests of the assembly share.</summary>
public sealed class SharedHub : IAsyncLifetime
{
    private HubUnderTest? _hub;

    internal HubUnderTest Hub => _hub!;

    public async ValueTask InitializeAsync() => _hub = await HubUnderTest.StartAsync();

    public async ValueTask DisposeAsync() => await Hub.DisposeAsync();
}

/// <summary>A hub whose keep-alives come every few milliseconds.</summary>
public sealed class BeatingHub : IAsyncLifetime
{
    private HubUnderTest? _hub;

    internal HubUnderTest Hub => _hub!;

    public async ValueTask InitializeAsync() => _hub = await HubUnderTest.StartAsync(static relay => relay.KeepAliveInterval = TimeSpan.FromMilliseconds(40));

    public async ValueTask DisposeAsync() => await Hub.DisposeAsync();
}
