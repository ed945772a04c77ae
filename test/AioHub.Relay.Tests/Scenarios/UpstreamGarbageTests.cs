using AioHub.Relay.Counting;
using System.IO.Compression;
using System.Text;
using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>What upstreams get wrong: nothing crashes, hangs or is charged wrongly.</summary>
public sealed class UpstreamGarbageTests(SharedHub shared)
{
    private readonly HubUnderTest _hub = shared.Hub;

    public static TheoryData<Dialect, string, bool> Garbage
    {
        get
        {
            var data = new TheoryData<Dialect, string, bool>();
            foreach (var dialect in Sample.All.Select(static sample => sample.Dialect))
            {
                foreach (var what in new[] { "html", "empty", "empty object", "array", "binary", "invalid utf-8", "half JSON", "length too long", "no http", "endless headers", "204", "html as events", "binary as events", "empty events", "broken gzip", "broken br", "broken deflate", "broken zstd" })
                {
                    data.Add(dialect, what, false);
                    data.Add(dialect, what, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task A_reply_that_is_none_costs_nothing(Dialect dialect, string what, bool stream)
    {
        var sample = Sample.Of(dialect);
        await using var upstream = await FakeUpstream.StartAsync(_ => ReplyOf(sample, what));
        var customer = await _hub.CustomerAsync(new Offer { Timeouts = new ChannelTimeouts(FirstByte: TimeSpan.FromSeconds(2), Idle: TimeSpan.FromSeconds(2)) }, upstream);
        var answer = await customer.PostAsync(stream ? sample.StreamPath : sample.Path, stream ? sample.StreamBody : sample.Body).WaitAsync(TimeSpan.FromSeconds(30));
        answer.Status.ShouldBeOneOf(502, 504);
        answer.Error.ShouldNotBeNull().ShouldStartWith("upstream_");
        answer.CodeIn(dialect).ShouldBe(answer.Error);
        (await customer.ReceiptAsync(answer)).Outcome.ShouldBe(CallOutcome.Failed);
        await customer.ShouldHavePaidNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task Invalid_UTF_8_inside_an_answer_passes_as_it_is(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var bytes = Encoding.UTF8.GetBytes(sample.Stream);
        var at = bytes.AsSpan().IndexOf("Hello"u8);
        bytes[at] = 0xff;
        bytes[at + 1] = 0xc0;
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse().SendInPieces(bytes, 11));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Body.ShouldBe(bytes);
        (await customer.ReceiptAsync(answer)).Charge.Total.Value.ShouldBe(Sample.Nano);
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_megabyte_in_one_event_passes(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var text = sample.Stream.Replace("Hello", new string('x', 1 << 20), StringComparison.Ordinal);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse().SendInPieces(Encoding.UTF8.GetBytes(text), 10_000));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Text.ShouldBe(text);
        (await customer.ReceiptAsync(answer)).Charge.Total.Value.ShouldBe(Sample.Nano);
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task An_event_cut_after_much_of_it_was_passed_is_reset(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var head = sample.Beginning + sample.Events[sample.Content][..^4] + new string('x', 300_000);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse().SendInPieces(Encoding.UTF8.GetBytes(head), 10_000));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Broken.ShouldBeTrue();
        answer.Text.ShouldNotContain("upstream_stream_cut");
        (await customer.ReceiptAsync(answer)).Outcome.ShouldBe(CallOutcome.Partial);
        await customer.ShouldHoldNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_line_of_a_hundred_megabytes_does_not_fill_the_memory(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var megabyte = new byte[1 << 20];
        Array.Fill(megabyte, (byte)'x');
        await using var upstream = await FakeUpstream.StartAsync(_ =>
        {
            var reply = Reply.Sse(sample.Beginning).Send("data: ");
            for (var i = 0; i < 100; i++)
            {
                reply.Send(megabyte);
            }

            return reply;
        });
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        // A stream without figures is counted: the vocabulary that stays in memory from the first time on is none of this line's.
        TextTokens.Count("warm");
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var response = await customer.OpenAsync(sample.StreamPath, sample.StreamBody);
        var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        long passed = 0, most = 0;
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30))) > 0)
            {
                passed += read;
                if (passed % 64 == 0)
                {
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
                }
            }
        }
        catch (IOException)
        {
            // Cut in the middle of an event: a reset.
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        passed.ShouldBeGreaterThan(90L << 20);
        (after - before).ShouldBeLessThan(40L << 20);
        var receipt = await customer.ReceiptAsync(response.Headers.GetValues("x-aiohub-request-id").Single());
        receipt.Outcome.ShouldBe(CallOutcome.Partial);
        receipt.Charge.Total.Value.ShouldBeLessThan(10 * Sample.Nano);
        await customer.ShouldHoldNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_whole_reply_without_end_is_bounded(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var megabyte = new byte[1 << 20];
        Array.Fill(megabyte, (byte)' ');
        await using var upstream = await FakeUpstream.StartAsync(_ =>
        {
            var reply = Reply.Status(200).Header("Content-Type", "application/json").Chunked();
            for (var i = 0; i < 50; i++)
            {
                reply.Send(megabyte);
            }

            return reply;
        });
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.Path, sample.Body);
        answer.Error.ShouldBe("upstream_reply_too_large");
        answer.Status.ShouldBe(502);
        await customer.ShouldHavePaidNothingAsync();
    }

    [Theory]
    [InlineData("gzip", false)]
    [InlineData("gzip", true)]
    [InlineData("br", false)]
    [InlineData("br", true)]
    [InlineData("deflate", false)]
    [InlineData("deflate", true)]
    [InlineData("zstd", false)]
    [InlineData("zstd", true)]
    public async Task A_reply_that_is_compressed_though_not_asked_is_read(string encoding, bool stream)
    {
        var sample = Sample.Of(Dialect.AnthropicMessages);
        await using var upstream = await FakeUpstream.StartAsync(request =>
        {
            request.Header("accept-encoding").ShouldBeNull();
            var reply = Reply.Status(200).Header("Content-Type", stream ? "text/event-stream" : "application/json").Header("Content-Encoding", encoding).Chunked();
            return reply.Send(Compressed(encoding, Encoding.UTF8.GetBytes(stream ? sample.Stream : sample.Reply)));
        });
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.Path, stream ? sample.StreamBody : sample.Body, ("accept-encoding", "gzip, br"));
        answer.Text.ShouldBe(stream ? sample.Stream : sample.Reply);
        answer.Header("content-encoding").ShouldBeNull();
        (await customer.ReceiptAsync(answer)).Charge.Total.Value.ShouldBe(Sample.Nano);
    }

    private static byte[] Compressed(string encoding, byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(memory, CompressionLevel.Fastest, leaveOpen: true),
            "zstd" => new ZstdSharp.CompressionStream(memory, leaveOpen: true),
            _ => new ZLibStream(memory, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            stream.Write(bytes);
        }

        return memory.ToArray();
    }

    private static Reply ReplyOf(Sample sample, string what)
    {
        static Reply Json(ReadOnlyMemory<byte> bytes) => Reply.Status(200).Header("Content-Type", "application/json").Send(bytes);
        var binary = Enumerable.Range(0, 4096).Select(static i => (byte)(i * 31)).ToArray();
        switch (what)
        {
            case "html": return Reply.Status(200).Header("Content-Type", "text/html").Send("<!doctype html><title>Welcome to nginx!</title>");
            case "empty": return Json(default);
            case "empty object": return Json("{}"u8.ToArray());
            case "array": return Json("[]"u8.ToArray());
            case "binary": return Json(binary);
            case "invalid utf-8": return Json(new byte[] { 0xff, 0xfe, 0xc0, 0x80 });
            case "half JSON": return Json(Encoding.UTF8.GetBytes(sample.Reply[..(sample.Reply.Length / 2)]));
            case "length too long": return Json(Encoding.UTF8.GetBytes(sample.Reply)).Length(100_000);
            case "no http": return Reply.Bytes("220 mail.example.com ESMTP\r\n");
            case "broken gzip" or "broken br" or "broken deflate" or "broken zstd":
                return Reply.Status(200).Header("Content-Type", "application/json").Header("Content-Encoding", what[7..]).Send(binary);
            case "204": return Reply.Status(204);
            case "html as events": return Reply.Sse().Send("<!doctype html><title>Welcome to nginx!</title>");
            case "binary as events": return Reply.Sse().Send(binary);
            case "empty events": return Reply.Sse();
            default:
                var reply = Reply.Status(200);
                for (var i = 0; i < 3000; i++)
                {
                    reply.Header($"x-filler-{i}", new string('a', 100));
                }

                return reply.Send(sample.Reply);
        }
    }
}
