using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Stages;

public sealed class DispatchTests
{
    [Fact]
    public async Task An_error_whose_body_breaks_off_is_still_that_error()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Status(429).Header("Content-Type", "application/json").Header("Retry-After", "7").Length(500).Send("{\"error\":").Reset());
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (head, _, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(429);
        head.Headers.GetValues("retry-after").ShouldBe(["7"]);
        upstream.Requests.Count.ShouldBe(1);
    }
}
