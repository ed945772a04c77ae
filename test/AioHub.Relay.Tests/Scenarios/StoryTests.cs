using System.Net;
using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>Every call's record says where it went and why not elsewhere, as an explanation would have said a moment before.</summary>
public sealed class StoryTests
{
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task The_record_of_a_call_says_what_its_explanation_said()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await HubOfManyAsync(upstream);
        await hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = SmallHub.Email, Role = Role.Operator, Multiplier = 1.5m });
        foreach (var groups in (string[][])[["first"], ["auto"], ["gone", "paused", "second"], ["empty", "other-model", "auto"], ["gone"], ["other-model", "paused"]])
        {
            foreach (var body in (string[])[SmallHub.ChatBody, SmallHub.ChatStreamBody, SmallHub.ChatBody.Replace(SmallHub.Model, "unheard-of", StringComparison.Ordinal), """{"model":"small-model","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0="}}]}]}"""])
            {
                await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = [.. groups] });
                await hub.RefreshAsync();
                var before = await AskAsync(hub, $$"""{"path":"{{Chat}}","body":{{body}}}""");
                var (head, _, _) = await hub.PostAsync(Chat, body);
                var receipt = await hub.ReceiptAsync(head);
                receipt.ShouldTellAll();

                var after = (await RecordAsync(hub, receipt.Id)).GetProperty("route");
                Members(after).ShouldBe(Members(before), $"{string.Join(',', groups)} {body}");
                var past = await AskAsync(hub, $$"""{"request_id":"{{receipt.Id}}"}""");
                Members(past).ShouldBe(Members(before));
                past.GetProperty("request_id").GetString().ShouldBe(receipt.Id.ToString());
                if (receipt.Outcome == CallOutcome.Completed)
                    after.GetProperty("expected_usd").GetString().ShouldBe(before.GetProperty("expected_usd").GetString());
            }
        }

        // What limits say is of the moment; all else is one structure.
        static string Members(JsonElement told) => string.Join('\n', told.EnumerateObject().Where(static member => member.Name is not ("limits" or "request_id" or "affinity")).Select(static member => $"{member.Name}: {member.Value}"));
    }

    [Fact]
    public async Task Callers_learn_of_groups_and_reasons_and_never_of_channels()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await HubOfManyAsync(upstream);
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["gone", "auto"] });
        await hub.RefreshAsync();
        var receipt = await hub.ReceiptAsync((await hub.PostAsync(Chat, SmallHub.ChatBody)).Head);

        foreach (var told in new[] { (await RecordAsync(hub, receipt.Id)).GetProperty("route"), await AskAsync(hub, $$"""{"request_id":"{{receipt.Id}}"}""") })
        {
            told.ToString().ShouldNotContain("channel-");
            told.GetProperty("channel").ValueKind.ShouldBe(JsonValueKind.Null);
            told.GetProperty("upstream_model").ValueKind.ShouldBe(JsonValueKind.Null);
            var groups = told.GetProperty("groups").EnumerateArray().ToArray();
            groups[0].GetProperty("group").GetString().ShouldBe("gone");
            groups[0].GetProperty("reason").GetString()!.ShouldContain("2026-05-05");
            groups.Count(static group => group.GetProperty("chosen").GetBoolean()).ShouldBe(1);
            groups.ShouldAllBe(static group => group.GetProperty("channels").GetArrayLength() == 0);
        }

        // Neither the record nor its story is another key's.
        await hub.Home.Identity.CreateKeyAsync(new KeyDraft { Name = "another", User = SmallHub.Email, Secret = "sk-secret-of-another-key-0002", Groups = ["auto"] });
        await hub.RefreshAsync();
        using var asked = hub.Request("/api/route/explain", $$"""{"request_id":"{{receipt.Id}}"}""");
        asked.Headers.Remove("Authorization");
        asked.Headers.TryAddWithoutValidation("Authorization", "Bearer sk-secret-of-another-key-0002");
        using var refused = await hub.Client.SendAsync(asked);
        ((int)refused.StatusCode, refused.Headers.GetValues("x-aiohub-error").Single()).ShouldBe((404, "request_not_found"));
        foreach (var (id, code) in new[] { ("\"nonsense\"", "invalid_field"), ("7", "invalid_field"), ("null", "invalid_field"), ($"\"{RequestId.New(TimeProvider.System)}\"", "request_not_found") })
        {
            var (head, _, _) = await hub.PostAsync("/api/route/explain", $$"""{"request_id":{{id}}}""");
            head.Headers.GetValues("x-aiohub-error").ShouldBe([code]);
        }
    }

    [Fact]
    public async Task A_call_that_went_from_one_to_the_other_says_why()
    {
        await using var broken = await FakeUpstream.StartAsync(_ => Reply.Json(500, """{"error":{"message":"broken"} }"""));
        await using var well = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([broken, well]);
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-1", Limits = new Limits { Rpm = 2 } });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "spare", Channels = [new MemberDraft("channel-1"), new MemberDraft("sandbox", Priority: 9)] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "kiro", HasQuota = true, Channels = [new MemberDraft("channel-1")] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["kiro", "first", "spare"] });
        await hub.RefreshAsync();

        var told = (await TellAsync()).Explanation;
        told.Groups.Select(static group => group.Chosen).ShouldBe([false, true, false]);
        told.Groups[0].Reason.ShouldContain("quota");
        told.Groups[1].Channels.Select(static channel => (channel.Channel, channel.Result)).ShouldBe([("channel-0", "passed_over"), ("channel-1", "chosen")]);
        told.Groups[1].Channels[0].Reason.ShouldBe("tried: UpstreamError");
        told.Groups[2].Reason.ShouldBe("could serve; 'first' comes first");

        // The third meets channel-1's limit: what limits say is kept too, and so is what rested when the call began.
        for (var i = 0; i < 5; i++)
            await TellAsync();
        var last = (await TellAsync()).Explanation;
        last.Groups[1].Channels[1].Reason.ShouldContain("at its limit");

        async Task<DryRun> TellAsync() => (await hub.ReceiptAsync((await hub.PostAsync(Chat, SmallHub.ChatBody)).Head)).ShouldTellAll();
    }

    [Fact]
    public async Task What_a_purse_refuses_is_told_group_by_group()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream], usd: 0.000001m);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second", Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["first", "second"] });
        await hub.RefreshAsync();
        var (head, _, _) = await hub.PostAsync(Chat, SmallHub.ChatBody);
        head.StatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        var told = (await hub.ReceiptAsync(head)).ShouldTellAll().Explanation;
        told.Refusal!.Code.ShouldBe("insufficient_balance");
        told.Groups.ShouldAllBe(static group => group.Reason.Contains("balance", StringComparison.OrdinalIgnoreCase));
        upstream.Requests.ShouldBeEmpty();
    }

    /// <summary>Groups of many kinds, each with its own way of not serving a call.</summary>
    private static async Task<SmallHub> HubOfManyAsync(FakeUpstream upstream)
    {
        var hub = await SmallHub.StartAsync([upstream, upstream, upstream]);
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-1", Enabled = false });
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-2", Capabilities = new Dictionary<Wire.Vocabulary.Needs, bool> { [Wire.Vocabulary.Needs.Documents] = false } });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second", Multiplier = 2, Channels = [new MemberDraft("channel-2"), new MemberDraft("channel-1", Priority: 1)] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "gone", Status = GroupStatus.Expired, ExpiredOn = new DateOnly(2026, 5, 5), Reason = "replacement pending", Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "paused", Status = GroupStatus.Paused, Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "empty" });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "other-model", Models = ["gpt-*"], Channels = [new MemberDraft("channel-0")] });
        await hub.RefreshAsync();
        return hub;
    }

    private static async Task<JsonElement> AskAsync(SmallHub hub, string body)
    {
        var (head, text, _) = await hub.PostAsync("/api/route/explain", body);
        head.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static async Task<JsonElement> RecordAsync(SmallHub hub, RequestId id)
    {
        using var asked = hub.Request($"/api/usage/requests/{id}", "");
        asked.Method = HttpMethod.Get;
        asked.Content = null;
        using var document = JsonDocument.Parse(await (await hub.Client.SendAsync(asked)).Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
