using System.Text.Json;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Cli;

public sealed class OperatorVerbOnSqliteTests() : OperatorVerbTests(DatabaseEngine.Sqlite);

public sealed class OperatorVerbOnPostgresTests() : OperatorVerbTests(DatabaseEngine.Postgres);

/// <summary>Costs, margins, multipliers, alerts and limits as an operator sees them.</summary>
public abstract class OperatorVerbTests(DatabaseEngine engine) : OnCommandLine(engine)
{
    private const string Ann = "ann@example.com";
    private const string Reply200 =
        """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}}""";
    private const string Refusal = """{"error":{"message":"broke off","type":"server_error"},"usage":{"prompt_tokens":500,"completion_tokens":0,"total_tokens":500}}""";

    /// <summary>List price: 2 in, 10 out a million tokens. The first channel fails and says what it used; the second serves with 20 % off; callers pay three times the list price.</summary>
    [Fact]
    public async Task CostAndMarginAreTrueToTheNano()
    {
        await using var failing = await FakeUpstream.StartAsync(static _ => Reply.Json(500, Refusal));
        await using var serving = await FakeUpstream.StartAsync(static _ => Reply.Json(200, Reply200));
        var secret = await SetUpAsync(failing, serving);
        (await JsonAsync("channels", "set", "serving", "--cost-multiplier", "0.8")).GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await JsonAsync("channels", "set", "serving", "--cost-multiplier", "0.8")).GetProperty("changed").GetBoolean().ShouldBeFalse();
        (await RunAsync("channels", "set", "serving", "--cost-multiplier", "-1")).Exit.ShouldBe(1);
        (await JsonAsync("channels", "list")).GetProperty("channels").EnumerateArray().Single(static channel => channel.GetProperty("name").GetString() == "serving")
            .GetProperty("cost_multiplier").GetDecimal().ShouldBe(0.8m);
        await CallAsync(secret, 200);

