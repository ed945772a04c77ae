using System.Net;
using System.Net.Sockets;
using System.Text;
using AioHub.TestKit;

namespace AioHub.House.Tests.TestKit;

public sealed class FakeUpstreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Keeps_the_request_as_it_came()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Enqueue(Reply.Status(204));
        var answer = await RawAsync(upstream, "POST /v1/x?a=%20b HTTP/1.1\r\nhost: h\r\nX-Odd:  one \r\nx-odd: two\r\nConnection: close\r\nContent-Length: 5\r\n\r\nab\0cd");
        answer.ShouldBe("HTTP/1.1 204 No Content\r\n\r\n");
        var request = upstream.Requests.ShouldHaveSingleItem();
        request.Method.ShouldBe("POST");
        request.Target.ShouldBe("/v1/x?a=%20b");
        request.Headers.Select(header => $"{header.Key}={header.Value}").ShouldBe(["host=h", "X-Odd=one", "x-odd=two", "Connection=close", "Content-Length=5"]);
        request.Body.ShouldBe("ab\0cd"u8.ToArray());
        upstream.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reads_chunked_bodies_and_answers_each_request_of_a_kept_connection()
    {
        await using var upstream = await FakeUpstream.StartAsync(request => Reply.Json(200, $$"""{"got":"{{request.BodyText}}"}"""));
        using var client = new HttpClient { BaseAddress = upstream.BaseAddress };
        for (var i = 1; i <= 3; i++)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, "x") { Content = new StringContent("hello" + i) };
            message.Headers.TransferEncodingChunked = true;
            using var response = await client.SendAsync(message);
            (await response.Content.ReadAsStringAsync()).ShouldBe($$"""{"got":"hello{{i}}"}""");
        }

        upstream.Requests.ShouldAllBe(request => request.BodyWasChunked && request.Connection == 1);
        (await upstream.WaitForRequestAsync(3)).BodyText.ShouldBe("hello3");
        (await upstream.Requests[2].End).ShouldBe(ReplyEnd.Complete);
    }

    [Fact]
    public async Task Sends_an_event_stream_byte_for_byte_and_step_by_step()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var seen = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        upstream.Enqueue(Reply.Sse("data: 1", "data: 2\n\n").Signal(seen).WaitFor(go).Send("data: [DONE]\n\n"));
        using var client = new HttpClient { BaseAddress = upstream.BaseAddress };
        using var response = await client.GetAsync("x", HttpCompletionOption.ResponseHeadersRead);
        await seen.Task.WaitAsync(Patience);
        go.SetResult();
        (await response.Content.ReadAsStringAsync()).ShouldBe("data: 1\n\ndata: 2\n\ndata: [DONE]\n\n");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
    }

    [Fact]
    public async Task Frames_bodies_as_told()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Enqueue(Reply.Status(200).Send("ab").Send("c"));
        (await RawAsync(upstream, Get)).ShouldBe("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
        upstream.Enqueue(Reply.Status(200).Chunked().Send("ab").Send("").Send("c"));
        (await RawAsync(upstream, Get)).ShouldBe("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
        upstream.Enqueue(Reply.Status(200).Because("Fine").UntilClose().Send("abc"));
        (await RawAsync(upstream, Get)).ShouldBe("HTTP/1.1 200 Fine\r\n\r\nabc");
        upstream.Enqueue(Reply.Status(200).Length(10).Send("abc"));
        (await RawAsync(upstream, Get)).ShouldBe("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        upstream.Enqueue(Reply.Status(200).Chunked().Send("abc").Close());
        (await RawAsync(upstream, Get)).ShouldBe("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        upstream.Enqueue(Reply.Bytes("not http at all"));
        (await RawAsync(upstream, Get)).ShouldBe("not http at all");
        upstream.Enqueue(Reply.Status(200).Interim(103, "Link: </x>").Send("abc"));
        (await RawAsync(upstream, Get)).ShouldBe("HTTP/1.1 103 Unknown\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
        upstream.Enqueue(Reply.Status(200).SendInPieces("abcdefg"u8.ToArray(), 3));
        (await RawAsync(upstream, Get)).ShouldEndWith("\r\n\r\nabcdefg");
    }

    [Fact]
    public async Task Resets_closes_and_truncates_so_that_a_client_can_tell()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Enqueue(Reply.Sse("data: 1").Reset());
        (await ReadUntilFailureAsync(upstream)).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        upstream.Enqueue(Reply.ResetAtOnce());
        (await ReadUntilFailureAsync(upstream)).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        upstream.Enqueue(Reply.CloseAtOnce());
        (await RawAsync(upstream, Get)).ShouldBe("");
        using var client = new HttpClient { BaseAddress = upstream.BaseAddress };
        upstream.Enqueue(Reply.Status(200).Length(100).Send("abc"));
        await Should.ThrowAsync<HttpRequestException>(() => client.GetStringAsync("x"));
    }

    [Fact]
    public async Task Knows_when_the_client_left()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Enqueue(Reply.Sse("data: 1").Hang());
        using (var handler = new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
        using (var client = new HttpClient(handler) { BaseAddress = upstream.BaseAddress })
        {
            using var response = await client.GetAsync("x", HttpCompletionOption.ResponseHeadersRead);
            upstream.ClientGone.IsCompleted.ShouldBeFalse();
        }

        await upstream.ClientGone.WaitAsync(Patience);
        await upstream.Requests[0].ClientGone.WaitAsync(Patience);
        (await upstream.Requests[0].End).ShouldBe(ReplyEnd.ClientGone);
    }

    [Fact]
    public async Task Dispose_ends_a_hanging_reply()
    {
        var upstream = await FakeUpstream.StartAsync();
        upstream.Script(Reply.HangAtOnce());
        using var client = new HttpClient { BaseAddress = upstream.BaseAddress };
        var call = client.GetAsync("x");
        var request = await upstream.WaitForRequestAsync();
        await upstream.DisposeAsync();
        (await request.End.WaitAsync(Patience)).ShouldBe(ReplyEnd.Disposed);
        await Should.ThrowAsync<HttpRequestException>(() => call);
    }

    [Fact]
    public async Task Answers_before_the_body_when_told()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ScriptBeforeBody(_ => Reply.Json(413, "{}"));
        (await RawAsync(upstream, "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\nabc")).ShouldStartWith("HTTP/1.1 413 ");
        upstream.Requests.ShouldHaveSingleItem().Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task Serves_many_at_once_and_counts_right()
    {
        await using var upstream = await FakeUpstream.StartAsync(request => Reply.Status(200).Send(request.Target));
        using var client = new HttpClient { BaseAddress = upstream.BaseAddress };
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.GetStringAsync("/" + i)));
        answers.ShouldBe(Enumerable.Range(0, 200).Select(i => "/" + i));
        upstream.Requests.Count.ShouldBe(200);
        upstream.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Says_what_it_could_not_read_and_what_a_script_threw()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => throw new InvalidOperationException("on purpose"));
        (await RawAsync(upstream, Get)).ShouldStartWith("HTTP/1.1 500 ");
        (await RawAsync(upstream, "nonsense\r\n\r\n")).ShouldStartWith("HTTP/1.1 400 ");
        (await RawAsync(upstream, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")).ShouldBe("");
        upstream.Faults.Count.ShouldBe(3);
        upstream.Faults[0].ShouldContain("on purpose");
        (await Should.ThrowAsync<TimeoutException>(() => upstream.WaitForRequestAsync(9, TimeSpan.FromMilliseconds(20)))).Message.ShouldContain("on purpose");
    }

    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

    /// <summary>Sends bytes and reads until the upstream closes.</summary>
    private static async Task<string> RawAsync(FakeUpstream upstream, string bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, upstream.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer) is var count and > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    private static async Task<SocketException> ReadUntilFailureAsync(FakeUpstream upstream)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, upstream.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(Get));
        var buffer = new byte[4096];
        return await Should.ThrowAsync<SocketException>(async () =>
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        });
    }
}
