using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Keys;

public sealed class SqliteOwnKeysTests() : OwnKeysTests(DatabaseEngine.Sqlite);

public sealed class PostgresOwnKeysTests() : OwnKeysTests(DatabaseEngine.Postgres);

public abstract class OwnKeysTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task A_key_is_made_used_changed_and_revoked()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var made = await ann.PostAsync("/api/me/keys", new JsonObject
        {
            ["name"] = "laptop", ["groups"] = new JsonArray("openai", "auto"), ["limits"] = new JsonObject { ["rpm"] = 60, ["usd_per_day"] = 1.5 }, ["models"] = new JsonArray("sandbox/*"),
        });
        made.Status.ShouldBe(HttpStatusCode.Created);
        var secret = made.Text("secret")!;
        made.Message.Headers.Location!.ToString().ShouldBe($"/api/me/keys/{made.Id}");
        // The next call sees it: nobody waits for a heartbeat.
        (await UseAsync(secret)).ShouldBe(HttpStatusCode.OK);
        var shown = await ann.GetAsync($"/api/me/keys/{made.Id}");
        shown.Body.ShouldNotContain(secret);
        shown.Text("last_four").ShouldBe(secret[^4..]);
        ((decimal)shown.Json["limits"]!["usd_per_day"]!).ShouldBe(1.5m);
        var changed = await ann.PatchAsync($"/api/me/keys/{made.Id}", new JsonObject { ["name"] = "desk", ["limits"] = null, ["enabled"] = false }, shown.Tag);
        (changed.Status, changed.Text("name"), changed.Json["limits"]!.AsObject().Count).ShouldBe((HttpStatusCode.OK, "desk", 0));
        changed.Json["groups"]!.AsArray().Select(static name => (string?)name).ShouldBe(["openai", "auto"]);
        (await UseAsync(secret)).ShouldNotBe(HttpStatusCode.OK);
        (await ann.DeleteAsync($"/api/me/keys/{made.Id}", changed.Tag)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await ann.GetAsync($"/api/me/keys/{made.Id}")).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task Of_two_changes_that_race_one_is_told_what_the_other_did()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var id = (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k" })).Id;
        var tag = (await ann.GetAsync($"/api/me/keys/{id}")).Tag;
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => ann.PatchAsync($"/api/me/keys/{id}", new JsonObject { ["name"] = $"k{i}" }, tag)));
        answers.Count(static answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        var lost = answers.Where(static answer => answer.Status != HttpStatusCode.OK).ToList();
        lost.ShouldAllBe(static answer => answer.Status == HttpStatusCode.PreconditionFailed && answer.Code == "changed_meanwhile");
        var won = answers.Single(static answer => answer.Status == HttpStatusCode.OK).Text("name");
        lost.ShouldAllBe(answer => (string?)answer.Json["current"]!["name"] == won);
        (await ann.PatchAsync($"/api/me/keys/{id}", new JsonObject { ["name"] = "again" }, lost[0].Tag)).Status.ShouldBe(HttpStatusCode.OK);
        (await ann.PatchAsync($"/api/me/keys/{id}", new JsonObject { ["name"] = "again" })).Code.ShouldBe("if_match_required");
    }

    [Fact]
    public async Task Anothers_key_is_nowhere_even_for_the_owner_of_the_hub()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        using var bo = await Hub.JoinAsync("bo@example.com");
        using var owner = await Hub.OwnerAsync();
        var id = (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "mine" })).Id;
        foreach (var other in new[] { bo, owner })
        {
            var (nowhere, theirs) = (await other.GetAsync("/api/me/keys/999999"), await other.GetAsync($"/api/me/keys/{id}"));
            (theirs.Status, theirs.Text("detail")).ShouldBe((HttpStatusCode.NotFound, nowhere.Text("detail")));
            (await other.PatchAsync($"/api/me/keys/{id}", new JsonObject { ["name"] = "stolen" })).Status.ShouldBe(HttpStatusCode.NotFound);
            (await other.PatchAsync($"/api/me/keys/{id}", new JsonObject { ["name"] = "stolen" }, "*")).Status.ShouldBe(HttpStatusCode.NotFound);
            (await other.DeleteAsync($"/api/me/keys/{id}", "*")).Status.ShouldBe(HttpStatusCode.NotFound);
            (await other.GetAsync("/api/me/keys")).Items.ShouldAllBe(one => (long)one!["id"]! != id);
        }

        (await ann.GetAsync($"/api/me/keys/{id}")).Text("name").ShouldBe("mine");
    }

    [Fact]
    public async Task What_is_not_offered_cannot_be_set()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var refused = await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k", ["multiplier"] = 0, ["user_id"] = 1, ["secret"] = "sk-0123456789abcdef" });
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused.Json["errors"]!.AsObject().Select(static member => member.Key).ShouldBe(["multiplier", "user_id", "secret"], ignoreOrder: true);
        (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k", ["limits"] = new JsonObject { ["rpm"] = "many" } })).Json["errors"]!["limits.rpm"].ShouldNotBeNull();
        (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k", ["groups"] = new JsonArray("nowhere") })).Json["errors"]!["groups"].ShouldNotBeNull();
        (await ann.PostAsync("/api/me/keys", new JsonObject())).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await ann.PatchAsync("/api/me", new JsonObject { ["role"] = "owner" })).Json["errors"]!["role"].ShouldNotBeNull();
        (await ann.GetAsync("/api/me")).Text("role").ShouldBe("user");
        (await ann.GetAsync("/api/me/keys?limit=0")).Json["errors"]!["limit"].ShouldNotBeNull();
        (await ann.GetAsync("/api/me/keys?after=nonsense")).Json["errors"]!["after"].ShouldNotBeNull();
        (await ann.GetAsync("/api/me/keys?sort=secret")).Json["errors"]!["sort"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Hidden_and_restricted_groups_are_for_those_who_have_them()
    {
        await Hub.Home.Groups.UpsertAsync(new Core.Routing.GroupDraft { Name = "lab", Visibility = Core.Routing.GroupVisibility.Restricted, Tags = ["research"] }, cancellation: ManagedHub.Cancellation);
        await Hub.Home.Watch.RefreshAsync(ManagedHub.Cancellation);
        using var ann = await Hub.JoinAsync("ann@example.com");
        (await ann.GetAsync("/api/me/groups")).Items.ShouldNotContain(static one => (string?)one!["name"] == "lab");
        (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k", ["groups"] = new JsonArray("lab") })).Json["errors"]!["groups"].ShouldNotBeNull();
        await Hub.Home.Identity.UpdateUserAsync(new Core.Identity.UserDraft { Email = "ann@example.com", Tags = ["research"] }, cancellation: ManagedHub.Cancellation);
        (await ann.GetAsync("/api/me/groups")).Items.ShouldContain(static one => (string?)one!["name"] == "lab");
        (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k", ["groups"] = new JsonArray("lab") })).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Pages_follow_each_other_by_cursor()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        for (var i = 0; i < 5; i++)
        {
            await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = $"k{i}" });
        }

        var names = new List<string?>();
        for (string? after = ""; after is not null;)
        {
            var page = await ann.GetAsync($"/api/me/keys?limit=2{(after.Length > 0 ? "&after=" + after : "")}");
            names.AddRange(page.Items.Select(static one => (string?)one!["name"]));
            after = page.Text("next");
        }

        names.ShouldBe(["k4", "k3", "k2", "k1", "k0"]);
    }

    private async Task<HttpStatusCode> UseAsync(string secret)
    {
        using var program = Hub.Open(secret);
        return (await program.PostAsync("/v1/chat/completions", new JsonObject
        {
            ["model"] = "sandbox/echo", ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }),
        })).Status;
    }
}
