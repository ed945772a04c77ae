using AioHub.Core.Primitives;

namespace AioHub.Core.Metering;

/// <summary>Turns receipts into journal frames.</summary>
internal static class ReceiptBytes
{
    private const int UsualFrame = 1024;

    /// <summary>Larger ones are not kept: a monstrous receipt must not hold memory for ever.</summary>
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static byte[]? _scratch;

    /// <summary>A complete frame, valid until the same thread writes the next one. Its payload stands behind <see cref="JournalFormat.FrameHeader"/>.</summary>
    /// <param name="length">Of the payload.</param>
    public static ReadOnlySpan<byte> Write(Receipt receipt, out int length)
    {
        var frame = Serialize(receipt, out length);
        if (length > JournalFormat.LongestPayload)
        {
            frame = Serialize(Shorten(receipt), out length);
        }

        JournalFormat.Seal(frame, length);
        return frame;
    }

    private static Span<byte> Serialize(Receipt receipt, out int length)
    {
        var fields = new FieldWriter(_scratch ?? new byte[UsualFrame], JournalFormat.FrameHeader);
        ReceiptFields.Write(ref fields, receipt);
        length = fields.Position - JournalFormat.FrameHeader;
        var size = JournalFormat.SizeOf(length);
        var buffer = fields.Buffer;
        if (buffer.Length < size)
        {
            Array.Resize(ref buffer, size);
        }

        _scratch = buffer.Length > LargestKept ? null : buffer;
        return buffer.AsSpan(0, size);
    }

    /// <summary>What the money needs, and texts cut to sizes that people can read.</summary>
    private static Receipt Shorten(Receipt receipt) => receipt with
    {
        Attempts = [],
        Losses = [],
        UserAgent = Cut(receipt.UserAgent),
        Session = Cut(receipt.Session),
        ErrorCode = Cut(receipt.ErrorCode),
        ServiceTier = Cut(receipt.ServiceTier),
        RequestedModel = Cut(receipt.RequestedModel)!,
        ServedModel = Cut(receipt.ServedModel)!,
        UpstreamModel = Cut(receipt.UpstreamModel)!,
    };

    private static string? Cut(string? text) => text is { Length: > 1_000 } ? text[..1_000] : text;
}
