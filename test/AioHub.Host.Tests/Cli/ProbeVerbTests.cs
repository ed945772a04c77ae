using System.Text.Json;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Cli;

public sealed class ProbeVerbOnSqliteTests() : ProbeVerbTests(DatabaseEngine.Sqlite);

public sealed class ProbeVerbOnPostgresTests() : ProbeVerbTests(DatabaseEngine.Postgres);

/// <summary>What a channel can do is found out, applied, explained, overruled and forgotten, by command.</summary>
public abstract class ProbeVerbTests(DatabaseEngine engine) : OnCommandLine(engine)
{
    private const string Answer =
        """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"PELICAN"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}}""";

    [Fact]
    public async Task WhatAProbeFoundCountsOnceItIsApplied()
    {
        await using var upstream = await FakeUpstream.StartAsync(static request => request.BodyText.Contains("image_url", StringComparison.Ordinal)
            ? Reply.Json(400, """{"error":{"message":"this model takes no image_url","type":"invalid_request_error"}}""")
            : Reply.Json(200, Answer));
        await SetUpAsync(upstream);

        // Seen and noted; routing goes on as before.
        var probe = await JsonAsync("channels", "probe", "up", "--model", "brand-new");
        (probe.GetProperty("ok").GetBoolean(), probe.GetProperty("applied").GetBoolean()).ShouldBe((true, false));
        var model = probe.GetProperty("models")[0];
        (model.GetProperty("model").GetString(), model.GetProperty("dialect").GetString(), model.GetProperty("plain").GetString()).ShouldBe(("brand-new", "openai-chat", "answered"));
        Finding(model, "images").ShouldBe(("cannot", true, true));
        Finding(model, "documents").ShouldBe(("can", false, false));
        Finding(model, "tools").ShouldBe(("unknown", true, true));
        // 1000 in at 2 and 100 out at 10 USD a million, at half the list price, for each call that was answered.
        var calls = model.GetProperty("calls").GetInt32();
        probe.GetProperty("cost_nano_usd").GetInt64().ShouldBe((calls - 1) * 1_500_000L);
        (await RunAsync("channels", "probe", "up", "--model", "brand-new")).Output.ShouldContain("--apply lets it go by what was found");
        (await ExplainAsync("images")).GetProperty("group").GetString().ShouldBe("mine");
        (await ExplainAsync("pdf")).GetProperty("group").ValueKind.ShouldBe(JsonValueKind.Null);

        probe = await JsonAsync("channels", "probe", "up", "--model", "BRAND-NEW", "--credential", "default", "--apply");
        probe.GetProperty("models")[0].GetProperty("changes").EnumerateArray().Select(static line => line.GetString()).ShouldBe(["brand-new.images: none → false", "brand-new.documents: none → true"], ignoreOrder: true);
        Finding(probe.GetProperty("models")[0], "images").ShouldBe(("cannot", true, false));
        var today = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd");
        Reason(await ExplainAsync("images")).ShouldBe($"this channel does not take images for brand-new, as a probe found on {today}");
        Reason(await ExplainAsync("pdf")).ShouldEndWith($"takes documents (PDF), as a probe found on {today}");
        (await RunAsync("export")).Output.ShouldNotContain("brand-new: { images");
        var listed = (await JsonAsync("channels", "probe", "up", "--list")).GetProperty("probes").EnumerateArray().ToArray();
        listed.Length.ShouldBe(6);
        listed.Single(static record => record.GetProperty("capability").GetString() == "images").GetProperty("applied").GetBoolean().ShouldBeFalse();
        (await RunAsync("channels", "probe", "up", "--list")).Output.ShouldContain("this model takes no image_url");

        // What an operator says stands above it, until it is taken back.
        (await JsonAsync("channels", "set", "up", "--capability", "brand-*:images=true")).GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await ExplainAsync("images")).GetProperty("group").GetString().ShouldBe("mine");
        (await JsonAsync("channels", "list")).GetProperty("channels").EnumerateArray().Single(static channel => channel.GetProperty("name").GetString() == "up")
            .GetProperty("capabilities").GetProperty("brand-*").GetProperty("images").GetBoolean().ShouldBeTrue();
        await JsonAsync("channels", "set", "up", "--capability", "brand-*:images=none", "documents=false");
        Reason(await ExplainAsync("pdf")).ShouldBe("does not take documents (PDF)");
        await JsonAsync("channels", "set", "up", "--capability", "documents=none");
        (await ExplainAsync("images")).GetProperty("group").ValueKind.ShouldBe(JsonValueKind.Null);

