using System.Net;
using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>What users of other hubs complain of, as calls: each goes on where it can, and nobody is written off for one bad answer.</summary>
public sealed class ComplaintTests
{
    private const string Chat = "/v1/chat/completions";

    /// <summary>Long enough for a prompt cache.</summary>
    private static readonly string System = string.Concat(Enumerable.Range(0, 500).Select(static i => $"rule {i}. "));

    [Fact]
    public async Task The_next_group_of_auto_serves_when_the_first_ones_upstream_fails()
    {
        await using var broken = await FakeUpstream.StartAsync(_ => Reply.Json(500, """{"error":{"message":"broken"} }"""));
        await using var well = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([broken, well]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", AutoTier = 0, Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second", AutoTier = 1, Multiplier = 3, Channels = [new MemberDraft("channel-1")] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["auto"] });
        await hub.RefreshAsync();

        var (head, _, _) = await hub.PostAsync(Chat, SmallHub.ChatBody);

        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Headers.GetValues("x-aiohub-group").ShouldBe(["second"]);
        var receipt = await hub.ReceiptAsync(head);
        receipt.Charge.Multiplier.ShouldBe(3, "the group that served is the one that is paid");
        receipt.Attempts.Select(static attempt => attempt.Group).ShouldBe(["first", "second"]);
        await hub.ShouldTellAllAsync();
    }

    [Fact]
    public async Task Each_credential_is_asked_once_however_many_groups_lead_to_it()
    {
        await using var broken = await FakeUpstream.StartAsync(_ => Reply.Json(500, """{"error":{"message":"broken"} }"""));
        await using var hub = await SmallHub.StartAsync([broken]);
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", Credentials = [new CredentialDraft("a", "secret-of-a-00000000"), new CredentialDraft("b", "secret-of-b-00000000")] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second", Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["first", "second"] });
        await hub.RefreshAsync();

        (await hub.PostAsync(Chat, SmallHub.ChatBody)).Head.IsSuccessStatusCode.ShouldBeFalse();

        broken.Requests.Select(static request => request.Header("Authorization")).Order().ShouldBe(["Bearer secret-of-a-00000000", "Bearer secret-of-b-00000000"]);
        await hub.ShouldTellAllAsync();
    }

    [Fact]
    public async Task A_conversation_is_no_chain_to_a_channel_that_fails()
    {
        var isBroken = false;
        await using var home = await FakeUpstream.StartAsync(_ => isBroken ? Reply.Json(503, """{"error":{"message":"away"} }""") : Reply.Json(200, SmallHub.ChatReply));
        await using var other = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([home, other]);
        var session = ("x-session-id", "talk-1");
        (await hub.PostAsync(Chat, SmallHub.ChatBody, session)).Head.Headers.GetValues("x-aiohub-attempts").ShouldBe(["1"]);
        isBroken = true;

        for (var i = 0; i < 3; i++)
        {
            (await hub.PostAsync(Chat, SmallHub.ChatBody, session)).Head.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        other.Requests.Count.ShouldBe(3);
        isBroken = false;
        var asked = home.Requests.Count;
        (await hub.PostAsync(Chat, SmallHub.ChatBody, ("x-session-id", "talk-2"))).Head.StatusCode.ShouldBe(HttpStatusCode.OK);
        (home.Requests.Count - asked + other.Requests.Count).ShouldBe(4);
        await hub.ShouldTellAllAsync();
    }

    [Fact]
    public async Task One_error_does_not_move_the_next_call()
    {
        var answers = 0;
        await using var first = await FakeUpstream.StartAsync(_ => Interlocked.Increment(ref answers) == 1 ? Reply.Json(500, """{"error":{"message":"once"} }""") : Reply.Json(200, SmallHub.ChatReply));
        await using var second = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([first, second]);

        for (var i = 0; i < 4; i++)
        {
            (await hub.PostAsync(Chat, SmallHub.ChatBody)).Head.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        second.Requests.Count.ShouldBe(1);
        first.Requests.Count.ShouldBe(4);
        await hub.ShouldTellAllAsync();
    }

    [Fact]
    public async Task After_a_429_the_credential_is_left_alone_for_as_long_as_it_asked()
    {
        await using var limited = await FakeUpstream.StartAsync(_ => Reply.Status(429).Header("Content-Type", "application/json").Header("Retry-After", "60").Send("""{"error":{"message":"slow down"} }"""));
        await using var other = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([limited, other]);

        for (var i = 0; i < 4; i++)
        {
            (await hub.PostAsync(Chat, SmallHub.ChatBody)).Head.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        limited.Requests.Count.ShouldBe(1);
        other.Requests.Count.ShouldBe(4);
        await hub.ShouldTellAllAsync();
    }

    [Fact]
    public async Task Calls_that_begin_alike_stay_together_without_any_session_and_the_log_says_so()
    {
        await using var a = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var b = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([a, b]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Channels = [new MemberDraft("channel-0"), new MemberDraft("channel-1")] });
        await hub.RefreshAsync();

        var results = new List<string>();
        for (var turn = 0; turn < 6; turn++)
        {
            var more = string.Concat(Enumerable.Repeat(""",{"role":"assistant","content":"yes"},{"role":"user","content":"and?"}""", turn));
            var (head, _, _) = await hub.PostAsync(Chat, $$"""{"model":"{{SmallHub.Model}}","max_tokens":50,"messages":[{"role":"system","content":"{{System}}"},{"role":"user","content":"hi"}{{more}}]}""");
            head.StatusCode.ShouldBe(HttpStatusCode.OK);
            await hub.ReceiptAsync(head);
            using var asked = hub.Request($"/api/usage/requests/{head.Headers.GetValues("x-aiohub-request-id").Single()}", "");
            asked.Method = HttpMethod.Get;
            asked.Content = null;
            using var record = JsonDocument.Parse(await (await hub.Client.SendAsync(asked)).Content.ReadAsStringAsync());
            var affinity = record.RootElement.GetProperty("affinity");
            affinity.GetProperty("kind").GetString().ShouldBe("prefix");
            results.Add(affinity.GetProperty("result").GetString()!);
        }

        results.ShouldBe(["cold", "hit", "hit", "hit", "hit", "hit"]);
        Math.Max(a.Requests.Count, b.Requests.Count).ShouldBe(6);
        await hub.ShouldTellAllAsync();
    }
}
