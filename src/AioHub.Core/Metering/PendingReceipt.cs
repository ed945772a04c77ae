using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Metering;

/// <summary>
/// A receipt on its way to the database: what its row in the log needs, and where its bytes stand. The receipt itself ends with its call. Objects of this class
/// are used again and again (<see cref="UsageJournal"/>): of thousands that wait, the garbage collector would have to carry each along.
/// </summary>
internal sealed class PendingReceipt : IKnownCall
{
    private JournalSegment? _segment;
    private long _offset;
    private int _length;

    /// <summary>An empty one, for <see cref="Fill"/>.</summary>
    public PendingReceipt()
    {
    }

    /// <param name="payload">What <see cref="ReceiptFields"/> made of the receipt.</param>
    public PendingReceipt(Receipt receipt, ReadOnlyMemory<byte> payload)
    {
        Take(receipt);
        Payload = payload;
    }

    public RequestId Id { get; private set; }

    /// <summary>The number of the log's row that this made; 0 = none yet, or the row was there already.</summary>
    public long Number { get; set; }

    /// <summary>What the ledger needs of it; it has no number yet.</summary>
    public LoggedCall Call { get; private set; }

    public ApiKeyId Key => new(Call.Key);
    public string? Group { get; private set; }
    public string? Channel { get; private set; }
    public string RequestedModel { get; private set; } = "";
    public string ServedModel { get; private set; } = "";
    public Dialect Dialect { get; private set; }
    public Operation Operation { get; private set; }
    public bool Stream { get; private set; }
    public int HttpStatus { get; private set; }
    public CallOutcome Outcome { get; private set; }
    public string? ErrorCode { get; private set; }
    public long InputTokens { get; private set; }
    public long CacheReadTokens { get; private set; }
    public long OutputTokens { get; private set; }
    public NanoUsd OperatorCost { get; private set; }
    public NanoUsd LostCost { get; private set; }
    public double TotalMilliseconds { get; private set; }
    public double? FirstByteMilliseconds { get; private set; }

    /// <summary>Of its route's story.</summary>
    public RouteFigure? Figure { get; private set; }

    /// <summary>The receipt, of those few that tell of objects which an upstream keeps; else null.</summary>
    public Receipt? Pinning { get; private set; }

    /// <summary>Its bytes in memory, for the database.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    public int PayloadLength => _length;

    /// <param name="length">Of the payload.</param>
    public void Fill(Receipt receipt, JournalSegment segment, long offset, int length)
    {
        Take(receipt);
        (_segment, _offset, _length) = (segment, offset, length);
    }

    /// <summary>Lets go of all that it named.</summary>
    public void Clear()
    {
        (_segment, Figure, Pinning, Payload) = (null, null, null, default);
        (Group, Channel, ErrorCode, RequestedModel, ServedModel) = (null, null, null, "", "");
    }

    /// <summary>Whether its bytes are those at this place.</summary>
    public bool StandsAt(JournalSegment segment, long offset) => ReferenceEquals(_segment, segment) && _offset == offset;

    /// <param name="into">Becomes the <see cref="Payload"/>.</param>
    public void ReadPayload(Memory<byte> into)
    {
        _segment!.Read(_offset + JournalFormat.FrameHeader, into.Span);
        Payload = into;
    }

    /// <summary>The place in the journal needs not be read again.</summary>
    public void Mark() => _segment!.Mark(_offset, JournalFormat.SizeOf(_length));

    /// <summary>
    /// The receipt out of the journal, for whoever asks while it waits. Null: this object has served another call meanwhile, as the receipt has come to where it was going.
    /// </summary>
    public Receipt? Read(RequestId id)
    {
        var (segment, offset, length, figure) = (_segment, _offset, _length, Figure);
        if (segment is null)
        {
            return null;
        }

        var frame = new byte[JournalFormat.FrameHeader + length];
        try
        {
            segment.Read(offset, frame);
        }
        catch (Exception problem) when (problem is ObjectDisposedException or ArgumentException)
        {
            return null;
        }

        // The place may have been given to another record, or be half of each: the checksum and the id tell.
        if (!JournalFormat.TryReadFrameHeader(frame, out var payload) || payload != length || !JournalFormat.IsIntact(frame, payload)
            || ReceiptFields.TryRead(frame.AsSpan(JournalFormat.FrameHeader)) is not { } receipt || receipt.Id != id)
        {
            return null;
        }

        return receipt.Route is { Figure: null } route && figure?.Id == route.FigureId ? receipt with { Route = route with { Figure = figure } } : receipt;
    }

    private void Take(Receipt receipt)
    {
        (Id, Number) = (receipt.Id, 0);
        Call = RequestLogStore.CallOf(receipt, 0);
        (Group, Channel, RequestedModel, ServedModel) = (receipt.Group, receipt.Channel, receipt.RequestedModel, receipt.ServedModel);
        (Dialect, Operation, Stream) = (receipt.Dialect, receipt.Operation, receipt.Stream);
        (HttpStatus, Outcome, ErrorCode) = (receipt.HttpStatus, receipt.Outcome, receipt.ErrorCode);
        (InputTokens, CacheReadTokens, OutputTokens) = (receipt.Usage.TotalInput, receipt.Usage.CacheRead, receipt.Usage.TotalOutput);
        LostCost = receipt.LostCost;
        OperatorCost = receipt.ServedCost + LostCost;
        (TotalMilliseconds, FirstByteMilliseconds) = (receipt.TotalMilliseconds, receipt.FirstByteMilliseconds);
        Figure = receipt.Route?.Figure;
        Pinning = receipt.HasPinChanges ? receipt : null;
    }
}
