using System.Text;
using AioHub.Core.Reports;
using AioHub.Core.Primitives;
using AioHub.Host.Home;
using AioHub.Host.Serving;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Serving;

/// <summary>A server that runs thins its old receipts by its own clock.</summary>
[Collection(ServingCollection.Name)]
public sealed class ThinningTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_server_thins_what_is_older_than_its_setting_says_and_keeps_the_money()
    {
        using var folder = new TempFolder();
        var time = new MovedTime();
        var settings = new HubSettings { Urls = "http://127.0.0.1:0", Data = folder.Path };
        settings.Log.DetailsDays = 30;
        var secret = "";
        await using var server = await HubServer.StartAsync(settings, time, logging: null, (_, seeded) =>
        {
            secret = seeded.KeySecret!;
            return Task.CompletedTask;
        }, Cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"sandbox/echo","messages":[{"role":"user","content":"hello"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("authorization", "Bearer " + secret);
        request.Headers.TryAddWithoutValidation("user-agent", "thinned/1.0");
        using var answer = await client.SendAsync(request, Cancellation);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Cancellation));
        RequestId.TryParse(answer.Headers.GetValues("x-aiohub-request-id").Single(), out var id).ShouldBeTrue();
        var whole = await UntilAsync(server.Home, id, static agent => agent is not null);
        whole.UserAgent.ShouldBe("thinned/1.0");

        // Young ones stay, however often it sweeps; a month later it is old.
        time.Move(TimeSpan.FromDays(29));
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        (await UntilAsync(server.Home, id, static agent => agent is not null)).UserAgent.ShouldBe("thinned/1.0");
        time.Move(TimeSpan.FromDays(2));

        var thin = await UntilAsync(server.Home, id, static agent => agent is null);
        thin.UserAgent.ShouldBeNull();
        (thin.Charge.Total, thin.Usage, thin.OperatorCost).ShouldBe((whole.Charge.Total, whole.Usage, whole.OperatorCost));
    }

    private static async Task<Core.Metering.Receipt> UntilAsync(HubHome home, RequestId id, Func<string?, bool> holds)
    {
        for (var tries = 0; ; tries++)
        {
            if ((await CallStory.FindAsync(home.Database, null, ReportScope.Everybody, id, Cancellation))?.Receipt is { } receipt && (holds(receipt.UserAgent) || tries > 100))
            {
                return receipt;
            }

            tries.ShouldBeLessThan(150, "the call is not in the log");
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
        }
    }

    /// <summary>The machine's time, moved on by hand.</summary>
    private sealed class MovedTime : TimeProvider
    {
        private long _ticks;

        public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Interlocked.Read(ref _ticks) / (double)TimeSpan.TicksPerSecond * TimestampFrequency);
    }
}
