using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Groups;

public sealed class SqliteGroupPagesTests() : GroupPagesTests(DatabaseEngine.Sqlite);

public sealed class PostgresGroupPagesTests() : GroupPagesTests(DatabaseEngine.Postgres);

public abstract class GroupPagesTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task A_group_is_made_ordered_paused_expired_and_removed()
    {
        using var owner = await Hub.OwnerAsync();
        var made = await owner.PostAsync("/api/admin/groups", new JsonObject
        {
            ["name"] = "house", ["common_use"] = "Everything in the house", ["multiplier"] = 0.8, ["channels"] = new JsonArray(new JsonObject { ["channel"] = "sandbox", ["priority"] = 1, ["weight"] = 5 }),
            ["policy"] = new JsonObject { ["selection"] = "least_latency", ["translation"] = "native_only", ["failover"] = new JsonObject { ["max_attempts"] = 3 } },
        });
        made.Status.ShouldBe(HttpStatusCode.Created, made.Body);
        (await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "house" })).Code.ShouldBe("conflict");
        var shown = await owner.GetAsync("/api/admin/groups/house");
        ((string?)shown.Json["policy"]!["selection"], (int)shown.Json["policy"]!["failover"]!["max_attempts"]!, (bool)shown.Json["policy"]!["affinity"]!).ShouldBe(("least_latency", 3, true));
        ((string?)shown.Json["channels"]![0]!["channel"], (int)shown.Json["channels"]![0]!["weight"]!).ShouldBe(("sandbox", 5));

        var paused = await owner.PatchAsync("/api/admin/groups/house", new JsonObject { ["status"] = "paused", ["reason"] = "moving", ["policy"] = new JsonObject { ["affinity"] = false } }, shown.Tag);
        paused.Status.ShouldBe(HttpStatusCode.OK, paused.Body);
        (paused.Text("status"), paused.Text("reason"), (string?)paused.Json["policy"]!["selection"], (bool)paused.Json["policy"]!["affinity"]!).ShouldBe(("paused", "moving", "least_latency", false));
        (await owner.PatchAsync("/api/admin/groups/house", new JsonObject { ["status"] = "active" }, shown.Tag)).Code.ShouldBe("changed_meanwhile");
        var expired = await owner.PatchAsync("/api/admin/groups/house", new JsonObject { ["status"] = "expired", ["reason"] = "over", ["replacement"] = "openai", ["serve_replacement"] = true }, paused.Tag);
        (expired.Text("status"), expired.Text("replacement"), expired.Text("expired_on")).ShouldBe(("expired", "openai", DateTime.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
        var reset = await owner.PatchAsync("/api/admin/groups/house", new JsonObject { ["policy"] = null, ["multiplier"] = null, ["channels"] = new JsonArray() }, expired.Tag);
        ((string?)reset.Json["policy"]!["selection"], (decimal)reset.Json["multiplier"]!, reset.Json["channels"]!.AsArray().Count).ShouldBe(("weighted", 1m, 0));
        (await owner.GetAsync("/api/admin/groups?status=expired")).Items.Select(static one => (string?)one!["name"]).ShouldContain("house");
        (await owner.DeleteAsync("/api/admin/groups/house", reset.Tag)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await owner.GetAsync("/api/admin/groups/house")).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task Who_uses_a_group_is_told_and_keeps_it_from_being_removed()
    {
        using var owner = await Hub.OwnerAsync();
        using var ann = await Hub.JoinAsync("ann@example.com");
        foreach (var name in new[] { "one", "one-more" })
        {
            await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = name, ["channels"] = new JsonArray(new JsonObject { ["channel"] = "sandbox" }) });
        }

        await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "alone", ["groups"] = new JsonArray("one") });
        await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "safe", ["groups"] = new JsonArray("one-more", "one") });
        await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "stubborn", ["groups"] = new JsonArray("one", "one-more"), ["cross_group_failover"] = false });
        var revoked = (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "gone", ["groups"] = new JsonArray("one") })).Id;
        await ann.DeleteAsync($"/api/me/keys/{revoked}", (await ann.GetAsync($"/api/me/keys/{revoked}")).Tag);
        var other = await owner.GetAsync("/api/admin/groups/one-more");
        await owner.PatchAsync("/api/admin/groups/one-more", new JsonObject { ["replacement"] = "one" }, other.Tag);

        var use = await owner.GetAsync("/api/admin/groups/one/use");
        ((int)use.Json["keys"]!, (int)use.Json["alone"]!, (int)use.Json["users"]!).ShouldBe((3, 2, 1), use.Body);
        use.Json["carriers"]!.AsArray().Where(static key => (bool)key!["alone"]!).Select(static key => (string?)key!["name"]).ShouldBe(["stubborn", "alone"]);
        use.Json["replaces_groups"]!.AsArray().Select(static name => (string?)name).ShouldBe(["one-more"]);
        var kept = await owner.DeleteAsync("/api/admin/groups/one", (await owner.GetAsync("/api/admin/groups/one")).Tag);
        kept.Code.ShouldBe("conflict");
        kept.Text("detail")!.ShouldContain("3 keys carry it");
        kept.Text("detail")!.ShouldContain("one-more");
        (await owner.DeleteAsync("/api/admin/groups/auto", (await owner.GetAsync("/api/admin/groups/auto")).Tag)).Code.ShouldBe("conflict");
    }

    [Fact]
    public async Task A_price_of_a_group_is_what_its_calls_cost_until_it_is_retired()
    {
        using var owner = await Hub.OwnerAsync();
        var made = await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "dear", ["channels"] = new JsonArray(new JsonObject { ["channel"] = "sandbox" }) });
        var tag = (await owner.GetAsync("/api/admin/groups/dear")).Tag;
        var wrong = await owner.SendAsync(HttpMethod.Post, "/api/admin/groups/dear/prices", new JsonObject { ["model"] = "sandbox/echo", ["price"] = new JsonObject { ["inputs"] = 1 } }, tag);
        wrong.Json["errors"]!["price"].ShouldNotBeNull();
        var priced = await owner.SendAsync(HttpMethod.Post, "/api/admin/groups/dear/prices", new JsonObject { ["model"] = "sandbox/echo", ["price"] = new JsonObject { ["input"] = 1000, ["output"] = 2000 } }, tag);
        priced.Status.ShouldBe(HttpStatusCode.OK, priced.Body);
        var row = priced.Json["prices"]![0]!;
        ((string?)row["model"], (decimal)row["price"]!["input"]!).ShouldBe(("sandbox/echo", 1000m));
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/groups/dear/prices", new JsonObject { ["model"] = "sandbox/echo", ["price"] = new JsonObject { ["input"] = 1 } })).Code.ShouldBe("if_match_required");
        var told = await owner.PostAsync("/api/admin/route/explain", new JsonObject { ["groups"] = new JsonArray("dear"), ["model"] = "sandbox/echo" });
        (told.Text("group"), told.Text("channel"), told.Text("price_group"), told.Text("price_version")).ShouldBe(("dear", "sandbox", "dear", (string?)row["version"]), told.Body);
        var retired = await owner.DeleteAsync($"/api/admin/groups/dear/prices/{(string?)row["version"]}", priced.Tag);
        retired.Json["prices"]!.AsArray().Count.ShouldBe(0);
        (await owner.DeleteAsync("/api/admin/groups/dear/prices/0000", retired.Tag)).Code.ShouldBe("not_found");
        made.Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_explanation_says_where_a_keys_call_would_go_and_why_not()
    {
        using var owner = await Hub.OwnerAsync();
        using var ann = await Hub.JoinAsync("ann@example.com");
        var key = (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k", ["groups"] = new JsonArray("openai"), ["models"] = new JsonArray("gpt-*") })).Id;
        var refused = await owner.PostAsync("/api/admin/route/explain", new JsonObject { ["key_id"] = key, ["model"] = "sandbox/echo" });
        refused.Json["refusal"].ShouldNotBeNull(refused.Body);
        refused.Json["group"].ShouldBeNull();
        var served = await owner.PostAsync("/api/admin/route/explain", new JsonObject { ["model"] = "sandbox/echo", ["needs"] = new JsonArray("tools"), ["dialect"] = "anthropic" });
        served.Text("channel").ShouldBe("sandbox", served.Body);
        served.Json["groups"]!.AsArray().ShouldContain(static group => (bool)group!["chosen"]!);
        (await owner.PostAsync("/api/admin/route/explain", new JsonObject { ["model"] = "m", ["needs"] = new JsonArray("magic") })).Json["errors"]!["needs"].ShouldNotBeNull();
        (await owner.PostAsync("/api/admin/route/explain", new JsonObject { ["model"] = "m", ["key_id"] = 999_999 })).Json["errors"]!["key_id"].ShouldNotBeNull();
        (await owner.PostAsync("/api/admin/route/explain", new JsonObject { ["model"] = "m", ["dialect"] = "latin" })).Json["errors"]!["dialect"].ShouldNotBeNull();
    }

    [Fact]
    public async Task What_is_wrong_with_a_group_is_told_by_its_field()
    {
        using var owner = await Hub.OwnerAsync();
        var wrong = await owner.PostAsync("/api/admin/groups", new JsonObject
        {
            ["name"] = "Big House", ["multiplier"] = -1, ["channels"] = new JsonArray(new JsonObject { ["channel"] = "nobody", ["weight"] = 5000 }), ["policy"] = new JsonObject { ["affinity_seconds"] = 1e12 },
        });
        wrong.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        wrong.Json["errors"]!.AsObject().Select(static one => one.Key).ShouldBe(["name", "multiplier", "policy.affinity_seconds", "channels", "channels.weight"], ignoreOrder: true);
        (await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "x", ["status"] = "sleepy" })).Json["errors"]!["status"].ShouldNotBeNull();
        var auto = await owner.GetAsync("/api/admin/groups/auto");
        (await owner.PatchAsync("/api/admin/groups/auto", new JsonObject { ["channels"] = new JsonArray(new JsonObject { ["channel"] = "sandbox" }) }, auto.Tag)).Json["errors"]!["channels"].ShouldNotBeNull();
        (await owner.PatchAsync("/api/admin/groups/openai", new JsonObject { ["replacement"] = "openai" }, "*")).Json["errors"]!["replacement"].ShouldNotBeNull();
    }
}