        // Charged: (1000 × 2 + 100 × 10) × 3. Cost: the same × 0.8, and 500 × 2 × 0.5 in vain.
        const long Charge = 9_000_000, Served = 2_400_000, Lost = 500_000;
        var usage = await JsonAsync("usage");
        var rows = usage.GetProperty("rows").EnumerateArray().ToDictionary(static row => row.GetProperty("name").GetString()!);
        Figures(rows["serving"]).ShouldBe((1, Charge, Served, 0, Charge - Served));
        Figures(rows["failing"]).ShouldBe((0, 0, Lost, Lost, -Lost));
        Figures(usage.GetProperty("total")).ShouldBe((1, Charge, Served + Lost, Lost, Charge - Served - Lost));
        foreach (var (by, name) in new[] { ("group", "mine"), ("model", "brand-new"), ("user", Ann), ("day", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd")) })
        {
            var row = (await JsonAsync("usage", "--by", by)).GetProperty("rows")[0];
            (row.GetProperty("name").GetString(), Figures(row)).ShouldBe((name, (1, Charge, Served + Lost, Lost, Charge - Served - Lost)));
        }

        (await JsonAsync("usage", "--from", "2020-01-01", "--to", "2020-12-31")).GetProperty("rows").GetArrayLength().ShouldBe(0);
        var month = TimeProvider.System.GetUtcNow().ToString("yyyy-MM");
        var statement = await JsonAsync("statements", "--user", Ann, "--month", month, "--cost");
        (statement.GetProperty("total_cost_nano_usd").GetInt64(), statement.GetProperty("total_margin_nano_usd").GetInt64()).ShouldBe((Served + Lost, Charge - Served - Lost));
        (await RunAsync("statements", "--user", Ann, "--month", month, "--json")).Output.ShouldNotContain("cost", Case.Insensitive, "a customer's statement shows none");
        (await RunAsync("statements", "--user", Ann, "--month", month, "--cost")).Output.ShouldContain($",{Served + Lost},0.002900000");
        (await JsonAsync("verify-ledger")).GetProperty("ok").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task ACostMultiplierGoesThroughFiles()
    {
        await JsonAsync("apply", Folder.Write("hub.yaml", """
            version: 1
            channels: [{ name: up, type: openai-compatible, base_url: "https://models.example.com", cost_multiplier: 0.123456, credentials: [{ name: a, secret: s }] }]
            """));
        var yaml = (await RunAsync("export")).Output;
        yaml.ShouldContain("cost_multiplier: 0.123456");
        await JsonAsync("apply", Folder.Write("none.yaml", "version: 1\nchannels: [{ name: up, cost_multiplier: 2 }]"));
        Folder.Write("export.yaml", yaml.Replace("${UP_A}", "s", StringComparison.Ordinal));
        (await JsonAsync("apply", Folder["export.yaml"])).GetProperty("changes")[0].GetProperty("changes")[0].GetString()!.ShouldContain("cost_multiplier: 2 → 0.123456");
        (await RunAsync("apply", Folder.Write("wrong.yaml", "version: 1\nchannels: [{ name: up, cost_multiplier: 1001 }]"))).Exit.ShouldBe(1);
    }

    [Fact]
    public async Task APriceOfCreditsGoesThroughFilesAndCommands()
    {
        const string file = """
            version: 1
            channels: [{ name: up, type: kiro, credit_price: 0.040000001, credentials: [{ name: a, secret: s }] }]
            """;
        await JsonAsync("apply", Folder.Write("hub.yaml", file));
        (await RunAsync("export")).Output.ShouldContain("credit_price: 0.040000001");
        await JsonAsync("apply", Folder.Write("silent.yaml", "version: 1\nchannels: [{ name: up, enabled: true }]"));
        (await PriceAsync()).GetInt64().ShouldBe(40_000_001);
        (await JsonAsync("channels", "set", "up", "--credit-price", "0.04")).GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await PriceAsync()).GetInt64().ShouldBe(40_000_000);
        (await JsonAsync("apply", Folder["hub.yaml"])).GetProperty("changes")[0].GetProperty("changes")[0].GetString()!.ShouldContain("credit_price: 0.040000000 → 0.040000001");
        await JsonAsync("channels", "set", "up", "--credit-price", "none");
        (await PriceAsync()).ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        (await RunAsync("export")).Output.ShouldNotContain("credit_price: 0");
        await JsonAsync("apply", Folder["hub.yaml"]);
        await JsonAsync("apply", Folder.Write("null.yaml", "version: 1\nchannels: [{ name: up, credit_price: null }]"));
        (await PriceAsync()).ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        foreach (var wrong in new[] { "-1", "1001", "0.0000000001", "much" })
        {
            (await RunAsync("channels", "set", "up", "--credit-price", wrong)).Exit.ShouldNotBe(0);
            (await RunAsync("apply", Folder.Write("wrong.yaml", $"version: 1\nchannels: [{{ name: up, credit_price: {wrong} }}]"))).Exit.ShouldNotBe(0);
        }

        async Task<System.Text.Json.JsonElement> PriceAsync() => (await JsonAsync("channels", "list")).GetProperty("channels").EnumerateArray()
            .Single(static channel => channel.GetProperty("name").GetString() == "up").GetProperty("credit_price_nano_usd");
    }

    [Fact]
    public async Task MultipliersOfUsersAndKeysAreSetByCommand()
    {
        await JsonAsync("users", "create", Ann, "--multiplier", "0.5");
        await JsonAsync("keys", "create", "--name", "k", "--user", Ann, "--multiplier", "3");
        (await JsonAsync("users", "list")).GetProperty("users").EnumerateArray().Single(static user => user.GetProperty("email").GetString() == Ann).GetProperty("multiplier").GetDecimal().ShouldBe(0.5m);
        (await KeyAsync()).GetProperty("multiplier").GetDecimal().ShouldBe(3);
        (await JsonAsync("keys", "change", "k", "--rpm", "5")).GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await KeyAsync()).GetProperty("multiplier").GetDecimal().ShouldBe(3, "what is not named stays");
        await JsonAsync("keys", "change", "k", "--multiplier", "0");
        await JsonAsync("users", "change", Ann, "--multiplier", "1.000001");
        (await KeyAsync()).GetProperty("multiplier").GetDecimal().ShouldBe(0);
        (await RunAsync("users", "change", Ann, "--multiplier", "-1")).Exit.ShouldBe(1);
        (await RunAsync("keys", "change", "k", "--multiplier", "1001")).Exit.ShouldBe(1);
        (await RunAsync("keys", "change", "k", "--multiplier", "much")).Exit.ShouldBe(2);

        async Task<JsonElement> KeyAsync() => (await JsonAsync("keys", "list")).GetProperty("keys").EnumerateArray().Single(static key => key.GetProperty("name").GetString() == "k");
    }

    [Fact]
    public async Task WhoMayWaitIsSetByCommand()
    {
        await JsonAsync("channels", "add", "lined", "--type", "sandbox");
        (await JsonAsync("channels", "set", "lined", "--concurrency", "2", "--queue", "0", "--queue-wait", "500ms")).GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await JsonAsync("channels", "set", "lined", "--queue", "0")).GetProperty("changed").GetBoolean().ShouldBeFalse();
        (await LimitsAsync()).ShouldBe("""{"concurrency":2,"queue":0,"queue_wait":0.5}""");
        await JsonAsync("channels", "set", "lined", "--rpm", "7", "--queue", "default", "--queue-wait", "20");
        (await LimitsAsync()).ShouldBe("""{"rpm":7,"concurrency":2,"queue_wait":20}""");
        (await RunAsync("channels", "list")).Output.ShouldContain("2 at once, for 20 s");
        (await JsonAsync("groups", "set", "gemini", "--concurrency", "3", "--queue", "9")).GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await RunAsync("channels", "set", "lined", "--queue", "-1")).Exit.ShouldBe(2);
        (await RunAsync("channels", "set", "lined", "--queue-wait", "1h")).Exit.ShouldBe(1);
        (await RunAsync("users", "create", Ann, "--queue", "1")).Exit.ShouldBe(2, "whoever is at their own limit is told at once");

