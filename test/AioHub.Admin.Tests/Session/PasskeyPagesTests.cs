using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;

namespace AioHub.Admin.Tests.Session;

public sealed class PasskeyPagesTests
{
    [Fact]
    public async Task A_passkey_is_added_signs_in_without_a_password_and_is_removed()
    {
        await using var hub = await ManagedHub.StartAsync();
        using var owner = await hub.OwnerAsync();
        var origin = hub.Address.GetLeftPart(UriPartial.Authority);
        using var authenticator = new SoftAuthenticator(origin);
        var made = await MakeAsync(owner, authenticator, origin);
        made.Status.ShouldBe(HttpStatusCode.Created, made.Body);
        (await owner.GetAsync("/api/me/passkeys")).Items.ShouldHaveSingleItem()!["name"]!.GetValue<string>().ShouldBe("laptop");

        using var browser = hub.Open();
        var entered = await EnterAsync(browser, authenticator, origin);
        entered.Status.ShouldBe(HttpStatusCode.OK, entered.Body);
        entered.Flag("signed_in").ShouldBeTrue();
        (await browser.GetAsync("/api/me")).Text("email").ShouldBe(ManagedHub.Owner);

        using var stranger = new SoftAuthenticator(origin);
        using var other = hub.Open();
        (await EnterAsync(other, stranger, origin)).Code.ShouldBe("sign_in_failed");
        // An answer is good for its own options, once.
        (await browser.PostAsync("/api/session/passkey", new JsonObject { ["credential"] = new JsonObject() })).Code.ShouldBe("conflict");
        (await owner.DeleteAsync($"/api/me/passkeys/{made.Id}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await EnterAsync(other, authenticator, origin)).Code.ShouldBe("sign_in_failed");
    }

    [Fact]
    public async Task Another_sites_ceremony_is_refused()
    {
        await using var hub = await ManagedHub.StartAsync();
        using var owner = await hub.OwnerAsync();
        using var authenticator = new SoftAuthenticator("https://evil.example");
        (await MakeAsync(owner, authenticator, hub.Address.GetLeftPart(UriPartial.Authority))).Json["errors"]!["credential"].ShouldNotBeNull();
    }

    private static async Task<Reply> MakeAsync(Browser browser, SoftAuthenticator authenticator, string origin)
    {
        var options = (await browser.SendAsync(HttpMethod.Post, "/api/me/passkeys/options", more: request => request.Headers.TryAddWithoutValidation("origin", origin))).Json;
        return await browser.SendAsync(
            HttpMethod.Post, "/api/me/passkeys", new JsonObject { ["name"] = "laptop", ["credential"] = authenticator.Create(options) }, more: request => request.Headers.TryAddWithoutValidation("origin", origin));
    }

    private static async Task<Reply> EnterAsync(Browser browser, SoftAuthenticator authenticator, string origin)
    {
        var options = (await browser.SendAsync(HttpMethod.Post, "/api/session/passkey/options", more: request => request.Headers.TryAddWithoutValidation("origin", origin))).Json;
        return await browser.SendAsync(
            HttpMethod.Post, "/api/session/passkey", new JsonObject { ["credential"] = authenticator.Get(options) }, more: request => request.Headers.TryAddWithoutValidation("origin", origin));
    }
}
