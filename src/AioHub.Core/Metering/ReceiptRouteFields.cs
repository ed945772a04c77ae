using AioHub.Core.Primitives;

namespace AioHub.Core.Metering;

/// <summary>
/// The fields of a receipt that tell how its call was routed (<see cref="ReceiptFields"/>): the number of a figure, and what was this call's alone. The figure itself stands in the
/// first receipt that names it, so that a journal which is replayed has all that its receipts tell.
/// </summary>
internal struct ReceiptRouteFields
{
    private const int FigureId = 50;
    private const int Figure = 51;
    private const int Course = 52;
    private const int Bytes = 53;

    private long _id;
    private bool _hasTrace;
    private byte[]? _figure;
    private byte[]? _course;

    public int RequestBytes { get; private set; }

    public readonly RouteTrace? Trace => !_hasTrace ? null : new RouteTrace(_id, _course) { Figure = _figure is null ? null : new RouteFigure(_id, _figure) };

    public static void Write(ref FieldWriter to, Receipt receipt)
    {
        to.Number(Bytes, receipt.RequestBytes);
        if (receipt.Route is not { } route)
        {
            return;
        }

        to.Fixed(FigureId, route.FigureId);
        if (route.Figure is { IsTold: false } figure)
        {
            to.Bytes(Figure, figure.Bytes.Span);
        }

        to.Bytes(Course, route.Course.Span);
    }

    public void Take(int field, ref FieldReader from)
    {
        switch (field)
        {
            case FigureId: (_id, _hasTrace) = (from.Number, true); break;
            case Figure: _figure = from.Data.ToArray(); break;
            case Course: _course = from.Data.ToArray(); break;
            case Bytes: RequestBytes = Math.Max(0, from.Small); break;
        }
    }
}
