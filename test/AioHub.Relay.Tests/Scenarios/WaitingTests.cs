using System.Text;
using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>What a caller of each dialect sees while its call waits for a place, and when it waited in vain.</summary>
public sealed class WaitingTests(BeatingHub beating)
{
    private static readonly TimeSpan Patient = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_stream_gets_keep_alives_while_it_waits_and_then_its_answer(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        using var answers = new SemaphoreSlim(0);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.StreamReply().WaitBeforeHead(answers.WaitAsync()));
        var customer = await FullAsync(upstream, new Limits { Concurrency = 1, QueueWait = Patient });
        var first = customer.OpenAsync(sample.StreamPath, sample.StreamBody);
        await GatedUpstream.UntilAsync(() => upstream.Requests.Count == 1);

        using var second = await customer.OpenAsync(sample.StreamPath, sample.StreamBody).WaitAsync(Soon);
        second.IsSuccessStatusCode.ShouldBeTrue();
        var body = await second.Content.ReadAsStreamAsync();
        var beat = new byte[200];
        var read = await body.ReadAsync(beat).AsTask().WaitAsync(Soon);
        Encoding.UTF8.GetString(beat, 0, read).ShouldStartWith(dialect switch
        {
            Dialect.AnthropicMessages => "event: ping\n",
            Dialect.Gemini => "\r\n",
            _ => ": keep-alive\n\n",
        });
        upstream.Requests.Count.ShouldBe(1);

        answers.Release(2);
        using var reader = new StreamReader(body, Encoding.UTF8);
        var rest = await reader.ReadToEndAsync().WaitAsync(Soon);
        rest.ShouldEndWith(sample.Events[^1]);
        (await first).Dispose();
        var receipt = await customer.ReceiptAsync(second.Headers.GetValues("x-aiohub-request-id").Single());
        receipt.WaitedMilliseconds.ShouldNotBeNull();
        receipt.Charge.Total.ShouldBe(new NanoUsd(Sample.Nano));
        second.Headers.GetValues("x-aiohub-group").ShouldBe([customer.Name]);
    }

    [Fact]
    public async Task A_growing_array_gets_blanks_while_it_waits()
    {
        using var answers = new SemaphoreSlim(0);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, $"[{string.Join(",\n", Sample.GeminiParts)}]").WaitBeforeHead(answers.WaitAsync()));
        var customer = await FullAsync(upstream, new Limits { Concurrency = 1, QueueWait = Patient });
        var path = Sample.Of(Dialect.Gemini).StreamPath.Split('?')[0];
        var first = customer.OpenAsync(path, Sample.Of(Dialect.Gemini).StreamBody);
        await GatedUpstream.UntilAsync(() => upstream.Requests.Count == 1);
        using var second = await customer.OpenAsync(path, Sample.Of(Dialect.Gemini).StreamBody).WaitAsync(Soon);
        var body = await second.Content.ReadAsStreamAsync();
        (await body.ReadAsync(new byte[1]).AsTask().WaitAsync(Soon)).ShouldBe(1);
        upstream.Requests.Count.ShouldBe(1);
        answers.Release(2);
        using var reader = new StreamReader(body, Encoding.UTF8);
        using var whole = JsonDocument.Parse(await reader.ReadToEndAsync().WaitAsync(Soon));
        whole.RootElement.GetArrayLength().ShouldBe(2);
        (await first).Dispose();
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_call_that_waited_in_vain_gets_429_with_the_wait_in_its_dialect(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.HangAtOnce());
        var customer = await FullAsync(upstream, new Limits { Concurrency = 1, QueueWait = TimeSpan.FromMilliseconds(150) });
        using var leaves = new CancellationTokenSource();
        var first = customer.OpenAsync(sample.Path, sample.Body, leaves.Token);
        await GatedUpstream.UntilAsync(() => upstream.Requests.Count == 1);

        var plain = await customer.PostAsync(sample.Path, sample.Body).WaitAsync(Soon);
        (plain.Status, plain.Error, plain.CodeIn(dialect)).ShouldBe((429, "rate_limited", "rate_limited"));
        long.Parse(plain.Header("retry-after")!).ShouldBeInRange(1, 60);
        plain.Text.ShouldContain("is at its limit");
        plain.Text.ShouldNotContain($"{customer.Name}-0");
        var receipt = await customer.ReceiptAsync(plain);
        (receipt.Outcome, receipt.Charge.Total, receipt.Attempts.Single().Result).ShouldBe((CallOutcome.Refused, NanoUsd.Zero, "rate_limited"));
        receipt.Attempts[0].Detail!.ShouldBe("the channel: full: 1 calls at the same time (concurrency), 0 waiting");
        receipt.WaitedMilliseconds!.Value.ShouldBeGreaterThan(100);

        // A keep-alive went out: the refusal can only be told inside the stream.
        var streamed = await customer.PostAsync(sample.StreamPath, sample.StreamBody).WaitAsync(Soon);
        streamed.Status.ShouldBeOneOf(200, 429);
        streamed.Text.ShouldContain("rate_limited");

        upstream.Requests.Count.ShouldBe(1);
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        await customer.ShouldHavePaidNothingAsync();
    }

    /// <summary>A customer at the hub whose keep-alives come fast, whose only channel has these limits.</summary>
    private async Task<Customer> FullAsync(FakeUpstream upstream, Limits limits)
    {
        var customer = await beating.Hub.CustomerAsync(new Offer(), upstream);
        await beating.Hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = $"{customer.Name}-0", Limits = limits });
        await beating.Hub.RefreshAsync();
        return customer;
    }
}
