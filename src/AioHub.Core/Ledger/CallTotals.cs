using System.Runtime.InteropServices;
using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>What the ledger needs of a row of the request log.</summary>
/// <param name="Quota">The group whose quota paid too.</param>
/// <param name="Budget">The channel whose budget paid too.</param>
internal readonly record struct LoggedCall(
    long Seq, long User, long Key, long? Quota, DateTime At, long Nano, long? Group = null, long? Channel = null, long? Credential = null, long? Budget = null)
{
    /// <summary>Whose spending it is.</summary>
    public Spenders Spenders() => new(this);
}

/// <summary>Those whose spending a call is: its key and user always, and what served it.</summary>
internal struct Spenders(LoggedCall call)
{
    private int _next = -1;

    public Spender Current { get; private set; }

    public readonly Spenders GetEnumerator() => this;

    public bool MoveNext()
    {
        while (++_next <= (int)LimitOwner.Credential)
        {
            var owner = (LimitOwner)_next;
            var id = owner switch
            {
                LimitOwner.Key => call.Key,
                LimitOwner.User => call.User,
                LimitOwner.Group => call.Group,
                LimitOwner.Channel => call.Channel,
                _ => call.Credential,
            };
            if (id is { } known)
            {
                Current = new Spender(owner, known);
                return true;
            }
        }

        return false;
    }
}

/// <summary>What somebody has spent: in the latest day with a charge, in that day's week and month, and in all.</summary>
internal record struct Spending(int Day, long DayNano, long WeekNano, int Month, long MonthNano, long Total)
{
    private readonly int Week => SpendingWindow.WeekNumber(Day);

    public void Add(DateTime at, long nano)
    {
        Total = checked(Total + nano);
        var day = SpendingWindow.DayNumber(at);
        if (day == Day)
        {
            (DayNano, WeekNano, MonthNano) = (DayNano + nano, WeekNano + nano, MonthNano + nano);
            return;
        }

        var month = SpendingWindow.MonthNumber(at);
        var week = SpendingWindow.WeekNumber(day);
        (Month, MonthNano) = month > Month ? (month, nano) : (Month, month == Month ? MonthNano + nano : MonthNano);
        WeekNano = week > Week ? nano : week == Week ? WeekNano + nano : WeekNano;
        (Day, DayNano) = day > Day ? (day, nano) : (Day, DayNano);
    }

    /// <summary>Both together: of each window the later one counts.</summary>
    public readonly Spending With(Spending other) => new(
        Math.Max(Day, other.Day),
        (Day >= other.Day ? DayNano : 0) + (other.Day >= Day ? other.DayNano : 0),
        (Week >= other.Week ? WeekNano : 0) + (other.Week >= Week ? other.WeekNano : 0),
        Math.Max(Month, other.Month),
        (Month >= other.Month ? MonthNano : 0) + (other.Month >= Month ? other.MonthNano : 0),
        checked(Total + other.Total));

    /// <summary>What is spent in the windows of a moment.</summary>
    public readonly (long Day, long Week, long Month) At(DateTime now) => (
        Day == SpendingWindow.DayNumber(now) ? DayNano : 0,
        Week == SpendingWindow.WeekNumber(now) ? WeekNano : 0,
        Month == SpendingWindow.MonthNumber(now) ? MonthNano : 0);
}

/// <summary>
/// Adds up the calls that stand in the request log and not yet in balances, windows and the list by user: written there together, each balance once.
/// </summary>
/// <param name="through">The posting's mark: calls up to this number are posted.</param>
/// <param name="since">When the first of them came, as a timestamp.</param>
/// <param name="isList">False: only sums are wanted, and no memory for each call (<see cref="ByUser"/> has nothing to tell).</param>
internal sealed class CallTotals(long through, long since, bool isList = true)
{
    private readonly Dictionary<long, (long Nano, int Last)> _users = [];
    private readonly Dictionary<long, long> _quotas = [];
    private readonly Dictionary<long, long> _budgets = [];
    private readonly Dictionary<Spender, Spending> _spending = [];
    private readonly List<(long Seq, int Previous)> _calls = [];

    public long Through { get; } = through;

    public long Since { get; } = since;

    /// <summary>The newest call's number.</summary>
    public long Last { get; private set; } = through;

    public int Count => _calls.Count;

    public IReadOnlyDictionary<Spender, Spending> Spending => _spending;

    /// <summary>Whether these are all the calls above the mark that the database holds now.</summary>
    public bool Covers(long through, long lastCall) => Through == through && Last == Math.Max(through, lastCall);

    public void Add(in LoggedCall call)
    {
        ref var user = ref CollectionsMarshal.GetValueRefOrAddDefault(_users, call.User, out var known);
        if (isList)
        {
            _calls.Add((call.Seq, known ? user.Last : -1));
        }

        user = (checked(user.Nano + call.Nano), _calls.Count - 1);
        Last = call.Seq;
        if (call.Nano == 0)
        {
            return;
        }

        foreach (var spender in call.Spenders())
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_spending, spender, out _).Add(call.At, call.Nano);
        }

        if (call.Quota is { } quota)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_quotas, quota, out _);
            sum = checked(sum + call.Nano);
        }

        if (call.Budget is { } budget)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_budgets, budget, out _);
            sum = checked(sum + call.Nano);
        }
    }

    /// <summary>By how much balances rise or, as a rule, fall; accounts of which nothing was taken are left out.</summary>
    public IEnumerable<(AccountRef Account, long Nano)> Balances()
    {
        foreach (var (user, (nano, _)) in _users)
        {
            if (nano != 0)
            {
                yield return (new AccountRef(AccountKind.Wallet, user), -nano);
            }
        }

        foreach (var (group, nano) in _quotas)
        {
            yield return (new AccountRef(AccountKind.GroupQuota, group), -nano);
        }

        foreach (var (channel, nano) in _budgets)
        {
            yield return (new AccountRef(AccountKind.ChannelBudget, channel), -nano);
        }
    }

    /// <summary>Sorted, which is what makes writing them cheap.</summary>
    public IEnumerable<(long User, long Seq)> ByUser()
    {
        var order = new long[_users.Count];
        _users.Keys.CopyTo(order, 0);
        Array.Sort(order);
        var calls = new List<long>();
        foreach (var user in order)
        {
            calls.Clear();
            for (var i = _users[user].Last; i >= 0; i = _calls[i].Previous)
            {
                calls.Add(_calls[i].Seq);
            }

            for (var i = calls.Count - 1; i >= 0; i--)
            {
                yield return (user, calls[i]);
            }
        }
    }
}