        (await JsonAsync("channels", "probe", "up", "--forget", "--model", "brand-new")).GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await ExplainAsync("images")).GetProperty("group").GetString().ShouldBe("mine");
        (await JsonAsync("verify-ledger")).GetProperty("ok").GetBoolean().ShouldBeTrue();
        (await JsonAsync("channels", "health")).GetProperty("ok").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task ARunningServerGoesByWhatWasApplied()
    {
        await using var upstream = await FakeUpstream.StartAsync(static _ => Reply.Json(200, Answer));
        var secret = await SetUpAsync(upstream);
        await using var server = await ServeAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.Address) };
        (await PdfAsync()).ShouldBe(400);
        await JsonAsync("channels", "probe", "up", "--model", "brand-new", "--apply");
        for (var i = 0; i < 100 && await PdfAsync() != 200; i++)
        {
            await Task.Delay(100);
        }

        (await PdfAsync()).ShouldBe(200);

        async Task<int> PdfAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = new StringContent("""{"model":"brand-new","max_tokens":5,"messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA"}}]}]}"""),
            };
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
            using var reply = await http.SendAsync(request);
            return (int)reply.StatusCode;
        }
    }

    [Fact]
    public async Task AProbeThatCannotBeMadeSaysWhyAndChangesNothing()
    {
        await using var upstream = await FakeUpstream.StartAsync(static _ => Reply.Json(401, """{"error":{"message":"bad key","type":"authentication_error"}}"""));
        await SetUpAsync(upstream);
        var (exit, output, _) = await RunAsync("channels", "probe", "up", "--model", "brand-new", "--apply");
        (exit, output.Contains("does not answer a plain call", StringComparison.Ordinal)).ShouldBe((1, true), output);
        upstream.Requests.Count.ShouldBe(1);
        (await ExplainAsync("images")).GetProperty("group").GetString().ShouldBe("mine");
        foreach (var wrong in new string[][]
                 {
                     ["nobody"], ["up", "--model", "unheard-of"], ["up", "--model", "brand-new", "--credential", "other"], ["up", "--list", "--forget"], ["up"],
                 })
        {
            (await RunAsync(["channels", "probe", .. wrong])).Exit.ShouldNotBe(0, string.Join(' ', wrong));
        }

        foreach (var wrong in new[] { "images", "images=maybe", "pictures=true", "=true", "*:=true" })
        {
            (await RunAsync("channels", "set", "up", "--capability", wrong)).Exit.ShouldBe(2, wrong);
        }
    }

    [Fact]
    public async Task AGroupsRulesAreSetByCommand()
    {
        await JsonAsync("groups", "create", "mine", "--failover-attempts", "2", "--failover-deadline", "90s", "--hold-handshake", "false", "--translation", "native-only", "--expired-on", "2099-12-31");
        var group = await GroupAsync();
        var failover = group.GetProperty("failover");
        (failover.GetProperty("max_attempts").GetInt32(), failover.GetProperty("deadline_seconds").GetDouble(), failover.GetProperty("hold_handshake").GetBoolean()).ShouldBe((2, 90, false));
        failover.GetProperty("same_credential").ValueKind.ShouldBe(JsonValueKind.Null);
        (group.GetProperty("translation").GetString(), group.GetProperty("status").GetString(), group.GetProperty("expired_on").GetString()).ShouldBe(("native-only", "active", "2099-12-31"));
        (await RunAsync("groups", "list")).Output.ShouldContain("active, expires 2099-12-31");
        (await RunAsync("export")).Output.ShouldContain("2099-12-31");

        (await JsonAsync("groups", "set", "mine", "--failover-attempts", "default", "--failover-same-credential", "3")).GetProperty("changes").GetArrayLength().ShouldBe(2);
        (await JsonAsync("groups", "set", "mine", "--multiplier", "1")).GetProperty("changed").GetBoolean().ShouldBeFalse();
        await JsonAsync("groups", "set", "mine", "--expired-on", "2020-01-01");
        (await GroupAsync()).GetProperty("status").GetString().ShouldBe("expired");
        (await RunAsync("groups", "list")).Output.ShouldContain("expired 2020-01-01");
        await JsonAsync("groups", "set", "mine", "--expired-on", "none");
        (await GroupAsync()).GetProperty("status").GetString().ShouldBe("active");
        foreach (var wrong in new string[][] { ["--failover-attempts", "many"], ["--failover-deadline", "soon"], ["--hold-handshake", "perhaps"], ["--translation", "all"], ["--expired-on", "soon"] })
        {
            (await RunAsync(["groups", "set", "mine", .. wrong])).Exit.ShouldBe(2, string.Join(' ', wrong));
        }

        async Task<JsonElement> GroupAsync() => (await JsonAsync("groups", "list")).GetProperty("groups").EnumerateArray().Single(static group => group.GetProperty("name").GetString() == "mine");
    }

    private async Task<JsonElement> ExplainAsync(string need) =>
        await JsonAsync("explain", "--user", "owner@localhost", "--group", "mine", "--model", "brand-new", "--need", need);

    private static string Reason(JsonElement explained) => explained.GetProperty("groups")[0].GetProperty("channels")[0].GetProperty("reason").GetString()!;

    private static (string Verdict, bool Before, bool After) Finding(JsonElement model, string capability)
    {
        var finding = model.GetProperty("findings").EnumerateArray().Single(one => one.GetProperty("capability").GetString() == capability);
        return (finding.GetProperty("verdict").GetString()!, finding.GetProperty("before").GetBoolean(), finding.GetProperty("after").GetBoolean());
    }

    private async Task<string> SetUpAsync(FakeUpstream upstream)
    {
        await JsonAsync("channels", "add", "up", "--type", "openai", "--base-url", upstream.BaseAddress.ToString(), "--secret", "upstream-secret", "--allow-private-network");
        await JsonAsync("channels", "set", "up", "--cost-multiplier", "0.5");
        await JsonAsync("groups", "create", "mine", "--channel", "up");
        await JsonAsync("apply", Folder.Write("model.yaml", """
            version: 1
            models: [{ id: brand-new, vendor: test, display_name: Brand new, kind: chat, capabilities: [tools, images, reasoning], prices: [{ from: 2024-01-01, input: 2, output: 10 }] }]
            users: [{ email: ann@example.com, balance_usd: 10 }]
            keys: [{ name: k, user: ann@example.com, secret: sk-0123456789abcdefghij, groups: [mine] }]
            """));
        return "sk-0123456789abcdefghij";
    }
}
