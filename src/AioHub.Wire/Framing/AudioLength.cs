using System.Buffers.Binary;

namespace AioHub.Wire.Framing;

/// <summary>How long a sound lasts, read from its file's header. Never throws on any bytes.</summary>
public static class AudioLength
{
    /// <summary>No speech codec in use takes less: a bound of a length in seconds is a bound in thousands of bytes.</summary>
    public const int LeastBytesPerSecond = 1000;

    /// <summary>For formats that are not looked into (M4A, WebM, …): speech in AAC or Opus.</summary>
    private const int UsualBytesPerSecond = 8000;

    /// <summary>Of MPEG-1 and of MPEG-2 layer III, in kbit/s, by the index in a frame's header.</summary>
    private static ReadOnlySpan<ushort> Mpeg1 => [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];

    private static ReadOnlySpan<ushort> Mpeg2 => [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];

    /// <param name="exact">The header says it; false: worked out from the size of the file and a bit rate.</param>
    /// <returns>Milliseconds, rounded up; 0 for an empty file.</returns>
    public static long Milliseconds(ReadOnlySpan<byte> file, out bool exact)
    {
        exact = true;
        if (TryWave(file, out var milliseconds) || TryFlac(file, out milliseconds))
        {
            return milliseconds;
        }

        exact = false;
        return TryMpeg(file, out milliseconds) ? milliseconds : Up(file.Length * 1000L, UsualBytesPerSecond);
    }

    private static bool TryWave(ReadOnlySpan<byte> file, out long milliseconds)
    {
        milliseconds = 0;
        if (file.Length < 44 || !file.StartsWith("RIFF"u8) || !file[8..].StartsWith("WAVE"u8))
        {
            return false;
        }

        long rate = 0;
        for (var at = 12; at + 8 <= file.Length;)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            if (file[at..].StartsWith("fmt "u8) && at + 20 <= file.Length)
            {
                rate = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 16)..]);
            }
            else if (file[at..].StartsWith("data"u8))
            {
                // A recorder that streams writes no size, or the largest one.
                milliseconds = rate == 0 ? 0 : Up(Math.Min(size == 0 ? uint.MaxValue : size, file.Length - at - 8) * 1000L, rate);
                return rate > 0;
            }

            var next = at + 8 + (long)size + (size & 1);
            if (next > file.Length)
            {
                return false;
            }

            at = (int)next;
        }

        return false;
    }

    private static bool TryFlac(ReadOnlySpan<byte> file, out long milliseconds)
    {
        milliseconds = 0;
        if (file.Length < 42 || !file.StartsWith("fLaC"u8))
        {
            return false;
        }

        // STREAMINFO: 20 bits of sample rate, 3 of channels, 5 of depth, 36 of samples.
        var bits = BinaryPrimitives.ReadUInt64BigEndian(file[18..]);
        var rate = (long)(bits >> 44);
        var samples = (long)(bits & 0xF_FFFF_FFFF);
        milliseconds = rate == 0 ? 0 : Up(samples * 1000, rate);
        return rate > 0 && samples > 0;
    }

    private static bool TryMpeg(ReadOnlySpan<byte> file, out long milliseconds)
    {
        milliseconds = 0;
        var at = 0;
        if (file.Length > 10 && file.StartsWith("ID3"u8))
        {
            at = 10 + (((file[6] & 0x7F) << 21) | ((file[7] & 0x7F) << 14) | ((file[8] & 0x7F) << 7) | (file[9] & 0x7F));
        }

        if (at < 0 || at + 4 > file.Length || file[at] != 0xFF || (file[at + 1] & 0xE6) != 0xE2)
        {
            return false;
        }

        var kilobits = ((file[at + 1] & 0x18) == 0x18 ? Mpeg1 : Mpeg2)[file[at + 2] >> 4];
        milliseconds = kilobits == 0 ? 0 : Up((file.Length - at) * 8L, kilobits);
        return kilobits > 0;
    }

    private static long Up(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}
