using System.Net.Http.Headers;
using System.Text;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Running;

/// <summary>Somebody with a key of their own, whose calls go to upstreams of their own.</summary>
internal sealed class Customer
{
    private readonly HubUnderTest _hub;

    private Customer(HubUnderTest hub, string name, string secret)
    {
        _hub = hub;
        Name = name;
        Secret = secret;
    }

    /// <summary>Also the name of the group; channels are <c>name-0</c>, <c>name-1</c>, …</summary>
    public string Name { get; }

    public string Secret { get; }

    public string UpstreamSecret(int channel = 0) => $"upstream-secret-of-{Name}-{channel}";

    public ApiKey Key => _hub.Home.Keys.Find(Secret)!;

    public PurseView Purse => _hub.Holds.View(Key);

    public NanoUsd Spent => Purse.Spent;

    public static async Task<Customer> CreateAsync(HubUnderTest hub, string name, Offer offer, FakeUpstream[] upstreams)
    {
        var home = hub.Home;
        var customer = new Customer(hub, name, $"sk-secret-of-caller-{name}-{Guid.NewGuid():N}");
        for (var i = 0; i < upstreams.Length; i++)
        {
            await home.Channels.UpsertAsync(new ChannelDraft
            {
                Name = $"{name}-{i}",
                Type = offer.Type,
                BaseUrl = upstreams[i].BaseAddress.ToString() + offer.BasePath,
                AllowPrivateNetwork = true,
                Credentials = [new CredentialDraft("only", customer.UpstreamSecret(i))],
                ModelMap = offer.ModelMap,
                Timeouts = offer.Timeouts,
                Settings = offer.Settings,
                Dialects = offer.Dialects is { } dialects ? [.. dialects] : null,
            });
        }

        await home.Groups.UpsertAsync(new GroupDraft
        {
            Name = name,
            Mode = offer.Mode,
            Channels = [.. Enumerable.Range(0, upstreams.Length).Select(i => new MemberDraft($"{name}-{i}", Priority: i))],
        });
        var email = $"{name}@example.com";
        await home.Identity.UpsertUserAsync(new UserDraft { Email = email, Role = offer.Role });
        var key = await home.Identity.CreateKeyAsync(new KeyDraft { Name = name, User = email, Secret = customer.Secret, Groups = [name] });
        if (offer.Usd > 0)
        {
            await home.Ledger.TopUpAsync(AccountRef.Wallet(key.Owner), NanoUsd.FromUsd(offer.Usd), "test", "test");
        }

        await hub.RefreshAsync();
        return customer;
    }

    public HttpRequestMessage Request(string path, HttpContent content, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Post, path) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Secret);
        return request;
    }

    public static ByteArrayContent Json(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    public static ByteArrayContent Json(string body) => Json(Encoding.UTF8.GetBytes(body));

    public Task<Answer> PostAsync(string path, string body, params (string Name, string Value)[] headers) => PostAsync(path, Encoding.UTF8.GetBytes(body), headers);

    public async Task<Answer> PostAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = Request(path, Json(body));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        return await Answer.ReadAsync(_hub.Client, request);
    }

    public async Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Secret);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        return await Answer.ReadAsync(_hub.Client, request);
    }

    /// <summary>Sends and gives back as soon as headers are there: the caller reads, or leaves, by itself.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, string body, CancellationToken cancellation = default) =>
        _hub.Client.SendAsync(Request(path, Json(body)), HttpCompletionOption.ResponseHeadersRead, cancellation);

    /// <summary>The receipt of a call; waits a little, since a caller may be gone before its call has ended.</summary>
    public async Task<Receipt> ReceiptAsync(string requestId)
    {
        RequestId.TryParse(requestId, out var id).ShouldBeTrue(requestId);
        for (var i = 0; i < 1000; i++)
        {
            if (await _hub.Log.FindAsync(id, Key.Id, CancellationToken.None) is { Receipt: { } receipt })
            {
                return receipt;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException($"Call {requestId} has no receipt.");
    }

    public Task<Receipt> ReceiptAsync(Answer answer) => ReceiptAsync(answer.RequestId);

    /// <summary>Nothing was spent, and nothing stays set aside.</summary>
    public async Task ShouldHavePaidNothingAsync()
    {
        await ShouldHoldNothingAsync();
        Spent.ShouldBe(NanoUsd.Zero);
    }

    public async Task ShouldHoldNothingAsync()
    {
        // A refusal is on its way to the caller a moment before the call's end.
        for (var i = 0; i < 500 && Purse.Held != NanoUsd.Zero; i++)
        {
            await Task.Delay(10);
        }

        Purse.Held.ShouldBe(NanoUsd.Zero);
    }
}
