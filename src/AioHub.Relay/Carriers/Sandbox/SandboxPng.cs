using System.Buffers.Binary;
using System.IO.Compression;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Draws a PNG of 8×8 pixels in the colours of a digest.</summary>
internal static class SandboxPng
{
    private const int Side = 8;

    /// <param name="seed">At least six hexadecimal digits; the same seed gives the same bytes.</param>
    public static byte[] Draw(string seed)
    {
        var colour = Convert.FromHexString(seed.AsSpan(0, 6));
        var rows = new byte[Side * (1 + (Side * 3))];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                    rows[(y * (1 + (Side * 3))) + 1 + (x * 3) + channel] = (byte)(((x ^ y) & 1) == 0 ? colour[channel] : 255 - colour[channel]);
            }
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(rows);
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Chunk(png, "IHDR"u8, [0, 0, 0, Side, 0, 0, 0, Side, 8, 2, 0, 0, 0]);
        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> name, byte[] data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        png.Write(word);
        png.Write(name);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, ~Crc(Crc(uint.MaxValue, name), data));
        png.Write(word);
    }

    // CRC-32 of ISO 3309, bit by bit: a few hundred bytes are all it ever sees.
    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var octet in data)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return crc;
    }
}
