using System.Runtime.InteropServices;

namespace AioHub.Core.Ledger;

/// <summary>What the ledger needs of a row of the request log.</summary>
internal readonly record struct LoggedCall(long Seq, long User, long Key, long? Quota, DateTime At, long Nano);

/// <summary>What a key has spent: in its latest day and month, and in all.</summary>
internal record struct KeySpending(int Day, long DayNano, int Month, long MonthNano, long Total)
{
    public void Add(DateTime at, long nano)
    {
        Total = checked(Total + nano);
        var day = SpendingWindow.DayNumber(at);
        if (day == Day)
        {
            (DayNano, MonthNano) = (DayNano + nano, MonthNano + nano);
            return;
        }

        var month = SpendingWindow.MonthNumber(at);
        (Month, MonthNano) = month > Month ? (month, nano) : (Month, month == Month ? MonthNano + nano : MonthNano);
        (Day, DayNano) = day > Day ? (day, nano) : (Day, DayNano);
    }

    /// <summary>Both together: of each window the later one counts.</summary>
    public readonly KeySpending With(KeySpending other) => new(
        Math.Max(Day, other.Day),
        (Day >= other.Day ? DayNano : 0) + (other.Day >= Day ? other.DayNano : 0),
        Math.Max(Month, other.Month),
        (Month >= other.Month ? MonthNano : 0) + (other.Month >= Month ? other.MonthNano : 0),
        checked(Total + other.Total));

    /// <summary>What is spent in the windows of a moment.</summary>
    public readonly (long Day, long Month) At(DateTime now) =>
        (Day == SpendingWindow.DayNumber(now) ? DayNano : 0, Month == SpendingWindow.MonthNumber(now) ? MonthNano : 0);
}

/// <summary>
/// Adds up the calls that stand in the request log and not yet in balances, windows and the list by user: written there together, each balance once.
/// </summary>
/// <param name="through">The posting's mark: calls up to this number are posted.</param>
/// <param name="since">When the first of them came, as a timestamp.</param>
internal sealed class CallTotals(long through, long since)
{
    private readonly Dictionary<long, (long Nano, int Last)> _users = [];
    private readonly Dictionary<long, long> _quotas = [];
    private readonly Dictionary<long, KeySpending> _keys = [];
    private readonly List<(long Seq, int Previous)> _calls = [];

    public long Through { get; } = through;

    public long Since { get; } = since;

    /// <summary>The newest call's number.</summary>
    public long Last { get; private set; } = through;

    public int Count => _calls.Count;

    public IReadOnlyDictionary<long, KeySpending> Keys => _keys;

    /// <summary>Whether these are all the calls above the mark that the database holds now.</summary>
    public bool Covers(long through, long lastCall) => Through == through && Last == Math.Max(through, lastCall);

    public void Add(in LoggedCall call)
    {
        ref var user = ref CollectionsMarshal.GetValueRefOrAddDefault(_users, call.User, out var known);
        _calls.Add((call.Seq, known ? user.Last : -1));
        user = (checked(user.Nano + call.Nano), _calls.Count - 1);
        Last = call.Seq;
        if (call.Nano == 0)
        {
            return;
        }

        CollectionsMarshal.GetValueRefOrAddDefault(_keys, call.Key, out _).Add(call.At, call.Nano);
        if (call.Quota is { } quota)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_quotas, quota, out _);
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
