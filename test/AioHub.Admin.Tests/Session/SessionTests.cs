using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Session;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Session;

public sealed class SqliteSessionTests() : SessionTests(DatabaseEngine.Sqlite);

public sealed class PostgresSessionTests() : SessionTests(DatabaseEngine.Postgres);

public abstract class SessionTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task The_first_run_goes_from_link_to_set_up_to_password()
    {
        using var browser = Hub.Open();
        (await browser.GetAsync("/api/session")).Flag("signed_in").ShouldBeFalse();
        var link = await Hub.Home.Sessions.MakeLinkAsync(ManagedHub.Owner, cancellation: ManagedHub.Cancellation);
        var half = await browser.PostAsync("/api/session/link", new JsonObject { ["token"] = link });
        (half.Status, half.Text("needs"), half.Flag("signed_in")).ShouldBe((HttpStatusCode.OK, "set_up", false));
        // Half the way in is not in.
        (await browser.GetAsync("/api/me/keys")).Code.ShouldBe("not_signed_in");
        (await browser.PostAsync("/api/session/set-up", new JsonObject { ["password"] = "short" })).Json["errors"]!["password"].ShouldNotBeNull();
        var whole = await browser.PostAsync("/api/session/set-up", new JsonObject { ["email"] = "Ann@Example.com", ["password"] = ManagedHub.Password, ["name"] = "Ann" });
        whole.Flag("signed_in").ShouldBeTrue();
        (await browser.GetAsync("/api/me")).Text("email").ShouldBe("ann@example.com");
        // The link was good once.
        using var other = Hub.Open();
        (await other.PostAsync("/api/session/link", new JsonObject { ["token"] = link })).Code.ShouldBe("sign_in_failed");
        (await other.PostAsync("/api/session/password", new JsonObject { ["email"] = "ann@example.com", ["password"] = ManagedHub.Password })).Flag("signed_in").ShouldBeTrue();
        (await other.DeleteAsync("/api/session")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await other.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");
    }

    [Fact]
    public async Task Who_does_not_exist_is_refused_like_a_wrong_password_and_too_many_tries_are_stopped()
    {
        using var owner = await Hub.OwnerAsync();
        using var stranger = Hub.Open();
        var wrong = await TryAsync(stranger, ManagedHub.Owner, "not the password");
        var unknown = await TryAsync(stranger, "nobody@example.com", "not the password");
        (wrong.Status, wrong.Code, wrong.Text("detail")).ShouldBe((HttpStatusCode.Unauthorized, "sign_in_failed", unknown.Text("detail")));
        unknown.Status.ShouldBe(wrong.Status);
        Reply last = wrong;
        for (var i = 1; i < Tries.MostOfName + 1; i++)
        {
            last = await TryAsync(stranger, ManagedHub.Owner, "not the password");
        }

        (last.Status, last.Code).ShouldBe((HttpStatusCode.TooManyRequests, "too_many_tries"));
        last.Message.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        var known = (await new SignInAdmin(Hub.Home.Database, Hub.Home.Master, Hub.Home.Identity, Hub.Home.Time).FindAsync(ManagedHub.Owner, ManagedHub.Cancellation))!;
        known.LockedUntil.ShouldNotBeNull();
        // Whoever is in stays in: strangers cannot put anybody out.
        (await owner.GetAsync("/api/me")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_session_that_is_ended_is_out_at_once()
    {
        using var owner = await Hub.OwnerAsync();
        using var other = Hub.Open();
        (await TryAsync(other, ManagedHub.Owner, ManagedHub.Password)).Flag("signed_in").ShouldBeTrue();
        var sessions = (await owner.GetAsync("/api/me/sessions")).Items;
        sessions.Count.ShouldBe(2);
        var theirs = sessions.Single(static one => !(bool)one!["current"]!)!;
        (await owner.DeleteAsync($"/api/me/sessions/{theirs["id"]}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await other.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");
        (await owner.GetAsync("/api/me")).Status.ShouldBe(HttpStatusCode.OK);
        (await owner.DeleteAsync("/api/me/sessions/999999")).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task A_new_password_puts_out_all_other_sessions_and_wants_the_former()
    {
        using var owner = await Hub.OwnerAsync();
        using var other = Hub.Open();
        await TryAsync(other, ManagedHub.Owner, ManagedHub.Password);
        (await owner.PutAsync("/api/me/password", new JsonObject { ["current"] = "wrong", ["new"] = "another horse battery" })).Json["errors"]!["current"].ShouldNotBeNull();
        (await owner.PutAsync("/api/me/password", new JsonObject { ["current"] = ManagedHub.Password, ["new"] = "another horse battery" })).Status.ShouldBe(HttpStatusCode.NoContent);
        (await other.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");
        (await owner.GetAsync("/api/me")).Status.ShouldBe(HttpStatusCode.OK);
        (await TryAsync(other, ManagedHub.Owner, ManagedHub.Password)).Code.ShouldBe("sign_in_failed");
        (await TryAsync(other, ManagedHub.Owner, "another horse battery")).Flag("signed_in").ShouldBeTrue();
    }

    private long StepNow() => Hub.Home.Time.GetUtcNow().ToUnixTimeSeconds() / 30;

    [Fact]
    public async Task A_code_is_wanted_counts_once_and_a_recovery_code_too()
    {
        using var owner = await Hub.OwnerAsync();
        var secret = (await owner.PostAsync("/api/me/totp")).Text("secret")!;
        // The step before this one: still good, and the next one that is tried is newer however long the tries take.
        var step = StepNow() - 1;
        var codes = (await owner.PutAsync("/api/me/totp", new JsonObject { ["code"] = Totp.CodeAt(secret, step) })).Json["recovery_codes"]!.AsArray();
        codes.Count.ShouldBe(10);
        using var browser = Hub.Open();
        var half = await TryAsync(browser, ManagedHub.Owner, ManagedHub.Password);
        (half.Text("needs"), half.Flag("signed_in"), half.Json["user"]).ShouldBe(("second_factor", false, null));
        (await browser.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");
        (await browser.PostAsync("/api/session/second-factor", new JsonObject { ["code"] = Totp.CodeAt(secret, step) })).Code.ShouldBe("sign_in_failed");
        (await browser.PostAsync("/api/session/second-factor", new JsonObject { ["code"] = Totp.CodeAt(secret, StepNow()) })).Flag("signed_in").ShouldBeTrue();
        using var third = Hub.Open();
        await TryAsync(third, ManagedHub.Owner, ManagedHub.Password);
        (await third.PostAsync("/api/session/second-factor", new JsonObject { ["code"] = (string?)codes[0] })).Flag("signed_in").ShouldBeTrue();
        using var fourth = Hub.Open();
        await TryAsync(fourth, ManagedHub.Owner, ManagedHub.Password);
        (await fourth.PostAsync("/api/session/second-factor", new JsonObject { ["code"] = (string?)codes[0] })).Code.ShouldBe("sign_in_failed");
        (await owner.DeleteAsync("/api/me/totp", body: new JsonObject { ["password"] = ManagedHub.Password })).Status.ShouldBe(HttpStatusCode.NoContent);
        (await TryAsync(fourth, ManagedHub.Owner, ManagedHub.Password)).Flag("signed_in").ShouldBeTrue();
    }

    [Fact]
    public async Task Signing_up_wants_an_invitation_and_takes_its_role()
    {
        using var owner = await Hub.OwnerAsync();
        using var stranger = Hub.Open();
        var wanted = new JsonObject { ["email"] = "bo@example.com", ["password"] = ManagedHub.Password };
        (await stranger.PostAsync("/api/session/sign-up", wanted.DeepClone())).Json["errors"]!["invitation"].ShouldNotBeNull();
        var token = (await owner.PostAsync("/api/admin/invitations", new JsonObject { ["email"] = "bo@example.com" })).Text("token");
        wanted["invitation"] = token;
        (await stranger.PostAsync("/api/session/sign-up", wanted.DeepClone())).Flag("signed_in").ShouldBeTrue();
        (await stranger.GetAsync("/api/me")).Text("role").ShouldBe("user");
        (await stranger.PostAsync("/api/session/sign-up", wanted.DeepClone())).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_token_may_what_its_scopes_say_and_never_what_is_done_in_person()
    {
        using var owner = await Hub.OwnerAsync();
        var made = await owner.PostAsync("/api/me/tokens", new JsonObject { ["name"] = "ci", ["scopes"] = new JsonArray("me:read") });
        made.Status.ShouldBe(HttpStatusCode.Created);
        using var program = Hub.Open(made.Text("secret"));
        (await program.GetAsync("/api/me")).Status.ShouldBe(HttpStatusCode.OK);
        (await program.PatchAsync("/api/me", new JsonObject { ["name"] = "x" })).Code.ShouldBe("not_allowed");
        (await program.GetAsync("/api/admin/users")).Code.ShouldBe("not_allowed");
        (await program.PostAsync("/api/me/tokens", new JsonObject { ["name"] = "more", ["scopes"] = new JsonArray("me:read") })).Code.ShouldBe("not_allowed");
        (await owner.GetAsync("/api/me/tokens")).Body.ShouldNotContain(made.Text("secret")!);
        (await owner.DeleteAsync($"/api/me/tokens/{made.Id}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await program.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");
    }

    [Fact]
    public async Task Another_sites_page_can_do_nothing_with_a_session()
    {
        using var owner = await Hub.OwnerAsync();
        foreach (var origin in new[] { "https://evil.example", "null", $"http://127.0.0.1.evil.example:{Hub.Address.Port}" })
        {
            var refused = await owner.SendAsync(HttpMethod.Patch, "/api/me", new JsonObject { ["name"] = "x" }, more: request => request.Headers.TryAddWithoutValidation("origin", origin));
            refused.Code.ShouldBe("not_allowed");
        }

        var own = await owner.SendAsync(
            HttpMethod.Patch, "/api/me", new JsonObject { ["name"] = "Ann" }, more: request => request.Headers.TryAddWithoutValidation("origin", Hub.Address.GetLeftPart(UriPartial.Authority)));
        own.Text("name").ShouldBe("Ann");
        own.Message.Headers.CacheControl!.NoStore.ShouldBeTrue();
        own.Message.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        own.Message.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        var cookie = (await TryAsync(Hub.Open(), ManagedHub.Owner, ManagedHub.Password)).Message.Headers.GetValues("Set-Cookie").Single(static one => one.StartsWith("aiohub_session", StringComparison.Ordinal));
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=lax", Case.Insensitive);
    }

    private static Task<Reply> TryAsync(Browser browser, string email, string password) =>
        browser.PostAsync("/api/session/password", new JsonObject { ["email"] = email, ["password"] = password });
}
