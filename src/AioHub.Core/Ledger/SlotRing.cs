namespace AioHub.Core.Ledger;

/// <summary>
/// Who waits for the places of one group, channel or credential: keys take turns, one place each in a round, and the calls of a key go in the order in which they
/// came. Under the lock of <see cref="SlotLine"/>.
/// </summary>
internal sealed class SlotRing
{
    private const long LeastWait = 1_000;
    private const long MostWait = 60_000;

    private readonly LinkedList<KeyRow> _turns = new();
    private readonly Dictionary<long, LinkedListNode<KeyRow>> _rows = [];
    private long _since;
    private long _between;

    public int Count { get; private set; }

    /// <summary>Whose turn it is.</summary>
    public SlotWish? First => _turns.First?.Value.Calls.First?.Value;

    public void Add(SlotWish wish, long now)
    {
        if (Count++ == 0)
        {
            _since = now;
        }

        var key = wish.Waiter.Key;
        if (!_rows.TryGetValue(key, out var row))
        {
            _rows[key] = row = _turns.AddLast(new KeyRow(key));
        }

        // A call that was sent on from another line keeps its place among its key's.
        var calls = row.Value.Calls;
        var before = calls.Last;
        while (before is not null && before.Value.Waiter.Number > wish.Waiter.Number)
        {
            before = before.Previous;
        }

        wish.Node = before is null ? calls.AddFirst(wish) : calls.AddAfter(before, wish);
    }

    public void Remove(SlotWish wish)
    {
        var row = _rows[wish.Waiter.Key];
        row.Value.Calls.Remove(wish.Node!);
        wish.Node = null;
        Count--;
        if (row.Value.Calls.Count == 0)
        {
            _turns.Remove(row);
            _rows.Remove(wish.Waiter.Key);
        }
    }

    /// <summary>A call got a place: its key's next one comes after all other keys.</summary>
    public void NoteServed(SlotWish wish, long now)
    {
        var row = _rows[wish.Waiter.Key];
        _turns.Remove(row);
        _turns.AddLast(row);
        var taken = Math.Max(1, now - _since);
        _between = _between == 0 ? taken : ((3 * _between) + taken) / 4;
        _since = now;
    }

    /// <summary>In a full line: the last call of the key that has most, if that is so many more than this key's that both are nearer to their share without it.</summary>
    public SlotWish? ToMakeRoomFor(long key)
    {
        var own = _rows.TryGetValue(key, out var row) ? row.Value.Calls.Count : 0;
        KeyRow? most = null;
        foreach (var other in _turns)
        {
            if (most is null || other.Calls.Count > most.Calls.Count)
            {
                most = other;
            }
        }

        return most is not null && most.Calls.Count > own + 1 ? most.Calls.Last!.Value : null;
    }

    /// <summary>How long one who comes now would wait, by how often a place came free while there was a line; at least a second, at most a minute.</summary>
    public TimeSpan Wait(long now)
    {
        // If none did for longer than usual, that is the better guess.
        var silent = Count == 0 ? 0 : now - _since;
        return TimeSpan.FromMilliseconds(Math.Clamp(Math.Max(_between, silent) * Math.Max(1, Count), LeastWait, MostWait));
    }

    private sealed record KeyRow(long Key)
    {
        public LinkedList<SlotWish> Calls { get; } = new();
    }
}
