using System.Buffers;

namespace AioHub.Core.Metering;

/// <summary>Turns receipts into journal frames in rented buffers.</summary>
internal static class ReceiptBytes
{
    private const int UsualLength = 960;

    /// <summary>A complete frame; the caller owns the buffer.</summary>
    public static (byte[] Buffer, int Length) Write(Receipt receipt)
    {
        var (buffer, length) = Serialize(receipt);
        if (length > JournalFormat.LongestPayload)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            (buffer, length) = Serialize(Shorten(receipt));
        }

        var size = JournalFormat.SizeOf(length);
        if (buffer.Length < size)
        {
            var larger = ArrayPool<byte>.Shared.Rent(size);
            buffer.AsSpan(0, JournalFormat.FrameHeader + length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        JournalFormat.Seal(buffer, length);
        return (buffer, length);
    }

    private static (byte[] Buffer, int Length) Serialize(Receipt receipt)
    {
        var fields = new FieldWriter(JournalFormat.FrameHeader, UsualLength);
        ReceiptFields.Write(ref fields, receipt);
        return (fields.Buffer, fields.Position - JournalFormat.FrameHeader);
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