        async Task<string> LimitsAsync() => (await JsonAsync("channels", "list")).GetProperty("channels").EnumerateArray()
            .Single(static channel => channel.GetProperty("name").GetString() == "lined").GetProperty("limits").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task AlertsAreListedAndAcknowledged()
    {
        await JsonAsync("groups", "set", "gemini", "--quota", "true");
        await using (await ServeAsync())
        {
            await UntilAsync(async () => (await JsonAsync("alerts", "list")).GetProperty("alerts").GetArrayLength() == 2);
            await JsonAsync("topup", "--group", "gemini", "--usd", "5", "--reason", "test");
            await UntilAsync(async () => (await JsonAsync("alerts", "list")).GetProperty("alerts").GetArrayLength() == 0);
            await JsonAsync("adjust", "--group", "gemini", "--usd", "-4.2", "--reason", "test");
            await UntilAsync(async () => (await JsonAsync("alerts", "list")).GetProperty("alerts").GetArrayLength() == 1);
        }

        var low = (await JsonAsync("alerts", "list")).GetProperty("alerts")[0];
        (low.GetProperty("kind").GetString(), low.GetProperty("owner").GetString(), low.GetProperty("name").GetString(), low.GetProperty("left_nano_usd").GetInt64())
            .ShouldBe(("quota_low", "group", "gemini", NanoUsd.PerUsd * 8 / 10));
        (await RunAsync("alerts", "list", "--all")).Output.ShouldContain("over since");
        (await JsonAsync("alerts", "ack", $"{low.GetProperty("id").GetInt64()}")).GetProperty("acknowledged").GetInt32().ShouldBe(1);
        (await JsonAsync("alerts", "list")).GetProperty("alerts").GetArrayLength().ShouldBe(0);
        (await JsonAsync("alerts", "list", "--all")).GetProperty("alerts").GetArrayLength().ShouldBe(3);
        (await RunAsync("alerts", "ack", "99")).Exit.ShouldBe(1);
        (await RunAsync("alerts", "ack")).Exit.ShouldBe(2);
        (await RunAsync("alerts", "ack", "1", "--all")).Exit.ShouldBe(2);
    }

