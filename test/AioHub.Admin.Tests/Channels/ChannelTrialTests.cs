using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Storage;
using AioHub.TestKit;
using Reply = AioHub.TestKit.Reply;

namespace AioHub.Admin.Tests.Channels;

/// <summary>Tests, probes and rests of channels, against an upstream that really answers.</summary>
public sealed class ChannelTrialTests() : OnManagedHub(DatabaseEngine.Sqlite)
{
    [Fact]
    public async Task A_test_shows_what_was_sent_and_what_came_without_the_secret()
    {
        await using var upstream = await ChatUpstream.StartAsync();
        using var owner = await Hub.OwnerAsync();
        var id = (await owner.PostAsync("/api/admin/channels", ChannelPagesTests.Up(upstream, "up"))).Id;
        var test = await owner.PostAsync($"/api/admin/channels/{id}/test");
        test.Status.ShouldBe(HttpStatusCode.OK, test.Body);
        test.Flag("ok").ShouldBeTrue(test.Body);
        var one = test.Json["credentials"]![0]!;
        ((string?)one["model"]).ShouldBe("gpt-4o-mini");
        one["steps"]!.AsArray().Select(static step => (string?)step!["name"]).ShouldBe(["call", "stream", "tools"]);
        var exchange = one["steps"]![0]!["exchange"]!;
        ((string?)exchange["method"], (int)exchange["status"]!).ShouldBe(("POST", 200));
        exchange["headers"]!.AsArray().Single(static header => (string?)header!["name"] == "authorization")!["value"]!.GetValue<string>().ShouldBe("Bearer …");
        test.Body.ShouldNotContain(ChatUpstream.Secret);
        var count = upstream.Requests.Count;
        (await owner.PostAsync($"/api/admin/channels/{id}/test", new JsonObject { ["list_only"] = true })).Json["credentials"]![0]!["steps"]!.AsArray().Count.ShouldBe(0);
        upstream.Requests.Count.ShouldBe(count + 1);
        (await owner.PostAsync($"/api/admin/channels/{id}/test", new JsonObject { ["credential"] = "nobody" })).Json["errors"]!["credential"].ShouldNotBeNull();
        (await owner.PostAsync($"/api/admin/channels/{id}/test", new JsonObject { ["model"] = "claude-nothing" })).Json["errors"]!["model"].ShouldNotBeNull();

        var models = await owner.PostAsync($"/api/admin/channels/{id}/upstream-models");
        models.Json["models"]!.AsArray().Select(static line => (string?)line!["upstream_model"]).ShouldBe(["gpt-4o-mini", "brand-new"]);

        upstream.Script(static request => request.Method == "GET" ? ChatUpstream.Answer(request) : Reply.Json(401, "{\"error\":{\"message\":\"key " + ChatUpstream.Secret + " is wrong\",\"type\":\"x\"}}"));
        var failed = await owner.PostAsync($"/api/admin/channels/{id}/test");
        failed.Flag("ok").ShouldBeFalse();
        failed.Body.ShouldNotContain(ChatUpstream.Secret);
        ((string?)failed.Json["credentials"]![0]!["steps"]![0]!["message"])!.ShouldContain("401");
    }

