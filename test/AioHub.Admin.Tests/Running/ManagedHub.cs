using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.Core.Identity;
using AioHub.Core.Storage;
using AioHub.Host.Home;
using AioHub.Host.Serving;
using AioHub.TestKit;

namespace AioHub.Admin.Tests.Running;

/// <summary>A hub that really serves, on a port and in a folder of its own, and people who are signed in to it.</summary>
public sealed class ManagedHub : IAsyncDisposable
{
    internal const string Owner = "owner@localhost";
    internal const string Password = "correct horse battery";

    private readonly TempFolder _folder;
    private readonly HubServer _server;

    private ManagedHub(TempFolder folder, HubServer server)
    {
        _folder = folder;
        _server = server;
    }

    internal HubHome Home => _server.Home;

    internal IServiceProvider Services => _server.Services;

    internal Uri Address => new(_server.Address);

    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static async Task<ManagedHub> StartAsync(DatabaseEngine engine = DatabaseEngine.Sqlite, Action<HubSettings>? tune = null)
    {
        string? database = null;
        if (engine == DatabaseEngine.Postgres)
        {
            Assert.SkipUnless(PostgresServer.Available, PostgresServer.SkipReason);
            database = await PostgresServer.CreateDatabaseAsync();
        }

        var folder = new TempFolder();
        var settings = new HubSettings { Urls = "http://127.0.0.1:0", Data = folder.Path, Database = database };
        tune?.Invoke(settings);
        return new ManagedHub(folder, await HubServer.StartAsync(settings, TimeProvider.System, logging: null, CancellationToken.None));
    }

    /// <summary>Somebody's browser, or a program when it is given a token.</summary>
    internal Browser Open(string? token = null) => new(Address, token);

    /// <summary>The owner, set up with a password.</summary>
    internal async Task<Browser> OwnerAsync()
    {
        var browser = Open();
        var link = await Home.Sessions.MakeLinkAsync(Owner, cancellation: Cancellation);
        var half = await browser.PostAsync("/api/session/link", new JsonObject { ["token"] = link });
        half.Text("needs").ShouldBe("set_up", half.Body);
        (await browser.PostAsync("/api/session/set-up", new JsonObject { ["password"] = Password })).Flag("signed_in").ShouldBeTrue();
        return browser;
    }

    /// <summary>A user of a role, made by a command and signed in by link and set-up.</summary>
    internal async Task<Browser> JoinAsync(string email, Role role = Role.User)
    {
        await Home.Identity.CreateUserAsync(new UserDraft { Email = email, Role = role }, cancellation: Cancellation);
        return await EnterAsync(email);
    }

    internal async Task<Browser> EnterAsync(string email)
    {
        var browser = Open();
        await browser.PostAsync("/api/session/link", new JsonObject { ["token"] = await Home.Sessions.MakeLinkAsync(email, cancellation: Cancellation) });
        (await browser.PostAsync("/api/session/set-up", new JsonObject { ["password"] = Password })).Flag("signed_in").ShouldBeTrue();
        return browser;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>One answer: its status, headers and JSON.</summary>
internal sealed record Reply(HttpStatusCode Status, HttpResponseMessage Message, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Code => Message.Content.Headers.ContentType?.MediaType == "application/problem+json" ? Text("code") : null;

    public string? Tag => Message.Headers.ETag?.Tag;

    public string? Text(string name) => (string?)Json[name];

    public long Id => (long)Json["id"]!;

    public bool Flag(string name) => (bool)Json[name]!;

    public JsonArray Items => Json["items"]!.AsArray();
}

/// <summary>A client with cookies of its own, that sends what the console sends.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _client;
    private readonly string? _token;

    public Browser(Uri address, string? token)
    {
        Cookies = new CookieContainer();
        _token = token;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public CookieContainer Cookies { get; }

    public bool Csrf { get; init; } = true;

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Reply> PostAsync(string path, JsonNode? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Reply> PutAsync(string path, JsonNode? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<Reply> PatchAsync(string path, JsonNode body, string? tag = null) => SendAsync(HttpMethod.Patch, path, body, tag);

    public Task<Reply> DeleteAsync(string path, string? tag = null, JsonNode? body = null) => SendAsync(HttpMethod.Delete, path, body, tag);

    public async Task<Reply> SendAsync(HttpMethod method, string path, JsonNode? body = null, string? tag = null, Action<HttpRequestMessage>? more = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        if (_token is not null)
        {
            request.Headers.TryAddWithoutValidation("authorization", "Bearer " + _token);
        }
        else if (Csrf && method != HttpMethod.Get)
        {
            request.Headers.TryAddWithoutValidation("x-aiohub-csrf", "1");
        }

        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("if-match", tag);
        }

        more?.Invoke(request);
        var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Reply(answer.StatusCode, answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _client.Dispose();
}
