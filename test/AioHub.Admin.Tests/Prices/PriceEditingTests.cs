using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Prices;

public sealed class SqlitePriceEditingTests() : PriceEditingTests(DatabaseEngine.Sqlite);

public sealed class PostgresPriceEditingTests() : PriceEditingTests(DatabaseEngine.Postgres);

public abstract class PriceEditingTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    private const string Model = "sandbox/echo";

    [Fact]
    public async Task What_was_seen_is_what_is_done()
    {
        using var owner = await Hub.OwnerAsync();
        await ApplyAsync(owner, Edit(new JsonObject { ["input"] = 2, ["output"] = 8 }));
        var edit = Edit(new JsonObject { ["input"] = 3, ["output"] = 8 });
        var seen = await owner.PostAsync("/api/admin/prices/preview", edit.DeepClone());
        seen.Status.ShouldBe(HttpStatusCode.OK, seen.Body);
        var own = seen.Json["moves"]![0]!;
        (own["group"], own["at"], (string?)own["rates"]![0]!["name"], (decimal)own["rates"]![0]!["old"]!, (decimal)own["rates"]![0]!["new"]!, (decimal)own["rates"]![0]!["percent"]!)
            .ShouldBe((null, null, "input", 2m, 3m, 50m));
        own["rates"]!.AsArray().Count.ShouldBe(1);
        seen.Json["groups"]!.AsArray().Select(static one => (string?)one).ShouldContain("claude-kiro");
        // Nothing happened yet.
        (await PriceAsync(owner)).ShouldBe(2m);
        (await owner.PostAsync("/api/admin/prices/apply", edit.DeepClone())).Code.ShouldBe("if_match_required");
        // Another edit is not what was seen; nor is the same after somebody else's.
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/apply", Edit(new JsonObject { ["input"] = 4, ["output"] = 8 }), seen.Tag)).Code.ShouldBe("changed_meanwhile");
        await ApplyAsync(owner, Edit(new JsonObject { ["input"] = 2.5, ["output"] = 8 }));
        var late = await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/apply", edit.DeepClone(), seen.Tag);
        (late.Code, (decimal)late.Json["current"]!["moves"]![0]!["rates"]![0]!["old"]!).ShouldBe(("changed_meanwhile", 2.5m));
        (await PriceAsync(owner)).ShouldBe(2.5m);
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/apply", edit.DeepClone(), late.Tag)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await PriceAsync(owner)).ShouldBe(3m);
        // It is in the history, with who did it, and in the audit log.
        var rows = (await owner.GetAsync("/api/admin/prices/sandbox%2Fecho")).Json["rows"]!.AsArray();
        ((string?)rows[0]!["state"], (string?)rows[0]!["added_by"], (decimal)rows[0]!["price"]!["input"]!).ShouldBe(("in_force", ManagedHub.Owner, 3m));
        rows.Count(static row => (string?)row!["state"] == "in_force").ShouldBe(1);
        (await owner.GetAsync("/api/admin/audit")).Items[0]!["changes"]!.ToJsonString().ShouldContain("prices");
    }

    [Fact]
    public async Task A_price_of_a_group_from_a_day_on_moves_that_group_alone_and_then()
    {
        using var owner = await Hub.OwnerAsync();
        var edit = Edit(new JsonObject { ["from"] = "2099-01-01", ["to"] = "2099-02-01", ["input"] = 5, ["output"] = 9 });
        edit["group"] = "claude-kiro";
        var seen = await owner.PostAsync("/api/admin/prices/preview", edit.DeepClone());
        seen.Json["moves"]!.AsArray().Select(static move => ((string?)move!["group"], (string?)move["at"])).ShouldBe([("claude-kiro", "2099-01-01T00:00:00Z")]);
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/apply", edit, seen.Tag)).Status.ShouldBe(HttpStatusCode.NoContent);
        var history = (await owner.GetAsync("/api/admin/prices/sandbox%2Fecho")).Json;
        var row = history["rows"]!.AsArray().Single(static one => (string?)one!["group"] == "claude-kiro")!;
        ((string?)row["state"], (string?)row["added_by"]).ShouldBe(("coming", ManagedHub.Owner));
        history["groups"]!.AsArray().Single(static one => (string?)one!["group"] == "claude-kiro")!["rows"]!.AsArray().Count.ShouldBe(3);
        // The model's own change does not move the group while its own row counts, and is told for the time before and after.
        var own = await owner.PostAsync("/api/admin/prices/preview", Edit(new JsonObject { ["input"] = 1, ["output"] = 1 }));
        own.Json["moves"]!.AsArray().Where(static move => (string?)move!["group"] == "claude-kiro").Select(static move => (string?)move!["at"]).ShouldBe([null, "2099-02-01T00:00:00Z"]);
        var retire = new JsonObject { ["model"] = Model, ["group"] = "claude-kiro", ["retire"] = new JsonArray((string)row["version"]!) };
        await ApplyAsync(owner, retire);
        ((string?)(await owner.GetAsync("/api/admin/prices/sandbox%2Fecho")).Json["rows"]!.AsArray().Single(static one => (string?)one!["group"] == "claude-kiro")!["state"]).ShouldBe("retired");
        (await owner.PostAsync("/api/admin/prices/preview", retire.DeepClone())).Json["errors"]!["retire"].ShouldNotBeNull();
    }

    [Fact]
    public async Task What_looks_like_a_slip_wants_to_be_insisted_on()
    {
        using var owner = await Hub.OwnerAsync();
        await ApplyAsync(owner, Edit(new JsonObject { ["input"] = 3, ["output"] = 15 }));
        var edit = Edit(new JsonObject { ["input"] = 30, ["output"] = 15 });
        var seen = await owner.PostAsync("/api/admin/prices/preview", edit.DeepClone());
        ((bool)seen.Json["needs_force"]!, (string?)seen.Json["moves"]![0]!["doubts"]![0]).ShouldBe((true, "input jumps from 3 to 30"));
        var refused = await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/apply", edit.DeepClone(), seen.Tag);
        (refused.Code, refused.Json["errors"]!["force"] is not null).ShouldBe(("invalid", true));
        (await PriceAsync(owner)).ShouldBe(3m);
        edit["force"] = true;
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/prices/apply", edit, seen.Tag)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await PriceAsync(owner)).ShouldBe(30m);
        // Nothing wrong gets as far as a preview.
        (await owner.PostAsync("/api/admin/prices/preview", new JsonObject { ["model"] = Model })).Json["errors"]!["add"].ShouldNotBeNull();
        (await owner.PostAsync("/api/admin/prices/preview", Edit(new JsonObject { ["input"] = -1 }))).Json["errors"]!["add[0]"].ShouldNotBeNull();
        (await owner.PostAsync("/api/admin/prices/preview", Edit(new JsonObject { ["inputs"] = 1 }))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await owner.PostAsync("/api/admin/prices/preview", Edit([]))).Json["errors"]!["add"].ShouldNotBeNull();
        (await owner.PostAsync("/api/admin/prices/preview", new JsonObject { ["model"] = Model, ["group"] = "nowhere", ["retire"] = new JsonArray("x") })).Json["errors"]!["group"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_model_without_a_price_is_missing_until_it_has_one()
    {
        using var owner = await Hub.OwnerAsync();
        var version = (string)(await owner.GetAsync("/api/admin/prices?text=sandbox/echo")).Items[0]!["price"]!["version"]!;
        await ApplyAsync(owner, new JsonObject { ["model"] = Model, ["retire"] = new JsonArray(version) });
        var secret = (await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k" })).Text("secret");
        using var program = Hub.Open(secret);
        var refused = await program.PostAsync("/v1/chat/completions", new JsonObject { ["model"] = Model, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }) });
        ((string?)refused.Json["error"]!["code"]).ShouldBe("model_price_missing");
        var missing = default(JsonNode);
        for (var i = 0; i < 200 && (missing is null || (int)missing["refused"]! == 0); i++)
        {
            await Task.Delay(50, ManagedHub.Cancellation);
            missing = (await owner.GetAsync("/api/admin/prices/missing")).Items.SingleOrDefault(static one => (string?)one!["model"] == Model);
        }

        ((int)missing!["refused"]!, (bool)missing["in_catalog"]!).ShouldBe((1, true));
        missing["groups"]!.AsArray().Select(static one => (string?)one).ShouldContain("openai");
        (await owner.GetAsync("/api/admin/prices?missing=true")).Items.Select(static one => (string?)one!["model"]).ShouldContain(Model);
        await ApplyAsync(owner, Edit(new JsonObject { ["input"] = 1, ["output"] = 2 }));
        (await owner.GetAsync("/api/admin/prices/missing")).Items.ShouldNotContain(static one => (string?)one!["model"] == Model);
    }

    private static JsonObject Edit(JsonObject row) => new() { ["model"] = Model, ["add"] = new JsonArray(row) };

    private static async Task ApplyAsync(Browser who, JsonObject edit)
    {
        edit["force"] = true;
        var seen = await who.PostAsync("/api/admin/prices/preview", edit.DeepClone());
        seen.Status.ShouldBe(HttpStatusCode.OK, seen.Body);
        var done = await who.SendAsync(HttpMethod.Post, "/api/admin/prices/apply", edit, seen.Tag);
        done.Status.ShouldBe(HttpStatusCode.NoContent, done.Body);
    }

    private static async Task<decimal> PriceAsync(Browser who) => (decimal)(await who.GetAsync("/api/admin/prices?text=sandbox/echo")).Items[0]!["price"]!["price"]!["input"]!;
}
