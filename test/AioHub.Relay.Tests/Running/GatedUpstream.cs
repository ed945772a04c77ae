using AioHub.TestKit;

namespace AioHub.Relay.Tests.Running;

/// <summary>Answers as many calls as it is told to, and knows how many it had at a time.</summary>
internal sealed class GatedUpstream(FakeUpstream upstream, SemaphoreSlim answers) : IAsyncDisposable
{
    private int _now;
    private int _most;

    public FakeUpstream Upstream => upstream;

    public int MostAtOnce => _most;

    public static async Task<GatedUpstream> StartAsync(bool stream)
    {
        var upstream = await FakeUpstream.StartAsync();
        var gated = new GatedUpstream(upstream, new SemaphoreSlim(0));
        upstream.Script(_ => (stream ? Reply.Sse(SmallHub.ChatStream) : Reply.Json(200, SmallHub.ChatReply)).WaitBeforeHead(gated.AnswerAsync()));
        return gated;
    }

    public void Let(int calls) => answers.Release(calls);

    public Task UntilAskedAsync(int calls) => UntilAsync(() => upstream.Requests.Count >= calls);

    public async ValueTask DisposeAsync()
    {
        answers.Release(100);
        await upstream.DisposeAsync();
        answers.Dispose();
    }

    private async Task AnswerAsync()
    {
        var now = Interlocked.Increment(ref _now);
        for (var most = _most; now > most; most = _most)
        {
            Interlocked.CompareExchange(ref _most, now, most);
        }

        await answers.WaitAsync();
        Interlocked.Decrement(ref _now);
    }

    public static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            i.ShouldBeLessThan(6_000);
            await Task.Delay(10);
        }
    }
}
