using AioHub.Relay.Delivery;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Tests.Delivery;

public sealed class CallClockTests
{
    [Fact]
    public async Task After_a_silence_that_was_too_long_the_next_attempt_has_its_own_time()
    {
        using var clock = new CallClock(new DefaultHttpContext(), TimeProvider.System);
        clock.AllowSilence(TimeSpan.FromMilliseconds(1));
        await Task.Delay(Timeout.Infinite, clock.Token).ContinueWith(static _ => { }, TaskScheduler.Default);

        clock.AllowSilence(TimeSpan.FromMinutes(1));

        clock.Token.IsCancellationRequested.ShouldBeFalse();
        clock.CallerLeft.ShouldBeFalse();
    }

    [Fact]
    public void A_caller_who_left_ends_every_later_wait_too()
    {
        using var aborted = new CancellationTokenSource();
        using var clock = new CallClock(new DefaultHttpContext { RequestAborted = aborted.Token }, TimeProvider.System);
        aborted.Cancel();

        clock.AllowSilence(TimeSpan.FromMinutes(1));

        clock.Token.IsCancellationRequested.ShouldBeTrue();
        clock.CallerLeft.ShouldBeTrue();
    }
}
