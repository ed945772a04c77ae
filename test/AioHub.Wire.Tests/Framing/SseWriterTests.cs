using System.Buffers;
using System.Text;
using AioHub.Wire.Framing;
using CsCheck;

namespace AioHub.Wire.Tests.Framing;

public sealed class SseWriterTests
{
    [Theory]
    [InlineData("", "{}", "data: {}\n\n")]
    [InlineData("x", "{}", "event: x\ndata: {}\n\n")]
    [InlineData("", "", "data: \n\n")]
    [InlineData("", "a\nb\r\nc\rd\n", "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n")]
    [InlineData("x\ndata: forged", "a", "event: x\ndata: a\n\n")]
    public void Writes_events(string type, string data, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        SseWriter.Write(output, Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(data));
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(expected);
    }

    [Theory]
    [InlineData("ping", ": ping\n\n")]
    [InlineData("", ": \n\n")]
    [InlineData("a\ndata: forged\n\n", ": a\n: data: forged\n: \n: \n\n")]
    public void Writes_comments(string text, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        SseWriter.WriteComment(output, Encoding.UTF8.GetBytes(text));
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(expected);
        using var tap = new SseTap();
        tap.TryRead(output.WrittenSpan, out _, out _).ShouldBeFalse();
        tap.AtBoundary.ShouldBeTrue();
    }

    [Fact]
    public void Writes_what_the_tap_reads()
    {
        Gen.Select(Gen.OneOf("", "x", "message_start"), Gen.OneOf("a", " ", "\n", "\r", "\r\n", ":", "é", "data: ").Array[0, 12]).Sample(
            (type, parts) =>
            {
                var data = string.Concat(parts);
                var output = new ArrayBufferWriter<byte>();
                SseWriter.Write(output, Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(data));
                using var tap = new SseTap();
                tap.TryRead(output.WrittenSpan, out var consumed, out var e).ShouldBeTrue();
                consumed.ShouldBe(output.WrittenCount);
                Encoding.UTF8.GetString(e.Type).ShouldBe(type);
                Encoding.UTF8.GetString(e.Data).ShouldBe(data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'));
            },
            iter: 2_000);
    }
}
