using System.Collections.Concurrent;
using System.Security.Cryptography;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>One whose spending is counted, for limits on money.</summary>
internal readonly record struct Spender(LimitOwner Owner, long Id);

/// <summary>
/// All purses of a process, and how they are kept in step with the database. Accounts and keys are always counted; users, groups, channels and
/// credentials from the moment at which they get a limit on money: calls of others pay nothing for limits.
/// </summary>
internal sealed class PurseTable(HubDatabase database, TimeProvider time) : IDisposable
{
    /// <summary>After a limit was set: how long a call that began before it may still be under way and is looked for in the database.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(6);

    /// <summary>From asking who is followed to their being followed.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<AccountRef, Purse> _accounts = new();
    private readonly ConcurrentDictionary<long, SpendingPurses> _keys = new();
    private readonly ConcurrentQueue<long> _ownVersions = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Dictionary<Spender, SpendingPurses> _followed = [];
    private bool _loaded;
    private bool _followsAnew = true;
    private long _version;
    private long _lastEntry;
    private (DateTime Before, long Until)? _late;

    [ThreadStatic]
    private static Share[]? _scratch;

    /// <summary>For tests: runs when somebody is followed, before what they have spent is read.</summary>
    public Func<Task>? BeforeSums { get; set; }

    /// <summary>Marks the charges that this process has counted in memory already; random for each process.</summary>
    public long Origin { get; } = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    public Purse Of(AccountRef account) => _accounts.TryGetValue(account, out var purse) ? purse : _accounts.GetOrAdd(account, static _ => new Purse(0));

    public SpendingPurses OfKey(long key) =>
        _keys.TryGetValue(key, out var purses) ? purses : _keys.GetOrAdd(key, static (_, now) => new SpendingPurses(now, DateTime.MinValue), Now());

    /// <summary>Null: nobody bounds it, so it is not counted.</summary>
    public SpendingPurses? Find(Spender spender) =>
        spender.Owner == LimitOwner.Key ? OfKey(spender.Id) : _followed.GetValueOrDefault(spender);

    /// <summary>The purses that a call needs beside wallet and key; empty, and nothing is allocated, when nobody is bounded.</summary>
    public Share[] SharesOf(in HoldClaim claim)
    {
        var followed = _followed;
        if (followed.Count == 0 && !claim.Group.HasQuota && !claim.Channel.HasQuota)
        {
            return [];
        }

        var shares = _scratch ??= new Share[18];
        var count = 0;
        AddWindows(followed, new Spender(LimitOwner.User, claim.Key.Owner.Value), claim.Key.OwnerLimits, HoldRefusal.UserBudget, claim.StartedAt, shares, ref count);
        if (claim.Group.HasQuota)
        {
            shares[count++] = new Share(Of(AccountRef.Quota(new GroupId(claim.Group.Id))), 0, HoldRefusal.GroupQuota, BudgetPeriod.None);
        }

        AddWindows(followed, new Spender(LimitOwner.Group, claim.Group.Id), claim.Group.Limits, HoldRefusal.GroupBudget, claim.StartedAt, shares, ref count);
        if (claim.Channel.HasQuota)
        {
            shares[count++] = new Share(Of(AccountRef.Budget(new ChannelId(claim.Channel.Id))), 0, HoldRefusal.ChannelQuota, BudgetPeriod.None);
        }

        AddWindows(followed, new Spender(LimitOwner.Channel, claim.Channel.Id), claim.Channel.Limits, HoldRefusal.ChannelBudget, claim.StartedAt, shares, ref count);
        AddWindows(followed, new Spender(LimitOwner.Credential, claim.Credential.Id), claim.Credential.Limits, HoldRefusal.CredentialBudget, claim.StartedAt, shares, ref count);
        return shares.AsSpan(0, count).ToArray();
    }

    /// <summary>Reads all balances. Once, after the journal's replay and before the first call.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_loaded)
            {
                throw new InvalidOperationException("The hold book is loaded already; absolute figures are read once only.");
            }

            var now = Now();
            var snapshot = await LedgerReader.LoadAsync(database, cancellation);
            foreach (var (account, balance) in snapshot.Balances)
            {
                _accounts[account] = new Purse(balance);
            }

            foreach (var (spender, spent) in snapshot.Spending)
            {
                if (spender.Owner == LimitOwner.Key)
                {
                    _keys[spender.Id] = SpendingPurses.Of(spent, now);
                }
            }

            (_version, _lastEntry, _loaded) = (snapshot.Version, snapshot.Last, true);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Picks up what other processes wrote since the last time.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (!_loaded)
            {
                throw new InvalidOperationException("The hold book is not loaded.");
            }

            await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
            var (version, _, last) = await LedgerReader.StateAsync(reader, cancellation);
            var late = _late is { } pending && pending.Until > time.GetTimestamp() ? pending.Before : (DateTime?)null;
            // Of one moment: when every version up to that one is this process' own, so are the entries and calls up to this one.
            if (!SawForeign(version) && (late is null || last <= _lastEntry))
            {
                _lastEntry = Math.Max(last, _lastEntry);
                return;
            }

