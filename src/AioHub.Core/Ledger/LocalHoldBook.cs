using System.Collections.Concurrent;
using System.Security.Cryptography;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>What a key's holder may know about its money. <paramref name="Held"/> is of the whole wallet, <paramref name="Spent"/> of the key alone.</summary>
public readonly record struct PurseView(NanoUsd Balance, NanoUsd Held, NanoUsd Spent);

/// <summary>The hold book of a hub with one process: purses in memory, compare-and-swap, no lock. See decision 0003.</summary>
public sealed class LocalHoldBook(HubDatabase database, TimeProvider time) : IHoldBook, IDisposable
{
    /// <summary>How long a call waits for other calls' holds to end.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private const int MostWaiters = 1_024;

    private readonly ConcurrentDictionary<AccountRef, Purse> _purses = new();
    private readonly ConcurrentDictionary<long, KeyPurses> _keys = new();
    private readonly ConcurrentQueue<long> _ownVersions = new();
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private int _openHolds;
    private int _waiters;
    private bool _loaded;
    private long _version;
    private long _lastEntry;

    /// <summary>Marks the charges that this process has counted in memory already; random for each process.</summary>
    internal long Origin { get; } = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    public int OpenHolds => Volatile.Read(ref _openHolds);

    /// <summary>Calls that wait for other calls' holds.</summary>
    public int Waiters => Volatile.Read(ref _waiters);

