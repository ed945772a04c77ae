using AioHub.Core.Ledger;
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

    /// <summary>What a shared count of places goes by: a call whose places were not kept for longer than this has ended or hangs.</summary>
    [Fact]
    public void Places_are_kept_for_as_long_as_the_call_may_be_silent()
    {
        using var clock = new CallClock(new DefaultHttpContext(), TimeProvider.System);
        var places = new Places();
        clock.Places = places;
        clock.StartAttempt(TimeSpan.FromMinutes(5));
        clock.AllowSilence(TimeSpan.FromMinutes(1));
        clock.BoundCall(TimeSpan.FromSeconds(30));
        clock.AllowSilence(TimeSpan.FromMinutes(1));
        places.Kept.Count.ShouldBe(3);
        (places.Kept[0], places.Kept[1]).ShouldBe((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1)));
        places.Kept[2].ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(30));
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

    private sealed class Places : RatePass
    {
        public List<TimeSpan> Kept { get; } = [];

        public override void Settle(long tokens)
        {
        }

        public override void Keep(TimeSpan silence) => Kept.Add(silence);
    }
}
