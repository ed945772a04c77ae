using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Ledger;

/// <summary>Waiting for places. No timer ever fires here unless a test says so: whatever is served is served by those who give places back.</summary>
public sealed class SlotLineTests
{
    private static readonly LineTerms Terms = new(null, TimeSpan.FromSeconds(10), TimeSpan.Zero, TimeSpan.MaxValue);
    private static readonly LineTerms Roomy = Terms with { Most = 1_000 };
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly HandClock _time = new();
    private readonly LocalRateLimits _rates;

    public SlotLineTests() => _rates = new LocalRateLimits(_time);

    [Fact]
    public async Task Calls_of_a_key_are_served_in_the_order_in_which_they_came()
    {
        var running = Take(Channel());
        var waiting = Enumerable.Range(0, 5).Select(_ => Wait(1, Roomy, Channel())).ToArray();
        _rates.Waiting.ShouldBe(5);
        for (var i = 0; i < 5; i++)
        {
            running.Settle(1);
            var result = await waiting[i].WaitAsync(Soon);
            result.HasPlace.ShouldBeTrue();
            running = result.Pass!;
            waiting.Skip(i + 1).ShouldAllBe(static other => !other.IsCompleted);
            _rates.Running(LimitOwner.Channel, 5).ShouldBe(1);
        }

        running.Settle(1);
        (_rates.Running(LimitOwner.Channel, 5), _rates.Waiting).ShouldBe((0, 0));
        _rates.Look(Channel()).Allowed.ShouldBeTrue();
    }

    [Fact]
    public async Task Keys_take_turns_however_many_calls_each_has()
    {
        var running = Take(Channel());
        var waiting = new List<(long Key, Task<PlaceResult> Task)>();
        foreach (var key in Enumerable.Repeat(1L, 50).Append(2).Concat(Enumerable.Repeat(3L, 3)))
        {
            waiting.Add((key, Wait(key, Roomy, Channel())));
        }

        var order = new List<long>();
        while (waiting.Count > 0)
        {
            running.Settle(1);
            var task = await Task.WhenAny(waiting.Select(static one => one.Task)).WaitAsync(Soon);
            running = (await task).Pass!;
            order.Add(waiting.Single(one => ReferenceEquals(one.Task, task)).Key);
            waiting.RemoveAll(one => ReferenceEquals(one.Task, task));
            waiting.ShouldAllBe(static one => !one.Task.IsCompleted);
        }

        order.Take(8).ShouldBe([1, 2, 3, 1, 3, 1, 3, 1]);
        order.Skip(8).ShouldAllBe(static key => key == 1);
        order.Count.ShouldBe(54);
        running.Settle(1);
    }

