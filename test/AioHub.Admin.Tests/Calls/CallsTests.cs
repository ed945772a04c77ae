using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Calls;

public sealed class SqliteCallsTests() : CallsTests(DatabaseEngine.Sqlite);

public sealed class PostgresCallsTests() : CallsTests(DatabaseEngine.Postgres);

/// <summary>The log, its stories and its files over real calls of the sandbox, as their callers and operators read them.</summary>
public abstract class CallsTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    private static readonly string[] Operators = ["channel", "channel_id", "cost", "cost_usd", "credential", "upstream_model", "user", "user_id", "actor"];

    [Fact]
    public async Task Callers_read_their_own_calls_and_operators_all_with_channels_and_costs()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        using var bob = await Hub.JoinAsync("bob@example.com");
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        var (annKey, _) = await CallAsync(ann, 3);
        await CallAsync(bob, 2);
        var all = await UntilAsync(operate, "/api/admin/calls", 5);
        var own = await ann.GetAsync("/api/me/calls");
        own.Items.Count.ShouldBe(3);
        own.Items.ShouldAllBe(one => (long)one!["key_id"]! == annKey && (string?)one["key"] == "k" && (string?)one["served_model"] == "sandbox/echo" && (string?)one["outcome"] == "completed");
        own.Items.SelectMany(static one => one!.AsObject().Select(static member => member.Key)).Intersect(Operators, StringComparer.Ordinal).ShouldBeEmpty();
        all.Items.ShouldAllBe(static one => (string?)one!["channel"] != null && one["cost_usd"] != null);
        all.Items.Count(static one => (string?)one!["user"] == "bob@example.com").ShouldBe(2);

        var id = (string)own.Items[0]!["request_id"]!;
        (await bob.GetAsync($"/api/me/calls/{id}")).Code.ShouldBe("not_found");
        (await bob.GetAsync($"/api/me/calls?request_id={id}")).Items.ShouldBeEmpty();
        (await bob.GetAsync($"/api/me/calls?key={annKey}")).Items.ShouldBeEmpty();
        (await ann.GetAsync($"/api/me/calls?request_id={id.ToLowerInvariant()}")).Items.ShouldHaveSingleItem();
        (await ann.GetAsync("/api/me/calls?channel=sandbox&user=2")).Items.Count.ShouldBe(3, "what is for operators is nothing to callers");
        (await operate.GetAsync($"/api/admin/calls?key={annKey}&model=sandbox/echo&outcome=completed&status=2xx&dialect=openai-chat&stream=false&min_ms=0")).Items.Count.ShouldBe(3);
        (await operate.GetAsync("/api/admin/calls?status=500")).Items.ShouldBeEmpty();
        (await operate.GetAsync("/api/admin/calls?min_charge_usd=1000")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_follow_each_other_and_new_calls_come_by_their_cursor()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var (_, secret) = await CallAsync(ann, 3);
        await UntilAsync(ann, "/api/me/calls", 3);
        var first = await ann.GetAsync("/api/me/calls?limit=2");
        var second = await ann.GetAsync($"/api/me/calls?limit=2&after={first.Text("next")}");
        first.Items.Concat(second.Items).Select(static one => (string)one!["request_id"]!).Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
        second.Json["next"].ShouldBeNull();
        (await ann.GetAsync($"/api/me/calls?since={first.Text("newest")}")).Items.ShouldBeEmpty();
        await SendAsync(secret);
        (await UntilAsync(ann, $"/api/me/calls?since={first.Text("newest")}", 1)).Items.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_story_tells_needs_route_attempts_tokens_and_money_and_callers_nothing_of_channels()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        await CallAsync(ann, 1);
        var id = (string)(await UntilAsync(ann, "/api/me/calls", 1)).Items[0]!["request_id"]!;
        await Hub.Home.Ledger.AdjustAsync(AccountRef.Wallet(new UserId((await ann.GetAsync("/api/me")).Id)), new NanoUsd(5), new EntryNote("a gift", "test"), ManagedHub.Cancellation);

        var own = await ann.GetAsync($"/api/me/calls/{id}");
        own.Status.ShouldBe(HttpStatusCode.OK);
        own.Json["needs"]!.AsArray().ShouldBeEmpty("a plain call needs nothing");
        own.Json["route"]!["groups"]!.AsArray().ShouldContain(static group => (bool)group!["chosen"]!);
        ((string?)own.Json["attempts"]![0]!["result"], (double)own.Json["timing"]!["total_ms"]! > 0).ShouldBe(("ok", true));
        own.Json["tokens"]!["buckets"]!.AsArray().Sum(static one => (long)one!["tokens"]!)
            .ShouldBe((long)own.Json["tokens"]!["total_input"]! + (long)own.Json["tokens"]!["total_output"]!);
        own.Json["entries"]!.AsArray().ShouldBeEmpty("what is not about the call is not in its story");
        Names(own.Json).Intersect(Operators, StringComparer.Ordinal).ShouldBeEmpty();

        var all = await operate.GetAsync($"/api/admin/calls/{id.ToLowerInvariant()}");
        ((string?)all.Json["user"], all.Json["channel"] is not null, all.Json["cost"]!["margin_usd"] is not null).ShouldBe(("ann@example.com", true, true));
        all.Json["attempts"]![0]!["credential"].ShouldNotBeNull();
        ((decimal)all.Json["charge"]!["usd"]!).ShouldBe((decimal)own.Json["charge"]!["usd"]!);
        foreach (var missing in new[] { "01KARQ7Z4M8W6V2T5Y9X3B1N0C", "nonsense" })
        {
            (await operate.GetAsync($"/api/admin/calls/{missing}")).Code.ShouldBe("not_found");
        }
    }

    [Fact]
    public async Task Files_hold_what_the_list_holds()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        await CallAsync(ann, 3);
        var list = (await UntilAsync(operate, "/api/admin/calls", 3)).Items;
        var csv = await operate.GetAsync("/api/admin/calls/export?outcome=completed");
        csv.Message.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        csv.Message.Content.Headers.ContentDisposition!.FileName.ShouldBe("calls.csv");
        csv.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(4);
        var lines = (await operate.GetAsync("/api/admin/calls/export?format=jsonl")).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!.AsObject()).ToList();
        lines.Count.ShouldBe(3);
        foreach (var (line, item) in lines.Zip(list))
        {
            foreach (var (name, value) in line.Where(static member => member.Key != "at"))
            {
                (item![name]?.ToJsonString() ?? "null").ShouldBe(value?.ToJsonString() ?? "null", name);
            }

            item!.AsObject().Select(static member => member.Key).Except(line.Select(static member => member.Key), StringComparer.Ordinal).ShouldBeEmpty();
        }

        var own = (await ann.GetAsync("/api/me/calls/export")).Body;
        own.ShouldNotContain("channel");
        own.ShouldNotContain("cost");
        (await ann.GetAsync("/api/me/calls/export?outcome=failed")).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("status=7xx", "status")]
    [InlineData("status=99", "status")]
    [InlineData("outcome=lost", "outcome")]
    [InlineData("dialect=klingon", "dialect")]
    [InlineData("request_id=short", "request_id")]
    [InlineData("min_charge_usd=-1", "min_charge_usd")]
    [InlineData("min_ms=-1", "min_ms")]
    [InlineData("min_ms=soon", "min_ms")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to")]
    [InlineData("from=yesterday", "from")]
    [InlineData("after=zz", "after")]
    [InlineData("since=zz", "since")]
    [InlineData("sort=charge", "sort")]
    [InlineData("limit=900", "limit")]
    public async Task What_cannot_be_asked_is_named(string query, string field)
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var refused = await ann.GetAsync("/api/me/calls?" + query);
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, refused.Body);
        refused.Json["errors"]![field].ShouldNotBeNull(refused.Body);
        if (field is not ("after" or "since" or "sort" or "limit"))
        {
            var file = await ann.GetAsync("/api/me/calls/export?" + query);
            (file.Status, file.Message.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.UnprocessableEntity, "application/problem+json"));
        }
    }

    [Fact]
    public async Task Operators_see_sums_flow_and_ranks_of_all_and_of_one()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        using var bob = await Hub.JoinAsync("bob@example.com");
        using var operate = await Hub.JoinAsync("op@example.com", Role.Operator);
        await CallAsync(ann, 3);
        await CallAsync(bob, 1);
        await UntilAsync(operate, "/api/admin/calls", 4);
        var totals = await operate.GetAsync("/api/admin/usage/totals");
        ((long)totals.Json["calls"]!, (long)totals.Json["attempts"]!, (long)totals.Json["behind"]!, totals.Json["margin_usd"] is not null).ShouldBe((4, 4, 0, true));
        var annId = (await ann.GetAsync("/api/me")).Id;
        ((long)(await operate.GetAsync($"/api/admin/usage/totals?user={annId}")).Json["calls"]!).ShouldBe(3);
        var users = (await operate.GetAsync("/api/admin/usage/rank?by=user&limit=1")).Json;
        ((long)users["items"]![0]!["calls"]! + (long)users["other_calls"]!, (long)users["other_count"]!).ShouldBe((4, 1));
        (await operate.GetAsync("/api/admin/usage/rank?by=user")).Items.Select(static one => (string?)one!["name"]).ShouldBe(["ann@example.com", "bob@example.com"], ignoreOrder: true);
        ((string?)(await operate.GetAsync($"/api/admin/usage/rank?by=key&user={annId}")).Items.ShouldHaveSingleItem()!["name"]).ShouldBe("k");
        var links = (await operate.GetAsync("/api/admin/usage/flow")).Json["links"]!.AsArray();
        links.Sum(static link => (long)link!["calls"]!).ShouldBe(4);
        links.ShouldAllBe(static link => (string)link!["group"]! != "" && (string)link["channel"]! != "");
        (await operate.GetAsync("/api/admin/usage/series?by=channel&step=hour")).Json["points"]!.AsArray().Sum(static point => (long)point!["calls"]!).ShouldBe(4);
        (await operate.GetAsync("/api/admin/usage/rank")).Json["errors"]!["by"].ShouldNotBeNull();
        (await operate.GetAsync("/api/admin/usage/rank?by=key")).Json["errors"]!["by"].ShouldNotBeNull();
        (await operate.GetAsync("/api/admin/usage/rank?by=model&limit=0")).Json["errors"]!["limit"].ShouldNotBeNull();
    }

    /// <summary>Makes calls with a new key.</summary>
    private async Task<(long Key, string Secret)> CallAsync(Browser who, int count)
    {
        var key = await who.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k" });
        for (var i = 0; i < count; i++)
        {
            await SendAsync(key.Text("secret")!);
        }

        return (key.Id, key.Text("secret")!);
    }

    private async Task SendAsync(string secret)
    {
        using var program = Hub.Open(secret);
        (await program.PostAsync("/v1/chat/completions", new JsonObject
        {
            ["model"] = "sandbox/echo", ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }),
        })).Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Rows are on their way to the database for half a second.</summary>
    private static async Task<Reply> UntilAsync(Browser who, string path, int count)
    {
        var reply = await who.GetAsync(path);
        for (var tries = 0; tries < 100 && reply.Items.Count < count; tries++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            reply = await who.GetAsync(path);
        }

        reply.Items.Count.ShouldBe(count, reply.Body);
        return reply;
    }

    private static IEnumerable<string> Names(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(static member => Names(member.Value).Prepend(member.Key)),
        JsonArray items => items.SelectMany(Names),
        _ => [],
    };
}
