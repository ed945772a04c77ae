using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Carriers;

public sealed class CallerHeadersTests
{
    [Fact]
    public async Task A_callers_header_that_cannot_be_sent_on_blames_no_channel()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var answer = await hub.RawAsync(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nAuthorization: Bearer {SmallHub.Secret}\r\nX-Stainless-Lang: caf\u00c3\u00a9\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {SmallHub.ChatBody.Length}\r\n\r\n{SmallHub.ChatBody}");

        answer.ShouldStartWith("HTTP/1.1 200");
        upstream.Requests.Count.ShouldBe(1);
        upstream.Requests[0].Header("X-Stainless-Lang").ShouldBeNull();
    }
}
