using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Delivery;

public sealed class KeepAliveTests
{
    [Fact]
    public async Task An_answer_that_comes_after_a_keep_alive_arrives_whole()
    {
        var reply = Reply.Sse(SmallHub.ChatStream).Header("x-request-id", "req_upstream").WaitBeforeHead(TimeSpan.FromMilliseconds(400));
        await using var upstream = await FakeUpstream.StartAsync(_ => reply);
        await using var hub = await SmallHub.StartAsync([upstream], static relay => relay.KeepAliveInterval = TimeSpan.FromMilliseconds(50));

        var (head, body, broken) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);

        broken.ShouldBeFalse();
        ((int)head.StatusCode).ShouldBe(200);
        body.ShouldStartWith(": keep-alive");
        body.ShouldEndWith("data: [DONE]\n\n");
    }
}
