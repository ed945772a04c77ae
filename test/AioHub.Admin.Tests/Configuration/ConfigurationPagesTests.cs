using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Configuration;

public sealed class ConfigurationPagesOnSqliteTests() : ConfigurationPagesTests(DatabaseEngine.Sqlite);

public sealed class ConfigurationPagesOnPostgresTests() : ConfigurationPagesTests(DatabaseEngine.Postgres);

/// <summary>Configuration files by the management API, on a hub that serves.</summary>
public abstract class ConfigurationPagesTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    private const string Secret = "sk-kiro-never-to-be-read-back";

    [Fact]
    public async Task What_was_seen_is_done_in_one_and_told_to_the_audit_log_by_its_doer()
    {
        using var owner = await Hub.OwnerAsync();
        var wanted = Text("""
            version: 1
            channels:
              - { name: house, type: sandbox, credentials: [{ name: a, secret: "${HOUSE_A}" }] }
            groups:
              - { name: house, multiplier: 0.5, channels: [{ channel: house }] }
            users:
              - { email: new@example.com, balance_usd: 5 }
            keys:
              - { name: laptop, user: new@example.com }
            """);
        wanted["variables"] = new JsonObject { ["HOUSE_A"] = Secret };

        var seen = await owner.PostAsync("/api/admin/configuration/preview", wanted.DeepClone());

        seen.Status.ShouldBe(HttpStatusCode.OK, seen.Body);
        seen.Json["changes"]!.AsArray().Select(static one => ((string?)one!["sort"], (string?)one["what"])).ShouldBe(
            [("added", "channel house"), ("added", "user new@example.com"), ("added", "group house"), ("added", "key laptop of new@example.com")], ignoreOrder: true);
        seen.Body.ShouldNotContain(Secret);
        (await Hub.Home.Channels.ListAsync(ManagedHub.Cancellation)).ShouldNotContain(static one => one.Channel.Name == "house");

        (await owner.PostAsync("/api/admin/configuration/apply", wanted.DeepClone())).Code.ShouldBe("if_match_required");
        var applied = await owner.SendAsync(HttpMethod.Post, "/api/admin/configuration/apply", wanted.DeepClone(), seen.Tag);
        applied.Status.ShouldBe(HttpStatusCode.OK, applied.Body);
        JsonNode.DeepEquals(applied.Json["changes"], seen.Json["changes"]).ShouldBeTrue(applied.Body);
        var key = applied.Json["keys"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)key["name"], (string?)key["user"]).ShouldBe(("laptop", "new@example.com"));
        Hub.Home.Keys.Find((string)key["secret"]!).ShouldNotBeNull("the directories are refreshed by the change");
        var audit = (await owner.GetAsync("/api/admin/audit?limit=50")).Items;
        audit.Where(static line => ((string?)line!["subject"])!.Contains("house", StringComparison.Ordinal)).ShouldAllBe(static line => (string?)line!["actor"] == ManagedHub.Owner && (string?)line["how"] == "session");
        var wallet = await owner.GetAsync($"/api/admin/accounts/wallet/{(await Hub.Home.Identity.ListUsersAsync(ManagedHub.Cancellation)).Single(static one => one.Email == "new@example.com").Id.Value}");
        ((decimal)wallet.Json["balance_usd"]!).ShouldBe(5m);

        // The same tag names what is done by now.
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/configuration/apply", wanted.DeepClone(), seen.Tag)).Code.ShouldBe("changed_meanwhile");
    }

    [Fact]
    public async Task What_changed_since_it_was_seen_is_not_done()
    {
        using var owner = await Hub.OwnerAsync();
        var wanted = Text("version: 1\ngroups: [{ name: openai, multiplier: 0.7 }]");
        var seen = await owner.PostAsync("/api/admin/configuration/preview", wanted.DeepClone());
        var member = seen.Json["changes"]!.AsArray().ShouldHaveSingleItem()!["members"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)member["field"], (string?)member["before"], (string?)member["after"]).ShouldBe(("multiplier", "1", "0.7"));

        await Hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 3m }, cancellation: ManagedHub.Cancellation);
        var late = await owner.SendAsync(HttpMethod.Post, "/api/admin/configuration/apply", wanted.DeepClone(), seen.Tag);
        late.Code.ShouldBe("changed_meanwhile", late.Body);
        ((string?)late.Json["current"]!["changes"]![0]!["members"]![0]!["before"]).ShouldBe("3");
        (await MultiplierAsync()).ShouldBe(3m);

        // Another text, or another secret, under the tag of the first.
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/configuration/apply", Text("version: 1\ngroups: [{ name: openai, multiplier: 0.9 }]"), late.Tag)).Code.ShouldBe("changed_meanwhile");
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/configuration/apply", wanted.DeepClone(), late.Tag)).Status.ShouldBe(HttpStatusCode.OK);
        (await MultiplierAsync()).ShouldBe(0.7m);
    }

    [Fact]
    public async Task An_export_has_no_secret_and_comes_back_without_any_changing_nothing()
    {
        using var owner = await Hub.OwnerAsync();
        await Hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "house", Type = "sandbox" }, cancellation: ManagedHub.Cancellation);
        await Hub.Home.Channels.SetCredentialAsync("house", new CredentialDraft("a", Secret), cancellation: ManagedHub.Cancellation);
        var export = await owner.GetAsync("/api/admin/configuration");
        export.Message.Content.Headers.ContentType!.MediaType.ShouldBe("application/yaml");
        export.Message.Content.Headers.ContentDisposition!.FileName.ShouldBe("aiohub.yaml");
        export.Body.ShouldContain("${HOUSE_A}");
        export.Body.ShouldNotContain(Secret);

        var seen = await owner.PostAsync("/api/admin/configuration/preview", Text(export.Body));
        seen.Json["changes"]!.AsArray().ShouldBeEmpty(seen.Body);
        (await owner.SendAsync(HttpMethod.Post, "/api/admin/configuration/apply", Text(export.Body), seen.Tag)).Status.ShouldBe(HttpStatusCode.OK);
        await Hub.Home.Watch.RefreshAsync(ManagedHub.Cancellation);
        Hub.Home.Routing.Current.Channels.Single(static one => one.Name == "house").Credentials.Single().Secret.ShouldBe(Secret);
    }

    /// <summary>Whoever may change the configuration must not read the machine's variables by naming them: the master key may be one.</summary>
    [Fact]
    public async Task Variables_of_the_machine_stay_unread_and_problems_name_their_lines()
    {
        using var owner = await Hub.OwnerAsync();
        var refused = await owner.PostAsync("/api/admin/configuration/preview", Text("version: 1\ngroups:\n  - name: openai\n    notes: \"${PATH}\"\n    colour: red\n"));
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var errors = refused.Json["errors"]!.AsObject();
        ((string?)errors["text:4"]![0]).ShouldBe("the variable PATH has no value; send one with the text");
        errors.ContainsKey("text:5").ShouldBeTrue(refused.Body);
        refused.Body.ShouldNotContain("/bin");
        (await owner.PostAsync("/api/admin/configuration/preview", Text("a: [")) is { Status: HttpStatusCode.UnprocessableEntity } broken && broken.Body.Contains("is not YAML", StringComparison.Ordinal)).ShouldBeTrue();
        (await owner.PostAsync("/api/admin/configuration/preview", new JsonObject())).Json["errors"]!["text"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_file_of_several_megabytes_is_taken()
    {
        using var owner = await Hub.OwnerAsync();
        var seen = await owner.PostAsync("/api/admin/configuration/preview", Text("version: 1\n" + string.Concat(Enumerable.Repeat("# " + new string('x', 998) + "\n", 3000))));
        seen.Status.ShouldBe(HttpStatusCode.OK, seen.Body);
    }

    private static JsonObject Text(string text) => new() { ["text"] = text };

    private async Task<decimal> MultiplierAsync() => (await Hub.Home.Groups.ListAsync(ManagedHub.Cancellation)).Single(static one => one.Group.Name == "openai").Group.Multiplier;
}
