using AioHub.Relay.Tests.Running;
using System.Text;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Stages;

public sealed class IntakeTests
{
    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public async Task A_body_that_is_not_what_its_encoding_says_is_a_400(string encoding)
    {
        await using var hub = await SmallHub.StartAsync([]);
        using var request = hub.Request("/v1/messages", "this was never compressed, not at all");
        request.Content!.Headers.ContentEncoding.Add(encoding);

        using var response = await hub.Client.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(400);
        (await response.Content.ReadAsStringAsync()).ShouldContain("invalid_encoding");
    }

    [Fact]
    public async Task A_broken_chunk_is_told_in_the_callers_dialect()
    {
        await using var hub = await SmallHub.StartAsync([]);

        var answer = await hub.RawAsync(
            $"POST /v1/messages HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nx-api-key: {SmallHub.Secret}\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n");

        answer.ShouldStartWith("HTTP/1.1 400");
        answer.ShouldContain("x-aiohub-error: invalid_body");
        answer.ShouldContain("\"type\":\"error\"");
    }

    [Fact]
    public async Task An_upstream_that_lies_about_its_encoding_is_an_upstream_error()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply).Header("Content-Encoding", "br"));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(502, body);
        Encoding.UTF8.GetByteCount(body).ShouldBeGreaterThan(0);
    }
}