    /// <summary>Reads all balances. Once, after the journal's replay and before the first call.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await _refreshing.WaitAsync(cancellation);
        try
        {
            if (_loaded)
            {
                throw new InvalidOperationException("The hold book is loaded already; absolute figures are read once only.");
            }

            var now = Now();
            var snapshot = await LedgerStore.LoadAsync(database, cancellation);
            foreach (var (account, balance) in snapshot.Balances)
            {
                _purses[account] = new Purse(balance);
            }

            foreach (var (key, spent) in snapshot.Spending)
            {
                var (day, month) = spent.At(now);
                _keys[key] = new KeyPurses(new KeyWindows(
                    SpendingWindow.DayNumber(now), new Purse(-day), SpendingWindow.MonthNumber(now), new Purse(-month), new Purse(-spent.Total)));
            }

            (_version, _lastEntry, _loaded) = (snapshot.Version, snapshot.Last, true);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>Picks up what other processes wrote since the last time. The host calls it every second; concurrent calls queue.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await _refreshing.WaitAsync(cancellation);
        try
        {
            if (!_loaded)
            {
                throw new InvalidOperationException("The hold book is not loaded.");
            }

            // The last entry is read before the version: when every version up to that one is this process' own, so are the entries up to this one.
            await using var context = database.CreateContext();
            var last = await LedgerStore.LastAsync(context, cancellation);
            var version = await LedgerStore.VersionAsync(context, cancellation);
            if (!SawForeign(version))
            {
                _lastEntry = Math.Max(last, _lastEntry);
                return;
            }

            last = await LedgerStore.LastAsync(context, cancellation);
            foreach (var entry in await LedgerStore.ForeignAsync(context, _lastEntry, last, Origin, cancellation))
            {
                PurseOf(entry.Account).Add(entry.AmountNano);
                if (entry.KeyId is { } key)
                {
                    KeyOf(key).At(Now());
                    KeyOf(key).Spend(-entry.AmountNano, entry.At);
                }
            }

            (_version, _lastEntry) = (version, Math.Max(last, _lastEntry));
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public ValueTask<HoldResult> ReserveAsync(ApiKey key, GroupId? quota, NanoUsd amount, CancellationToken cancellation)
    {
        var (result, onlyHolds) = TryReserve(key, quota, Amount(amount));
        return onlyHolds ? WaitToReserveAsync(key, quota, Amount(amount), cancellation) : ValueTask.FromResult(result);
    }

    /// <inheritdoc/>
    /// <remarks>The hold that comes back is the same object; when it had ended meanwhile, nothing is set aside and later ends do nothing.</remarks>
    public ValueTask<HoldResult> MoveAsync(Hold hold, GroupId? quota, NanoUsd amount, CancellationToken cancellation)
    {
        var (result, onlyHolds) = TryMove(Mine(hold), quota, Amount(amount));
        return onlyHolds ? WaitToMoveAsync(Mine(hold), quota, Amount(amount), cancellation) : ValueTask.FromResult(result);
    }

    public void Settle(Hold hold, NanoUsd charge)
    {
        if (Mine(hold).End() is { } stake)
        {
            stake.Settle(Math.Max(0, charge.Value));
            Interlocked.Decrement(ref _openHolds);
        }
    }

    public void Release(Hold hold)
    {
        if (Mine(hold).End() is { } stake)
        {
            stake.Release();
            Interlocked.Decrement(ref _openHolds);
        }
    }

    /// <summary>The figures of <c>GET /api/usage/token</c>.</summary>
    public PurseView View(ApiKey key)
    {
        var wallet = PurseOf(AccountRef.Wallet(key.Owner));
        return new PurseView(new NanoUsd(wallet.Balance), new NanoUsd(wallet.Held), new NanoUsd(-KeyOf(key.Id.Value).Latest.Total.Balance));
    }

    /// <summary>The balance of an account as calls see it now.</summary>
    public NanoUsd BalanceOf(AccountRef account) => new(PurseOf(account).Balance);

    /// <summary>Told by the receipt writer which versions were its own, so that a refresh need not look for foreign entries in them.</summary>
    internal void NoteOwnVersion(long version) => _ownVersions.Enqueue(version);

    private (HoldResult Result, bool OnlyHolds) TryReserve(ApiKey key, GroupId? quota, long amount)
    {
        var now = Now();
        var stake = new Stake(PurseOf(AccountRef.Wallet(key.Owner)), KeyOf(key.Id.Value).At(now), QuotaOf(quota), amount);
        var refusal = stake.TryReserve(key.Limits, amount, amount, out var onlyHolds, out var period);
        if (refusal != HoldRefusal.None)
        {
            return (new HoldResult(null, refusal, ResetOf(period, now, refusal)), onlyHolds);
        }

        Interlocked.Increment(ref _openHolds);
        return (new HoldResult(new LocalHold(key, stake), HoldRefusal.None, null), false);
    }

    private (HoldResult Result, bool OnlyHolds) TryMove(LocalHold hold, GroupId? quota, long amount)
    {
        if (hold.Current is not { } before)
        {
            return (new HoldResult(hold, HoldRefusal.None, null), false);
        }

        var after = before with { Quota = QuotaOf(quota), Amount = amount };
        var more = amount > before.Amount ? amount - before.Amount : Purse.Nothing;
        var sameQuota = ReferenceEquals(before.Quota, after.Quota);
        var quotaMore = sameQuota ? more : amount;
        var refusal = after.TryReserve(hold.Key.Limits, more, quotaMore, out var onlyHolds, out var period);
        if (refusal != HoldRefusal.None)
        {
            return (new HoldResult(null, refusal, ResetOf(period, Now(), refusal)), onlyHolds);
        }

        if (!hold.TryReplace(before, after))
        {
            // Ended meanwhile: give back what was just taken; the end saw the old stake.
            after.Wallet.Release(more);
            after.ReleaseWindows(more);
            after.Quota?.Release(quotaMore);
            return (new HoldResult(hold, HoldRefusal.None, null), false);
        }

        var less = Math.Max(0, before.Amount - amount);
        after.Wallet.Release(less);
        after.ReleaseWindows(less);
        before.Quota?.Release(sameQuota ? less : before.Amount);
        return (new HoldResult(hold, HoldRefusal.None, null), false);
    }

    // Apart from the callers, so that their fast path allocates no closure.
    private ValueTask<HoldResult> WaitToReserveAsync(ApiKey key, GroupId? quota, long amount, CancellationToken cancellation) =>
        WaitAsync(() => TryReserve(key, quota, amount), cancellation);

    private ValueTask<HoldResult> WaitToMoveAsync(LocalHold hold, GroupId? quota, long amount, CancellationToken cancellation) =>
        WaitAsync(() => TryMove(hold, quota, amount), cancellation);

    private async ValueTask<HoldResult> WaitAsync(Func<(HoldResult Result, bool OnlyHolds)> attempt, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiters) > MostWaiters)
        {
            Interlocked.Decrement(ref _waiters);
            return attempt().Result;
        }

        try
        {
            var started = time.GetTimestamp();
            while (true)
            {
                await Task.Delay(Poll, time, cancellation);
                var (result, onlyHolds) = attempt();
                if (!onlyHolds || time.GetElapsedTime(started) >= LongestWait)
                {
                    return result;
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiters);
        }
    }

    /// <summary>Whether any version above the last seen one is not of this process' receipt writer.</summary>
    private bool SawForeign(long version)
    {
        var own = 0L;
        while (_ownVersions.TryPeek(out var next) && next <= version)
        {
            _ownVersions.TryDequeue(out _);
            own += next > _version ? 1 : 0;
        }

        if (version - _version == own)
        {
            _version = version;
            return false;
        }

        return true;
    }

    private static DateTime? ResetOf(KeyBudgetPeriod period, DateTime now, HoldRefusal refusal) => refusal != HoldRefusal.KeyBudget ? null : period switch
    {
        KeyBudgetPeriod.Day => SpendingWindow.NextDay(now),
        KeyBudgetPeriod.Month => SpendingWindow.NextMonth(now),
        _ => null,
    };

    private static long Amount(NanoUsd amount) => Math.Max(0, amount.Value);

    private static LocalHold Mine(Hold hold) => hold as LocalHold ?? throw new ArgumentException("The hold is of another book.", nameof(hold));

    private Purse? QuotaOf(GroupId? quota) => quota is { } group ? PurseOf(AccountRef.Quota(group)) : null;

    private Purse PurseOf(AccountRef account) => _purses.TryGetValue(account, out var purse) ? purse : _purses.GetOrAdd(account, static _ => new Purse(0));

    private KeyPurses KeyOf(long key) => _keys.TryGetValue(key, out var purses) ? purses : _keys.GetOrAdd(key, static (_, now) => new KeyPurses(now), Now());

    public void Dispose() => _refreshing.Dispose();

    private DateTime Now() => time.GetUtcNow().UtcDateTime;
}
