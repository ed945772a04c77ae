using System.Buffers;
using System.Text.Json;

namespace AioHub.Core.Metering;

/// <summary>Turns receipts into journal frames in rented buffers.</summary>
internal static class ReceiptBytes
{
    [ThreadStatic]
    private static FrameWriter? _frame;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>A complete frame; the caller owns the buffer.</summary>
    public static (byte[] Buffer, int Length) Write(Receipt receipt)
    {
        if (receipt.Attempts.IsDefault || receipt.Losses.IsDefault || receipt.Charge.Lines.IsDefault)
        {
            receipt = receipt with
            {
                Attempts = receipt.Attempts.IsDefault ? [] : receipt.Attempts,
                Losses = receipt.Losses.IsDefault ? [] : receipt.Losses,
                Charge = receipt.Charge.Lines.IsDefault ? receipt.Charge with { Lines = [] } : receipt.Charge,
            };
        }

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
        var frame = _frame ??= new FrameWriter();
        frame.Start();
        if (_json is null)
        {
            _json = new Utf8JsonWriter(frame, new JsonWriterOptions { SkipValidation = true });
        }
        else
        {
            _json.Reset(frame);
        }

        JsonSerializer.Serialize(_json, receipt, ReceiptJson.Default.Receipt);
        _json.Flush();
        return frame.Finish();
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

    /// <summary>Grows a rented buffer that starts with room for the frame's header.</summary>
    private sealed class FrameWriter : IBufferWriter<byte>
    {
        private byte[] _buffer = [];
        private int _written;

        public void Start() => (_buffer, _written) = (ArrayPool<byte>.Shared.Rent(2_048), JournalFormat.FrameHeader);

        public (byte[] Buffer, int Length) Finish()
        {
            var result = (_buffer, _written - JournalFormat.FrameHeader);
            _buffer = [];
            return result;
        }

        public void Advance(int count) => _written += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Ensure(sizeHint);
            return _buffer.AsMemory(_written);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Ensure(sizeHint);
            return _buffer.AsSpan(_written);
        }

        private void Ensure(int sizeHint)
        {
            if (_buffer.Length - _written >= Math.Max(sizeHint, 1))
            {
                return;
            }

            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _written + sizeHint));
            _buffer.AsSpan(0, _written).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
