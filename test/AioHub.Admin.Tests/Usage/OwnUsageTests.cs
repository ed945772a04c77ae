using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Usage;

public sealed class SqliteOwnUsageTests() : OwnUsageTests(DatabaseEngine.Sqlite);

public sealed class PostgresOwnUsageTests() : OwnUsageTests(DatabaseEngine.Postgres);

public abstract class OwnUsageTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    [Fact]
    public async Task Ones_own_calls_are_counted_and_nobody_elses()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        using var bob = await Hub.JoinAsync("bob@example.com");
        var secret = (await ann.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k" })).Text("secret")!;
        using var program = Hub.Open(secret);
        (await program.PostAsync("/v1/chat/completions", new JsonObject
        {
            ["model"] = "sandbox/echo", ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }),
        })).Status.ShouldBe(HttpStatusCode.OK);

        var totals = await ann.GetAsync("/api/me/usage/totals");
        for (var tries = 0; tries < 100 && (long)totals.Json["calls"]! == 0; tries++)
        {
            // The call's row is on its way to the database.
            await Task.Delay(100, TestContext.Current.CancellationToken);
            totals = await ann.GetAsync("/api/me/usage/totals");
        }

        ((long)totals.Json["calls"]!, (long)totals.Json["errors"]!, (long)totals.Json["before"]!["calls"]!).ShouldBe((1, 0, 0));
        ((long)totals.Json["input_tokens"]!).ShouldBeGreaterThan(0);
        totals.Json["p50_ms"].ShouldNotBeNull();
        var point = (await ann.GetAsync("/api/me/usage/series?step=hour&by=model")).Json["points"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)point["key"], (long)point["calls"]!).ShouldBe(("sandbox/echo", 1));

        var rank = await ann.GetAsync("/api/me/usage/rank?by=key");
        var first = rank.Items.ShouldHaveSingleItem()!;
        ((string?)first["name"], (long)first["calls"]!, (long)first["before_calls"]!, (long)rank.Json["other_count"]!).ShouldBe(("k", 1, 0, 0));
        (first["cost_usd"], totals.Json["cost_usd"], point["margin_usd"]).ShouldBe((null, null, null), "what only operators see");
        ((long)(await bob.GetAsync("/api/me/usage/totals")).Json["calls"]!).ShouldBe(0);
        (await bob.GetAsync("/api/me/usage/series")).Json["points"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("step=week", "step")]
    [InlineData("by=channel", "by")]
    [InlineData("by=colour", "by")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to")]
    [InlineData("from=yesterday", "from")]
    [InlineData("offset_minutes=900", "offset_minutes")]
    [InlineData("step=hour&from=2020-01-01T00:00:00Z", "from")]
    public async Task What_cannot_be_asked_is_named(string query, string field)
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var refused = await ann.GetAsync("/api/me/usage/series?" + query);
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused.Json["errors"]![field].ShouldNotBeNull();
    }
}
