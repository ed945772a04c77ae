using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Session;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Admin.Tests.Session;

/// <summary>Signing in through a provider that is there: the whole round trip of a browser, and everything that a provider or somebody between may say wrongly.</summary>
public sealed class ProvidersTests : IAsyncLifetime
{
    private OpenIdProvider? _provider;

    private OpenIdProvider Provider => _provider!;

    public async ValueTask InitializeAsync() => _provider = await OpenIdProvider.StartAsync();

    public ValueTask DisposeAsync() => Provider.DisposeAsync();

    [Theory]
    [InlineData(DatabaseEngine.Sqlite, false)]
    [InlineData(DatabaseEngine.Sqlite, true)]
    [InlineData(DatabaseEngine.Postgres, false)]
    public async Task Somebody_who_is_known_comes_in_and_is_the_same_when_the_address_changes(DatabaseEngine engine, bool thin)
    {
        Provider.ThinTokens = thin;
        await using var hub = await StartAsync(engine);
        using var bo = await hub.JoinAsync("bo@example.com");
        var id = (await bo.GetAsync("/api/me")).Id;
        Provider.Person = Person("7", "Bo@Example.com");
        (await SignInAsync(hub, "/keys")).ShouldBe(("/keys", id));
        // The provider knows people by their subject: a new address there changes nothing here.
        Provider.Person = Person("7", "bo.new@example.com");
        (await SignInAsync(hub, "/")).ShouldBe(("/", id));
        // Whoever has the address now is somebody else to the provider, and comes in by its word that the address is theirs.
        Provider.Exchanged.ShouldBe(2);
    }

    [Fact]
    public async Task An_address_that_the_provider_did_not_prove_opens_nothing()
    {
        await using var hub = await StartAsync();
        using var bo = await hub.JoinAsync("bo@example.com");
        foreach (var proved in new JsonNode?[] { false, "false", null, 0 })
        {
            Provider.Person = Person("8", "bo@example.com");
            Provider.Person["email_verified"] = proved;
            (await SignInAsync(hub, "/")).ShouldBe(("/sign-in?failed=unknown", null));
        }

        Provider.Person = new JsonObject { ["sub"] = "8" };
        (await SignInAsync(hub, "/")).ShouldBe(("/sign-in?failed=unknown", null));
    }

    [Theory]
    [InlineData(false, SignUpMode.Invite, false)]
    [InlineData(false, SignUpMode.Open, true)]
    [InlineData(true, SignUpMode.Closed, true)]
    public async Task A_stranger_becomes_a_user_where_that_is_wanted(bool byProvider, SignUpMode mode, bool comes)
    {
        await using var hub = await StartAsync(tune: settings =>
        {
            settings.SignUp = mode;
            settings.Providers["acme"].SignUp = byProvider;
        });
        Provider.Person = Person("9", "cy@example.com");
        var (place, id) = await SignInAsync(hub, "/welcome");
        (place, id is not null).ShouldBe(comes ? ("/welcome", true) : ("/sign-in?failed=unknown", false));
        var made = (await hub.Home.Identity.ListUsersAsync(ManagedHub.Cancellation)).FirstOrDefault(static user => user.Email == "cy@example.com");
        (made?.Role).ShouldBe(comes ? Role.User : null);
    }

    [Theory]
    [InlineData(OpenIdTwist.Nonce)]
    [InlineData(OpenIdTwist.Audience)]
    [InlineData(OpenIdTwist.Issuer)]
    [InlineData(OpenIdTwist.Expired)]
    [InlineData(OpenIdTwist.Signature)]
    [InlineData(OpenIdTwist.Unsigned)]
    [InlineData(OpenIdTwist.Refused)]
    [InlineData(OpenIdTwist.OtherPerson)]
    public async Task What_is_wrong_in_the_answer_lets_nobody_in(OpenIdTwist twist)
    {
        await using var hub = await StartAsync();
        using var bo = await hub.JoinAsync("bo@example.com");
        Provider.Person = Person("7", "bo@example.com");
        Provider.Twist = twist;
        (await SignInAsync(hub, "/")).ShouldBe(("/sign-in?failed=provider", null));
        Provider.Twist = OpenIdTwist.None;
        (await SignInAsync(hub, "/")).Id.ShouldNotBeNull("the same browser's next try");
    }

