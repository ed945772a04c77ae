using AioHub.Core.Storage;
using AioHub.Host.Serving;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Cli;

public sealed class HealthVerbOnSqliteTests() : HealthVerbTests(DatabaseEngine.Sqlite);

public sealed class HealthVerbOnPostgresTests() : HealthVerbTests(DatabaseEngine.Postgres);

/// <summary>What a running server holds against a channel is seen, explained, kept over a restart, and forgotten, by command.</summary>
public abstract class HealthVerbTests(DatabaseEngine engine) : OnCommandLine(engine)
{
    [Fact]
    public async Task HealthIsSeenExplainedKeptAndReset()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(402, """{"error":{"message":"no credit left in org-AbCdEfGh12345678","type":"billing_error","resets_at":4000000000}}"""));
        var secret = await SetUpAsync(upstream);
        (await JsonAsync("channels", "health")).GetProperty("ok").GetBoolean().ShouldBeTrue();

        await using (var server = await ServeAsync())
        {
            (await CallAsync(server, secret)).ShouldBe(402);
            var state = (await UntilAsync(1)).GetProperty("states")[0];
            state.GetProperty("channel").GetString().ShouldBe("weak");
            state.GetProperty("credential").GetString().ShouldBe("default");
            state.GetProperty("scope").GetString().ShouldBe("credential");
            state.GetProperty("state").GetString().ShouldBe("resting");
            state.GetProperty("failure").GetString().ShouldBe("quota_exhausted");
            state.GetProperty("reason").GetString()!.ShouldContain("credit");
            (await RunAsync("explain", "--key", secret, "--model", "brand-new")).Output.ShouldContain("rests until");
            (await RunAsync("channels", "health", "weak")).Output.ShouldContain("all models");
            (await RunAsync("channels", "health", "nobody")).Exit.ShouldBe(1);
        }

        await using (await ServeAsync())
        {
            // The restart remembers; the only way is taken all the same.
            var asked = upstream.Requests.Count;
            (await JsonAsync("channels", "health", "weak")).GetProperty("states").GetArrayLength().ShouldBe(1);
            (await RunAsync("explain", "--key", secret, "--model", "brand-new")).Output.ShouldContain("rests until");
            (await RunAsync("channels", "reset", "weak", "--credential", "other")).Exit.ShouldBe(1);
            (await JsonAsync("channels", "reset", "weak")).GetProperty("credentials")[0].GetString().ShouldBe("default");
            (await UntilAsync(0)).GetProperty("ok").GetBoolean().ShouldBeTrue();
            upstream.Requests.Count.ShouldBe(asked);

            var events = (await JsonAsync("channels", "events", "weak")).GetProperty("events").EnumerateArray().ToArray();
            for (var i = 0; i < 50 && events.Length < 2; i++)
            {
                await Task.Delay(100);
                events = [.. (await JsonAsync("channels", "events", "weak")).GetProperty("events").EnumerateArray()];
            }

            events.Select(static entry => $"{entry.GetProperty("from").GetString()}>{entry.GetProperty("to").GetString()}").ShouldBe(["resting>closed", "closed>resting"]);
            events[0].GetProperty("reason").GetString().ShouldBe("an operator reset it");
            (await RunAsync("explain", "--key", secret, "--model", "brand-new")).Output.ShouldNotContain("rests until");
        }

        async Task<System.Text.Json.JsonElement> UntilAsync(int states)
        {
            for (var i = 0; ; i++)
            {
                var health = await JsonAsync("channels", "health");
                if (health.GetProperty("states").GetArrayLength() == states || i == 50)
                {
                    health.GetProperty("states").GetArrayLength().ShouldBe(states);
                    return health;
                }

                await Task.Delay(100);
            }
        }
    }

    private async Task<string> SetUpAsync(FakeUpstream upstream)
    {
        await JsonAsync("apply", Folder.Write("hub.yaml", $$"""
            version: 1
            models: [{ id: brand-new, vendor: openai, kind: chat, context_window: 100000, prices: [{ from: 2026-01-01, input: 2, output: 10 }] }]
            channels: [{ name: weak, type: openai-compatible, base_url: "{{upstream.BaseAddress}}", allow_private_network: true, credentials: [{ name: default, secret: not-shown }] }]
            groups: [{ name: mine, channels: [{ channel: weak }] }]
            users: [{ email: ann@example.com, balance_usd: 10 }]
            """));
        return (await JsonAsync("keys", "create", "--name", "k", "--user", "ann@example.com", "--group", "mine")).GetProperty("secret").GetString()!;
    }

    private static async Task<int> CallAsync(HubServer hub, string secret)
    {
        using var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"brand-new","messages":[{"role":"user","content":"hi"}],"max_tokens":50}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
        using var reply = await client.SendAsync(request);
        return (int)reply.StatusCode;
    }
}