            foreach (var (account, nano) in await LedgerReader.EntriesBetweenAsync(reader, _lastEntry, last, cancellation))
            {
                Of(account).Add(nano);
            }

            foreach (var (call, own) in await LedgerReader.CallsBetweenAsync(reader, _lastEntry, last, Origin, late, cancellation))
            {
                Count(call, own);
            }

            (_version, _lastEntry) = (version, Math.Max(last, _lastEntry));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Counts these from now on, and what they have spent before. The first time before the first call. A call that began before <see cref="SpendingPurses.Since"/> counts when the database has
    /// it, any other when it is settled: by its beginning each charge is told to be the one or the other, so none is lost or doubled.
    /// </summary>
    public async Task FollowAsync(IEnumerable<Spender> wanted, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var known = _followed;
            var fresh = wanted.Where(spender => spender.Owner != LimitOwner.Key && !known.ContainsKey(spender)).Distinct().ToArray();
            if (fresh.Length == 0)
            {
                _followsAnew = false;
                return;
            }

            long before;
            await using (var earlier = await HubReader.OpenAsync(database, consistent: false, cancellation))
            {
                before = (await LedgerReader.StateAsync(earlier, cancellation)).Last;
            }

            var now = Now();
            // Before the first call there is nothing to tell apart. Later the moment lies a little ahead: who begins then finds the purses in place. Whole
            // microseconds, as the log stores moments.
            var since = _followsAnew ? DateTime.MinValue
                : new DateTime((now + Ahead).Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
            _followsAnew = false;
            var next = new Dictionary<Spender, SpendingPurses>(known);
            foreach (var spender in fresh)
            {
                next[spender] = new SpendingPurses(now, since);
            }

            _followed = next;
            try
            {
                await (BeforeSums?.Invoke() ?? Task.CompletedTask);
                await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
                var state = await LedgerReader.StateAsync(reader, cancellation);
                var spending = await LedgerReader.SpendingAsync(reader, state, cancellation);
                foreach (var spender in fresh)
                {
                    next[spender].Spend(spending.GetValueOrDefault(spender), now);
                    next[spender].Through = state.Last;
                }

                foreach (var call in since == DateTime.MinValue ? [] : await LedgerReader.OwnCallsSinceAsync(reader, before, state.Last, Origin, since, cancellation))
                {
                    ForEach(call, (spender, purses) =>
                    {
                        if (!known.ContainsKey(spender))
                        {
                            // Settled in memory since then, and in the sums as well.
                            purses.Spend(-call.Nano, call.At);
                        }
                    });
                }
            }
            catch
            {
                // The next time begins anew, with another moment.
                _followed = known;
                _followsAnew = since == DateTime.MinValue;
                throw;
            }

            if (since == DateTime.MinValue)
            {
                return;
            }

            _late = (since, time.GetTimestamp() + (long)(LongestCall.TotalSeconds * time.TimestampFrequency));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Told by the receipt writer which versions were its own, so that a refresh need not look for foreign entries in them.</summary>
    public void NoteOwnVersion(long version) => _ownVersions.Enqueue(version);

    public void Dispose() => _turn.Dispose();

    private static void AddWindows(
        Dictionary<Spender, SpendingPurses> followed, Spender spender, Limits limits, HoldRefusal refusal, DateTime started, Share[] shares, ref int count)
    {
        if (!followed.TryGetValue(spender, out var purses) || started < purses.Since)
        {
            return;
        }

        var windows = purses.At(started);
        for (var period = BudgetPeriod.Total; period > BudgetPeriod.None; period--)
        {
            shares[count++] = new Share(windows.Of(period), Stake.Floor(SpendingWindow.LimitOf(period, limits)), refusal, period);
        }
    }

    private void Count(in LoggedCall call, bool own)
    {
        var (nano, at, seq) = (call.Nano, call.At, call.Seq);
        if (!own)
        {
            Of(new AccountRef(AccountKind.Wallet, call.User)).Add(-nano);
            if (call.Quota is { } quota)
            {
                Of(new AccountRef(AccountKind.GroupQuota, quota)).Add(-nano);
            }

            if (call.Budget is { } budget)
            {
                Of(new AccountRef(AccountKind.ChannelBudget, budget)).Add(-nano);
            }

            var key = OfKey(call.Key);
            key.At(Now());
            key.Spend(nano, at);
        }

        ForEach(call, (_, purses) =>
        {
            if (seq > purses.Through && (!own || at < purses.Since))
            {
                purses.At(Now());
                purses.Spend(nano, at);
            }
        });
    }

    private void ForEach(in LoggedCall call, Action<Spender, SpendingPurses> act)
    {
        foreach (var spender in call.Spenders())
        {
            if (spender.Owner != LimitOwner.Key && _followed.TryGetValue(spender, out var purses))
            {
                act(spender, purses);
            }
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

    private DateTime Now() => time.GetUtcNow().UtcDateTime;
}