    [Fact]
    public async Task AnExplanationTellsWhatLimitsSay()
    {
        await using var serving = await FakeUpstream.StartAsync(static _ => Reply.Json(200, Reply200));
        var secret = await SetUpAsync(serving, serving);
        await JsonAsync("apply", Folder.Write("limits.yaml", """
            version: 1
            users: [{ email: ann@example.com, limits: { usd_per_month: 100, soft: 0.00001 } }]
            keys: [{ name: k, user: ann@example.com, limits: { rpm: 60, rpd: 1000, tpm: 100000, concurrency: 4, usd_per_day: 1 } }]
            groups: [{ name: mine, quota_usd: 5, limits: { usd_total: 50 } }]
            channels: [{ name: serving, quota_usd: 7, limits: { rpm: 10 }, credentials: [{ name: a, secret: s, limits: { usd_per_week: 3 } }] }]
            """));
        await CallAsync(secret, 200);
        var told = await JsonAsync("explain", "--key", secret, "--model", "brand-new");
        var limits = told.GetProperty("limits").EnumerateArray().ToDictionary(static limit => $"{limit.GetProperty("owner").GetString()} {limit.GetProperty("name").GetString()} {limit.GetProperty("limit").GetString()}");
        limits.Keys.ShouldBe(
            [
                $"user {Ann} balance_usd", $"user {Ann} usd_per_month", "key k usd_per_day", "key k rpm", "key k rpd", "key k tpm", "key k concurrency", "group mine quota_usd", "group mine usd_total",
                "channel serving quota_usd", "channel serving rpm", "credential serving/a usd_per_week",
            ],
            ignoreOrder: true);
        (State($"user {Ann} usd_per_month"), State("key k usd_per_day"), State("key k rpm"), State("group mine usd_total")).ShouldBe(("soft", "ok", "unknown", "ok"));
        limits["key k usd_per_day"].GetProperty("used").GetDecimal().ShouldBe(0.009m);
        limits["channel serving quota_usd"].GetProperty("left").GetDecimal().ShouldBe(7 - 0.009m);
        limits["key k usd_per_day"].GetProperty("resets_at").GetString().ShouldNotBeNull();
        (await RunAsync("explain", "--key", secret, "--model", "brand-new")).Output.ShouldContain("counted by the running server alone");

        // What is used up refuses, and the explanation says by whom.
        await JsonAsync("adjust", "--group", "mine", "--usd", "-5", "--reason", "test");
        var noQuota = await JsonAsync("explain", "--key", secret, "--model", "brand-new");
        (noQuota.GetProperty("group").ValueKind, noQuota.GetProperty("refusal").GetProperty("code").GetString()).ShouldBe((JsonValueKind.Null, "group_quota_exhausted"));
        await JsonAsync("topup", "--group", "mine", "--usd", "5", "--reason", "test");
        await JsonAsync("keys", "change", "k", "--usd-per-day", "0.005");
        (await JsonAsync("explain", "--key", secret, "--model", "brand-new")).GetProperty("refusal").GetProperty("code").GetString().ShouldBe("key_budget_exhausted");
        await JsonAsync("keys", "change", "k", "--usd-per-day", "0");
        await JsonAsync("adjust", "--user", Ann, "--usd", "-10", "--reason", "test");
        (await JsonAsync("explain", "--user", Ann, "--group", "mine", "--model", "brand-new")).GetProperty("refusal").GetProperty("code").GetString().ShouldBe("insufficient_balance");

        string State(string limit) => limits[limit].GetProperty("state").GetString()!;
    }

    /// <summary>A user with 10 USD, a key, a model at 2 and 10 USD, a group at three times the price.</summary>
    private async Task<string> SetUpAsync(FakeUpstream failing, FakeUpstream serving)
    {
        await JsonAsync("apply", Folder.Write("hub.yaml", $$"""
            version: 1
            models: [{ id: brand-new, vendor: openai, kind: chat, context_window: 100000, prices: [{ from: 2026-01-01, input: 2, output: 10 }] }]
            channels:
              - { name: failing, type: openai-compatible, base_url: "{{failing.BaseAddress}}", allow_private_network: true, cost_multiplier: 0.5, credentials: [{ name: a, secret: s }] }
              - { name: serving, type: openai-compatible, base_url: "{{serving.BaseAddress}}", allow_private_network: true, credentials: [{ name: a, secret: s }] }
            groups: [{ name: mine, multiplier: 3, channels: [{{(ReferenceEquals(failing, serving) ? "" : "{ channel: failing, priority: 0 }, ")}}{ channel: serving, priority: 1 }] }]
            users: [{ email: ann@example.com, balance_usd: 10 }]
            """));
        return (await JsonAsync("keys", "create", "--name", "k", "--user", Ann, "--group", "mine")).GetProperty("secret").GetString()!;
    }

    private async Task CallAsync(string secret, int status)
    {
        await using var hub = await ServeAsync();
        using var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"brand-new","messages":[{"role":"user","content":"hi"}],"max_tokens":50}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
        using var reply = await client.SendAsync(request);
        ((int)reply.StatusCode).ShouldBe(status, await reply.Content.ReadAsStringAsync());
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; !await holds(); i++)
        {
            i.ShouldBeLessThan(100, "it does not come");
            await Task.Delay(100);
        }
    }

    private static (long Calls, long Charge, long Cost, long Lost, long Margin) Figures(JsonElement row) => (
        row.GetProperty("calls").GetInt64(), row.GetProperty("charge_nano_usd").GetInt64(), row.GetProperty("cost_nano_usd").GetInt64(), row.GetProperty("lost_nano_usd").GetInt64(),
        row.GetProperty("margin_nano_usd").GetInt64());
}
