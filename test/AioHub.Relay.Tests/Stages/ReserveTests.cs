using AioHub.Relay.Tests.Running;
using System.Collections.Frozen;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Stages;

public sealed class ReserveTests
{
    [Fact]
    public async Task A_group_without_quota_leaves_the_same_channel_to_the_next_group()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "spent", HasQuota = true, Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["spent", "first"] });
        await hub.RefreshAsync();

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(200, body);
        head.Headers.GetValues("x-aiohub-group").ShouldBe(["first"]);
    }

    [Fact]
    public async Task A_dearer_service_tier_is_held_for()
    {
        var price = new PriceRow
        {
            Version = "",
            From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            Rates = new Rates { Input = 0, Output = 10_000 },
            ServiceTiers = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["priority"] = 3m }.ToFrozenDictionary(StringComparer.Ordinal),
        };
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream], price: price, usd: 1);

        // 50 tokens at 10,000 USD a million are 0.5 USD; three times that is more than there is.
        var (plain, _, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        await hub.Home.Ledger.TopUpAsync(Core.Ledger.AccountRef.Wallet(hub.Key.Owner), Core.Primitives.NanoUsd.FromUsd(0.05m), "test", "test", CancellationToken.None);
        await hub.RefreshAsync();
        var (priority, _, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody.Replace("\"max_tokens\"", "\"service_tier\":\"priority\",\"max_tokens\"", StringComparison.Ordinal));

        ((int)plain.StatusCode).ShouldBe(200);
        ((int)priority.StatusCode).ShouldBe(402);
    }
}
