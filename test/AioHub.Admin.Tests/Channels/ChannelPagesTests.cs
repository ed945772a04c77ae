using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Admin.Tests.Channels;

public sealed class SqliteChannelPagesTests() : ChannelPagesTests(DatabaseEngine.Sqlite);

public sealed class PostgresChannelPagesTests() : ChannelPagesTests(DatabaseEngine.Postgres);

public abstract class ChannelPagesTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task A_channel_is_made_with_its_secret_and_group_serves_changes_and_goes()
    {
        await using var upstream = await ChatUpstream.StartAsync();
        using var owner = await Hub.OwnerAsync();
        await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "mine" });
        var made = await owner.PostAsync("/api/admin/channels", Up(upstream, "up", "mine"));
        made.Status.ShouldBe(HttpStatusCode.Created, made.Body);
        made.Body.ShouldNotContain(ChatUpstream.Secret);
        made.Body.ShouldNotContain(ChatUpstream.Secret[..12]);
        ((string?)made.Json["credentials"]![0]!["masked"])!.ShouldEndWith(ChatUpstream.Secret[^4..]);
        made.Json["groups"]!.AsArray().Select(static name => (string?)name).ShouldBe(["mine"]);
        (await CallAsync(owner, "mine")).ShouldBe(HttpStatusCode.OK);
        upstream.Requests[^1].Header("authorization").ShouldBe("Bearer " + ChatUpstream.Secret);

        (await owner.PostAsync("/api/admin/channels", Up(upstream, "up"))).Code.ShouldBe("conflict");
        var shown = await owner.GetAsync($"/api/admin/channels/{made.Id}");
        var changed = await owner.PatchAsync($"/api/admin/channels/{made.Id}", new JsonObject { ["enabled"] = false, ["tags"] = new JsonArray("Prod", "eu"), ["timeouts"] = new JsonObject { ["connect_ms"] = 1500 } }, shown.Tag);
        changed.Status.ShouldBe(HttpStatusCode.OK, changed.Body);
        (changed.Flag("enabled"), (long)changed.Json["timeouts"]!["connect_ms"]!).ShouldBe((false, 1500));
        changed.Json["tags"]!.AsArray().Select(static tag => (string?)tag).ShouldBe(["eu", "prod"]);
        (await CallAsync(owner, "mine")).ShouldNotBe(HttpStatusCode.OK);
        (await owner.PatchAsync($"/api/admin/channels/{made.Id}", new JsonObject { ["enabled"] = true }, shown.Tag)).Code.ShouldBe("changed_meanwhile");
        (await owner.PatchAsync($"/api/admin/channels/{made.Id}", new JsonObject { ["enabled"] = true })).Code.ShouldBe("if_match_required");

        var kept = await owner.DeleteAsync($"/api/admin/channels/{made.Id}", changed.Tag);
        kept.Code.ShouldBe("conflict");
        kept.Text("detail")!.ShouldContain("mine");
        (await owner.DeleteAsync($"/api/admin/channels/{made.Id}?leave_groups=true", changed.Tag)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await owner.GetAsync($"/api/admin/channels/{made.Id}")).Code.ShouldBe("not_found");
        (await owner.GetAsync("/api/admin/groups/mine")).Json["channels"]!.AsArray().Count.ShouldBe(0);
        var audit = await owner.GetAsync("/api/admin/audit?subject=channel%20up");
        audit.Items.Select(static line => (string?)line!["action"]).ShouldBe(["removed", "changed", "created"]);
        audit.Body.ShouldNotContain(ChatUpstream.Secret);
    }

    [Fact]
    public async Task Nothing_is_made_when_a_part_of_it_is_wrong()
    {
        await using var upstream = await ChatUpstream.StartAsync();
        using var owner = await Hub.OwnerAsync();
        var draft = Up(upstream, "half", "no-such-group");
        (await owner.PostAsync("/api/admin/channels", draft)).Json["errors"]!["groups"].ShouldNotBeNull();
        (await owner.GetAsync("/api/admin/channels?text=half")).Items.ShouldBeEmpty();
        var wrong = await owner.PostAsync("/api/admin/channels", new JsonObject { ["name"] = "a b", ["type"] = "azure", ["settings"] = new JsonObject { ["api_version"] = "soon" }, ["dialects"] = new JsonArray("gemini") });
        wrong.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var fields = wrong.Json["errors"]!.AsObject().Select(static one => one.Key).ToList();
        fields.ShouldContain("name");
        fields.ShouldContain("base_url");
        fields.ShouldContain("settings.api_version");
        fields.ShouldContain("dialects");
        fields.ShouldContain("credentials");
        (await owner.PostAsync("/api/admin/channels", new JsonObject { ["name"] = "x", ["type"] = "nothing" })).Json["errors"]!["type"].ShouldNotBeNull();
        (await owner.PostAsync("/api/admin/channels", new JsonObject { ["name"] = "x", ["type"] = "openai", ["id"] = 1 })).Json["errors"]!["id"].ShouldNotBeNull();
        (await owner.GetAsync("/api/admin/channels?status=sleepy")).Json["errors"]!["status"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Credentials_come_change_and_go_and_are_never_read_back()
    {
        await using var upstream = await ChatUpstream.StartAsync();
        using var owner = await Hub.OwnerAsync();
        var id = (await owner.PostAsync("/api/admin/channels", Up(upstream, "up"))).Id;
        var place = $"/api/admin/channels/{id}/credentials";
        var added = await owner.PostAsync(place, new JsonObject { ["name"] = "second", ["secret"] = "sk-the-second-secret-9999", ["limits"] = new JsonObject { ["rpm"] = 5, ["queue"] = 3 } });
        added.Status.ShouldBe(HttpStatusCode.Created, added.Body);
        added.Body.ShouldNotContain("the-second-secret");
        added.Json["credentials"]!.AsArray().Count.ShouldBe(2);
        (await owner.PostAsync(place, new JsonObject { ["name"] = "second", ["secret"] = "sk-other-other-other" })).Code.ShouldBe("conflict");
        (await owner.PostAsync(place, new JsonObject { ["name"] = "third", ["secret"] = "" })).Json["errors"]!["secret"].ShouldNotBeNull();
        var changed = await owner.PatchAsync($"{place}/second", new JsonObject { ["secret"] = "sk-rotated-rotated-0042", ["enabled"] = false, ["limits"] = null }, added.Tag);
        changed.Status.ShouldBe(HttpStatusCode.OK, changed.Body);
        var second = changed.Json["credentials"]![1]!;
        ((bool)second["enabled"]!, ((string?)second["masked"])![^4..], second["limits"]!.AsObject().Count).ShouldBe((false, "0042", 0));
        (await owner.PatchAsync($"{place}/nobody", new JsonObject { ["enabled"] = true }, changed.Tag)).Code.ShouldBe("not_found");
        (await owner.DeleteAsync($"{place}/second", added.Tag)).Code.ShouldBe("changed_meanwhile");
        var left = await owner.DeleteAsync($"{place}/second", changed.Tag);
        left.Json["credentials"]!.AsArray().Count.ShouldBe(1);
        var openai = await owner.PostAsync("/api/admin/channels", new JsonObject { ["name"] = "vendor", ["type"] = "openai", ["credentials"] = new JsonArray(new JsonObject { ["name"] = "only", ["secret"] = "sk-only-only-only-only" }) });
        var tag = (await owner.GetAsync($"/api/admin/channels/{openai.Id}")).Tag;
        (await owner.DeleteAsync($"/api/admin/channels/{openai.Id}/credentials/only", tag)).Code.ShouldBe("conflict");
    }

    [Fact]
    public async Task A_secret_header_stays_when_it_is_not_given_again_and_is_never_shown()
    {
        await using var upstream = await ChatUpstream.StartAsync();
        using var owner = await Hub.OwnerAsync();
        await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "mine" });
        var id = (await owner.PostAsync("/api/admin/channels", Up(upstream, "up", "mine"))).Id;
        var tag = (await owner.GetAsync($"/api/admin/channels/{id}")).Tag;
        JsonObject Rules(JsonNode? value, string other) => new()
        {
            ["overrides"] = new JsonObject
            {
                ["headers"] = new JsonArray(
                    new JsonObject { ["action"] = "set", ["target"] = "X-Team", ["value"] = value, ["secret"] = true }, new JsonObject { ["action"] = "set", ["target"] = "x-other", ["value"] = other }),
                ["body"] = new JsonArray(new JsonObject { ["action"] = "set", ["target"] = "user", ["value"] = new JsonObject { ["a"] = 1 } }),
            },
        };
        var set = await owner.PatchAsync($"/api/admin/channels/{id}", Rules("hush-hush-hush", "one"), tag);
        set.Status.ShouldBe(HttpStatusCode.OK, set.Body);
        set.Body.ShouldNotContain("hush");
        var again = await owner.PatchAsync($"/api/admin/channels/{id}", Rules(null, "two"), set.Tag);
        again.Status.ShouldBe(HttpStatusCode.OK, again.Body);
        (await CallAsync(owner, "mine")).ShouldBe(HttpStatusCode.OK);
        upstream.Requests[^1].Header("x-team").ShouldBe("hush-hush-hush");
        upstream.Requests[^1].Header("x-other").ShouldBe("two");
        upstream.Requests[^1].Json().GetProperty("user").GetProperty("a").GetInt32().ShouldBe(1);
        var unknown = Rules(null, "two");
        unknown["overrides"]!["headers"]![0]!["target"] = "x-new";
        (await owner.PatchAsync($"/api/admin/channels/{id}", unknown, again.Tag)).Json["errors"]!["overrides.headers[0].value"].ShouldNotBeNull();
        (await owner.PatchAsync($"/api/admin/channels/{id}", new JsonObject { ["proxy"] = "http://me:…@127.0.0.1:9" }, again.Tag)).Json["errors"]!["proxy"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_secret_header_stays_with_its_condition_and_null_is_a_value_of_the_body()
    {
        await using var upstream = await ChatUpstream.StartAsync();
        using var owner = await Hub.OwnerAsync();
        await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "mine" });
        var id = (await owner.PostAsync("/api/admin/channels", Up(upstream, "up", "mine"))).Id;
        var place = $"/api/admin/channels/{id}";
        JsonObject Secret(string? value, bool? stream) => new()
        {
            ["action"] = "set", ["target"] = "x-tenant", ["value"] = value, ["secret"] = true, ["when"] = stream is { } said ? new JsonObject { ["stream"] = said } : new JsonObject { ["models"] = new JsonArray("never-*") },
        };
        JsonObject Rules(params JsonNode[] headers) => new()
        {
            ["overrides"] = new JsonObject
            {
                ["headers"] = new JsonArray(headers),
                ["body"] = new JsonArray(new JsonObject { ["action"] = "set", ["target"] = "user", ["value"] = null }, new JsonObject { ["action"] = "remove", ["target"] = "metadata", ["value"] = null }),
            },
        };
        var set = await owner.PatchAsync(place, Rules(Secret("of-the-streams", true), Secret("of-the-others", false)), (await owner.GetAsync(place)).Tag);
        set.Status.ShouldBe(HttpStatusCode.OK, set.Body);
        set.Json["overrides"]!["body"]![0]!.AsObject().ContainsKey("value").ShouldBeTrue("null is what stands there");
        // In another order, with nothing given again.
        var turned = await owner.PatchAsync(place, Rules(Secret(null, false), Secret(null, true)), set.Tag);
        turned.Status.ShouldBe(HttpStatusCode.OK, turned.Body);
        (await CallAsync(owner, "mine")).ShouldBe(HttpStatusCode.OK);
        upstream.Requests[^1].Header("x-tenant").ShouldBe("of-the-others");
        upstream.Requests[^1].Json().GetProperty("user").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        // Which of two it was before nobody can know.
        (await owner.PatchAsync(place, Rules(Secret(null, null)), turned.Tag)).Json["errors"]!["overrides.headers[0].value"].ShouldNotBeNull();
        var one = await owner.PatchAsync(place, Rules(Secret(null, false)), turned.Tag);
        // Of a single one it is clear, though its condition is another now.
        (await owner.PatchAsync(place, Rules(Secret(null, true)), one.Tag)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_reset_stands_in_the_audit_log()
    {
        using var owner = await Hub.OwnerAsync();
        var id = (await owner.PostAsync("/api/admin/channels", new JsonObject
        {
            ["name"] = "rests", ["type"] = "openai", ["credentials"] = new JsonArray(new JsonObject { ["name"] = "main", ["secret"] = "sk-main-main-main-main" }),
        })).Id;
        (await owner.PostAsync($"/api/admin/channels/{id}/reset", new JsonObject())).Status.ShouldBe(HttpStatusCode.NoContent);
        var line = (await owner.GetAsync("/api/admin/audit?subject=channel%20rests&action=reset")).Items.ShouldHaveSingleItem()!;
        ((long)line["subject_id"]!, (string?)line["how"], (string?)line["changes"]![0]!["note"]).ShouldBe((id, "session", "credentials.main.health: nothing was noted against it"));
        line["actor"]!.GetValue<string>().ShouldContain("@");
    }

    [Fact]
    public async Task Times_are_refused_by_the_name_of_their_field()
    {
        using var owner = await Hub.OwnerAsync();
        var id = (await owner.PostAsync("/api/admin/channels", new JsonObject { ["name"] = "slow", ["type"] = "sandbox" })).Id;
        var tag = (await owner.GetAsync($"/api/admin/channels/{id}")).Tag;
        var refused = await owner.PatchAsync($"/api/admin/channels/{id}", new JsonObject { ["timeouts"] = new JsonObject { ["connect_ms"] = 10, ["idle_ms"] = 3_600_001 } }, tag);
        refused.Json["errors"]!.AsObject().Select(static one => one.Key).ShouldBe(["timeouts.idle_ms"]);
    }

    [Fact]
    public async Task Lists_are_found_filtered_and_paged_by_name()
    {
        await using var upstream = await ChatUpstream.StartAsync();
        using var owner = await Hub.OwnerAsync();
        await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "mine" });
        foreach (var name in new[] { "cc", "aa", "bb" })
        {
            await owner.PostAsync("/api/admin/channels", Up(upstream, name, "mine"));
        }

        var names = new List<string?>();
        for (string? after = ""; after is not null;)
        {
            var page = await owner.GetAsync($"/api/admin/channels?group=mine&limit=2&sort=-name{(after.Length > 0 ? "&after=" + after : "")}");
            names.AddRange(page.Items.Select(static one => (string?)one!["name"]));
            after = page.Text("next");
        }

        names.ShouldBe(["cc", "bb", "aa"]);
        (await owner.GetAsync("/api/admin/channels?type=sandbox")).Items.Select(static one => (string?)one!["name"]).ShouldBe(["sandbox"]);
        (await owner.GetAsync("/api/admin/channels?text=BB")).Items.Count.ShouldBe(1);
        (await owner.GetAsync("/api/admin/channels?status=healthy&group=mine")).Items.Count.ShouldBe(3);
        (await owner.GetAsync("/api/admin/channels?status=broken")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Forms_are_told_what_each_type_asks_for()
    {
        using var owner = await Hub.OwnerAsync();
        var types = (await owner.GetAsync("/api/admin/channel-types")).Items;
        types.Count.ShouldBe(13);
        var bedrock = types.Single(static one => (string?)one!["name"] == "bedrock")!;
        bedrock["fields"]!.AsArray().Select(static field => (string?)field!["name"]).ShouldContain("region");
        bedrock["secrets"]![1]!["parts"]!.AsArray().Select(static part => (string?)part).ShouldBe(["access_key_id", "secret_access_key", "session_token"]);
        (await owner.GetAsync("/api/admin/channel-presets")).Items.Select(static one => (string?)one!["name"]).ShouldContain("deepseek");
        // A preset's channel needs no address.
        (await owner.PostAsync("/api/admin/channels", new JsonObject
        {
            ["name"] = "ds", ["type"] = "openai-compatible", ["settings"] = new JsonObject { ["preset"] = "deepseek" }, ["credentials"] = new JsonArray(new JsonObject { ["name"] = "k", ["secret"] = "sk-deep-deep-deep-deep" }),
        })).Text("address").ShouldBe("https://api.deepseek.com/");
    }

    internal static JsonObject Up(FakeUpstream upstream, string name, params string[] groups) => new()
    {
        ["name"] = name, ["type"] = "openai-compatible", ["base_url"] = upstream.BaseAddress.ToString(), ["allow_private_network"] = true, ["models"] = new JsonArray("gpt-4o*"), ["dialects"] = new JsonArray("openai-chat"),
        ["credentials"] = new JsonArray(new JsonObject { ["name"] = "main", ["secret"] = ChatUpstream.Secret }), ["groups"] = new JsonArray([.. groups.Select(static group => (JsonNode)group)]),
    };

    private async Task<HttpStatusCode> CallAsync(Browser owner, string group)
    {
        var secret = (await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = Guid.NewGuid().ToString("N"), ["groups"] = new JsonArray(group) })).Text("secret")!;
        using var program = Hub.Open(secret);
        return (await program.PostAsync("/v1/chat/completions", new JsonObject { ["model"] = "gpt-4o-mini", ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }) })).Status;
    }
}
