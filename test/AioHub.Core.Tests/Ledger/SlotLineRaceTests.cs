using System.Collections.Immutable;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Ledger;

/// <summary>Places that come free, are taken and are waited for at the same moment.</summary>
public sealed class SlotLineRaceTests
{
    private static readonly LineTerms Terms = new(null, TimeSpan.FromSeconds(10), TimeSpan.Zero, TimeSpan.MaxValue);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly HandClock _time = new();
    private readonly LocalRateLimits _rates;

    public SlotLineRaceTests() => _rates = new LocalRateLimits(_time);

    /// <summary>Whatever a call has done of entering the line when the place comes free: it is seen by the one or the other.</summary>
    [Fact]
    public async Task A_place_that_comes_free_while_a_call_enters_the_line_is_not_missed()
    {
        for (var moment = 0; moment < 20; moment++)
        {
            var running = Take(Channel());
            Task freed = Task.CompletedTask;
            _time.OnRead(moment, () =>
            {
                freed = Task.Run(() => running.Settle(1));
                SpinWait.SpinUntil(() => _rates.Running(LimitOwner.Channel, 5) == 0, Soon).ShouldBeTrue();
            });
            var waiting = Wait(1, Terms, Channel());
            _time.OnRead(0, null);
            running.Settle(1);
            var result = await waiting.WaitAsync(Soon);
            await freed.WaitAsync(Soon);
            result.HasPlace.ShouldBeTrue($"at moment {moment}");
            result.Pass!.Settle(1);
            (_rates.Running(LimitOwner.Channel, 5), _rates.Waiting).ShouldBe((0, 0));
        }
    }

    /// <summary>A turn that comes to nothing, because another place was taken at that very moment, keeps nothing and is not lost.</summary>
    [Fact]
    public async Task A_place_that_is_taken_at_the_last_moment_costs_no_other()
    {
        var narrow = new Payer(9, new Limits { Concurrency = 1 }, false);
        for (var moment = 0; moment < 20; moment++)
        {
            var running = Take(Channel());
            var waiting = Wait(1, Terms, Channel() with { Credential = narrow });
            RatePass? taken = null;
            _time.OnRead(moment, () => _rates.TryBegin(new RateClaim(Payer.None, Payer.None, narrow, 1), out taken));
            running.Settle(1);
            _time.OnRead(0, null);
            if (taken is not null && _rates.Waiting == 1)
            {
                (_rates.Running(LimitOwner.Channel, 5), _rates.Running(LimitOwner.Credential, 9)).ShouldBe((0, 1), $"at moment {moment}");
                Take(Channel()).Settle(1);
            }

            taken?.Settle(1);
            (await waiting.WaitAsync(Soon)).Pass!.Settle(1);
            (_rates.Running(LimitOwner.Channel, 5), _rates.Running(LimitOwner.Credential, 9), _rates.Waiting).ShouldBe((0, 0, 0));
        }
    }

    /// <summary>Many threads on few places of two channels, a group around them and a credential: never one too many, and in the end everybody was served.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(5, 4)]
    public async Task Racing_calls_never_pass_a_limit_and_none_is_forgotten(int places, int ofGroup)
    {
        const int calls = 1_600;
        var group = new Payer(1, new Limits { Concurrency = ofGroup }, false);
        var claims = Enumerable.Range(0, 2).Select(i => new RateClaim(
            group, new Payer(10 + i, new Limits { Concurrency = places }, false), new Payer(20 + i, i == 0 ? Limits.None : new Limits { Concurrency = Math.Max(1, places - 1) }, false), 1)).ToArray();
        var running = new int[3];
        var (served, waited, left, tooMany) = (0, 0, 0, 0);
        var terms = Terms with { Most = calls };
        var taken = new List<RatePass>();
        while (_rates.TryBegin(claims[0], out var held).Allowed || _rates.TryBegin(claims[1], out held).Allowed)
        {
            taken.Add(held!);
        }

        var workers = Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < calls / 32; i++)
            {
                var first = random.Next(2);
                ImmutableArray<RateClaim> wanted = random.Next(3) == 0 ? [claims[first]] : [claims[first], claims[1 - first]];
                RatePass? pass = null;
                var index = -1;
                for (var one = 0; one < wanted.Length && index < 0; one++)
                {
                    index = _rates.TryBegin(wanted[one], out pass).Allowed ? one : -1;
                }

                if (index < 0)
                {
                    Interlocked.Increment(ref waited);
                    using var impatient = new CancellationTokenSource();
                    var waiting = _rates.WaitAsync(OnLedger.Key(1 + (worker % 4)), wanted, terms, impatient.Token).AsTask();
                    if (random.Next(8) == 0)
                    {
                        await impatient.CancelAsync();
                    }

                    try
                    {
                        var result = await waiting.WaitAsync(Soon);
                        (result.HasPlace, result.IsClosed).ShouldBe((true, false));
                        (index, pass) = (result.Index, result.Pass);
                    }
                    catch (OperationCanceledException)
                    {
                        Interlocked.Increment(ref left);
                        continue;
                    }
                }

                var channel = wanted.Length == 1 || index == 0 ? first : 1 - first;
                var ofChannel = Interlocked.Increment(ref running[channel]);
                var ofAll = Interlocked.Increment(ref running[2]);
                if (ofChannel > (channel == 0 ? places : Math.Max(1, places - 1)) || ofAll > ofGroup)
                {
                    Interlocked.Increment(ref tooMany);
                }

                // Others come meanwhile.
                await Task.Yield();

                Interlocked.Decrement(ref running[2]);
                Interlocked.Decrement(ref running[channel]);
                Interlocked.Increment(ref served);
                pass!.Settle(1);
            }
        })));
        for (var i = 0; _rates.Waiting == 0; i++)
        {
            i.ShouldBeLessThan(6_000);
            await Task.Delay(10);
        }

        taken.ForEach(static pass => pass.Settle(0));
        await workers;
        tooMany.ShouldBe(0);
        (served + left).ShouldBe(calls);
        waited.ShouldBeGreaterThan(0);
        _rates.Waiting.ShouldBe(0);
        foreach (var claim in claims)
        {
            (_rates.Running(LimitOwner.Group, 1), _rates.Running(LimitOwner.Channel, claim.Channel.Id), _rates.Running(LimitOwner.Credential, claim.Credential.Id)).ShouldBe((0, 0, 0));
            Take(claim).Settle(0);
        }
    }

    private static RateClaim Channel(int places = 1, long id = 5) => new(Payer.None, new Payer(id, new Limits { Concurrency = places }, false), Payer.None, 1);

    private RatePass Take(RateClaim claim)
    {
        _rates.TryBegin(claim, out var pass).Allowed.ShouldBeTrue();
        return pass.ShouldNotBeNull();
    }

    private Task<PlaceResult> Wait(long key, LineTerms terms, params RateClaim[] claims) => _rates.WaitAsync(OnLedger.Key(key), [.. claims], terms, CancellationToken.None).AsTask();
}
