using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Metering;

/// <summary>The fields of a receipt that tell of objects which an upstream keeps (<see cref="ReceiptFields"/>). Most calls have none of them.</summary>
internal static class ReceiptPinFields
{
    public const int Affinity = 47;
    public const int Pin = 48;

    public static void Write(ref FieldWriter to, Receipt receipt)
    {
        if (receipt.Affinity is { } affinity)
        {
            var begun = to.Begin(Affinity);
            to.Number(1, (int)affinity.Object.Kind);
            to.Text(2, affinity.Object.Name);
            to.Flag(3, affinity.Known);
            to.End(begun);
        }

        if (receipt.Pin is { } pin)
        {
            var begun = to.Begin(Pin);
            to.Number(1, (int)pin.Action);
            to.Number(2, (int)pin.Object.Kind);
            to.Text(3, pin.Object.Name);
            to.Number(4, pin.At.Ticks);
            to.Text(5, pin.Model);
            to.Number(6, pin.Tokens);
            to.Number(7, pin.CreatedAt.Ticks);
            to.Number(8, pin.ExpiresAt.Ticks);
            to.Number(9, pin.PaidFrom.Ticks);
            to.Number(10, pin.PaidTo.Ticks);
            to.Number(11, pin.Paid.Value);
            to.End(begun);
        }
    }

    public static Affinity? ReadAffinity(ref FieldReader outer)
    {
        var (kind, name, known) = (default(ObjectKind), "", false);
        var from = new FieldReader(outer.Data);
        while (from.Next(out var field))
        {
            switch (field)
            {
                case 1: kind = from.Name<ObjectKind>(); break;
                case 2: name = from.Text; break;
                case 3: known = from.Flag; break;
            }
        }

        outer.Fail(from.Broken);
        return new Affinity(new UpstreamObject(kind, name), known);
    }

    public static PinEvent? ReadPin(ref FieldReader outer)
    {
        var (action, kind, name, at) = (default(PinAction), default(ObjectKind), "", default(DateTime));
        var pin = new PinEvent(default, default, default);
        var from = new FieldReader(outer.Data);
        while (from.Next(out var field))
        {
            switch (field)
            {
                case 1: action = from.Name<PinAction>(); break;
                case 2: kind = from.Name<ObjectKind>(); break;
                case 3: name = from.Text; break;
                case 4: at = Moment(ref from); break;
                case 5: pin = pin with { Model = from.Text }; break;
                case 6: pin = pin with { Tokens = from.Number }; break;
                case 7: pin = pin with { CreatedAt = Moment(ref from) }; break;
                case 8: pin = pin with { ExpiresAt = Moment(ref from) }; break;
                case 9: pin = pin with { PaidFrom = Moment(ref from) }; break;
                case 10: pin = pin with { PaidTo = Moment(ref from) }; break;
                case 11: pin = pin with { Paid = new NanoUsd(from.Number) }; break;
            }
        }

        outer.Fail(from.Broken);
        return pin with { Action = action, Object = new UpstreamObject(kind, name), At = at };
    }

    private static DateTime Moment(ref FieldReader from) => new(Math.Clamp(from.Number, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
}
