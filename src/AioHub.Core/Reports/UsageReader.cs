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
    /// <param name="take">Gets an hour, a name, and sums to keep or to add.</param>
    public static async Task ReadAsync(
        HubDatabase database, ReportScope scope, ReportBy by, long from, long to, UsageGrain grain, Action<long, string, UsageSums> take, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var names = await UsageSumStore.NamesAsync(reader, cancellation);
        await SumsAsync(reader, scope, by, from, to, grain, (hour, key, sums) => take(hour, NameOf(by, key, names), Shown(sums)), cancellation);
        foreach (var (key, sums) in await UnsummedAsync(reader, scope, from, to, cancellation))
        {
            take(key.Hour, by switch
            {
                ReportBy.Model => key.Model,
                ReportBy.Group => key.Group,
                ReportBy.Channel => key.Channel,
                ReportBy.Key => Number(key.Key),
                ReportBy.User => Number(key.User),
                _ => "",
            }, Shown(sums));
        }

        UsageSums Shown(UsageSums sums)
        {
            if (!scope.SeesChannels)
            {
                sums.HideCost();
            }

            return sums;
        }
    }

    /// <param name="take">Gets a group, a channel, and sums.</param>
    public static async Task FlowAsync(HubDatabase database, ReportScope scope, long from, long to, Action<string, string, UsageSums> take, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var names = await UsageSumStore.NamesAsync(reader, cancellation);
        await SumsAsync(reader, scope, ReportBy.Channel, from, to, UsageGrain.DaysWhereWhole,
            (_, key, sums) => take(names.GetValueOrDefault(key.Group, ""), names.GetValueOrDefault(key.Channel, ""), sums), cancellation);
        foreach (var (key, sums) in await UnsummedAsync(reader, scope, from, to, cancellation))
        {
            take(key.Group, key.Channel, sums);
        }
    }

    private static async Task SumsAsync(
        HubReader reader, ReportScope scope, ReportBy by, long from, long to, UsageGrain grain, Action<long, UsageSumKey, UsageSums> take, CancellationToken cancellation)
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
        await UsageSumStore.ReadAsync(reader, whole, owner, firstDay, lastDay, (key, sums) => take(key.At * 24, key, sums), cancellation);
        await HoursAsync(lastDay * 24, to);

        async Task HoursAsync(long first, long end)
        {
            if (first < end)
            {
                await UsageSumStore.ReadAsync(reader, hours, owner, first, end, (key, sums) => take(key.At, key, sums), cancellation);
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

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
