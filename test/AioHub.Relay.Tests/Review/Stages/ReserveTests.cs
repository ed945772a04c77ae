using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Review.Stages;

public sealed class ReserveTests
{
    [Fact]
    public async Task A_group_without_quota_leaves_the_same_channel_to_the_next_group()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, ReviewHub.ChatReply));
        await using var hub = await ReviewHub.StartAsync([upstream]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "spent", HasQuota = true, Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = ReviewHub.Email, Groups = ["spent", "first"] });
        await hub.RefreshAsync();

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", ReviewHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(200, body);
        head.Headers.GetValues("x-aiohub-group").ShouldBe(["first"]);
    }
}
