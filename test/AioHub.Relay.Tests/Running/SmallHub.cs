using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Host.Home;
using AioHub.Host.Serving;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Relay.Tests.Running;

/// <summary>A serving hub of one test: one user with money, one key, a model, and a channel to each upstream in one group.</summary>
internal sealed class SmallHub : IAsyncDisposable
{
    public const string Model = "small-model";
    public const string Secret = "sk-secret-of-the-caller-0001";
    public const string Email = "caller@example.com";
    public const string ChatBody = $$"""{"model":"{{Model}}","messages":[{"role":"user","content":"hi"}],"max_tokens":50}""";
    public const string ChatStreamBody = $$"""{"model":"{{Model}}","messages":[{"role":"user","content":"hi"}],"max_tokens":50,"stream":true}""";
    public const string ChatReply =
        """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}""";
    public const string ChatOpening = """data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""";
    public const string ChatContent = """data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}""";
    public const string ChatFinish = """data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";
    public const string ChatUsage = """data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}""";
    public const string ChatDone = "data: [DONE]";

    private readonly TempFolder _folder;
    private readonly HubServer _server;
    private readonly System.Collections.Concurrent.ConcurrentQueue<HttpResponseMessage> _posted = new();

    private SmallHub(TempFolder folder, HubServer server)
    {
        _folder = folder;
        _server = server;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(server.Address), Timeout = TimeSpan.FromMinutes(1) };
    }

    public HttpClient Client { get; }

    public HubHome Home => _server.Home;

    public IServiceProvider Services => _server.Services;

    public LocalHoldBook Holds => Services.GetRequiredService<LocalHoldBook>();

    public ApiKey Key => Home.Keys.Find(Secret)!;

    public static string[] ChatStream { get; } = [ChatOpening, ChatContent, ChatFinish, ChatUsage, ChatDone];

    /// <param name="type">Of all channels, or of each in turn with commas between them; behind a colon the one dialect that it speaks: <c>openai:openai-chat,anthropic</c>.</param>
    /// <param name="price">In USD per million tokens: 2 in, 10 out unless told.</param>
    public static async Task<SmallHub> StartAsync(
        FakeUpstream[] upstreams, Action<RelayOptions>? tune = null, PriceRow? price = null, ChannelTimeouts? timeouts = null, string type = "aiohub", decimal usd = 100, GroupMode mode = GroupMode.Gateway)
    {
        var folder = new TempFolder();
        var settings = new HubSettings { Urls = "http://127.0.0.1:0", Data = folder.Path };
        tune?.Invoke(settings.Relay);
        var hub = new SmallHub(folder, await HubServer.StartAsync(settings, TimeProvider.System, logging: null, CancellationToken.None));
        await hub.Home.Models.UpsertModelAsync(new ModelDraft
        {
            Id = Model,
            Vendor = "test",
            Kind = ModelKind.Chat,
            ContextWindow = 200_000,
            MaxOutputTokens = 32_000,
            Capabilities = Enum.GetValues<Needs>().Aggregate(Needs.None, static (sum, one) => sum | one),
            Prices = [price ?? new PriceRow { Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = new Rates { Input = 2, Output = 10 } }],
        });
        for (var i = 0; i < upstreams.Length; i++)
        {
            await hub.Home.Channels.UpsertAsync(new ChannelDraft
            {
                Name = $"channel-{i}",
                Type = TypeOf(type, i),
                Dialects = DialectsOf(type, i),
                BaseUrl = upstreams[i].BaseAddress.ToString(),
                AllowPrivateNetwork = true,
                Credentials = [new CredentialDraft("only", UpstreamSecret(i))],
                Timeouts = timeouts,
            });
        }

        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Mode = mode, Channels = [.. upstreams.Select(static (_, i) => new MemberDraft($"channel-{i}", Priority: i))] });
        await hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = Email });
        var key = await hub.Home.Identity.CreateKeyAsync(new KeyDraft { Name = "key", User = Email, Secret = Secret, Groups = ["first"] });
        await hub.Home.Ledger.TopUpAsync(AccountRef.Wallet(key.Owner), NanoUsd.FromUsd(usd), "test", "test", CancellationToken.None);
        await hub.RefreshAsync();
        return hub;
    }

    private static string TypeOf(string types, int channel) => types.Split(',') is var all && all.Length > 1 ? all[channel].Split(':')[0] : types.Split(':')[0];

    private static System.Collections.Immutable.ImmutableArray<Dialect>? DialectsOf(string types, int channel) =>
        types.Split(',') is var all && all[all.Length > 1 ? channel : 0].Split(':') is [_, var name] && DialectNames.TryParse(name, out var dialect) ? [dialect] : null;

    public static string UpstreamSecret(int channel) => $"upstream-secret-number-{channel}";

    public async Task RefreshAsync()
    {
        await Home.Watch.RefreshAsync(CancellationToken.None);
        await Services.GetRequiredService<WatchedLimits>().RefreshAsync(CancellationToken.None);
        await Holds.RefreshAsync(CancellationToken.None);
    }

    public HttpRequestMessage Request(string path, string body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Secret);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>Status, headers, body, and whether the body broke off.</summary>
    public async Task<(HttpResponseMessage Head, string Body, bool Broken)> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        var response = await Client.SendAsync(Request(path, body, headers), HttpCompletionOption.ResponseHeadersRead);
        if (!path.StartsWith("/api/", StringComparison.Ordinal))
        {
            _posted.Enqueue(response);
        }

        using var bytes = new MemoryStream();
        try
        {
            await (await response.Content.ReadAsStreamAsync()).CopyToAsync(bytes);
            return (response, Encoding.UTF8.GetString(bytes.ToArray()), false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return (response, Encoding.UTF8.GetString(bytes.ToArray()), true);
        }
    }

    /// <summary>Sends bytes as they are and reads until the hub closes.</summary>
    public async Task<string> RawAsync(string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>The receipt of a call; waits a little, since a caller may be gone before its call has ended.</summary>
    public Task<Receipt> ReceiptAsync(HttpResponseMessage head) => ReceiptAsync(head.Headers.GetValues("x-aiohub-request-id").Single());

    /// <inheritdoc cref="ReceiptAsync(HttpResponseMessage)"/>
    public async Task<Receipt> ReceiptAsync(string requestId)
    {
        RequestId.TryParse(requestId, out var id).ShouldBeTrue();
        for (var i = 0; i < 500; i++)
        {
            if (await Services.GetRequiredService<RequestLog>().FindAsync(id, Key.Id, CancellationToken.None) is { Receipt: { } receipt })
            {
                return receipt;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException("The call has no receipt.");
    }

    /// <summary>All calls that were posted so far are told with a reason for each group and channel that did not serve.</summary>
    public async Task ShouldTellAllAsync()
    {
        _posted.ShouldNotBeEmpty();
        foreach (var head in _posted)
        {
            (await ReceiptAsync(head)).ShouldTellAll();
        }
    }

    /// <summary>Rows of the request log.</summary>
    public async Task<long> CountRequestsAsync() => (await LedgerAudit.VerifyAsync(Home.Database, null, TimeProvider.System, CancellationToken.None)).Requests;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
