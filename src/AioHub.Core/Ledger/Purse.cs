namespace AioHub.Core.Ledger;

/// <summary>
/// One pot of money: what is there, and what of it no call has set aside. A wallet's floor is zero; a key's window starts at zero and may fall
/// to minus its limit. Amounts are nano-USD.
/// </summary>
internal sealed class Purse(long balance)
{
    /// <summary>An amount that asks for nothing: for a call that is admitted already and needs no more.</summary>
    public const long Nothing = -1;
    private long _balance = balance;
    private long _available = balance;
    private bool _refused;

    public long Balance => Volatile.Read(ref _balance);

    public long Available => Volatile.Read(ref _available);

    /// <summary>What calls have set aside now; a momentary figure.</summary>
    public long Held => Math.Max(0, Balance - Available);

    /// <summary>A call was turned away for want of money here.</summary>
    public void NoteRefused() => Volatile.Write(ref _refused, true);

    /// <summary>Whether one was since the last time that this was asked.</summary>
    public bool TakeRefused() => Interlocked.Exchange(ref _refused, false);

    /// <summary>Whether the money is there, if no call had set any aside.</summary>
    public bool CouldPay(long amount, long floor) => amount < 0 || (Int128)Balance - amount >= floor;

    /// <summary>
    /// Sets the amount aside. Zero only asks that the balance is not below the floor; a negative amount (<see cref="Nothing"/>) asks nothing at all.
    /// </summary>
    public bool TryReserve(long amount, long floor)
    {
        if (amount <= 0)
        {
            return CouldPay(amount, floor);
        }

        var seen = Available;
        while ((Int128)seen - amount >= floor)
        {
            var before = Interlocked.CompareExchange(ref _available, seen - amount, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void Release(long amount) => Interlocked.Add(ref _available, Math.Max(0, amount));

    /// <summary>Ends a hold of <paramref name="held"/> by a charge. The balance first: whoever is refused meanwhile must not hope in vain.</summary>
    public void Settle(long held, long charge)
    {
        Interlocked.Add(ref _balance, -charge);
        Interlocked.Add(ref _available, held - charge);
    }

    /// <summary>Adds (or, negative, takes) what another process wrote.</summary>
    public void Add(long amount)
    {
        Interlocked.Add(ref _balance, amount);
        Interlocked.Add(ref _available, amount);
    }
}