    [Fact]
    public async Task A_round_trip_belongs_to_the_browser_that_began_it_and_is_made_once()
    {
        await using var hub = await StartAsync();
        using var bo = await hub.JoinAsync("bo@example.com");
        Provider.Person = Person("7", "bo@example.com");
        using var browser = hub.Open();
        var back = await AskProviderAsync(await LeaveAsync(browser, "/"));

        using var thief = hub.Open();
        (await thief.GetAsync(back.PathAndQuery)).Message.Headers.Location!.OriginalString.ShouldBe("/sign-in?failed=provider");
        (await browser.GetAsync(back.PathAndQuery.Replace("state=", "state=x", StringComparison.Ordinal))).Message.Headers.Location!.OriginalString.ShouldBe("/sign-in?failed=provider");
        (await browser.GetAsync("/api/session")).Flag("signed_in").ShouldBeFalse();

        var fresh = await AskProviderAsync(await LeaveAsync(browser, "/"));
        (await browser.GetAsync(fresh.PathAndQuery)).Message.Headers.Location!.OriginalString.ShouldBe("/");
        (await browser.GetAsync("/api/session")).Flag("signed_in").ShouldBeTrue();
        (await browser.GetAsync(fresh.PathAndQuery)).Message.Headers.Location!.OriginalString.ShouldBe("/sign-in?failed=provider");
    }

    [Fact]
    public async Task Nobody_is_led_elsewhere_afterwards()
    {
        await using var hub = await StartAsync();
        using var bo = await hub.JoinAsync("bo@example.com");
        Provider.Person = Person("7", "bo@example.com");
        foreach (var place in new[] { "//evil.example.com", "https://evil.example.com", "/\\evil.example.com", "javascript:alert(1)" })
        {
            (await SignInAsync(hub, place)).Place.ShouldBe("/");
        }

        using var browser = hub.Open();
        (await browser.GetAsync("/api/session/providers/nobody")).Code.ShouldBe("not_found");
        (await browser.GetAsync("/api/session")).Json["providers"]!.ToJsonString().ShouldBe("""[{"name":"acme","title":"Acme"}]""");
    }

    [Fact]
    public async Task The_hubs_own_second_factor_and_its_bans_stay()
    {
        await using var hub = await StartAsync();
        using var bo = await hub.JoinAsync("bo@example.com");
        Provider.Person = Person("7", "bo@example.com");
        var secret = (await bo.PostAsync("/api/me/totp")).Text("secret")!;
        await bo.PutAsync("/api/me/totp", new JsonObject { ["code"] = Totp.CodeAt(secret, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30) });
        using var browser = hub.Open();
        var back = await AskProviderAsync(await LeaveAsync(browser, "/"));
        (await browser.GetAsync(back.PathAndQuery)).Message.Headers.Location!.OriginalString.ShouldBe("/sign-in");
        (await browser.GetAsync("/api/session")).Text("needs").ShouldBe("second_factor");
        (await browser.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");

        using var owner = await hub.OwnerAsync();
        var id = (await bo.GetAsync("/api/me")).Id;
        (await owner.PatchAsync($"/api/admin/users/{id}", new JsonObject { ["enabled"] = false }, "*")).Flag("enabled").ShouldBeFalse();
        (await SignInAsync(hub, "/")).ShouldBe(("/sign-in?failed=unknown", null));
    }

    private static JsonObject Person(string subject, string email) => new() { ["sub"] = subject, ["email"] = email, ["email_verified"] = true, ["name"] = "Bo Lin" };

    private Task<ManagedHub> StartAsync(DatabaseEngine engine = DatabaseEngine.Sqlite, Action<SignInSettings>? tune = null) => ManagedHub.StartAsync(engine, settings =>
    {
        settings.SignIn.Providers["acme"] = new ProviderOptions { Title = "Acme", Authority = Provider.Issuer, ClientId = OpenIdProvider.Client, ClientSecret = OpenIdProvider.Secret };
        tune?.Invoke(settings.SignIn);
    });

    /// <summary>The whole round trip of a browser of its own.</summary>
    /// <returns>Where it was led in the end, and who it is there; null = nobody.</returns>
    private static async Task<(string Place, long? Id)> SignInAsync(ManagedHub hub, string place)
    {
        using var browser = hub.Open();
        var back = await AskProviderAsync(await LeaveAsync(browser, place));
        var arrived = await browser.GetAsync(back.PathAndQuery);
        arrived.Status.ShouldBe(HttpStatusCode.Redirect, arrived.Body);
        var who = await browser.GetAsync("/api/me");
        return (arrived.Message.Headers.Location!.OriginalString, who.Status == HttpStatusCode.OK ? who.Id : null);
    }

    private static async Task<Uri> LeaveAsync(Browser browser, string place)
    {
        var left = await browser.GetAsync("/api/session/providers/acme?return=" + Uri.EscapeDataString(place));
        left.Status.ShouldBe(HttpStatusCode.Redirect, left.Body);
        return left.Message.Headers.Location!;
    }

    private static async Task<Uri> AskProviderAsync(Uri question)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var answer = await client.GetAsync(question, ManagedHub.Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync(ManagedHub.Cancellation));
        return answer.Headers.Location!;
    }
}
