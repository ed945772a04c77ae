using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Users;

public sealed class SqliteUserListTests() : UserListTests(DatabaseEngine.Sqlite);

public sealed class PostgresUserListTests() : UserListTests(DatabaseEngine.Postgres);

public abstract class UserListTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task An_operator_makes_changes_and_puts_out_users_and_the_audit_log_tells_it()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        var made = await operate.PostAsync("/api/admin/users", new JsonObject { ["email"] = "Bo@Example.com", ["tags"] = new JsonArray("research"), ["limits"] = new JsonObject { ["usd_per_month"] = 20 } });
        made.Status.ShouldBe(HttpStatusCode.Created);
        var token = (await operate.PostAsync($"/api/admin/users/{made.Id}/link")).Text("token");
        using var bo = Hub.Open();
        (await bo.PostAsync("/api/session/link", new JsonObject { ["token"] = token })).Text("needs").ShouldBe("set_up");
        (await bo.PostAsync("/api/session/set-up", new JsonObject { ["password"] = ManagedHub.Password })).Flag("signed_in").ShouldBeTrue();
        var shown = await operate.GetAsync($"/api/admin/users/{made.Id}");
        (await operate.GetAsync("/api/admin/users?role=operator")).Items.ShouldHaveSingleItem()!["email"]!.GetValue<string>().ShouldBe("op@example.com");
        (await operate.GetAsync("/api/admin/users?role=king")).Json["errors"]!["role"].ShouldNotBeNull();
        var changed = await operate.PatchAsync($"/api/admin/users/{made.Id}", new JsonObject { ["enabled"] = false }, shown.Tag);
        changed.Flag("enabled").ShouldBeFalse();
        (await bo.GetAsync("/api/me")).Code.ShouldBe("not_signed_in");
        var line = (await operate.GetAsync("/api/admin/audit?subject=user%20bo@example.com&action=changed")).Items.ShouldHaveSingleItem()!;
        ((string?)line["actor"], (string?)line["how"], (string?)line["address"]).ShouldBe(("op@example.com", "session", "127.0.0.1"));
        line["changes"]!.AsArray().ShouldContain(static one => (string?)one!["field"] == "enabled" && (string?)one["before"] == "true" && (string?)one["after"] == "false");
        (await operate.GetAsync("/api/admin/audit?limit=200")).Body.ShouldNotContain(ManagedHub.Password);
    }

    [Fact]
    public async Task Nobody_raises_themselves_and_operators_do_not_touch_owners()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        using var owner = await Hub.OwnerAsync();
        (await operate.PostAsync("/api/admin/users", new JsonObject { ["email"] = "x@example.com", ["role"] = "owner" })).Code.ShouldBe("not_allowed");
        (await operate.PostAsync("/api/admin/invitations", new JsonObject { ["role"] = "operator" })).Code.ShouldBe("not_allowed");
        var ownerId = (await owner.GetAsync("/api/me")).Id;
        var self = (await operate.GetAsync("/api/me")).Id;
        (await operate.PatchAsync($"/api/admin/users/{ownerId}", new JsonObject { ["enabled"] = false }, "*")).Code.ShouldBe("not_allowed");
        (await operate.PatchAsync($"/api/admin/users/{self}", new JsonObject { ["role"] = "owner" }, "*")).Code.ShouldBe("not_allowed");
        (await operate.PostAsync($"/api/admin/users/{ownerId}/link")).Code.ShouldBe("not_allowed");
        (await operate.DeleteAsync($"/api/admin/users/{ownerId}/sessions")).Code.ShouldBe("not_allowed");
        (await owner.PatchAsync($"/api/admin/users/{ownerId}", new JsonObject { ["role"] = "user" }, "*")).Json["errors"]!["role"].ShouldNotBeNull();
        (await owner.PatchAsync($"/api/admin/users/{self}", new JsonObject { ["role"] = "user" }, "*")).Text("role").ShouldBe("user");
        (await operate.GetAsync("/api/admin/users")).Code.ShouldBe("not_allowed");
    }

    [Fact]
    public async Task Users_come_in_pages_by_address_or_newest_first()
    {
        using var owner = await Hub.OwnerAsync();
        foreach (var name in new[] { "c", "a", "b" })
        {
            await owner.PostAsync("/api/admin/users", new JsonObject { ["email"] = $"{name}@example.com" });
        }

        (await AllAsync(owner, "email")).ShouldBe(["a@example.com", "b@example.com", "c@example.com", "owner@localhost"]);
        (await AllAsync(owner, "-created_at")).ShouldBe(["b@example.com", "a@example.com", "c@example.com", "owner@localhost"]);
        (await owner.GetAsync("/api/admin/users?text=B@Ex")).Items.ShouldHaveSingleItem();
    }

    private static async Task<List<string?>> AllAsync(Browser owner, string sort)
    {
        var all = new List<string?>();
        for (string? after = ""; after is not null;)
        {
            var page = await owner.GetAsync($"/api/admin/users?limit=1&sort={sort}{(after.Length > 0 ? "&after=" + after : "")}");
            all.AddRange(page.Items.Select(static one => (string?)one!["email"]));
            after = page.Text("next");
        }

        return all;
    }
}
