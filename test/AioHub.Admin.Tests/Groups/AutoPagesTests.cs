using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Groups;

public sealed class SqliteAutoPagesTests() : AutoPagesTests(DatabaseEngine.Sqlite);

public sealed class PostgresAutoPagesTests() : AutoPagesTests(DatabaseEngine.Postgres);

public abstract class AutoPagesTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task Its_order_follows_from_names_tiers_factors_and_names_again()
    {
        using var owner = await Hub.OwnerAsync();
        foreach (var (name, tier, factor, more) in new[] { ("aaa", 1, 1m, "public"), ("bbb", 1, 2m, "restricted"), ("ccc", 0, 1m, "hidden") })
        {
            await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = name, ["multiplier"] = factor, ["visibility"] = more, ["tags"] = new JsonArray("early"), ["channels"] = new JsonArray(new JsonObject { ["channel"] = "sandbox" }) });
            (await owner.PatchAsync($"/api/admin/groups/{name}", new JsonObject { ["auto_tier"] = tier }, "*")).Status.ShouldBe(HttpStatusCode.OK);
        }

        var first = await owner.GetAsync("/api/admin/auto");
        first.Json["order"]!.AsArray().Select(static one => (string?)one).ShouldBe(["openai", "anthropic"], "as a new hub has it");
        var changed = await owner.PatchAsync("/api/admin/auto", new JsonObject { ["order"] = new JsonArray("gemini", "openai") }, first.Tag);
        changed.Status.ShouldBe(HttpStatusCode.OK, changed.Body);
        var places = changed.Json["places"]!.AsArray();
        places.Take(6).Select(static one => $"{(string?)one!["group"]} {(bool)one["named"]!} {(int)one["auto_tier"]!}")
            .ShouldBe(["gemini True 3", "openai True 0", "anthropic False 0", "bbb False 1", "claude-bedrock False 1", "aaa False 1"], changed.Body);
        places.Select(static one => (string?)one!["group"]).ShouldNotContain("ccc", "hidden groups take no calls of auto");
        places.Select(static one => (string?)one!["group"]).ShouldNotContain("auto");
        var restricted = places.Single(static one => (string?)one!["group"] == "bbb")!;
        ((string?)restricted["visibility"], (string?)restricted["tags"]![0], (int)restricted["channels"]!).ShouldBe(("restricted", "early", 1));
        (await owner.PatchAsync("/api/admin/auto", new JsonObject { ["order"] = new JsonArray() }, first.Tag)).Code.ShouldBe("changed_meanwhile");
        (await owner.PatchAsync("/api/admin/auto", new JsonObject { ["order"] = new JsonArray() })).Code.ShouldBe("if_match_required");
        var audit = (await owner.GetAsync("/api/admin/audit")).Items.Where(static line => (string?)line!["subject"] == "auto").ShouldHaveSingleItem()!;
        ((string?)audit["action"], (string?)audit["actor"]).ShouldBe(("changed", ManagedHub.Owner));
    }

    [Fact]
    public async Task Calls_follow_its_rules_as_soon_as_they_are_set()
    {
        using var owner = await Hub.OwnerAsync();
        foreach (var name in new[] { "ruled", "plain" })
        {
            await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = name, ["channels"] = new JsonArray(new JsonObject { ["channel"] = "sandbox" }) });
        }

        var rule = new JsonObject { ["model"] = "sandbox/*", ["groups"] = new JsonArray("ruled"), ["dialects"] = new JsonArray("anthropic"), ["clients"] = new JsonArray("claude-cli/*") };
        var set = await owner.PatchAsync("/api/admin/auto", new JsonObject { ["order"] = new JsonArray("plain"), ["rules"] = new JsonArray(rule) }, (await owner.GetAsync("/api/admin/auto")).Tag);
        set.Status.ShouldBe(HttpStatusCode.OK, set.Body);
        JsonNode.DeepEquals(set.Json["rules"]![0]!["clients"], new JsonArray("claude-cli/*")).ShouldBeTrue(set.Body);
        var asked = new JsonObject { ["model"] = "sandbox/echo", ["dialect"] = "anthropic", ["client"] = "claude-cli/2.1" };
        (await UntilAsync("ruled", asked)).ShouldBe("ruled");
        (await UntilAsync("plain", new JsonObject { ["model"] = "sandbox/echo", ["dialect"] = "anthropic" })).ShouldBe("plain", "another client");
        var emptied = await owner.PatchAsync("/api/admin/auto", new JsonObject { ["rules"] = null }, set.Tag);
        (emptied.Json["rules"]!.AsArray().Count, (string?)emptied.Json["order"]![0]).ShouldBe((0, "plain"));

        // Servers see a change with their next look at the database.
        async Task<string?> UntilAsync(string wanted, JsonObject question)
        {
            var told = "";
            for (var i = 0; i < 100 && told != wanted; i++)
            {
                told = (await owner.PostAsync("/api/admin/route/explain", question.DeepClone())).Text("group");
                await Task.Delay(told == wanted ? 0 : 50, ManagedHub.Cancellation);
            }

            return told;
        }
    }

    [Fact]
    public async Task What_is_wrong_with_a_rule_is_told_by_its_place()
    {
        using var owner = await Hub.OwnerAsync();
        var wrong = await owner.PatchAsync("/api/admin/auto", new JsonObject
        {
            ["order"] = new JsonArray("auto"),
            ["rules"] = new JsonArray(
                new JsonObject { ["model"] = "gpt-*", ["groups"] = new JsonArray("openai") },
                new JsonObject { ["model"] = "two words", ["groups"] = new JsonArray("nowhere"), ["clients"] = new JsonArray("") },
                new JsonObject { ["groups"] = new JsonArray() }),
        }, "*");
        wrong.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, wrong.Body);
        wrong.Json["errors"]!.AsObject().Select(static one => one.Key).ShouldBe(["order", "rules[1].model", "rules[1].groups", "rules[1].clients", "rules[2].groups"], ignoreOrder: true);
        (await owner.PatchAsync("/api/admin/auto", new JsonObject { ["rules"] = new JsonArray(new JsonObject { ["groups"] = new JsonArray("openai"), ["dialects"] = new JsonArray("latin") }) }, "*"))
            .Json["errors"]!["rules[0].dialects"].ShouldNotBeNull();
        (await owner.GetAsync("/api/admin/auto")).Json["rules"]!.AsArray().ShouldBeEmpty();
    }
}
