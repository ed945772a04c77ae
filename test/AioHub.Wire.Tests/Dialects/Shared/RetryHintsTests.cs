using AioHub.Wire.Dialects.Shared;

namespace AioHub.Wire.Tests.Dialects.Shared;

public sealed class RetryHintsTests
{
    [Theory]
    [InlineData("1.5s", 1.5)]
    [InlineData("20ms", 0.02)]
    [InlineData("6m0s", 360d)]
    [InlineData("1h2m3s", 3723d)]
    [InlineData("2 minutes and more", 120d)]
    [InlineData("0s", 0d)]
    [InlineData("99999999999d", 31d * 86400)]
    [InlineData("5", null)]
    [InlineData("s", null)]
    [InlineData("-5s", null)]
    [InlineData("1.2.3s", null)]
    [InlineData("", null)]
    public void Reads_lengths_of_time(string text, double? seconds) => RetryHints.Parse(text)?.TotalSeconds.ShouldBe(seconds!.Value, 0.0001);

    [Theory]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("1.2.3s")]
    [InlineData("")]
    public void Knows_what_is_none(string text) => RetryHints.Parse(text).ShouldBeNull();
}
