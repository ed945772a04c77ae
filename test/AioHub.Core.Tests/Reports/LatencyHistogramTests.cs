using AioHub.Core.Reports;

namespace AioHub.Core.Tests.Reports;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(1_000, 0.01)]
    [InlineData(1_000, 0.5)]
    [InlineData(1_000, 0.95)]
    [InlineData(1_000, 0.99)]
    [InlineData(1_000, 1)]
    public void A_quantile_is_at_most_five_percent_off(int count, double share)
    {
        LatencyHistogram.WorstError.ShouldBeLessThan(0.05);
        var random = new Random(count);
        for (var round = 0; round < 50; round++)
        {
            // From a tenth of a millisecond to a day.
            var times = Enumerable.Range(0, count).Select(_ => 0.1 * Math.Pow(10, random.NextDouble() * 8.9)).Order().ToArray();
            var histogram = new LatencyHistogram();
            foreach (var time in times)
            {
                histogram.Add(time);
            }

            var exact = times[Math.Max(1, (int)Math.Ceiling(share * count)) - 1];
            var told = histogram.Quantile(share)!.Value;
            (Math.Abs(told - exact) / exact).ShouldBeLessThanOrEqualTo(LatencyHistogram.WorstError + 1e-9, $"{told} for {exact}");
        }
    }

    [Fact]
    public void Parts_add_up_to_the_whole()
    {
        var random = new Random(5);
        var whole = new LatencyHistogram();
        var sum = new LatencyHistogram();
        for (var part = 0; part < 20; part++)
        {
            var own = new LatencyHistogram();
            for (var i = 0; i < 200; i++)
            {
                var time = Math.Exp(random.NextDouble() * 14);
                whole.Add(time);
                own.Add(time);
            }

            if (part % 2 == 0)
            {
                sum.Add(own.ToBytes());
            }
            else
            {
                sum.Add(own);
            }
        }

        sum.Count.ShouldBe(4_000);
        sum.ToBytes().ShouldBe(whole.ToBytes());
    }

    [Fact]
    public void Counts_of_any_size_are_kept()
    {
        var one = new LatencyHistogram();
        one.Add(40);
        for (var i = 0; i < 40; i++)
        {
            one.Add(one.ToBytes());
        }

        one.Count.ShouldBe(1L << 40);
        var again = new LatencyHistogram();
        again.Add(one.ToBytes());
        again.Count.ShouldBe(1L << 40);
    }

    [Fact]
    public void Nothing_makes_it_throw()
    {
        var histogram = new LatencyHistogram();
        histogram.Quantile(0.5).ShouldBeNull();
        foreach (var time in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            histogram.Add(time);
        }

        histogram.Count.ShouldBe(0);
        foreach (var time in new[] { -1, 0, 0.05, double.MaxValue })
        {
            histogram.Add(time);
        }

        histogram.Count.ShouldBe(4);
        var random = new Random(9);
        for (var i = 0; i < 1_000; i++)
        {
            var bytes = new byte[random.Next(20)];
            random.NextBytes(bytes);
            histogram.Add(bytes);
        }

        histogram.Quantile(0.5).ShouldNotBeNull();
    }
}
