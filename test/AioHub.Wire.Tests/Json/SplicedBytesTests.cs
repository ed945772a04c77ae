using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using AioHub.Wire.Json;

namespace AioHub.Wire.Tests.Json;

public sealed class SplicedBytesTests
{
    private static readonly byte[] Source = "0123456789"u8.ToArray();

    [Fact]
    public void Is_the_source_itself_without_splices()
    {
        var spliced = new SplicedBytes(Source, []);
        spliced.SegmentCount.ShouldBe(1);
        spliced.Length.ShouldBe(10);
        MemoryMarshal.TryGetArray(spliced.Segment(0), out var array).ShouldBeTrue();
        array.Array.ShouldBeSameAs(Source);
        new SplicedBytes(default, []).SegmentCount.ShouldBe(1);
        Should.Throw<ArgumentOutOfRangeException>(() => spliced.Segment(1));
        Should.Throw<ArgumentOutOfRangeException>(() => spliced.Segment(-1));
    }

    [Theory]
    [InlineData("2-3:ab", "01ab56789", 3)]
    [InlineData("0-1:a", "a123456789", 2)]
    [InlineData("9-1:a", "012345678a", 2)]
    [InlineData("10-0:a", "0123456789a", 2)]
    [InlineData("0-0:a", "a0123456789", 2)]
    [InlineData("0-10:", "", 1)]
    [InlineData("4-2:", "01236789", 2)]
    [InlineData("1-1:a 2-1:b 4-0:c 4-0:d", "0ab3cd456789", 7)]
    public void Applies_splices_in_order(string splices, string expected, int segments)
    {
        var spliced = new SplicedBytes(Source, Parse(splices));
        Encoding.UTF8.GetString(spliced.ToArray()).ShouldBe(expected);
        spliced.Length.ShouldBe(expected.Length);
        spliced.SegmentCount.ShouldBe(segments);
        var copy = new ArrayBufferWriter<byte>();
        spliced.CopyTo(copy);
        Encoding.UTF8.GetString(copy.WrittenSpan).ShouldBe(expected);
        string.Concat(Enumerable.Range(0, spliced.SegmentCount).Select(i => Encoding.UTF8.GetString(spliced.Segment(i).Span))).ShouldBe(expected);
    }

    [Theory]
    [InlineData("2-3:a 4-1:b")]
    [InlineData("4-1:a 2-1:b")]
    [InlineData("2-3:a 2-0:b")]
    [InlineData("8-3:a")]
    [InlineData("11-0:a")]
    [InlineData("-1-1:a")]
    public void Refuses_overlaps_disorder_and_the_outside(string splices) =>
        Should.Throw<ArgumentException>(() => new SplicedBytes(Source, Parse(splices)));

    [Fact]
    public void Refuses_lengths_below_zero_and_offsets_that_overflow()
    {
        Should.Throw<ArgumentException>(() => new SplicedBytes(Source, [new Splice(2, -1, default)]));
        Should.Throw<ArgumentException>(() => new SplicedBytes(Source, [new Splice(2, int.MaxValue, default)]));
        Should.Throw<ArgumentException>(() => new SplicedBytes(Source, [new Splice(int.MaxValue, int.MaxValue, default)]));
    }

    private static Splice[] Parse(string splices) =>
        [.. splices.Split(' ').Select(text =>
        {
            var dash = text.IndexOf('-', 1);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return new Splice(int.Parse(text[..dash]), int.Parse(text[(dash + 1)..colon]), Encoding.UTF8.GetBytes(text[(colon + 1)..]));
        })];
}
