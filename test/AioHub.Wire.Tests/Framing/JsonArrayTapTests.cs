using System.Text;
using System.Text.Json;
using AioHub.Wire.Framing;
using AioHub.Wire.Tests.Json;
using CsCheck;

namespace AioHub.Wire.Tests.Framing;

public sealed class JsonArrayTapTests
{
    [Theory]
    [InlineData("[]", true)]
    [InlineData(" [ ] ", true)]
    [InlineData("[{\"a\":1}]", true, "{\"a\":1}")]
    [InlineData("[{\"a\":1}\n,\r\n{\"b\":[{}]}\n]\n", true, "{\"a\":1}", "{\"b\":[{}]}")]
    [InlineData("[{\"a\":\"]}\\\"\\\\\"},[[1],\"]\"]]", true, "{\"a\":\"]}\\\"\\\\\"}", "[[1],\"]\"]")]
    [InlineData("[1, -2.5e3 ,true,null,\"x,]\\\"\",\"\",{}]", true, "1", "-2.5e3", "true", "null", "\"x,]\\\"\"", "\"\"", "{}")]
    [InlineData("{\"a\":[{}]}", true, "{\"a\":[{}]}")]
    [InlineData(" {} \n{}", true, "{}")]
    [InlineData("[{}]{}[1]", true, "{}")]
    [InlineData("[{}", false, "{}")]
    [InlineData("[{},", false, "{}")]
    [InlineData("[{},{\"a\":", false, "{}")]
    [InlineData("", false)]
    [InlineData("<html>[{}]</html>", false)]
    [InlineData("\"x\"", false)]
    [InlineData("[{}}", false, "{}")]
    public void Finds_elements(string stream, bool ended, params string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        Check([bytes]);
        Check([.. bytes.Select(value => new[] { value })]);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Check([bytes[..cut], bytes[cut..]]);
        }

        void Check(byte[][] chunks)
        {
            Read(chunks, out var tapEnded).ShouldBe(expected);
            tapEnded.ShouldBe(ended);
        }
    }

    [Theory]
    [InlineData("<html>", true)]
    [InlineData("[{}}", true)]
    [InlineData("[{}:", true)]
    [InlineData("[{}]x", false)]
    [InlineData("[{", false)]
    public void Tells_what_is_no_array(string stream, bool malformed)
    {
        using var tap = new JsonArrayTap();
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(stream);
        while (tap.TryRead(rest, out var consumed, out _))
        {
            rest = rest[consumed..];
        }

        tap.Malformed.ShouldBe(malformed);
    }

    [Fact]
    public void Drops_elements_beyond_the_cap()
    {
        var stream = "[{\"a\":1},{\"a\":12},{\"b\":2},\"123456789\",7]"u8.ToArray();
        for (var length = 1; length <= stream.Length; length++)
        {
            Read([.. stream.Chunk(length)], out _, cap: 7).ShouldBe(["{\"a\":1}", "!", "{\"b\":2}", "!", "7"]);
        }
    }

    [Fact]
    public void Finds_what_the_platform_finds()
    {
        var element = Gen.OneOf("{\"a\":\"b}\\\"\"}", "[]", "{}", "1", "\"[\\\\\"", "null", "{\"a\":[1,{\"b\":[]}]}", "\"é\"", "-1e5");
        Gen.Select(element.Array[0, 12], Gen.OneOf(",", " ,", ",\r\n", " , "), Gen.Int[1, 9]).Sample(
            (elements, comma, length) =>
            {
                var stream = Encoding.UTF8.GetBytes("[" + string.Join(comma, elements) + "]\n");
                using var document = JsonDocument.Parse(stream);
                string[] expected = [.. document.RootElement.EnumerateArray().Select(value => value.GetRawText())];
                Read([.. stream.Chunk(length)], out var ended).ShouldBe(expected);
                ended.ShouldBeTrue();
            },
            iter: 5_000);
    }

    [Fact]
    public void Survives_any_bytes()
    {
        Gen.OneOf("{}[]\",:\\ 1a"u8.ToArray()).Array[0, 40].Sample(
            bytes =>
            {
                var whole = Read([bytes], out var ended);
                Read([.. bytes.Chunk(1)], out var endedInPieces).ShouldBe(whole);
                endedInPieces.ShouldBe(ended);
            },
            iter: 20_000);
    }

    [Fact]
    public void Gives_slices_of_the_chunk_and_allocates_nothing_once_warm()
    {
        var stream = Encoding.UTF8.GetBytes("[" + string.Join(",\n", Enumerable.Repeat("{\"a\":\"text\",\"b\":[1,2]}", 20)) + "]");
        using (var tap = new JsonArrayTap())
        {
            tap.TryRead(stream, out _, out var element).ShouldBeTrue();
            stream.AsSpan().Overlaps(element).ShouldBeTrue();
        }

        foreach (var length in (int[])[stream.Length, 7, 1])
        {
            using var tap = new JsonArrayTap();
            tap.TryRead("["u8, out _, out _);
            var inside = stream.AsMemory(1, stream.Length - 2);
            Allocations.Of(() =>
            {
                for (var at = 0; at < inside.Length; at += length)
                {
                    var chunk = inside.Span.Slice(at, Math.Min(length, inside.Length - at));
                    while (tap.TryRead(chunk, out var consumed, out _))
                    {
                        chunk = chunk[consumed..];
                    }
                }
            }).ShouldBe(0);
        }
    }

    private static List<string> Read(byte[][] chunks, out bool ended, int cap = JsonArrayTap.DefaultMaxElement)
    {
        using var tap = new JsonArrayTap(cap);
        var elements = new List<string>();
        foreach (var chunk in chunks)
        {
            var copy = chunk.ToArray();
            ReadOnlySpan<byte> rest = copy;
            while (tap.TryRead(rest, out var consumed, out var element))
            {
                elements.Add(tap.Oversize ? "!" : Encoding.UTF8.GetString(element));
                rest = rest[consumed..];
            }

            Array.Fill(copy, (byte)'#');
        }

        ended = tap.Ended;
        return elements;
    }
}
