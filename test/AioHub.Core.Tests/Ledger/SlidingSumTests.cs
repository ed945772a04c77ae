using AioHub.Core.Ledger;

namespace AioHub.Core.Tests.Ledger;

public sealed class SlidingSumTests
{
    private const long Window = 60_000;
    private const int Buckets = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_window_ever_holds_more_than_the_limit_and_room_comes_back_a_bucket_late_at_most(int seed)
    {
        const long limit = 1_000;
        var random = new Random(seed);
        var now = 5_000_000L;
        var sum = new SlidingSum(Window, Buckets, now);
        var taken = new List<(long At, long Bucket, long Amount)>();
        for (var i = 0; i < 20_000; i++)
        {
            now += random.Next(0, random.Next(20) == 0 ? 90_000 : 2_000);
            var amount = random.Next(1, 300);
            var inWindow = taken.Where(one => one.At > now - Window).Sum(static one => one.Amount);
            var inLongerWindow = taken.Where(one => one.At > now - Window - (2 * Window / Buckets)).Sum(static one => one.Amount);
            if (sum.TryTake(amount, limit, now, out var bucket, out var wait))
            {
                (inWindow + amount).ShouldBeLessThanOrEqualTo(limit);
                wait.ShouldBe(TimeSpan.Zero);
                taken.Add((now, bucket, amount));
            }
            else
            {
                (inLongerWindow + amount).ShouldBeGreaterThan(limit, "there was room, even in a longer window");
                wait.ShouldBeInRange(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(Window + (Window / Buckets)));
            }

            if (taken.Count > 0 && random.Next(3) == 0)
            {
                // A call turns out shorter than estimated.
                var at = random.Next(taken.Count);
                var (then, where, estimate) = taken[at];
                var truly = random.NextInt64(0, estimate + 1);
                sum.Correct(where, estimate, truly);
                taken[at] = (then, where, truly);
            }

            taken.RemoveAll(one => one.At < now - (3 * Window));
        }
    }

    [Fact]
    public void Many_threads_over_many_windows_never_pass_the_limit_and_leave_nothing_behind()
    {
        const long limit = 500;
        var sum = new SlidingSum(Window, Buckets, 0);
        var now = 0L;
        for (var round = 0; round < 200; round++)
        {
            now += 61_500;
            var moment = now;
            long through = 0;
            Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                var amount = (i % 7) + 10;
                if (sum.TryTake(amount, limit, moment + (i % 3 * 400), out var bucket, out _))
                {
                    if (i % 2 == 0)
                    {
                        sum.Correct(bucket, amount, amount - 5);
                        amount -= 5;
                    }

                    Interlocked.Add(ref through, amount);
                }
            });
            through.ShouldBeLessThanOrEqualTo(limit);
            sum.Used(moment + 800).ShouldBe(through);
        }

        sum.Used(now + (2 * Window)).ShouldBe(0);
    }

    [Fact]
    public void It_begins_at_any_moment()
    {
        foreach (var now in new[] { 0L, 1, 899_999, 86_400_000, 1L << 45 })
        {
            var sum = new SlidingSum(86_400_000, 96, now);
            sum.TryTake(1, 1, now, out _, out _).ShouldBeTrue();
            sum.TryTake(1, 1, now, out _, out var wait).ShouldBeFalse();
            sum.TryTake(1, 1, now + (long)wait.TotalMilliseconds, out _, out _).ShouldBeTrue();
        }
    }
}
