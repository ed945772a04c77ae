using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Running;

/// <summary>One channel of a cloud in a group of its own, with a user who has money and a key: what <see cref="Customer"/> has not is the credential's own shape.</summary>
internal sealed class CloudHub
{
    private readonly HubUnderTest _hub;
    private readonly string _secret;

    private CloudHub(HubUnderTest hub, string secret) => (_hub, _secret) = (hub, secret);

    public ApiKey Key => _hub.Home.Keys.Find(_secret)!;

    public NanoUsd Spent => _hub.Holds.View(Key).Spent;

    /// <param name="credential">As it is stored.</param>
    /// <param name="map">Public → upstream; the shared hub knows <c>test-model</c>.</param>
    public static async Task<CloudHub> StartAsync(
        HubUnderTest hub, FakeUpstream upstream, string type, string credential, (string Public, string Upstream)[] map, (string Name, string Value)[]? settings = null, string path = "",
        GroupMode mode = GroupMode.Gateway, Dialect[]? dialects = null)
    {
        var name = $"cloud-{Guid.NewGuid():N}"[..24];
        var home = hub.Home;
        await home.Channels.UpsertAsync(new ChannelDraft
        {
            Name = name,
            Type = type,
            BaseUrl = upstream.BaseAddress.ToString().TrimEnd('/') + path,
            AllowPrivateNetwork = true,
            Credentials = [new CredentialDraft("only", credential)],
            Dialects = dialects is null ? null : [.. dialects],
            ModelMap = map.ToDictionary(static pair => pair.Public, static pair => pair.Upstream),
            Models = [.. map.Select(static pair => pair.Public)],
            Settings = (settings ?? []).ToDictionary(static pair => pair.Name, static pair => pair.Value),
        });
        await home.Groups.UpsertAsync(new GroupDraft { Name = name, Mode = mode, Channels = [new MemberDraft(name)] });
        var email = $"{name}@example.com";
        await home.Identity.UpsertUserAsync(new UserDraft { Email = email });
        var cloud = new CloudHub(hub, $"sk-secret-of-{name}-{Guid.NewGuid():N}");
        var key = await home.Identity.CreateKeyAsync(new KeyDraft { Name = name, User = email, Secret = cloud._secret, Groups = [name] });
        await home.Ledger.TopUpAsync(AccountRef.Wallet(key.Owner), NanoUsd.FromUsd(100), "test", "test");
        await hub.RefreshAsync();
        return cloud;
    }

    public Task<Answer> PostAsync(string path, string body, params (string Name, string Value)[] headers) => PostAsync(path, System.Text.Encoding.UTF8.GetBytes(body), headers);

    public Task<Answer> PostAsync(string path, byte[] body, params (string Name, string Value)[] headers) => PostAsync(path, Customer.Json(body), headers);

    public async Task<Answer> PostAsync(string path, HttpContent content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + _secret);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        return await Answer.ReadAsync(_hub.Client, request);
    }

    public async Task<Receipt> ReceiptAsync(Answer answer)
    {
        RequestId.TryParse(answer.RequestId, out var id).ShouldBeTrue();
        for (var i = 0; i < 1000; i++)
        {
            if (await _hub.Log.FindAsync(id, Key.Id, CancellationToken.None) is { Receipt: { } receipt })
                return receipt;
            await Task.Delay(10);
        }

        throw new TimeoutException("The call has no receipt.");
    }
}
