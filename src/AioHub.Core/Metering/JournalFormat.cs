using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AioHub.Core.Metering;

/// <summary>
/// The bytes of a journal segment. A 64-byte header: magic (8), the segment's random name (8), Unix milliseconds (8), CRC-32C of these. Then records, each at a
/// multiple of 64: magic (4), payload length (4), CRC-32C of length and payload (4), zero (4), payload, zeros to the next multiple. Little-endian.
/// </summary>
internal static class JournalFormat
{
    public const int Block = 64;
    public const int FrameHeader = 16;
    public const int LongestPayload = 1 << 20;
    private const ulong SegmentMagic = 0x0A_31_47_45_53_4A_48_41; // "AHJSEG1\n"
    private const uint RecordMagic = 0xF7_4A_48_41; // "AHJ" and a byte that no text contains in UTF-8

    /// <summary>Bytes that a payload takes in the file.</summary>
    public static int SizeOf(int payload) => (FrameHeader + payload + Block - 1) & ~(Block - 1);

    public static void WriteSegmentHeader(Span<byte> block, long name, long unixMilliseconds)
    {
        block[..Block].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(block, SegmentMagic);
        BinaryPrimitives.WriteInt64LittleEndian(block[8..], name);
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], unixMilliseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(block[24..], Crc(block[..24]));
    }

    public static bool TryReadSegmentHeader(ReadOnlySpan<byte> block, out long name)
    {
        name = 0;
        if (block.Length < Block || BinaryPrimitives.ReadUInt64LittleEndian(block) != SegmentMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(block[24..]) != Crc(block[..24]))
        {
            return false;
        }

        name = BinaryPrimitives.ReadInt64LittleEndian(block[8..]);
        return true;
    }

    /// <summary>Completes a frame whose payload stands at <see cref="FrameHeader"/>; the rest up to <see cref="SizeOf"/> becomes zeros.</summary>
    public static void Seal(Span<byte> frame, int payload)
    {
        frame[(FrameHeader + payload)..SizeOf(payload)].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(frame, RecordMagic);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], payload);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], CrcOf(frame, payload));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[12..], 0);
    }

    /// <summary>Whether a record may begin here, and how long its payload is.</summary>
    public static bool TryReadFrameHeader(ReadOnlySpan<byte> frame, out int payload)
    {
        payload = 0;
        if (frame.Length < FrameHeader || BinaryPrimitives.ReadUInt32LittleEndian(frame) != RecordMagic)
        {
            return false;
        }

        payload = BinaryPrimitives.ReadInt32LittleEndian(frame[4..]);
        return payload is > 0 and <= LongestPayload;
    }

    public static bool IsIntact(ReadOnlySpan<byte> frame, int payload) =>
        frame.Length >= FrameHeader + payload && BinaryPrimitives.ReadUInt32LittleEndian(frame[8..]) == CrcOf(frame, payload);

    public static uint Crc(ReadOnlySpan<byte> bytes) => ~Crc(uint.MaxValue, bytes);

    private static uint CrcOf(ReadOnlySpan<byte> frame, int payload) => ~Crc(Crc(uint.MaxValue, frame[4..8]), frame.Slice(FrameHeader, payload));

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var one in bytes[(words.Length * 8)..])
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return crc;
    }
}
