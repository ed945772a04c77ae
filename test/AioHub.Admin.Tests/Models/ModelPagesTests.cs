using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Models;

public sealed class SqliteModelPagesTests() : ModelPagesTests(DatabaseEngine.Sqlite);

public sealed class PostgresModelPagesTests() : ModelPagesTests(DatabaseEngine.Postgres);

public abstract class ModelPagesTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task A_model_is_made_changed_removed_and_brought_back()
    {
        using var owner = await Hub.OwnerAsync();
        var made = await owner.PostAsync("/api/admin/models", new JsonObject
        {
            ["id"] = "house/one", ["display_name"] = "House One", ["vendor"] = "house", ["context_window"] = 1000, ["aliases"] = new JsonArray("h1"), ["capabilities"] = new JsonArray("tools"),
        });
        (made.Status, made.Message.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.Created, "/api/admin/models/house%2Fone"));
        (await owner.PostAsync("/api/admin/models", new JsonObject { ["id"] = "H1" })).Code.ShouldBe("conflict");
        var shown = await owner.GetAsync("/api/admin/models/h1");
        (shown.Text("id"), shown.Text("origin"), (int)shown.Json["context_window"]!).ShouldBe(("house/one", "own", 1000));
        var changed = await owner.PatchAsync("/api/admin/models/house%2Fone", new JsonObject { ["context_window"] = null, ["max_output_tokens"] = 50, ["capabilities"] = null }, shown.Tag);
        (changed.Status, changed.Json["context_window"], (int)changed.Json["max_output_tokens"]!, changed.Text("display_name"), changed.Json["capabilities"]!.AsArray().Count)
            .ShouldBe((HttpStatusCode.OK, null, 50, "House One", 0));
        (await owner.PatchAsync("/api/admin/models/house%2Fone", new JsonObject { ["vendor"] = "other" }, shown.Tag)).Code.ShouldBe("changed_meanwhile");
        (await owner.PatchAsync("/api/admin/models/house%2Fone", new JsonObject { ["vendor"] = "other" })).Code.ShouldBe("if_match_required");
        (await owner.PatchAsync("/api/admin/models/house%2Fone", new JsonObject { ["max_output_tokens"] = 0 }, changed.Tag)).Json["errors"]!["max_output_tokens"].ShouldNotBeNull();
        (await owner.PatchAsync("/api/admin/models/house%2Fone", new JsonObject { ["capabilities"] = new JsonArray("flying") }, changed.Tag)).Json["errors"]!["capabilities"].ShouldNotBeNull();
        (await owner.DeleteAsync("/api/admin/models/house%2Fone", changed.Tag)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await owner.GetAsync("/api/admin/models/house%2Fone")).Code.ShouldBe("not_found");
        var audit = (await owner.GetAsync("/api/admin/audit")).Items.Where(static line => (string?)line!["subject"] == "model house/one").ToList();
        audit.Select(static line => (string?)line!["action"]).ShouldBe(["removed", "changed", "created"]);
        audit.ShouldAllBe(static line => (string?)line!["actor"] == ManagedHub.Owner);
    }

    [Fact]
    public async Task A_built_in_model_goes_back_to_what_it_was()
    {
        using var owner = await Hub.OwnerAsync();
        var before = await owner.GetAsync("/api/admin/models/claude-opus-4-7");
        before.Text("origin").ShouldBe("builtin");
        var changed = await owner.PatchAsync("/api/admin/models/claude-opus-4-7", new JsonObject { ["context_window"] = 12345 }, before.Tag);
        (changed.Text("origin"), (int)changed.Json["context_window"]!).ShouldBe(("changed", 12345));
        var back = await owner.PatchAsync("/api/admin/models/claude-opus-4-7", new JsonObject { ["context_window"] = null }, changed.Tag);
        back.Body.ShouldBe(before.Body);
        (await owner.DeleteAsync("/api/admin/models/claude-opus-4-7", back.Tag)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await owner.PostAsync("/api/admin/models", new JsonObject { ["id"] = "claude-opus-4-7" })).Body.ShouldBe(before.Body);
        (await owner.GetAsync("/api/admin/models?vendor=anthropic&limit=200&text=opus-4-7")).Items.Select(static one => (string?)one!["id"]).ShouldContain("claude-opus-4-7");
        (await owner.GetAsync("/api/admin/models?origin=own")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_changed_of_a_built_in_model_is_marked_beside_what_the_catalogue_says()
    {
        using var owner = await Hub.OwnerAsync();
        var before = await owner.GetAsync("/api/admin/models/claude-opus-4-7");
        (before.Json["changed"]!.AsArray().Count, before.Json["builtin"]).ShouldBe((0, null));
        var changed = await owner.PatchAsync("/api/admin/models/claude-opus-4-7", new JsonObject { ["vendor"] = "house", ["capabilities"] = new JsonArray("tools"), ["aliases"] = new JsonArray("opus-of-the-house") }, before.Tag);
        changed.Json["changed"]!.AsArray().Select(static one => (string?)one).ShouldBe(["vendor", "aliases", "capabilities"], changed.Body);
        foreach (var member in new[] { "vendor", "capabilities", "aliases", "context_window" })
        {
            changed.Json["builtin"]![member]!.ToJsonString().ShouldBe(before.Json[member]!.ToJsonString(), member);
        }

        (await owner.GetAsync("/api/admin/models?origin=changed")).Items.Select(static one => (string?)one!["id"]).ShouldBe(["claude-opus-4-7"]);
        var back = await owner.PatchAsync("/api/admin/models/claude-opus-4-7", new JsonObject { ["vendor"] = null, ["capabilities"] = null, ["aliases"] = null }, changed.Tag);
        back.Body.ShouldBe(before.Body);
    }

    [Fact]
    public async Task A_built_in_model_that_was_removed_stands_in_a_list_to_be_brought_back_from()
    {
        using var owner = await Hub.OwnerAsync();
        (await owner.GetAsync("/api/admin/models?origin=removed")).Items.ShouldBeEmpty();
        await owner.DeleteAsync("/api/admin/models/gpt-4o", (await owner.GetAsync("/api/admin/models/gpt-4o")).Tag);
        var removed = (await owner.GetAsync("/api/admin/models?origin=removed")).Items.ShouldHaveSingleItem()!;
        ((string?)removed["id"], (string?)removed["origin"]).ShouldBe(("gpt-4o", "removed"));
        await owner.PostAsync("/api/admin/models", new JsonObject { ["id"] = "gpt-4o" });
        (await owner.GetAsync("/api/admin/models?origin=removed")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_leads_to_one_model()
    {
        using var owner = await Hub.OwnerAsync();
        (await owner.PostAsync("/api/admin/models", new JsonObject { ["id"] = "house-one", ["aliases"] = new JsonArray("GPT-4o") })).Json["errors"]!["aliases"]![0]!.ToString().ShouldContain("gpt-4o");
        (await owner.PostAsync("/api/admin/models", new JsonObject { ["id"] = "house-one", ["aliases"] = new JsonArray("h1") })).Status.ShouldBe(HttpStatusCode.Created);
        (await owner.PatchAsync("/api/admin/models/house-one", new JsonObject { ["aliases"] = new JsonArray("h1", "h2") }, "*")).Status.ShouldBe(HttpStatusCode.OK);
        (await owner.PostAsync("/api/admin/models", new JsonObject { ["id"] = "house-two", ["aliases"] = new JsonArray("H2") })).Json["errors"]!["aliases"]![0]!.ToString().ShouldContain("house-one");
    }

    [Fact]
    public async Task What_names_a_model_is_told_before_it_is_removed()
    {
        using var owner = await Hub.OwnerAsync();
        await owner.PostAsync("/api/admin/models", new JsonObject { ["id"] = "house/one", ["aliases"] = new JsonArray("h1") });
        await owner.PostAsync("/api/admin/models", new JsonObject { ["id"] = "house/two" });
        await owner.PostAsync("/api/admin/channels", new JsonObject { ["name"] = "house", ["type"] = "openai", ["models"] = new JsonArray("H1", "house/t*"), ["credentials"] = new JsonArray(new JsonObject { ["name"] = "main", ["secret"] = "sk-0123456789abcdef" }) });
        await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "named", ["models"] = new JsonArray("house/one"), ["channels"] = new JsonArray(new JsonObject { ["channel"] = "house" }) });
        await owner.SendAsync(HttpMethod.Post, "/api/admin/groups/named/prices", new JsonObject { ["model"] = "house/one", ["price"] = new JsonObject { ["input"] = 1, ["output"] = 2 } }, "*");
        await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = "only", ["models"] = new JsonArray("h1") });
        await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = "more", ["models"] = new JsonArray("gpt-*", "house/one") });
        await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = "pattern", ["models"] = new JsonArray("house/*") });
        await owner.PatchAsync("/api/admin/auto", new JsonObject { ["rules"] = new JsonArray(new JsonObject { ["model"] = "house/one", ["groups"] = new JsonArray("named") }, new JsonObject { ["model"] = "*", ["groups"] = new JsonArray("openai") }) }, "*");

        var use = await owner.GetAsync("/api/admin/models/h1/use");
        use.Text("model").ShouldBe("house/one", use.Body);
        (Texts("channels"), Texts("groups"), Texts("price_groups")).ShouldBe(("house", "named", "named"), use.Body);
        ((int)use.Json["keys"]!, (int)use.Json["auto_rules"]!, (int)use.Json["prices"]!).ShouldBe((2, 1, 0));
        use.Json["named_by_keys"]!.AsArray().Select(static key => $"{(string?)key!["name"]} {(bool)key["alone"]!}").ShouldBe(["more False", "only True"]);
        var other = await owner.GetAsync("/api/admin/models/house%2Ftwo/use");
        ((int)other.Json["keys"]!, other.Json["channels"]!.AsArray().Count, other.Json["groups"]!.AsArray().Count).ShouldBe((0, 0, 0), other.Body);
        (await owner.GetAsync("/api/admin/models/nobody/use")).Code.ShouldBe("not_found");

        string Texts(string member) => string.Join(" ", use.Json[member]!.AsArray().Select(static one => (string?)one));
    }
}
