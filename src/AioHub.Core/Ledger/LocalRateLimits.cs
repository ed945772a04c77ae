using System.Collections.Concurrent;
using AioHub.Core.Identity;

namespace AioHub.Core.Ledger;

/// <summary>Requests a minute and calls at a time, for a hub with one process. Exact: no 60 seconds ever hold more calls than the limit. No lock.</summary>
public sealed class LocalRateLimits(TimeProvider time) : IRateLimits
{
    private readonly ConcurrentDictionary<long, Gate> _gates = new();

    /// <inheritdoc/>
    public RateVerdict TryEnter(ApiKey key)
    {
        var gate = _gates.TryGetValue(key.Id.Value, out var known) ? known : _gates.GetOrAdd(key.Id.Value, static _ => new Gate());

        // Counted for every key, limited or not: a limit may be set while calls run.
        var running = Interlocked.Increment(ref gate.Running);
        if (key.Limits.Concurrency is { } most && running > most)
        {
            Interlocked.Decrement(ref gate.Running);
            return new RateVerdict(false, "concurrency", TimeSpan.FromSeconds(1));
        }

        if (key.Limits.Rpm is { } rpm && !gate.RingFor(rpm).TryEnter(NowMilliseconds(), out var wait))
        {
            Interlocked.Decrement(ref gate.Running);
            return new RateVerdict(false, "rpm", wait);
        }

        return new RateVerdict(true, null, TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public void Leave(ApiKey key)
    {
        if (_gates.TryGetValue(key.Id.Value, out var gate))
        {
            Interlocked.Decrement(ref gate.Running);
        }
    }

    /// <summary>Calls of a key that run now.</summary>
    public int Running(ApiKey key) => _gates.TryGetValue(key.Id.Value, out var gate) ? Volatile.Read(ref gate.Running) : 0;

    private long NowMilliseconds() => (long)time.GetElapsedTime(0).TotalMilliseconds;

    private sealed class Gate
    {
        public int Running;
        private MinuteRing? _ring;

        /// <summary>The ring for a limit; a changed limit starts a new one.</summary>
        public MinuteRing RingFor(int rpm)
        {
            var seen = Volatile.Read(ref _ring);
            if (seen is not null && seen.Rpm == rpm)
            {
                return seen;
            }

            var fresh = new MinuteRing(rpm);
            var before = Interlocked.CompareExchange(ref _ring, fresh, seen);
            return ReferenceEquals(before, seen) ? fresh : before ?? fresh;
        }
    }
}

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
