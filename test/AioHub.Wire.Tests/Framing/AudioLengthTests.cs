using AioHub.Wire.Framing;

namespace AioHub.Wire.Tests.Framing;

public sealed class AudioLengthTests
{
    [Fact]
    public void A_wave_file_tells_its_length()
    {
        var file = new byte[44 + 16_001];
        "RIFF"u8.CopyTo(file);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BitConverter.TryWriteBytes(file.AsSpan(16), 16);
        BitConverter.TryWriteBytes(file.AsSpan(28), 16_000);
        "data"u8.CopyTo(file.AsSpan(36));
        BitConverter.TryWriteBytes(file.AsSpan(40), 16_001);
        AudioLength.Milliseconds(file, out var exact).ShouldBe(1001);
        exact.ShouldBeTrue();
        BitConverter.TryWriteBytes(file.AsSpan(40), -1);
        AudioLength.Milliseconds(file, out _).ShouldBe(1001, "a size that was never written");
    }

    [Fact]
    public void A_flac_file_tells_its_length()
    {
        var file = new byte[64];
        "fLaC"u8.CopyTo(file);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(18), (48_000UL << 44) | 96_001);
        AudioLength.Milliseconds(file, out var exact).ShouldBe(2001);
        exact.ShouldBeTrue();
    }

    [Fact]
    public void An_mp3_is_measured_by_its_bit_rate_and_the_rest_by_a_guess()
    {
        var file = new byte[16_000];
        file[0] = 0xFF;
        file[1] = 0xFB;
        file[2] = 0x90;
        AudioLength.Milliseconds(file, out var exact).ShouldBe(1000);
        exact.ShouldBeFalse();
        AudioLength.Milliseconds(new byte[16_000], out exact).ShouldBe(2000);
        exact.ShouldBeFalse();
        AudioLength.Milliseconds(default, out _).ShouldBe(0);
    }

    [Fact]
    public void No_bytes_throw()
    {
        var random = new Random(7);
        byte[][] starts = ["RIFF"u8.ToArray(), "fLaC"u8.ToArray(), "ID3"u8.ToArray(), [0xFF, 0xFB], []];
        for (var i = 0; i < 20_000; i++)
        {
            var file = new byte[random.Next(0, 120)];
            random.NextBytes(file);
            var start = starts[random.Next(starts.Length)];
            start.AsSpan(0, Math.Min(start.Length, file.Length)).CopyTo(file);
            if (file.Length > 40 && start.Length == 4)
                "WAVEfmt "u8.CopyTo(file.AsSpan(8));
            AudioLength.Milliseconds(file, out _).ShouldBeGreaterThanOrEqualTo(0);
        }
    }
}