    [Fact]
    public async Task The_line_is_twice_as_long_as_there_are_places_unless_told_otherwise()
    {
        Passes(Channel(3), 3);
        var waiting = Enumerable.Range(0, 6).Select(_ => Wait(1, Terms, Channel(3))).ToArray();
        var refused = await Wait(1, Terms, Channel(3)).WaitAsync(Soon);
        (refused.HasPlace, refused.Verdict.Limit, refused.Verdict.Owner, refused.Verdict.Waiting).ShouldBe((false, "concurrency", LimitOwner.Channel, 6));
        waiting.ShouldAllBe(static one => !one.IsCompleted);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(null, 0)]
    public async Task Nobody_waits_where_the_line_is_off(int? ofChannel, int? ofSettings)
    {
        using var _ = new Ended(Take(Channel()));
        var result = await _rates.WaitAsync(OnLedger.Key(), [Claim(LimitOwner.Channel, new Limits { Concurrency = 1, Queue = ofChannel })], Terms with { Most = ofSettings }, CancellationToken.None);
        (result.HasPlace, _rates.Waiting).ShouldBe((false, 0));
        result.Verdict.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_a_channel_says_holds_for_its_credentials_and_what_they_say_goes_before()
    {
        var channel = new Payer(1, new Limits { Queue = 7, QueueWait = TimeSpan.FromSeconds(3) }, false);
        var claim = new RateClaim(Payer.None, channel, new Payer(2, new Limits { Concurrency = 4 }, false), 1);
        var full = new RateVerdict(false, "concurrency", TimeSpan.Zero) { Owner = LimitOwner.Credential, Most = 4 };
        Terms.At(full, claim).ShouldBe((7, TimeSpan.FromSeconds(3)));
        Terms.At(full, claim with { Credential = new Payer(2, new Limits { Concurrency = 4, Queue = 1 }, false) }).ShouldBe((1, TimeSpan.FromSeconds(3)));
        Terms.At(full with { Owner = LimitOwner.Group }, claim).ShouldBe((8, TimeSpan.FromSeconds(10)));
        (Terms with { Waited = TimeSpan.FromSeconds(2) }).At(full, claim).Longest.ShouldBe(TimeSpan.FromSeconds(1));
        (Terms with { Waited = TimeSpan.FromSeconds(4) }).At(full, claim).Longest.ShouldBe(TimeSpan.Zero);
        (Terms with { Patience = TimeSpan.FromMilliseconds(5) }).At(full, claim).Longest.ShouldBe(TimeSpan.FromMilliseconds(5));
        (Terms with { Patience = TimeSpan.FromMilliseconds(-5) }).At(full, claim).Longest.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_full_line_makes_room_for_a_key_that_has_fewer_calls_in_it()
    {
        var running = Take(Channel());
        var greedy = Enumerable.Range(0, 50).Select(_ => Wait(1, Terms with { Most = 4 }, Channel())).ToArray();
        greedy.Count(static one => one.IsCompleted).ShouldBe(46);
        var second = Wait(2, Terms with { Most = 4 }, Channel());
        var third = Wait(2, Terms with { Most = 4 }, Channel());
        var fourth = Wait(2, Terms with { Most = 4 }, Channel());
        (second.IsCompleted, third.IsCompleted).ShouldBe((false, false));
        (await fourth.WaitAsync(Soon)).HasPlace.ShouldBeFalse("two of each are fair");
        (await greedy[3].WaitAsync(Soon)).HasPlace.ShouldBeFalse("the last one makes room");
        (await greedy[2].WaitAsync(Soon)).HasPlace.ShouldBeFalse();
        _rates.Waiting.ShouldBe(4);
        running.Settle(1);
        running = (await greedy[0].WaitAsync(Soon)).Pass!;
        running.Settle(1);
        running = (await second.WaitAsync(Soon)).Pass!;
        running.Settle(1);
        (await greedy[1].WaitAsync(Soon)).HasPlace.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_comes_does_not_overtake_who_waits()
    {
        var running = Take(Channel());
        var waiting = Wait(1, Terms, Channel());
        var second = Wait(2, Terms, Channel());
        running.Settle(1);
        var first = await waiting.WaitAsync(Soon);
        _rates.TryBegin(Channel(), out var pass).Limit.ShouldBe("concurrency");
        pass.ShouldBeNull();
        first.Pass!.Settle(1);
        (await second.WaitAsync(Soon)).Pass!.Settle(1);
        Take(Channel()).Settle(1);
    }

    [Fact]
    public async Task A_call_that_waited_long_enough_is_told_when_places_come_free()
    {
        var running = Take(Channel());
        var first = Wait(1, Roomy, Channel());
        var second = Wait(1, Roomy, Channel());
        var third = Wait(1, Roomy, Channel());
        _time.Milliseconds += 3_000;
        running.Settle(1);
        running = (await first.WaitAsync(Soon)).Pass!;
        _time.Milliseconds += 1_000;
        _time.FireAll();
        var refused = await second.WaitAsync(Soon);
        refused.HasPlace.ShouldBeFalse();
        refused.Verdict.RetryAfter.ShouldBe(TimeSpan.FromSeconds(6), "one place each 3 seconds, and two waited for it");
        (await third.WaitAsync(Soon)).HasPlace.ShouldBeFalse();
        _rates.Waiting.ShouldBe(0);
        running.Settle(1);
        Take(Channel()).Settle(1);
    }

    [Fact]
    public async Task A_place_that_comes_free_too_late_is_not_taken()
    {
        var running = Take(Channel());
        var waiting = Wait(1, Terms, Channel());
        _time.Milliseconds += 10_000;
        running.Settle(1);
        (await waiting.WaitAsync(Soon)).HasPlace.ShouldBeFalse();
        (_rates.Running(LimitOwner.Channel, 5), _rates.Waiting).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Who_leaves_keeps_nothing()
    {
        var running = Take(Channel());
        using var leaves = new CancellationTokenSource();
        var waiting = _rates.WaitAsync(OnLedger.Key(), [Channel()], Terms, leaves.Token).AsTask();
        var next = Wait(1, Terms, Channel());
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        _rates.Waiting.ShouldBe(1);
        running.Settle(1);
        (await next.WaitAsync(Soon)).Pass!.Settle(1);
        await Should.ThrowAsync<OperationCanceledException>(_rates.WaitAsync(OnLedger.Key(), [Channel()], Terms, leaves.Token).AsTask());
        _rates.Running(LimitOwner.Channel, 5).ShouldBe(0);
    }

    [Fact]
    public async Task The_first_of_several_places_is_taken_and_the_others_are_left()
    {
        var one = Take(Channel(id: 1));
        var two = Take(Channel(id: 2));
        var either = Wait(1, Terms, Channel(id: 1), Channel(id: 2));
        var second = Wait(2, Terms, Channel(id: 2));
        two.Settle(1);
        var result = await either.WaitAsync(Soon);
        result.Index.ShouldBe(1);
        one.Settle(1);
        Take(Channel(id: 1)).Settle(1);
        second.IsCompleted.ShouldBeFalse();
        result.Pass!.Settle(1);
        (await second.WaitAsync(Soon)).Index.ShouldBe(0);
    }

    [Fact]
    public async Task All_places_that_a_call_needs_are_given_at_once()
    {
        // Room in the channel is worth nothing while the credential is full, and must not be kept from others meanwhile.
        var both = new RateClaim(Payer.None, Channel(2).Channel, new Payer(9, new Limits { Concurrency = 1 }, false), 1);
        var first = Take(both);
        var other = Take(Channel(2));
        var waiting = Wait(1, Terms, both);
        other.Settle(1);
        waiting.IsCompleted.ShouldBeFalse();
        (_rates.Running(LimitOwner.Channel, 5), _rates.Running(LimitOwner.Credential, 9)).ShouldBe((1, 1));
        var free = Take(Channel(2));
        free.Settle(1);
        first.Settle(1);
        (await waiting.WaitAsync(Soon)).Pass!.Settle(1);
        (_rates.Running(LimitOwner.Channel, 5), _rates.Running(LimitOwner.Credential, 9), _rates.Waiting).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task Only_places_are_waited_for()
    {
        var claim = Claim(LimitOwner.Channel, new Limits { Concurrency = 1, Rpm = 2 });
        var first = Take(claim);
        var one = Wait(1, Roomy, claim);
        var two = Wait(1, Roomy, claim);
        first.Settle(1);
        var second = await one.WaitAsync(Soon);
        second.Pass!.Settle(1);
        var refused = await two.WaitAsync(Soon);
        (refused.HasPlace, refused.Verdict.Limit, refused.Verdict.RetryAfter).ShouldBe((false, "rpm", TimeSpan.FromSeconds(60)));
        (await Wait(1, Roomy, claim).WaitAsync(Soon)).Verdict.Limit.ShouldBe("rpm");
        (_rates.Running(LimitOwner.Channel, 5), _rates.Waiting).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_server_that_stops_lets_nobody_wait()
    {
        using var _ = new Ended(Take(Channel()));
        var waiting = Wait(1, Terms, Channel());
        _rates.EndWaiting();
        (await waiting.WaitAsync(Soon)).IsClosed.ShouldBeTrue();
        (await Wait(2, Terms, Channel()).WaitAsync(Soon)).IsClosed.ShouldBeTrue();
        _rates.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_place_that_came_free_before_the_line_was_reached_is_taken()
    {
        Take(Channel()).Settle(1);
        var result = await Wait(1, Terms, Channel()).WaitAsync(Soon);
        (result.HasPlace, result.Index).ShouldBe((true, 0));
        result.Pass!.Settle(1);
        result.Pass.Settle(1);
        _rates.Running(LimitOwner.Channel, 5).ShouldBe(0);
    }

    [Fact]
    public void A_free_place_allocates_no_more_than_its_pass()
    {
        var claim = Channel(4);
        for (var i = 0; i < 100; i++)
        {
            Take(claim).Settle(1);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Take(claim).Settle(1);
        }

        ((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000).ShouldBeLessThan(180);
    }

    private static RateClaim Channel(int places = 1, long id = 5) => Claim(LimitOwner.Channel, new Limits { Concurrency = places }, id);

    private static RateClaim Claim(LimitOwner owner, Limits limits, long id = 5) => new(
        owner == LimitOwner.Group ? new Payer(id, limits, false) : Payer.None,
        owner == LimitOwner.Channel ? new Payer(id, limits, false) : Payer.None,
        owner == LimitOwner.Credential ? new Payer(id, limits, false) : Payer.None, 1);

    private RatePass Take(RateClaim claim)
    {
        _rates.TryBegin(claim, out var pass).Allowed.ShouldBeTrue();
        return pass.ShouldNotBeNull();
    }

    private void Passes(RateClaim claim, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Take(claim);
        }
    }

    private Task<PlaceResult> Wait(long key, LineTerms terms, params RateClaim[] claims) => _rates.WaitAsync(OnLedger.Key(key), [.. claims], terms, CancellationToken.None).AsTask();

    private sealed class Ended(RatePass pass) : IDisposable
    {
        public void Dispose() => pass.Settle(0);
    }
}
