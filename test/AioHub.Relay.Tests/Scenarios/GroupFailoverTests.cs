using System.Net;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>A group may fail over in its own way: how often, how long, on the same credential or not, and from where in a stream.</summary>
public sealed class GroupFailoverTests
{
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task The_same_credential_is_asked_again_as_often_as_the_group_says()
    {
        foreach (var times in new[] { 0, 1, 3 })
        {
            await using var shaky = await FakeUpstream.StartAsync(_ => Reply.Json(503, "{}"));
            await using var hub = await SmallHub.StartAsync([shaky]);
            await RuleAsync(hub, "first", new GroupFailover(SameCredential: times));
            await hub.PostAsync(Chat, SmallHub.ChatBody);
            shaky.Requests.Count.ShouldBe(1 + times);
        }
    }

    [Fact]
    public async Task A_groups_deadline_ends_its_attempt_blames_nobody_and_the_next_group_answers()
    {
        await using var silent = await FakeUpstream.StartAsync(_ => Reply.HangAtOnce());
        await using var good = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([silent, good]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second", Channels = [new MemberDraft("channel-1")] });
        await hub.Home.Identity.ChangeKeyAsync(new Core.Identity.KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["first", "second"] });
        await RuleAsync(hub, "first", new GroupFailover(Deadline: TimeSpan.FromSeconds(1)));

        var (head, body, _) = await hub.PostAsync(Chat, SmallHub.ChatBody).WaitAsync(TimeSpan.FromSeconds(60));
        (head.StatusCode, head.Headers.GetValues("x-aiohub-group").Single()).ShouldBe((HttpStatusCode.OK, "second"), body);
        (await hub.ReceiptAsync(head)).Attempts.Select(static attempt => attempt.Result).ShouldBe(["upstream_timeout", "ok"]);
        ((LocalHealth)hub.Services.GetRequiredService<IHealth>()).Snapshot().ShouldBeEmpty();
        silent.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_groups_deadline_leaves_its_further_channels_untried()
    {
        await using var slow = await FakeUpstream.StartAsync(_ => Reply.HangAtOnce());
        await using var other = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([slow, other]);
        await RuleAsync(hub, "first", new GroupFailover(Deadline: TimeSpan.FromSeconds(1)));
        var (head, body, _) = await hub.PostAsync(Chat, SmallHub.ChatBody).WaitAsync(TimeSpan.FromSeconds(60));
        ((int)head.StatusCode).ShouldBe(504, body);
        other.Requests.ShouldBeEmpty();
        (await hub.ReceiptAsync(head)).Charge.Total.Value.ShouldBe(0);
    }

    [Fact]
    public async Task A_group_may_send_the_opening_of_a_stream_at_once_or_keep_it_whatever_the_hub_does()
    {
        foreach (var hold in new[] { false, true })
        {
            await using var slow = await FakeUpstream.StartAsync(_ => Reply.Sse(SmallHub.ChatOpening).Wait(TimeSpan.FromMilliseconds(300)).Send("data: {\"error\":{\"message\":\"gone\",\"type\":\"server_error\"}}\n\n"));
            await using var good = await FakeUpstream.StartAsync(_ => Reply.Sse(SmallHub.ChatStream));
            await using var hub = await SmallHub.StartAsync([slow, good], relay => relay.HoldHandshake = !hold);
            await RuleAsync(hub, "first", new GroupFailover(HoldHandshake: hold));
            var (_, body, _) = await hub.PostAsync(Chat, SmallHub.ChatStreamBody);
            (body.Contains("gone", StringComparison.Ordinal), body.Contains("Hello", StringComparison.Ordinal), good.Requests.Count).ShouldBe(hold ? (false, true, 1) : (true, false, 0));
        }
    }

    [Fact]
    public async Task Attempts_in_a_group_are_bounded_and_the_callers_answer_is_the_best_of_them()
    {
        var upstreams = new List<FakeUpstream>();
        try
        {
            for (var i = 0; i < 4; i++)
            {
                upstreams.Add(await FakeUpstream.StartAsync(_ => Reply.Json(500, "{}")));
            }

            await using var hub = await SmallHub.StartAsync([.. upstreams]);
            await RuleAsync(hub, "first", new GroupFailover(MaxAttempts: 2));
            var (head, _, _) = await hub.PostAsync(Chat, SmallHub.ChatBody);
            ((int)head.StatusCode, head.Headers.GetValues("x-aiohub-attempts").Single()).ShouldBe((500, "2"));
            upstreams.Select(static upstream => upstream.Requests.Count).ShouldBe([1, 1, 0, 0]);
        }
        finally
        {
            foreach (var upstream in upstreams)
            {
                await upstream.DisposeAsync();
            }
        }
    }

    private static async Task RuleAsync(SmallHub hub, string group, GroupFailover failover)
    {
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = group, Policy = new GroupPolicyDraft { Failover = failover } });
        await hub.RefreshAsync();
    }
}
