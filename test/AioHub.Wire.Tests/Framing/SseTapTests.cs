using System.Text;
using System.Text.Json;
using AioHub.Wire.Framing;
using AioHub.Wire.Tests.Json;
using CsCheck;

namespace AioHub.Wire.Tests.Framing;

public sealed class SseTapTests
{
    [Theory]
    [InlineData("data: a\n\n", "|a")]
    [InlineData("data:a\r\n\r\n", "|a")]
    [InlineData("data:  a\r\r", "| a")]
    [InlineData("data\n\n", "|")]
    [InlineData("data:\n\n", "|")]
    [InlineData("data: \n\n", "|")]
    [InlineData("data\ndata\n\n", "|\n")]
    [InlineData("data: a\ndata:b\rdata\r\ndata: \n\n", "|a\nb\n\n")]
    [InlineData("event: x\ndata: a\n\n", "x|a")]
    [InlineData("data: a\nevent:x\n\n", "x|a")]
    [InlineData("event: x\nevent: y\ndata: a\n\n", "y|a")]
    [InlineData("event: x\nevent\ndata: a\n\n", "|a")]
    [InlineData("event: x\n\ndata: a\n\n", "|a")]
    [InlineData(": ping\n\n: x\ndata: a\n:y\n\n", "|a")]
    [InlineData("id: 1\nretry: 5\ndata: a\nfoo: b\n\n", "|a")]
    [InlineData("dat: 1\ndatab: 1\n data: 1\nData: 1\ndata : 1\neven: 1\neventx:1\ndata: a\n\n", "|a")]
    [InlineData("data: a\n\n\n\ndata: b\n\n", "|a", "|b")]
    [InlineData("\n\n\r\ndata: a\n\n", "|a")]
    [InlineData("\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: c\n\n", "|a", "|c")]
    [InlineData("\uFEFF\uFEFFdata: a\ndata: b\n\n", "|b")]
    [InlineData("data: a\n\ndata: cut off\n", "|a")]
    [InlineData("data: a\n\ndata: cut off", "|a")]
    [InlineData("data: x\0y: z\n\n", "|x\0y: z")]
    public void Reads_by_the_standard(string stream, params string[] expected) => ReadEveryWay(Encoding.UTF8.GetBytes(stream), expected);

    [Fact]
    public void Takes_half_a_mark_for_a_strange_name()
    {
        ReadEveryWay([0xEF, .. "data: a\ndata: b\n\n"u8], ["|b"]);
        ReadEveryWay([0xEF, 0xBB, .. "\ndata: b\n\n"u8], ["|b"]);
        ReadEveryWay([0xEF, 0xBB, 0xBF, .. "\ndata: b\n\n"u8], ["|b"]);
    }

