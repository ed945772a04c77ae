using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Wallet;

public sealed class SqliteMoneyTests() : MoneyTests(DatabaseEngine.Sqlite);

public sealed class PostgresMoneyTests() : MoneyTests(DatabaseEngine.Postgres);

/// <summary>Money moves once for each key that asks for it, whoever asks how often and at the same moment, and the ledger agrees afterwards.</summary>
public abstract class MoneyTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task A_top_up_that_is_asked_for_many_times_at_once_moves_once()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        using var bo = await Hub.JoinAsync("bo@example.com");
        var user = (await bo.GetAsync("/api/me")).Id;
        var place = $"/api/admin/accounts/wallet/{user}/top-ups";
        var asked = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Pay(operate, place, Sum(12.5m), "key-1")));
        asked.Select(static reply => reply.Status).Order().ShouldBe([.. Enumerable.Repeat(HttpStatusCode.OK, 11), HttpStatusCode.Created]);
        asked.Select(static reply => (long)reply.Json["entry_id"]!).Distinct().ShouldHaveSingleItem();
        (await bo.GetAsync("/api/me/wallet")).Json["balance_usd"]!.GetValue<decimal>().ShouldBe(12.5m);

        (await Pay(operate, place, Sum(13m), "key-1")).Code.ShouldBe("conflict");
        (await Pay(operate, place, Sum(1m), null)).Code.ShouldBe("idempotency_key_required");
        (await Pay(operate, place, Sum(0m), "key-2")).Json["errors"]!["amount_usd"].ShouldNotBeNull();
        (await Pay(operate, place, Sum(-1m), "key-2")).Json["errors"]!["amount_usd"].ShouldNotBeNull();
        (await Pay(operate, place, Sum(0.0000000001m), "key-2")).Json["errors"]!["amount_usd"].ShouldNotBeNull();
        (await Pay(operate, place, new JsonObject { ["amount_usd"] = 1, ["reason"] = " " }, "key-2")).Json["errors"]!["reason"].ShouldNotBeNull();
        (await Pay(operate, place, new JsonObject { ["amount_usd"] = 1, ["reason"] = "x", ["balance_usd"] = 9 }, "key-2")).Code.ShouldBe("invalid");
        (await Pay(operate, "/api/admin/accounts/wallet/99999/top-ups", Sum(1m), "key-2")).Code.ShouldBe("not_found");
        (await Pay(operate, $"/api/admin/accounts/purse/{user}/top-ups", Sum(1m), "key-2")).Code.ShouldBe("not_found");
        (await Pay(bo, place, Sum(1m), "key-2")).Code.ShouldBe("not_allowed");

        // Another person's key of the same name is another key.
        using var owner = await Hub.OwnerAsync();
        (await Pay(owner, place, Sum(1m), "key-1")).Status.ShouldBe(HttpStatusCode.Created);
        (await Pay(operate, $"/api/admin/accounts/wallet/{user}/adjustments", Sum(-20m), "key-3")).Json["balance_usd"]!.GetValue<decimal>().ShouldBe(-6.5m);
        await AgreesAsync();
    }

    [Fact]
    public async Task The_audit_log_tells_whose_accounts_they_are()
    {
        using var owner = await Hub.OwnerAsync();
        using var bo = await Hub.JoinAsync("bo@example.com");
        var user = (await bo.GetAsync("/api/me")).Id;
        var group = (await owner.GetAsync("/api/admin/groups/openai")).Id;
        var channel = (await owner.GetAsync("/api/admin/channels?type=sandbox")).Items[0]!;
        foreach (var place in new[] { $"wallet/{user}", $"group_quota/{group}", $"channel_budget/{channel["id"]}" })
        {
            (await Pay(owner, $"/api/admin/accounts/{place}/top-ups", Sum(1m), "key-" + place.Replace('/', '-'))).Status.ShouldBe(HttpStatusCode.Created);
        }

        await owner.PatchAsync("/api/admin/groups/openai", new JsonObject { ["notes"] = "said" }, "*");
        var lines = (await owner.GetAsync("/api/admin/audit?limit=4")).Items;
        lines.Select(static line => ((string?)line!["subject"], (string?)line["subject_name"])).ShouldBe([
            ("group openai", null), ($"channel_budget {channel["id"]}", "sandbox"), ($"group_quota {group}", "openai"), ($"wallet {user}", "bo@example.com")]);
    }

    [Fact]
    public async Task Callers_see_their_entries_and_not_who_moved_them()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        using var bo = await Hub.JoinAsync("bo@example.com");
        using var eve = await Hub.JoinAsync("eve@example.com");
        var user = (await bo.GetAsync("/api/me")).Id;
        for (var i = 1; i <= 3; i++)
        {
            await Pay(operate, $"/api/admin/accounts/wallet/{user}/top-ups", Sum(i), $"key-{i}");
        }

        var first = await bo.GetAsync("/api/me/wallet/entries?limit=2");
        first.Items.Select(static row => row!["amount_usd"]!.GetValue<decimal>()).ShouldBe([3m, 2m]);
        first.Body.ShouldNotContain("op@example.com");
        (await bo.GetAsync($"/api/me/wallet/entries?limit=2&after={first.Text("next")}")).Items.ShouldHaveSingleItem()!["amount_usd"]!.GetValue<decimal>().ShouldBe(1m);
        (await operate.GetAsync($"/api/admin/accounts/wallet/{user}/entries")).Items.ShouldAllBe(static row => (string?)row!["actor"] == "op@example.com");
        (await eve.GetAsync("/api/me/wallet/entries")).Items.ShouldBeEmpty();
        (await bo.GetAsync($"/api/admin/accounts/wallet/{user}")).Code.ShouldBe("not_allowed");
        var month = DateTime.UtcNow.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        var statement = await bo.GetAsync($"/api/me/wallet/statements/{month}");
        statement.Message.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        statement.Body.ShouldContain("closing_balance");
        statement.Body.ShouldContain("6.000000000");
        (await bo.GetAsync("/api/me/wallet/statements/nov")).Json["errors"]!["month"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Codes_are_told_once_made_once_and_pay_once()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        using var bo = await Hub.JoinAsync("bo@example.com");
        using var eve = await Hub.JoinAsync("eve@example.com");
        var wanted = new JsonObject { ["count"] = 2, ["amount_usd"] = 5, ["reason"] = "spring", ["tag"] = "spring" };
        var made = await Pay(operate, "/api/admin/codes", wanted, "batch-1");
        made.Status.ShouldBe(HttpStatusCode.Created, made.Body);
        var codes = made.Json["codes"]!.AsArray().Select(static code => (string)code!).ToList();
        codes.Count.ShouldBe(2);
        var again = await Pay(operate, "/api/admin/codes", (JsonObject)wanted.DeepClone(), "batch-1");
        again.Code.ShouldBe("conflict");
        again.Body.ShouldContain(made.Text("batch")!);
        var listed = await operate.GetAsync("/api/admin/codes?tag=spring");
        listed.Items.Count.ShouldBe(2);
        codes.ShouldAllBe(code => !listed.Body.Contains(code, StringComparison.Ordinal));

        var tries = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? bo : eve).PostAsync("/api/me/wallet/redemptions", new JsonObject { ["code"] = codes[0] })));
        tries.Count(static reply => reply.Status == HttpStatusCode.OK).ShouldBe(1);
        var balances = new[] { await bo.GetAsync("/api/me/wallet"), await eve.GetAsync("/api/me/wallet") }.Sum(static reply => reply.Json["balance_usd"]!.GetValue<decimal>());
        balances.ShouldBe(5m);
        (await operate.PostAsync("/api/admin/codes/revocations", new JsonObject { ["batch"] = made.Text("batch") })).Json["revoked"]!.GetValue<int>().ShouldBe(1);
        (await bo.PostAsync("/api/me/wallet/redemptions", new JsonObject { ["code"] = codes[1] })).Json["errors"]!["code"].ShouldNotBeNull();
        (await operate.PostAsync("/api/admin/codes/revocations", new JsonObject())).Code.ShouldBe("invalid");
        await AgreesAsync();
    }

    [Fact]
    public async Task Whoever_tries_many_codes_in_vain_has_to_wait()
    {
        using var bo = await Hub.JoinAsync("bo@example.com");
        var replies = new List<Reply>();
        for (var i = 0; i <= CodeTries.MostOfUser; i++)
        {
            replies.Add(await bo.PostAsync("/api/me/wallet/redemptions", new JsonObject { ["code"] = $"AIO-AAAAA-AAAAA-AAAAA-AAAA{i % 10}" }));
        }

        replies[0].Code.ShouldBe("invalid");
        replies[^1].Code.ShouldBe("too_many_tries");
        replies[^1].Message.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task Money_goes_from_wallet_to_wallet_both_ways_or_not_at_all()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        using var bo = await Hub.JoinAsync("bo@example.com");
        using var eve = await Hub.JoinAsync("eve@example.com");
        var (giver, taker) = ((await bo.GetAsync("/api/me")).Id, (await eve.GetAsync("/api/me")).Id);
        await Pay(operate, $"/api/admin/accounts/wallet/{giver}/top-ups", Sum(10m), "key-1");
        JsonObject Ask(decimal usd) => new() { ["from"] = giver, ["to"] = taker, ["amount_usd"] = usd, ["reason"] = "moved" };
        (await Pay(operate, "/api/admin/transfers", Ask(4m), "move-1")).Status.ShouldBe(HttpStatusCode.Created);
        (await Pay(operate, "/api/admin/transfers", Ask(4m), "move-1")).Flag("repeated").ShouldBeTrue();
        (await Pay(operate, "/api/admin/transfers", Ask(40m), "move-2")).Json["errors"]!["amount_usd"].ShouldNotBeNull();
        (await bo.GetAsync("/api/me/wallet")).Json["balance_usd"]!.GetValue<decimal>().ShouldBe(6m);
        (await eve.GetAsync("/api/me/wallet")).Json["balance_usd"]!.GetValue<decimal>().ShouldBe(4m);
        (await Pay(operate, "/api/admin/calls/01KARQ7Z4M8W6V2T5Y9X3B1N0C/refunds", new JsonObject { ["reason"] = "x" }, "back-1")).Status.ShouldBeOneOf(HttpStatusCode.UnprocessableEntity, HttpStatusCode.NotFound);
        await AgreesAsync();
    }

    [Fact]
    public async Task Invitations_are_listed_and_taken_back()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        using var owner = await Hub.OwnerAsync();
        var token = (await operate.PostAsync("/api/admin/invitations", new JsonObject { ["email"] = "bo@example.com" })).Text("token");
        await owner.PostAsync("/api/admin/invitations", new JsonObject { ["role"] = "operator" });
        var open = await operate.GetAsync("/api/admin/invitations");
        open.Items.Select(static row => (string?)row!["email"]).ShouldBe([null, "bo@example.com"]);
        open.Body.ShouldNotContain(token!);
        (await operate.DeleteAsync($"/api/admin/invitations/{(long)open.Items[0]!["id"]!}")).Code.ShouldBe("not_found");
        (await operate.DeleteAsync($"/api/admin/invitations/{(long)open.Items[1]!["id"]!}")).Status.ShouldBe(HttpStatusCode.NoContent);
        using var bo = Hub.Open();
        (await bo.PostAsync("/api/session/sign-up", new JsonObject { ["email"] = "bo@example.com", ["password"] = ManagedHub.Password, ["invitation"] = token })).Json["errors"]!["invitation"].ShouldNotBeNull();
        (await operate.GetAsync("/api/admin/invitations")).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Operators_stop_and_end_keys_of_users_but_not_those_of_owners()
    {
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        using var owner = await Hub.OwnerAsync();
        using var bo = await Hub.JoinAsync("bo@example.com");
        var (user, key) = ((await bo.GetAsync("/api/me")).Id, (await bo.PostAsync("/api/me/keys", new JsonObject { ["name"] = "laptop" })).Id);
        var own = (await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = "mine" })).Id;
        (await operate.GetAsync($"/api/admin/keys?user={user}")).Items.ShouldHaveSingleItem()!["owner"]!.GetValue<string>().ShouldBe("bo@example.com");
        var shown = await operate.GetAsync($"/api/admin/keys/{key}");
        (await operate.PatchAsync($"/api/admin/keys/{key}", new JsonObject { ["enabled"] = false }, shown.Tag)).Flag("enabled").ShouldBeFalse();
        (await operate.PatchAsync($"/api/admin/keys/{key}", new JsonObject { ["name"] = "other" }, "*")).Code.ShouldBe("invalid");
        (await operate.PatchAsync($"/api/admin/keys/{own}", new JsonObject { ["enabled"] = false }, "*")).Code.ShouldBe("not_allowed");
        (await operate.DeleteAsync($"/api/admin/keys/{own}", "*")).Code.ShouldBe("not_allowed");
        (await operate.DeleteAsync($"/api/admin/keys/{key}", "*")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await bo.GetAsync("/api/me/keys")).Items.ShouldBeEmpty();
    }

    private static JsonObject Sum(decimal usd) => new() { ["amount_usd"] = usd, ["reason"] = "a test" };

    private static Task<Reply> Pay(Browser who, string place, JsonObject body, string? key) => who.SendAsync(HttpMethod.Post, place, body.DeepClone(), more: request =>
    {
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }
    });

    private async Task AgreesAsync() => (await LedgerAudit.VerifyAsync(Hub.Home.Database, dataFolder: null, TimeProvider.System, ManagedHub.Cancellation)).Problems.ShouldBeEmpty();
}
