using System.Collections.Immutable;

namespace AioHub.Core.Metering;

/// <summary>The lines of one charge while it is worked out: in memory that the thread keeps, summed in whole numbers as far as they fit.</summary>
internal struct ChargeLines(PriceTable table)
{
    [ThreadStatic]
    private static LineItem[]? _scratch;

    private readonly LineItem[] _items = _scratch ??= new LineItem[LineKinds.Count];
    private int _count;
    private ulong _sum;
    private bool _spilled = !table.IsWhole;

    public PriceTable Table { get; } = table;

    public bool Clamped { get; private set; }

    /// <summary>The sum in decimals; asked for only when whole numbers do not hold it.</summary>
    public readonly decimal Usd
    {
        get
        {
            var usd = 0m;
            foreach (ref readonly var item in _items.AsSpan(0, _count))
            {
                usd += item.Usd;
            }

            return usd;
        }
    }

    public void Add(LineKind kind, long quantity, int tier = 0)
    {
        if (quantity != 0)
        {
            Add(kind, quantity, Table.RateOf(tier, kind));
        }
    }

    public void Add(LineKind kind, long quantity, in PriceTable.Rate rate)
    {
        var believed = Math.Clamp(quantity, 0, Pricing.MaxQuantity);
        Clamped |= believed != quantity;
        if (believed == 0)
        {
            return;
        }

        _spilled = _spilled || !WholeMath.TryAdd(ref _sum, (ulong)believed, rate.Whole);
        _items[_count++] = new LineItem(LineKinds.NameOf(kind), believed, rate.Usd);
    }

    /// <param name="sum">Millionths of a USD times the table's scale.</param>
    public readonly bool TryWhole(out ulong sum)
    {
        sum = _sum;
        return !_spilled;
    }

    public readonly ImmutableArray<LineItem> ToImmutable() => ImmutableArray.Create(_items.AsSpan(0, _count));
}