    [Fact]
    public void Agrees_with_the_public_vectors()
    {
        if (SharedVectors.Find("sse/vectors.json") is not { } file)
        {
            return;
        }

        using var vectors = JsonDocument.Parse(File.ReadAllBytes(file));
        vectors.RootElement.GetArrayLength().ShouldBeGreaterThan(100);
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            byte[][] chunks = [.. vector.GetProperty("chunks_base64").EnumerateArray().Select(chunk => MarkOnce(chunk.GetBytesFromBase64()))];
            string[] expected = [.. vector.GetProperty("expected_events").EnumerateArray().Select(
                e => (e.GetProperty("event").GetString() ?? "") + "|" + e.GetProperty("data").GetString())];
            var name = vector.GetProperty("name").GetString();
            Read(chunks).ShouldBe(expected, name);
            ReadEveryWay([.. chunks.SelectMany(chunk => chunk)], expected, name);
        }
    }

    [Fact]
    public void Gives_the_same_events_however_the_stream_is_cut()
    {
        var pieces = Gen.OneOf(
            "data", "event", "data:", "data: ", "event:", "event: x", "id", ":", " ", "a", "{\"b\":1}", "\n", "\n", "\n", "\n\n", "\r", "\r\n", "\r\n\r\n", "\0", "é", "\uFEFF", "dat", "eve",
            "a longer run of text that fills more than one vector of bytes");
        Gen.Select(pieces.Array[0, 40], Gen.Int[1, 12].Array[1, 30]).Sample(
            (parts, lengths) =>
            {
                var stream = Encoding.UTF8.GetBytes(string.Concat(parts));
                var expected = Reference(stream);
                Read([stream]).ShouldBe(expected);
                Read(Cut(stream, lengths)).ShouldBe(expected);
                Read(Cut(stream, [1])).ShouldBe(expected);
            },
            iter: 20_000);
    }

    [Fact]
    public void Drops_data_beyond_the_cap()
    {
        var stream = "data: 12345\n\ndata: 123456\nevent: x\n\ndata: 12\ndata: 34\n\ndata: 12\ndata: 345\ndata: 6\n\ndata: ok\n\n"u8.ToArray();
        string[] expected = ["|12345", "x|!", "|12\n34", "|!", "|ok"];
        ReadEveryWay(stream, expected, cap: 5);
    }

    [Fact]
    public void Drops_types_beyond_their_cap()
    {
        var longest = new string('t', SseTap.MaxType);
        var stream = Encoding.UTF8.GetBytes($"event: {longest}\ndata: a\n\nevent: {longest}t\ndata: b\n\nevent: {longest}t\nevent: u\ndata: c\n\n");
        foreach (var length in (int[])[stream.Length, 1, 7, 1000])
        {
            using var tap = new SseTap();
            var events = new List<string>();
            foreach (var chunk in Cut(stream, [length]))
            {
                Feed(tap, chunk, events);
            }

            events.ShouldBe([longest + "|a", "|!", "u|c"]);
        }
    }

    [Fact]
    public void Holds_no_more_than_the_cap()
    {
        using var tap = new SseTap(1 << 20);
        var chunk = new byte[64 * 1024];
        chunk.AsSpan().Fill((byte)'x');
        tap.TryRead("data: "u8, out _, out _).ShouldBeFalse();
        for (var i = 0; i < 40; i++)
        {
            tap.TryRead(chunk, out var consumed, out _).ShouldBeFalse();
            consumed.ShouldBe(chunk.Length);
        }

        Allocations.Of(() => tap.TryRead(chunk, out _, out _)).ShouldBe(0);
        tap.TryRead("\n\ndata: a\n\n"u8, out var used, out var e).ShouldBeTrue();
        used.ShouldBe(2);
        e.Oversize.ShouldBeTrue();
        e.Data.Length.ShouldBe(0);
        tap.TryRead("data: a\n\n"u8, out _, out e).ShouldBeTrue();
        e.Oversize.ShouldBeFalse();
        Encoding.UTF8.GetString(e.Data).ShouldBe("a");
    }

    [Fact]
    public void Tells_where_another_event_may_be_written()
    {
        using var tap = new SseTap();
        Expect(0);
        Feed("\uFEFF", 0);
        Feed("d", 1);
        Feed("ata: a\r", 8);
        Feed("\n", 9);
        Feed("\r", 0, ends: true);
        Feed("\n", 0);
        Feed(": ping\n", 7);
        Feed("\n", 0);
        Feed("data: b\n\n", 0, ends: true);
        Feed("\n", 0);
        Feed("event: x\nda", 11);
        Feed("ta\n", 14);

        void Feed(string text, int pending, bool ends = false)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            tap.TryRead(bytes, out var consumed, out _).ShouldBe(ends);
            consumed.ShouldBe(bytes.Length);
            Expect(pending);
        }

        void Expect(int pending)
        {
            tap.PendingBytes.ShouldBe(pending);
            tap.AtBoundary.ShouldBe(pending == 0);
        }
    }

    [Fact]
    public void Gives_slices_of_the_chunk()
    {
        using var tap = new SseTap();
        var chunk = "event: x\ndata: abc\n\n"u8.ToArray();
        tap.TryRead(chunk, out _, out var e).ShouldBeTrue();
        chunk.AsSpan().Overlaps(e.Data).ShouldBeTrue();
        chunk.AsSpan().Overlaps(e.Type).ShouldBeTrue();
    }

    [Fact]
    public void Allocates_nothing_once_warm()
    {
        using var tap = new SseTap();
        var stream = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("event: delta\ndata: {\"a\":1}\n\n: ping\n\ndata: x\ndata: y\n\n", 20)));
        foreach (var length in (int[])[stream.Length, 50, 7, 1])
        {
            Allocations.Of(() =>
            {
                for (var at = 0; at < stream.Length; at += length)
                {
                    var chunk = stream.AsSpan(at, Math.Min(length, stream.Length - at));
                    while (tap.TryRead(chunk, out var consumed, out _))
                    {
                        chunk = chunk[consumed..];
                    }
                }
            }).ShouldBe(0);
        }
    }

    private static void ReadEveryWay(byte[] stream, string[] expected, string? name = null, int cap = SseTap.DefaultMaxData)
    {
        Read([stream], cap).ShouldBe(expected, name);
        Read(Cut(stream, [1]), cap).ShouldBe(expected, name);
        byte[][] events = [.. expected.Select(Encoding.UTF8.GetBytes)];
        for (var cut = 1; cut < stream.Length; cut++)
        {
            // Thousands of cuts: bytes are compared as they come, and put into words only when they differ.
            if (!IsRead(stream, cut, events, cap))
            {
                Read([stream[..cut], stream[cut..]], cap).ShouldBe(expected, $"{name} cut at {cut}");
                Assert.Fail($"{name} cut at {cut}: the bytes differ.");
            }
        }
    }

    private static bool IsRead(byte[] stream, int cut, byte[][] expected, int cap)
    {
        using var tap = new SseTap(cap);
        var count = 0;
        foreach (var (start, end) in ((int, int)[])[(0, cut), (cut, stream.Length)])
        {
            ReadOnlySpan<byte> rest = stream.AsSpan(start, end - start);
            while (tap.TryRead(rest, out var consumed, out var e))
            {
                ReadOnlySpan<byte> data = e.Oversize ? "!"u8 : e.Data;
                if (count == expected.Length || !IsJoined(expected[count++], e.Type, data))
                {
                    return false;
                }

                rest = rest[consumed..];
            }
        }

        return count == expected.Length;
    }

    private static bool IsJoined(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) =>
        expected.Length == type.Length + 1 + data.Length && expected.StartsWith(type) && expected.EndsWith(data);

    /// <summary>Two of the vectors carry the byte order mark encoded twice: their source wrote its bytes as three letters of a string.</summary>
    private static byte[] MarkOnce(byte[] chunk)
    {
        ReadOnlySpan<byte> twice = [0xC3, 0xAF, 0xC2, 0xBB, 0xC2, 0xBF];
        return chunk.AsSpan().StartsWith(twice) ? [0xEF, 0xBB, 0xBF, .. chunk[twice.Length..]] : chunk;
    }

    private static string[] Read(byte[][] chunks, int cap = SseTap.DefaultMaxData)
    {
        using var tap = new SseTap(cap);
        var events = new List<string>();
        foreach (var chunk in chunks)
        {
            Feed(tap, chunk, events);
        }

        return [.. events];
    }

    private static void Feed(SseTap tap, ReadOnlySpan<byte> chunk, List<string> events)
    {
        // A copy that is wiped afterwards: nothing of an earlier chunk may be needed later.
        var copy = chunk.ToArray();
        ReadOnlySpan<byte> rest = copy;
        while (tap.TryRead(rest, out var consumed, out var e))
        {
            if (!tap.AtBoundary)
            {
                throw new InvalidOperationException("An event ends at a boundary.");
            }

            events.Add(Encoding.UTF8.GetString(e.Type) + "|" + (e.Oversize ? "!" : Encoding.UTF8.GetString(e.Data)));
            rest = rest[consumed..];
        }

        Array.Fill(copy, (byte)'#');
    }

    private static byte[][] Cut(byte[] stream, int[] lengths)
    {
        var chunks = new List<byte[]>();
        for (int at = 0, i = 0; at < stream.Length; i++)
        {
            var length = Math.Min(lengths[i % lengths.Length], stream.Length - at);
            chunks.Add(stream[at..(at + length)]);
            at += length;
        }

        return [.. chunks];
    }

    /// <summary>The standard's algorithm in its own words, over the whole decoded text.</summary>
    private static string[] Reference(byte[] stream)
    {
        var text = Encoding.UTF8.GetString(stream);
        text = text.StartsWith('\uFEFF') ? text[1..] : text;
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n')[..^1];
        var events = new List<string>();
        string data = "", type = "";
        foreach (var line in lines)
        {
            if (line.Length == 0)
            {
                if (data.Length > 0)
                {
                    events.Add(type + "|" + data[..^1]);
                }

                data = type = "";
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            value = value.StartsWith(' ') ? value[1..] : value;
            data += field == "data" ? value + "\n" : "";
            type = field == "event" ? value : type;
        }

        return [.. events];
    }
}
