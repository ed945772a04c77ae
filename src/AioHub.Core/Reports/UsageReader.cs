using System.Globalization;
using AioHub.Core.Storage;

namespace AioHub.Core.Reports;

/// <summary>How finely sums are read.</summary>
internal enum UsageGrain
{
    /// <summary>Each hour by itself.</summary>
    Hours,
    /// <summary>UTC days where all of one is wanted, given with its first hour; hours at the ends.</summary>
    DaysWhereWhole,
}

/// <summary>Reads the sums that answer a question, and adds the calls that are in no sum yet.</summary>
internal static class UsageReader
{
    /// <summary>
    /// Of the newest calls that the sums do not hold. Five seconds of calls, unless an old database is being added up or the rollups have stopped: then the answer lacks what lies
    /// between, rather than take minutes, and <see cref="UsageReports.BehindAsync"/> tells.
    /// </summary>
    internal const int MostUnsummed = 50_000;

    /// <param name="from">The first hour since 1970.</param>
    /// <param name="to">The first that no longer counts.</param>
    /// <param name="target">Where sums of an hour and a name are added to. What the scope does not show is in them: the caller takes it out.</param>
    public static async Task ReadAsync(
        HubDatabase database, ReportScope scope, ReportBy by, long from, long to, UsageGrain grain, Func<long, string, UsageSums> target, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var names = await UsageSumStore.NamesAsync(reader, cancellation);
        await SumsAsync(reader, scope, by, from, to, grain, (hour, key) => target(hour, NameOf(by, key, names)), cancellation);
        foreach (var (key, sums) in await UnsummedAsync(reader, scope, from, to, cancellation))
        {
            target(key.Hour, NameOf(by, key)).Add(sums);
        }
    }

    /// <summary>Users by what they came to in whole days, dearest first, with no more than calls and charge; and of the dearest all sums.</summary>
    /// <param name="most">How many are wanted in full.</param>
    public static async Task<(List<(long User, long Calls, long Charge)> All, Dictionary<long, UsageSums> Full)> UsersAsync(
        HubDatabase database, long from, long to, int most, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var users = (await UsageSumStore.UsersAsync(reader, from / 24, to / 24, cancellation)).ToDictionary(static user => user.Owner, static user => (user.Calls, user.Charge));
        var unsummed = (await UnsummedAsync(reader, ReportScope.Everybody, from, to, cancellation)).ToList();
        foreach (var (key, sums) in unsummed)
        {
            var known = users.GetValueOrDefault(key.User);
            users[key.User] = (known.Calls + sums.Calls, known.Charge + sums.Charge.Value);
        }

        var all = users.Select(static user => (User: user.Key, user.Value.Calls, user.Value.Charge)).OrderByDescending(static user => user.Charge).ThenByDescending(static user => user.Calls)
            .ThenBy(static user => user.User).ToList();
        var full = all.Take(most).ToDictionary(static user => user.User, static _ => new UsageSums());
        if (all.Count <= most)
        {
            await UsageSumStore.ReadAsync(reader, UsageFacet.UserDay, null, from / 24, to / 24, key => full[key.Owner], cancellation);
        }
        else
        {
            foreach (var user in full.Keys)
            {
                await UsageSumStore.ReadAsync(reader, UsageFacet.UserDay, user, from / 24, to / 24, key => full[key.Owner], cancellation);
            }
        }

        foreach (var (key, sums) in unsummed)
        {
            full.GetValueOrDefault(key.User)?.Add(sums);
        }

        return (all, full);
    }

    /// <param name="target">Where sums of a group and a channel are added to.</param>
    public static async Task FlowAsync(HubDatabase database, ReportScope scope, long from, long to, Func<string, string, UsageSums> target, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var names = await UsageSumStore.NamesAsync(reader, cancellation);
        await SumsAsync(reader, scope, ReportBy.Channel, from, to, UsageGrain.DaysWhereWhole,
            (_, key) => target(names.GetValueOrDefault(key.Group, ""), names.GetValueOrDefault(key.Channel, "")), cancellation);
        foreach (var (key, sums) in await UnsummedAsync(reader, scope, from, to, cancellation))
        {
            target(key.Group, key.Channel).Add(sums);
        }
    }

    private static async Task SumsAsync(
        HubReader reader, ReportScope scope, ReportBy by, long from, long to, UsageGrain grain, Func<long, UsageSumKey, UsageSums> target, CancellationToken cancellation)
    {
        var (hours, days) = scope.User is not null ? (UsageFacet.UserHour, (UsageFacet?)null)
            : by == ReportBy.Model ? (UsageFacet.ModelHour, UsageFacet.ModelDay)
            : by == ReportBy.User ? (UsageFacet.UserDay, UsageFacet.UserDay)
            : (UsageFacet.RouteHour, UsageFacet.RouteDay);
        long? owner = by == ReportBy.User ? null : scope.User?.Value ?? 0;
        var (firstDay, lastDay) = ((from + 23) / 24, to / 24);
        if (grain == UsageGrain.Hours || days is not { } whole || firstDay >= lastDay)
        {
            await HoursAsync(from, to);
            return;
        }

        await HoursAsync(from, firstDay * 24);
        await UsageSumStore.ReadAsync(reader, whole, owner, firstDay, lastDay, key => target(key.At * 24, key), cancellation);
        await HoursAsync(lastDay * 24, to);

        async Task HoursAsync(long first, long end)
        {
            if (first < end)
            {
                await UsageSumStore.ReadAsync(reader, hours, owner, first, end, key => target(key.At, key), cancellation);
            }
        }
    }

    private static async Task<IEnumerable<KeyValuePair<UsageKey, UsageSums>>> UnsummedAsync(HubReader reader, ReportScope scope, long from, long to, CancellationToken cancellation)
    {
        var (mark, head) = await RollupStore.StateAsync(reader, cancellation);
        var tally = new UsageTally();
        if (head > mark)
        {
            var user = scope.User is null ? "" : " AND \"UserId\" = $2";
            object[] values = scope.User is { } one ? [Math.Max(mark, head - MostUnsummed), one.Value] : [Math.Max(mark, head - MostUnsummed)];
            await using var command = reader.Connection.Statement(reader.Transaction, $"SELECT {RollupStore.CallColumns} FROM request_log WHERE \"Seq\" > $1{user}", values);
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                tally.Add(RollupStore.CallOf(row));
            }
        }

        return tally.Sums.Where(pair => pair.Key.Hour >= from && pair.Key.Hour < to);
    }

    private static string NameOf(ReportBy by, in UsageSumKey key, Dictionary<int, string> names) => by switch
    {
        ReportBy.Model => names.GetValueOrDefault(key.Model, ""),
        ReportBy.Group => names.GetValueOrDefault(key.Group, ""),
        ReportBy.Channel => names.GetValueOrDefault(key.Channel, ""),
        ReportBy.Key => Number(key.Key),
        ReportBy.User => Number(key.Owner),
        _ => "",
    };

    private static string NameOf(ReportBy by, in UsageKey key) => by switch
    {
        ReportBy.Model => key.Model,
        ReportBy.Group => key.Group,
        ReportBy.Channel => key.Channel,
        ReportBy.Key => Number(key.Key),
        ReportBy.User => Number(key.User),
        _ => "",
    };

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
