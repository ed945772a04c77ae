using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Alerts;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Admin.Tests.Alerts;

public sealed class SqliteAlertPagesTests() : AlertPagesTests(DatabaseEngine.Sqlite);

public sealed class PostgresAlertPagesTests() : AlertPagesTests(DatabaseEngine.Postgres);

/// <summary>Alerts, rules, targets, deliveries and settings through the API of a hub that serves; mail goes to a server that is there.</summary>
public abstract class AlertPagesTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task An_owner_sets_mail_up_and_tests_it_and_an_alert_comes_by_mail_when_it_opens()
    {
        await using var server = new SmtpReceiver();
        using var owner = await Hub.OwnerAsync();
        (await owner.PostAsync("/api/admin/settings/mail/test", new JsonObject())).Text("answer").ShouldNotBeNull().ShouldContain("no mail server is set up");
        var shown = await owner.GetAsync("/api/admin/settings");
        var mail = new JsonObject { ["host"] = "127.0.0.1", ["port"] = server.Port, ["security"] = "none", ["from"] = "hub@example.com" };
        var set = await owner.PatchAsync("/api/admin/settings", new JsonObject { ["mail"] = mail, ["public_address"] = "https://hub.example.com" }, shown.Tag);
        set.Status.ShouldBe(HttpStatusCode.OK, set.Body);
        var tried = await owner.PostAsync("/api/admin/settings/mail/test", new JsonObject { ["to"] = "me@example.com" });
        tried.Flag("delivered").ShouldBeTrue(tried.Body);
        server.Mails.ShouldHaveSingleItem().To.ShouldBe(["me@example.com"]);
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        (await operate.PostAsync("/api/admin/alert-targets", new JsonObject { ["name"] = "ops", ["type"] = "email", ["address"] = "ops@example.com", ["locale"] = "zh-CN" })).Status.ShouldBe(HttpStatusCode.Created);
        await OpenAsync();
        for (var i = 0; i < 100 && server.Mails.Count < 2; i++)
        {
            await Task.Delay(200, ManagedHub.Cancellation);
        }

        var told = server.Mails[1];
        told.To.ShouldBe(["ops@example.com"]);
        told.Data.ShouldContain("hub.example.com");
        var alert = (await operate.GetAsync("/api/admin/alerts?state=open&locale=zh-CN")).Items.ShouldHaveSingleItem()!;
        ((string?)alert["title"], (string?)alert["state"], (string?)alert["kind"]).ShouldBe(("模型 acme-9 没有价格", "open", "price_missing"));
        for (var i = 0; i < 100 && (await operate.GetAsync("/api/admin/alert-deliveries?state=delivered")).Items.Count == 0; i++)
        {
            await Task.Delay(100, ManagedHub.Cancellation);
        }

        var delivery = (await operate.GetAsync("/api/admin/alert-deliveries?state=delivered")).Items.ShouldHaveSingleItem()!;
        ((string?)delivery["target_name"], (string?)delivery["event"], (int)delivery["attempts"]!).ShouldBe(("ops", "opened", 1));
        (await operate.PostAsync($"/api/admin/alert-deliveries/{(long)delivery["id"]!}/retry")).Code.ShouldBe("conflict");
        var known = await operate.PostAsync($"/api/admin/alerts/{(long)alert["id"]!}/acknowledge");
        (known.Text("state"), known.Text("acknowledged_by")).ShouldBe(("acknowledged", "op@example.com"));
        (await operate.GetAsync("/api/admin/alerts?state=open")).Items.ShouldBeEmpty();
        (await operate.PostAsync("/api/admin/alerts/acknowledge")).Json["acknowledged"]!.GetValue<int>().ShouldBe(0);
        (await operate.PostAsync("/api/admin/alerts/99/acknowledge")).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task A_webhooks_secret_is_shown_once_and_rotated_and_its_target_changes_by_tag()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        var made = await operate.PostAsync("/api/admin/alert-targets", new JsonObject { ["name"] = "hook", ["type"] = "webhook", ["address"] = "https://127.0.0.1:1/x", ["kinds"] = new JsonArray("price_missing") });
        made.Text("secret").ShouldNotBeNull().ShouldStartWith("whsec_");
        var path = $"/api/admin/alert-targets/{made.Id}";
        var shown = await operate.GetAsync(path);
        shown.Body.ShouldNotContain("whsec_");
        (await operate.GetAsync("/api/admin/alert-targets")).Body.ShouldNotContain("whsec_");
        var tried = await operate.PostAsync($"{path}/test");
        tried.Flag("delivered").ShouldBeFalse();
        tried.Text("answer").ShouldNotBeNull().ShouldContain("private addresses only");
        (await operate.PatchAsync(path, new JsonObject { ["enabled"] = false })).Code.ShouldBe("if_match_required");
        (await operate.PatchAsync(path, new JsonObject { ["address"] = "nonsense" }, shown.Tag)).Json["errors"]!["address"].ShouldNotBeNull();
        var changed = await operate.PatchAsync(path, new JsonObject { ["enabled"] = false, ["kinds"] = null }, shown.Tag);
        (changed.Flag("enabled"), changed.Json["kinds"]!.AsArray().Count).ShouldBe((false, 0));
        (await operate.PatchAsync(path, new JsonObject { ["enabled"] = true }, shown.Tag)).Code.ShouldBe("changed_meanwhile");
        var rotated = await operate.PostAsync($"{path}/secret");
        rotated.Text("secret").ShouldNotBe(made.Text("secret"));
        (await operate.GetAsync("/api/admin/audit?limit=200")).Body.ShouldNotContain("whsec_");
        (await operate.DeleteAsync(path, "*")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await operate.GetAsync(path)).Code.ShouldBe("not_found");
        foreach (var (body, field) in new[]
        {
            (new JsonObject { ["name"] = "x", ["type"] = "pigeon", ["address"] = "https://example.com" }, "type"),
            (new JsonObject { ["name"] = "x", ["type"] = "webhook" }, "address"),
            (new JsonObject { ["name"] = "x", ["type"] = "webhook", ["address"] = "https://example.com", ["secret"] = "mine" }, "secret"),
        })
        {
            (await operate.PostAsync("/api/admin/alert-targets", body)).Json["errors"]![field].ShouldNotBeNull(field);
        }
    }

    [Fact]
    public async Task Rules_are_shown_with_their_bounds_and_changed_by_tag()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        (await operate.GetAsync("/api/admin/alert-rules")).Items.Count.ShouldBe(AlertKinds.OfOperators.Count);
        var rule = await operate.GetAsync("/api/admin/alert-rules/channel_failing");
        rule.Json["numbers"]!.AsArray().Select(static one => (string?)one!["name"]).ShouldBe(["share", "minutes", "least_calls"]);
        var changed = await operate.PatchAsync("/api/admin/alert-rules/channel_failing", new JsonObject { ["numbers"] = new JsonObject { ["share"] = 0.25 } }, rule.Tag);
        changed.Json["numbers"]![0]!["value"]!.GetValue<decimal>().ShouldBe(0.25m);
        (await operate.PatchAsync("/api/admin/alert-rules/channel_failing", new JsonObject { ["numbers"] = new JsonObject { ["share"] = 2 } }, "*")).Json["errors"]!["numbers.share"].ShouldNotBeNull();
        (await operate.GetAsync("/api/admin/alert-rules/weather")).Code.ShouldBe("not_found");
        (await operate.GetAsync("/api/admin/audit?action=changed&limit=5")).Items[0]!["subject"]!.GetValue<string>().ShouldBe("alert rule channel_failing");
    }

    [Fact]
    public async Task Users_choose_what_they_are_told_and_see_their_own_alerts_alone()
    {
        using var ada = await Hub.JoinAsync("ada@example.com");
        using var bo = await Hub.JoinAsync("bo@example.com");
        (await ada.GetAsync("/api/me/alerts/wishes")).Flag("by_email").ShouldBeFalse();
        var set = await ada.PatchAsync("/api/me/alerts/wishes", new JsonObject { ["by_email"] = true, ["low_balance_usd"] = 5 });
        (set.Flag("by_email"), set.Json["low_balance_usd"]!.GetValue<decimal>(), set.Text("email"), set.Flag("can_send")).ShouldBe((true, 5m, "ada@example.com", false));
        (await ada.PatchAsync("/api/me/alerts/wishes", new JsonObject { ["low_balance_usd"] = 0 })).Json["errors"]!["low_balance_usd"].ShouldNotBeNull();
        var user = new UserId((await ada.GetAsync("/api/me")).Id);
        await DeliveryStore.OpenAsync(Hub.Home.Database, new Alert(Now, AlertKinds.LowBalance, AlertOwner.User, user.Value, "ada@example.com", BudgetPeriod.None, NanoUsd.FromUsd(5), NanoUsd.FromUsd(2)) { User = user, Mark = "own" }, 0, ManagedHub.Cancellation);
        await OpenAsync();
        var own = (await ada.GetAsync("/api/me/alerts")).Items.ShouldHaveSingleItem()!;
        ((string?)own["kind"], own["usd"]!.GetValue<decimal>()).ShouldBe(("low_balance", 2m));
        (await bo.GetAsync("/api/me/alerts")).Items.ShouldBeEmpty();
        var id = (long)own["id"]!;
        (await bo.PostAsync($"/api/me/alerts/{id}/acknowledge")).Code.ShouldBe("not_found");
        (await ada.PostAsync($"/api/me/alerts/{id}/acknowledge")).Text("state").ShouldBe("acknowledged");
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        (await operate.PostAsync($"/api/admin/alerts/{id}/acknowledge")).Code.ShouldBe("not_found", "a user's own");
        (await operate.GetAsync("/api/admin/alerts")).Items.ShouldHaveSingleItem()!["kind"]!.GetValue<string>().ShouldBe("price_missing");
    }

    [Fact]
    public async Task Settings_are_all_or_nothing_and_secrets_are_never_read_back()
    {
        using var owner = await Hub.OwnerAsync();
        var shown = await owner.GetAsync("/api/admin/settings");
        (shown.Text("sign_up"), shown.Json["fixed"]!.AsArray().Count).ShouldBe(("invite", 0));
        var wrong = await owner.PatchAsync("/api/admin/settings", new JsonObject
        {
            ["sign_up"] = "open", ["public_address"] = "https://hub.example.com", ["mail"] = new JsonObject { ["host"] = "smtp.example.com", ["from"] = "not an address" },
        }, shown.Tag);
        wrong.Json["errors"]!["mail.from"].ShouldNotBeNull(wrong.Body);
        (await owner.GetAsync("/api/admin/settings")).Tag.ShouldBe(shown.Tag, "nothing of it");
        (await owner.PatchAsync("/api/admin/settings", new JsonObject { ["mail"] = new JsonObject { ["host"] = "smtp.example.com", ["from"] = "a@example.com", ["user"] = "u", ["password"] = "p", ["security"] = "none" } }, shown.Tag))
            .Json["errors"]!["mail.security"].ShouldNotBeNull();
        var set = await owner.PatchAsync("/api/admin/settings", new JsonObject
        {
            ["sign_up"] = "open", ["start_balance_usd"] = 2.5, ["routing"] = new JsonObject { ["max_attempts"] = 4, ["queue_wait_seconds"] = 2 },
            ["mail"] = new JsonObject { ["host"] = "smtp.example.com", ["from"] = "a@example.com", ["user"] = "u", ["password"] = "very-hidden" },
        }, shown.Tag);
        set.Status.ShouldBe(HttpStatusCode.OK, set.Body);
        set.Body.ShouldNotContain("very-hidden");
        set.Json["mail"]!["has_password"]!.GetValue<bool>().ShouldBeTrue();
        set.Json["routing"]!["max_attempts"]!.GetValue<int>().ShouldBe(4);
        (await owner.GetAsync("/api/admin/audit?limit=200")).Body.ShouldNotContain("very-hidden");
        (await owner.PatchAsync("/api/admin/settings", new JsonObject { ["mail"] = new JsonObject { ["host"] = "smtp2.example.com" } }, set.Tag)).Json["mail"]!["has_password"]!.GetValue<bool>().ShouldBeTrue("it stays");

        using var bo = Hub.Open();
        (await bo.GetAsync("/api/session")).Text("sign_up").ShouldBe("open");
        (await bo.PostAsync("/api/session/sign-up", new JsonObject { ["email"] = "bo@example.com", ["password"] = ManagedHub.Password })).Flag("signed_in").ShouldBeTrue();
        (await bo.GetAsync("/api/me/wallet")).Json["balance_usd"]!.GetValue<decimal>().ShouldBe(2.5m);
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        (await operate.GetAsync("/api/admin/settings")).Code.ShouldBe("not_allowed");
    }

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    private Task<bool> OpenAsync() => DeliveryStore.OpenAsync(
        Hub.Home.Database, new Alert(Now, AlertKinds.PriceMissing, AlertOwner.Model, 0, "acme-9", BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero) { Mark = "acme-9" }, 0, ManagedHub.Cancellation);
}
