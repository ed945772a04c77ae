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
}
