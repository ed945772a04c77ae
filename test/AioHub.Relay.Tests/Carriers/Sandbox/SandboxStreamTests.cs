using System.Text;
using AioHub.Relay.Carriers.Sandbox;

namespace AioHub.Relay.Tests.Carriers.Sandbox;

/// <summary>A body that is made while it is read ends with its reader.</summary>
public sealed class SandboxStreamTests
{
    private static readonly SandboxScript Paused = new() { Pause = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task A_cancelled_read_stops_at_once_and_makes_nothing_more()
    {
        var made = new Made();
        await using var body = new SandboxStream(made.Events(), Paused, new StoppedClock());
        var buffer = new byte[100];
        (await body.ReadAsync(buffer)).ShouldBe(2);
        using var stop = new CancellationTokenSource();
        var pending = body.ReadAsync(buffer, stop.Token).AsTask();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => pending);
        made.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_events()
    {
        var made = new Made();
        var clock = new StoppedClock();
        var body = new SandboxStream(made.Events(), Paused, clock);
        var buffer = new byte[100];
        (await body.ReadAsync(buffer)).ShouldBe(2);
        var pending = body.ReadAsync(buffer).AsTask();
        await body.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => pending);
        made.Ended.ShouldBeTrue();
        clock.Waiting.ShouldBeEmpty();
        await Should.ThrowAsync<ObjectDisposedException>(() => body.ReadAsync(buffer).AsTask());
    }

    [Fact]
    public async Task Nothing_is_made_before_it_is_read_or_after_a_cut()
    {
        var made = new Made();
        await using var body = new SandboxStream(made.Events(), new() { CutAfter = 2 }, TimeProvider.System);
        made.Count.ShouldBe(0);
        var text = new StringBuilder();
        var buffer = new byte[1];
        await Should.ThrowAsync<IOException>(async () =>
        {
            for (int read; (read = await body.ReadAsync(buffer)) > 0;)
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        });
        text.ToString().ShouldBe("e0e1");
        made.Count.ShouldBe(2);
        await Should.ThrowAsync<IOException>(() => body.ReadAsync(buffer).AsTask());
    }

    private sealed class Made
    {
        public int Count { get; private set; }
        public bool Ended { get; private set; }

        public IEnumerable<byte[]> Events()
        {
            try
            {
                for (var i = 0; i < 9; i++)
                {
                    Count++;
                    yield return Encoding.ASCII.GetBytes($"e{i}");
                }
            }
            finally
            {
                Ended = true;
            }
        }
    }
}
