using AioHub.Core.Metering;
using AioHub.TestKit;

namespace AioHub.Core.Tests.Metering;

public sealed class JournalFormatTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Crc_is_castagnolis() => JournalFormat.Crc("123456789"u8).ShouldBe(0xE3069283u);

    [Fact]
    public void What_is_written_is_read_in_order()
    {
        byte[][] payloads = [[1], new byte[48], new byte[49], [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)]];
        Array.Fill(payloads[1], (byte)7);
        Array.Fill(payloads[2], (byte)8);
        Read(Concat(payloads.Select(Frame)), out var bad).ShouldBe(payloads);
        bad.ShouldBe(0);
    }

    [Fact]
    public void Any_cut_gives_the_whole_records_before_it()
    {
        byte[][] payloads = [Filled(70), Filled(10), Filled(300)];
        var frames = payloads.Select(Frame).ToArray();
        var all = Concat(frames);
        for (var cut = 0; cut <= all.Length; cut++)
        {
            var whole = 0;
            for (int i = 0, end = 0; i < payloads.Length; i++)
            {
                // The last record's zeros need not be there.
                whole += cut >= end + JournalFormat.FrameHeader + payloads[i].Length ? 1 : 0;
                end += frames[i].Length;
            }

            Read(all[..cut], out _).Count.ShouldBe(whole);
        }
    }

    [Fact]
    public void Any_flipped_byte_costs_at_most_its_own_record()
    {
        byte[][] payloads = [Filled(70), Filled(10), Filled(300)];
        var all = Concat(payloads.Select(Frame));
        for (var at = 0; at < all.Length; at++)
        {
            var harmed = (byte[])all.Clone();
            harmed[at] ^= 0xFF;
            var read = Read(harmed, out var bad);
            read.Count.ShouldBeGreaterThanOrEqualTo(2);
            (read.Count == 3 || bad > 0).ShouldBeTrue();
            read.ShouldAllBe(one => payloads.Any(payload => payload.SequenceEqual(one)));
        }
    }

    [Fact]
    public void Holes_are_passed_over_and_are_not_bad()
    {
        Read(Concat([Frame([1]), new byte[640], Frame([2]), new byte[64]]), out var bad).ShouldBe([[1], [2]]);
        bad.ShouldBe(0);
    }

    [Fact]
    public void Rubbish_never_throws_and_never_hides_what_follows()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var rubbish = new byte[64 * random.Next(1, 40)];
            random.NextBytes(rubbish);
            Frame([9]).AsSpan(0, random.Next(1, 12)).CopyTo(rubbish); // as if a record began here
            Read(Concat([Frame([1]), rubbish, Frame([2])]), out var bad).ShouldBe([[1], [2]]);
            bad.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void Segments_know_their_own_name()
    {
        var block = new byte[64];
        JournalFormat.WriteSegmentHeader(block, -42, 17);
        JournalFormat.TryReadSegmentHeader(block, out var name).ShouldBeTrue();
        name.ShouldBe(-42);
        block[9] ^= 1;
        JournalFormat.TryReadSegmentHeader(block, out _).ShouldBeFalse();
        JournalFormat.TryReadSegmentHeader(block.AsSpan(0, 10), out _).ShouldBeFalse();
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Filled(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i % 90) + 32))];

    private static byte[] Frame(byte[] payload)
    {
        var frame = new byte[JournalFormat.SizeOf(payload.Length)];
        payload.CopyTo(frame, JournalFormat.FrameHeader);
        JournalFormat.Seal(frame, payload.Length);
        return frame;
    }

    private static byte[] Concat(IEnumerable<byte[]> parts) => [.. parts.SelectMany(part => part)];

    private List<byte[]> Read(byte[] records, out int bad)
    {
        var path = _folder[Guid.NewGuid().ToString("n")];
        File.WriteAllBytes(path, records);
        using var file = File.OpenHandle(path);
        using var scanner = new JournalScanner(file, 0, records.Length);
        var read = new List<byte[]>();
        while (scanner.TryNext(out var offset, out var payload))
        {
            (offset % JournalFormat.Block).ShouldBe(0);
            read.Add(payload.ToArray());
        }

        bad = scanner.Bad;
        return read;
    }
}
