namespace AioHub.Core.Ledger;

/// <summary>
/// The moments of the last calls, one slot each: a call may start when the slot of its ticket was last used a minute ago. A slot holds the
/// moment (42 bits) and the ticket's low bits (21), so that a half-finished entry is told from a full ring and finished by whoever sees it.
/// </summary>
internal sealed class MinuteRing
{
    private const int MostSlots = 60_000;
    private const int TicketBits = 21;
    private const long TicketMask = (1L << TicketBits) - 1;
    private readonly long[] _slots;
    private readonly long _window;
    private long _next;

    /// <param name="rpm">Above 60,000 the ring keeps 60,000 slots and a window that is shorter in proportion, which bounds the minute just the same.</param>
    public MinuteRing(int rpm)
    {
        Rpm = rpm;
        var slots = Math.Clamp(rpm, 0, MostSlots);
        _window = rpm > MostSlots ? Math.Max(1, 60_000L * MostSlots / rpm) : 60_000;
        _slots = new long[slots];
        Array.Fill(_slots, -1L);
    }

    public int Rpm { get; }

    /// <summary>Whether a call may start now, without counting it; momentary.</summary>
    public bool HasRoom(long now, out TimeSpan wait)
    {
        var seen = _slots.Length == 0 ? now << TicketBits : Volatile.Read(ref _slots[Volatile.Read(ref _next) % _slots.Length]);
        var left = seen < 0 ? 0 : (seen >> TicketBits) + _window - now;
        wait = TimeSpan.FromMilliseconds(Math.Max(0, left));
        return left <= 0;
    }

    public bool TryEnter(long now, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_slots.Length == 0)
        {
            wait = TimeSpan.FromMinutes(1);
            return false;
        }

        while (true)
        {
            var ticket = Volatile.Read(ref _next);
            ref var slot = ref _slots[ticket % _slots.Length];
            var seen = Volatile.Read(ref slot);
            if (Volatile.Read(ref _next) != ticket)
            {
                continue;
            }

            if (seen >= 0 && (seen & TicketMask) == (ticket & TicketMask))
            {
                Interlocked.CompareExchange(ref _next, ticket + 1, ticket);
                continue;
            }

            if (seen >= 0 && (seen >> TicketBits) + _window - now is > 0 and var left)
            {
                wait = TimeSpan.FromMilliseconds(left);
                return false;
            }

            if (Interlocked.CompareExchange(ref slot, (now << TicketBits) | (ticket & TicketMask), seen) == seen)
            {
                Interlocked.CompareExchange(ref _next, ticket + 1, ticket);
                return true;
            }
        }
    }
}
