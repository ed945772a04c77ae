using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>Limits and quotas as callers meet them: who is passed over, who serves instead, what is told when nobody can.</summary>
public sealed class LimitTests
{
    private static readonly Func<CapturedRequest, Reply> Answers = static _ => Reply.Json(200, SmallHub.ChatReply);

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"small-model","messages":[{"role":"user","content":"hi"}]}""", "x-ratelimit-limit-requests", "x-ratelimit-reset-requests")]
    [InlineData("/v1/messages", """{"model":"small-model","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""", "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-reset")]
    [InlineData("/v1beta/models/small-model:generateContent", """{"contents":[{"parts":[{"text":"hi"}]}]}""", null, null)]
    public async Task A_key_at_its_rate_gets_429_with_the_reset_in_its_vendors_words(string path, string body, string? limit, string? reset)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(400, """{"error":{"message":"not today","type":"invalid_request_error"}}"""));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await KeyAsync(hub, new Limits { Rpm = 1 });
        await hub.PostAsync(path, body);
        var (head, text, _) = await hub.PostAsync(path, body);
        ((int)head.StatusCode).ShouldBe(429, text);
        Header(head, "x-aiohub-error").ShouldBe("rate_limited");
        // Up to a tenth more than the rest of the minute: callers come back one after the other.
        long.Parse(Header(head, "retry-after")!).ShouldBeInRange(1, 66);
        text.ShouldContain("This API key is at the limit of 1 requests a minute (rpm)");
        if (limit is not null)
        {
            Header(head, limit).ShouldBe("1");
            Header(head, reset!).ShouldNotBeNull();
        }

        upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_users_limits_hold_over_all_keys()
    {
        await using var upstream = await FakeUpstream.StartAsync(Answers);
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = SmallHub.Email, Limits = new Limits { Rpd = 2, PerDay = NanoUsd.FromUsd(10) } });
        var other = await hub.Home.Identity.CreateKeyAsync(new KeyDraft { Name = "other", User = SmallHub.Email, Groups = ["first"] });
        await hub.RefreshAsync();
        (await PostAsync(hub)).Status.ShouldBe(200);
        (await PostAsync(hub, ("x-api-key", other.Secret!))).Status.ShouldBe(401, "two keys at once");
        using var request = hub.Request("/v1/chat/completions", SmallHub.ChatBody);
        request.Headers.Authorization = new("Bearer", other.Secret);
        ((int)(await hub.Client.SendAsync(request)).StatusCode).ShouldBe(200);
        var (status, code, text) = await PostAsync(hub);
        (status, code).ShouldBe((429, "rate_limited"));
        text.ShouldContain("owner of this API key, over all keys");
    }

    [Fact]
    public async Task A_users_budget_is_402_with_its_reset()
    {
        await using var upstream = await FakeUpstream.StartAsync(Answers);
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = SmallHub.Email, Limits = new Limits { PerWeek = new NanoUsd(1_000) } });
        await hub.RefreshAsync();
        await Task.Delay(150);
        var (status, code, text) = await PostAsync(hub);
        (status, code).ShouldBe((402, "user_budget_exhausted"), text);
        text.ShouldContain("usd_per_week");
        text.ShouldContain("It starts anew at");
        upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_group_at_its_limit_leaves_the_call_to_the_next_and_the_log_says_so()
    {
        await using var upstream = await FakeUpstream.StartAsync(Answers);
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "busy", Limits = new Limits { Rpm = 1 }, Channels = [new MemberDraft("channel-0")] });
        await KeyAsync(hub, null, "busy", "first");
        (await GroupAsync(hub)).ShouldBe("busy");
        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        ((int)head.StatusCode).ShouldBe(200, body);
        Header(head, "x-aiohub-group").ShouldBe("first");
        Header(head, "x-aiohub-attempts").ShouldBe("1");
        var record = await hub.Client.SendAsync(Get(hub, $"/api/usage/requests/{Header(head, "x-aiohub-request-id")}"));
        using var json = JsonDocument.Parse(await record.Content.ReadAsStringAsync());
        json.RootElement.GetProperty("attempts").EnumerateArray().Select(static one => (one.GetProperty("group").GetString(), one.GetProperty("result").GetString()))
            .ShouldBe([("busy", "rate_limited"), ("first", "ok")]);

        var explained = await hub.PostAsync("/api/route/explain", $$"""{"path":"/v1/chat/completions","body":{{SmallHub.ChatBody}}}""");
        using var why = JsonDocument.Parse(explained.Body);
        why.RootElement.GetProperty("group").GetString().ShouldBe("first");
        why.RootElement.GetProperty("groups")[0].GetProperty("reason").GetString()!.ShouldContain("Group 'busy' is at the limit of 1 requests a minute");

        await KeyAsync(hub, null, "busy");
        var (status, code, text) = await PostAsync(hub);
        (status, code).ShouldBe((429, "rate_limited"), text);
    }

    [Theory]
    [InlineData("channel", "rpm")]
    [InlineData("channel", "tpm")]
    [InlineData("channel", "usd_per_day")]
    [InlineData("credential", "rpd")]
    public async Task A_channel_at_its_limit_is_passed_over_and_when_all_are_the_caller_is_told_the_shortest_wait(string owner, string limit)
    {
        await using var one = await FakeUpstream.StartAsync(Answers);
        await using var two = await FakeUpstream.StartAsync(Answers);
        await using var hub = await SmallHub.StartAsync([one, two]);
        var limits = limit switch
        {
            "rpm" => new Limits { Rpm = 1 },
            "rpd" => new Limits { Rpd = 1 },
            "tpm" => new Limits { Tpm = 12 },
            _ => new Limits { PerDay = new NanoUsd(700_000) },
        };
        foreach (var channel in new[] { "channel-0", "channel-1" })
        {
            await hub.Home.Channels.UpsertAsync(owner == "channel"
                ? new ChannelDraft { Name = channel, Limits = limits }
                : new ChannelDraft { Name = channel, Credentials = [new CredentialDraft("only", null) { Limits = limits }] });
        }

        await hub.RefreshAsync();
        await Task.Delay(150);
        (await PostAsync(hub)).Status.ShouldBe(200);
        (await PostAsync(hub)).Status.ShouldBe(200);
        (one.Requests.Count, two.Requests.Count).ShouldBe((1, 1));
        var (head, text, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        ((int)head.StatusCode, Header(head, "x-aiohub-error")).ShouldBe((429, "rate_limited"), text);
        long.Parse(Header(head, "retry-after")!).ShouldBeGreaterThan(0);
        text.ShouldNotContain("channel-0");
        (one.Requests.Count, two.Requests.Count).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_channel_that_is_busy_leaves_the_call_to_the_next_and_is_free_again_afterwards()
    {
        using var answer = new SemaphoreSlim(0);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await FakeUpstream.StartAsync(_ =>
        {
            answer.Release();
            gate.Task.Wait();
            return Reply.Json(200, SmallHub.ChatReply);
        });
        await using var other = await FakeUpstream.StartAsync(Answers);
        await using var hub = await SmallHub.StartAsync([slow, other]);
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", Limits = new Limits { Concurrency = 1 } });
        await hub.RefreshAsync();
        var first = Task.Run(() => PostAsync(hub));
        await answer.WaitAsync(TimeSpan.FromSeconds(20));
        (await PostAsync(hub)).Status.ShouldBe(200);
        other.Requests.Count.ShouldBe(1);
        gate.SetResult();
        (await first).Status.ShouldBe(200);
        (await PostAsync(hub)).Status.ShouldBe(200);
        slow.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_channels_quota_that_is_used_up_hands_over_and_a_top_up_revives_it_at_once()
    {
        await using var upstream = await FakeUpstream.StartAsync(Answers);
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", HasQuota = true });
        await hub.RefreshAsync();
        var (status, code, text) = await PostAsync(hub);
        (status, code).ShouldBe((503, "channel_quota_exhausted"), text);
        var channel = hub.Home.Routing.Current.Channels.Single(static one => one.Name == "channel-0").Id;
        await hub.Home.Ledger.TopUpAsync(AccountRef.Budget(channel), NanoUsd.FromUsd(1), "test", "test");
        (await PostAsync(hub)).Status.ShouldBe(200);
        hub.Holds.BalanceOf(AccountRef.Budget(channel)).ShouldBe(new NanoUsd(NanoUsd.PerUsd - 64_000), "7 tokens in, 5 out");
    }

    [Fact]
    public async Task Tokens_a_minute_are_taken_by_estimate_and_put_right_by_the_usage()
    {
        await using var upstream = await FakeUpstream.StartAsync(Answers);
        await using var hub = await SmallHub.StartAsync([upstream]);
        await KeyAsync(hub, new Limits { Tpm = 100 });
        // Each is estimated at some seventy tokens and uses twelve.
        for (var i = 0; i < 3; i++)
        {
            var (status, _, text) = await PostAsync(hub);
            status.ShouldBe(200, text);
        }

        var refused = await PostAsync(hub);
        (refused.Status, refused.Code).ShouldBe((429, "rate_limited"));
        refused.Text.ShouldContain("tokens a minute (tpm)");
    }

    private static async Task KeyAsync(SmallHub hub, Limits? limits, params string[] groups)
    {
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Limits = limits, Groups = groups.Length == 0 ? null : [.. groups] });
        await hub.RefreshAsync();
    }

    private static async Task<(int Status, string? Code, string Text)> PostAsync(SmallHub hub, params (string Name, string Value)[] headers)
    {
        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody, headers);
        return ((int)head.StatusCode, Header(head, "x-aiohub-error"), body);
    }

    private static async Task<string?> GroupAsync(SmallHub hub) => Header((await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody)).Head, "x-aiohub-group");

    private static HttpRequestMessage Get(SmallHub hub, string path)
    {
        var request = hub.Request(path, "");
        request.Method = HttpMethod.Get;
        request.Content = null;
        return request;
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
