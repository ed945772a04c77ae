using AioHub.Relay.Tests.Running;
using AioHub.Core.Metering;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Delivery;

public sealed class ReplyPumpTests
{
    [Fact]
    public async Task A_page_of_HTML_is_no_speech()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Status(200).Header("Content-Type", "text/html").Send("<html><body>Please log in</body></html>"));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (head, _, _) = await hub.PostAsync("/v1/audio/speech", $$"""{"model":"{{SmallHub.Model}}","input":"hi","voice":"alloy"}""");

        ((int)head.StatusCode).ShouldBe(502);
        (await hub.ReceiptAsync(head)).Charge.Total.Value.ShouldBe(0);
    }

    [Fact]
    public async Task A_caller_who_leaves_while_a_whole_reply_is_read_leaves_a_record()
    {
        var halfway = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Status(200).Header("Content-Type", "application/json").Chunked().Send("""{"id":""").Signal(halfway).Hang());
        await using var hub = await SmallHub.StartAsync([upstream]);
        using var leaving = new CancellationTokenSource();

        var call = hub.Client.SendAsync(hub.Request("/v1/chat/completions", SmallHub.ChatBody), leaving.Token);
        await halfway.Task;
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        await upstream.ClientGone.WaitAsync(TimeSpan.FromSeconds(20));

        for (var i = 0; i < 300 && await hub.CountRequestsAsync() == 0; i++)
        {
            await Task.Delay(20);
        }

        (await hub.CountRequestsAsync()).ShouldBe(1);
        hub.Holds.OpenHolds.ShouldBe(0);
    }

    [Fact]
    public async Task A_header_that_is_no_ASCII_does_not_cost_the_caller_the_answer()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply).Header("x-request-id", "req_\u00e9"));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(200);
        body.ShouldBe(SmallHub.ChatReply);
    }

    [Fact]
    public async Task Nothing_is_charged_for_an_answer_without_content_even_at_a_price_per_request()
    {
        var price = new Core.Catalog.PriceRow { Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), PerRequest = 0.5m };
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply.Replace("\"Hello\"", "\"\"", StringComparison.Ordinal)));
        await using var hub = await SmallHub.StartAsync([upstream], price: price);

        var (head, _, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);

        ((int)head.StatusCode).ShouldBe(200);
        (await hub.ReceiptAsync(head)).Charge.Total.Value.ShouldBe(0);
    }
}
