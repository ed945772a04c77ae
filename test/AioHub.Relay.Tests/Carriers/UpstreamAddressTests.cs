using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Carriers;

public sealed class UpstreamAddressTests
{
    [Theory]
    [InlineData("?key=", "")]
    [InlineData("?%6Bey=", "")]
    [InlineData("?K%45Y=", "")]
    [InlineData("?beta=true&%6bey=", "?beta=true")]
    public async Task A_callers_key_in_the_query_never_goes_upstream_however_it_is_spelled(string query, string kept)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);

        // Raw: clients' URI types would decode the name before it is sent.
        var answer = await hub.RawAsync(
            $"POST /v1/chat/completions{query}{SmallHub.Secret} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {SmallHub.ChatBody.Length}\r\n\r\n{SmallHub.ChatBody}");

        answer.ShouldStartWith("HTTP/1.1 200");
        upstream.Requests[0].Target.ShouldBe("/v1/chat/completions" + kept);
    }
}