    [Fact]
    public async Task A_probe_is_kept_applied_and_forgotten()
    {
        await using var upstream = await ChatUpstream.StartAsync();
        using var owner = await Hub.OwnerAsync();
        var id = (await owner.PostAsync("/api/admin/channels", ChannelPagesTests.Up(upstream, "up"))).Id;
        var probe = await owner.PostAsync($"/api/admin/channels/{id}/probe", new JsonObject { ["models"] = new JsonArray("gpt-4o-mini"), ["apply"] = true });
        probe.Status.ShouldBe(HttpStatusCode.OK, probe.Body);
        var findings = probe.Json["models"]![0]!["findings"]!.AsArray();
        ((string?)findings.Single(static one => (string?)one!["capability"] == "streaming")!["verdict"]).ShouldBe("can");
        var kept = (await owner.GetAsync($"/api/admin/channels/{id}/probes")).Items;
        kept.Count.ShouldBe(findings.Count);
        kept.ShouldContain(static one => (string?)one!["capability"] == "streaming" && (bool?)one["applied"] == true);
        (await owner.DeleteAsync($"/api/admin/channels/{id}/probes")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await owner.GetAsync($"/api/admin/channels/{id}/probes")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_are_tested_at_once_a_line_for_each_as_it_is_done()
    {
        await using var good = await ChatUpstream.StartAsync();
        await using var bad = await FakeUpstream.StartAsync(static _ => Reply.Json(500, "{}"));
        using var owner = await Hub.OwnerAsync();
        var ids = new JsonArray();
        for (var i = 0; i < 6; i++)
        {
            ids.Add((await owner.PostAsync("/api/admin/channels", ChannelPagesTests.Up(i == 3 ? bad : good, $"c{i}"))).Id);
        }

        var answer = await owner.PostAsync("/api/admin/channels/test", new JsonObject { ["ids"] = ids.DeepClone(), ["list_only"] = true });
        answer.Message.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var lines = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!).ToList();
        lines.Select(static line => (int)line["done"]!).ShouldBe(Enumerable.Range(1, 6));
        lines.ShouldAllBe(static line => (int)line["of"]! == 6);
        lines.Where(static line => !(bool)line["ok"]!).Select(static line => (string?)line["name"]).ShouldBe(["c3"]);
        lines.Select(static line => (string?)line["name"]).ShouldBe(["c0", "c1", "c2", "c3", "c4", "c5"], ignoreOrder: true);
        (await owner.PostAsync("/api/admin/channels/test", new JsonObject { ["ids"] = new JsonArray(999_999) })).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task Who_leaves_a_test_of_many_ends_it()
    {
        var asked = 0;
        await using var slow = await FakeUpstream.StartAsync(static _ => Reply.Json(200, "{}"));
        slow.Script(async (_, cancellation) =>
        {
            Interlocked.Increment(ref asked);
            await Task.Delay(TimeSpan.FromSeconds(30), cancellation);
            return Reply.Json(200, """{"data":[]}""");
        });
        using var owner = await Hub.OwnerAsync();
        var ids = new JsonArray();
        for (var i = 0; i < 12; i++)
        {
            ids.Add((await owner.PostAsync("/api/admin/channels", ChannelPagesTests.Up(slow, $"s{i}"))).Id);
        }

        using var handler = new SocketsHttpHandler { UseProxy = false, CookieContainer = owner.Cookies };
        using var client = new HttpClient(handler) { BaseAddress = Hub.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/admin/channels/test") { Content = new StringContent(new JsonObject { ["ids"] = ids, ["list_only"] = true }.ToJsonString(), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("x-aiohub-csrf", "1");
        var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ManagedHub.Cancellation);
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        await slow.WaitForRequestAsync(4);
        reply.Dispose();
        client.Dispose();
        handler.Dispose();
        var since = System.Diagnostics.Stopwatch.StartNew();
        await slow.ClientGone.WaitAsync(TimeSpan.FromSeconds(20), ManagedHub.Cancellation);
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10), "the upstream is let go when the caller leaves, not when it is too late anyway");
        await Task.Delay(300, ManagedHub.Cancellation);
        Volatile.Read(ref asked).ShouldBe(4, "no more than four are asked at once, and none after the caller left");
    }

    [Fact]
    public async Task What_an_upstream_refuses_stands_on_the_board_and_a_reset_takes_it_away()
    {
        await using var upstream = await FakeUpstream.StartAsync(static _ => Reply.Json(401, """{"error":{"message":"no such key","type":"invalid_request_error"}}"""));
        using var owner = await Hub.OwnerAsync();
        await owner.PostAsync("/api/admin/groups", new JsonObject { ["name"] = "mine" });
        var id = (await owner.PostAsync("/api/admin/channels", ChannelPagesTests.Up(upstream, "up", "mine"))).Id;
        using (var program = Hub.Open((await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k", ["groups"] = new JsonArray("mine") })).Text("secret")))
        {
            await program.PostAsync("/v1/chat/completions", new JsonObject { ["model"] = "gpt-4o-mini", ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }) });
        }

        var health = await UntilAsync(() => owner.GetAsync($"/api/admin/channels/{id}/health"), static reply => reply.Text("state") == "broken");
        var hold = health.Json["credentials"]![0]!["holds"]![0]!;
        ((string?)hold["failure"], (string?)hold["phase"]).ShouldBe(("unauthorized", "resting"));
        hold["until"].ShouldNotBeNull();
        (await owner.GetAsync("/api/admin/channels?status=broken")).Items.Select(static one => (string?)one!["name"]).ShouldBe(["up"]);
        var board = await UntilAsync(() => owner.GetAsync("/api/admin/health"), static reply => (long)Of(reply, "channels", "up")["figures"]!["attempts"]! > 0);
        ((string?)Of(board, "channels", "up")["state"], (string?)Of(board, "groups", "mine")["state"]).ShouldBe(("broken", "broken"));
        ((double)Of(board, "channels", "up")["figures"]!["failure_rate"]!).ShouldBe(1);
        board.Json["changes"]!.AsArray().Count.ShouldBeGreaterThan(0);
        board.Json["nodes"]!.AsArray().Count.ShouldBe(1);

        (await owner.PostAsync($"/api/admin/channels/{id}/reset", new JsonObject { ["credential"] = "nobody" })).Json["errors"]!["credential"].ShouldNotBeNull();
        (await owner.PostAsync($"/api/admin/channels/{id}/reset")).Status.ShouldBe(HttpStatusCode.NoContent);
        await UntilAsync(() => owner.GetAsync($"/api/admin/channels/{id}/health"), static reply => reply.Text("state") == "healthy");
    }

    private static JsonNode Of(Running.Reply reply, string list, string name) => reply.Json[list]!.AsArray().Single(one => (string?)one!["name"] == name)!;

    private static async Task<Running.Reply> UntilAsync(Func<Task<Running.Reply>> ask, Func<Running.Reply, bool> holds)
    {
        for (var i = 0; ; i++)
        {
            var reply = await ask();
            if (holds(reply))
            {
                return reply;
            }

            i.ShouldBeLessThan(150, reply.Body);
            await Task.Delay(100, ManagedHub.Cancellation);
        }
    }
}
