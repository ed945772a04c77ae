using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Primitives;

public sealed class NanoUsdTests
{
    [Theory]
    [InlineData(0, "0.000000000")]
    [InlineData(1, "0.000000001")]
    [InlineData(-1, "-0.000000001")]
    [InlineData(12_500, "0.000012500")]
    [InlineData(999_999_999, "0.999999999")]
    [InlineData(1_000_000_000, "1.000000000")]
    [InlineData(-10_000_000_001, "-10.000000001")]
    [InlineData(long.MaxValue, "9223372036.854775807")]
    [InlineData(long.MinValue, "-9223372036.854775808")]
    public void Dollars_are_written_with_nine_decimals(long nano, string text) => new NanoUsd(nano).ToUsdString().ShouldBe(text);
}
