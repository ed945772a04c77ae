using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Reports;

/// <summary>By what a report tells calls apart. Groups, channels and models by the names that they had then.</summary>
public enum ReportBy
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>That was served; empty = nothing was.</summary>
    Model,
    Group,
    /// <summary>By the key's number; one user's calls only.</summary>
    Key,
    /// <summary>For who sees channels.</summary>
    Channel,
    /// <summary>By the user's number; whole UTC days of everybody's calls only.</summary>
    User,
}

/// <summary>The width of a point.</summary>
public enum ReportStep
{
    Hour,
    Day,
}

/// <summary>What a report is about.</summary>
/// <param name="From">The first moment (UTC) at which the calls began; taken down to the full hour.</param>
/// <param name="To">The first moment that no longer counts; taken up to the full hour.</param>
public sealed record ReportQuestion(ReportScope Scope, DateTime From, DateTime To)
{
    public ReportBy By { get; init; }

    public ReportStep Step { get; init; } = ReportStep.Day;

    /// <summary>What the days' time zone is ahead of UTC, taken to the next full hour: days are made of hours.</summary>
    public TimeSpan Offset { get; init; }
}

/// <summary>What the calls of one name came to in one step.</summary>
/// <param name="At">The step's beginning (UTC).</param>
/// <param name="Key">A name, or the number of a key or user; empty when calls are not told apart, and where there was none.</param>
public sealed record ReportPoint(DateTime At, string Key, UsageSums Sums);

/// <summary>A period and the one before it, which was as long.</summary>
public sealed record ReportTotals(UsageSums Now, UsageSums Before);

/// <summary>What the calls of one name came to in a period.</summary>
/// <param name="Key">As <see cref="ReportPoint"/>'s.</param>
/// <param name="BeforeCalls">In the period before; null = nobody asked.</param>
public sealed record RankedSums(string Key, UsageSums Now, long? BeforeCalls, NanoUsd? BeforeCharge);

/// <summary>Names by what they came to, dearest first.</summary>
/// <param name="OtherCount">How many more there are; the others are their sums.</param>
public sealed record ReportRank(ImmutableArray<RankedSums> Items, int OtherCount, long OtherCalls, NanoUsd OtherCharge);

/// <summary>What went from a group to a channel.</summary>
public sealed record ReportLink(string Group, string Channel, UsageSums Sums);

/// <summary>
/// What dashboards show, from sums that <see cref="Rollups"/> keeps and the few newest calls that those do not hold yet: right to the last call that is in the database.
/// An answer is of one moment, and never reads the whole log.
/// </summary>
public sealed class UsageReports(HubDatabase database)
{
    /// <summary>The widest report by hour, in days.</summary>
    public const int MostDaysByHour = 62;

    /// <summary>The widest report by day.</summary>
    public const int MostDays = 800;

    /// <summary>Points in order of time, then of name; steps without calls have none.</summary>
    /// <exception cref="AdminException">It asks for what cannot be, or for what the scope does not show.</exception>
    public async Task<ImmutableArray<ReportPoint>> SeriesAsync(ReportQuestion question, CancellationToken cancellation = default)
    {
        var (from, to) = Hours(question, question.Step == ReportStep.Hour ? MostDaysByHour : MostDays);
        var offset = question.By == ReportBy.User ? 0 : OffsetOf(question);
        var points = new Dictionary<(long At, string Key), UsageSums>();
        var grain = question.Step == ReportStep.Hour || (offset != 0) ? UsageGrain.Hours : UsageGrain.DaysWhereWhole;
        await UsageReader.ReadAsync(database, question.Scope, question.By, from, to, grain, (hour, key) =>
        {
            var at = question.Step == ReportStep.Hour ? hour : (Floor(hour + offset, 24) * 24) - offset;
            return Target(points, (at, key));
        }, cancellation);
        return [.. points.OrderBy(static pair => pair.Key.At).ThenBy(static pair => pair.Key.Key, StringComparer.Ordinal)
            .Select(pair => new ReportPoint(UsageTally.MomentOf(pair.Key.At), pair.Key.Key, pair.Value.For(question.Scope)))];
    }

    /// <summary>All of a period by name, dearest first: of users, models, groups, channels or keys.</summary>
    /// <param name="most">How many are told by themselves; the rest is told in one.</param>
    /// <param name="compare">With what each came to in the period before, which was as long.</param>
    /// <exception cref="AdminException">As <see cref="SeriesAsync"/>.</exception>
    public async Task<ReportRank> RankAsync(ReportQuestion question, int most = int.MaxValue, bool compare = false, CancellationToken cancellation = default)
    {
        var (from, to) = Hours(question, MostDays);
        var now = await RankedAsync(question, from, to, most, cancellation);
        var before = compare ? (await RankedAsync(question, from - (to - from), from, 0, cancellation)).ToDictionary(static one => one.Key, StringComparer.Ordinal) : null;
        var rest = now.Skip(most).ToList();
        return new ReportRank(
            [.. now.Take(most).Select(one => new RankedSums(
                one.Key, one.Sums!.For(question.Scope), before is null ? null : before.GetValueOrDefault(one.Key).Calls,
                before is null ? null : new NanoUsd(before.GetValueOrDefault(one.Key).Charge)))],
            rest.Count, rest.Sum(static one => one.Calls), new NanoUsd(rest.Sum(static one => one.Charge)));
    }

    /// <param name="most">How many are wanted with all their sums; others may lack them.</param>
    private async Task<List<(string Key, long Calls, long Charge, UsageSums? Sums)>> RankedAsync(ReportQuestion question, long from, long to, int most, CancellationToken cancellation)
    {
        if (question.By == ReportBy.User)
        {
            var (all, full) = await UsageReader.UsersAsync(database, from, to, most, cancellation);
            return all.ConvertAll(user => (user.User.ToString(CultureInfo.InvariantCulture), user.Calls, user.Charge, full.GetValueOrDefault(user.User)));
        }

        var sums = new Dictionary<string, UsageSums>(StringComparer.Ordinal);
        await UsageReader.ReadAsync(database, question.Scope, question.By, from, to, UsageGrain.DaysWhereWhole, (_, key) => Target(sums, key), cancellation);
        return [.. sums.OrderByDescending(static pair => pair.Value.Charge.Value).ThenByDescending(static pair => pair.Value.Calls).ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => (pair.Key, pair.Value.Calls, pair.Value.Charge.Value, (UsageSums?)pair.Value))];
    }

    /// <summary>A period in one sum, beside the period before it.</summary>
    /// <exception cref="AdminException">As <see cref="SeriesAsync"/>.</exception>
    public async Task<ReportTotals> TotalsAsync(ReportQuestion question, CancellationToken cancellation = default)
    {
        var (from, to) = Hours(question with { By = ReportBy.None }, MostDays);
        var (now, before) = (new UsageSums(), new UsageSums());
        await UsageReader.ReadAsync(database, question.Scope, ReportBy.None, from, to, UsageGrain.DaysWhereWhole, (_, _) => now, cancellation);
        await UsageReader.ReadAsync(database, question.Scope, ReportBy.None, from - (to - from), from, UsageGrain.DaysWhereWhole, (_, _) => before, cancellation);
        return new ReportTotals(now.For(question.Scope), before.For(question.Scope));
    }

    /// <summary>
    /// What went from which group to which channel, and how it fared there: the flow, the health board and the margin of channels. Attempts count where they were made, calls where they ended.
    /// </summary>
    /// <exception cref="AdminException">As <see cref="SeriesAsync"/>; or the scope shows no channels.</exception>
    public async Task<ImmutableArray<ReportLink>> FlowAsync(ReportQuestion question, CancellationToken cancellation = default)
    {
        var (from, to) = Hours(question with { By = ReportBy.Channel }, MostDays);
        var links = new Dictionary<(string Group, string Channel), UsageSums>();
        await UsageReader.FlowAsync(database, question.Scope, from, to, (group, channel) => Target(links, (group, channel)), cancellation);
        return [.. links.OrderBy(static pair => pair.Key.Group, StringComparer.Ordinal).ThenBy(static pair => pair.Key.Channel, StringComparer.Ordinal)
            .Select(static pair => new ReportLink(pair.Key.Group, pair.Key.Channel, pair.Value))];
    }

    /// <summary>
    /// How many calls no report counts yet: 0, but while an old database is being added up, and when the rollups have stopped. Say so beside the figures.
    /// </summary>
    public async Task<long> BehindAsync(CancellationToken cancellation = default)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        var (mark, head) = await RollupStore.StateAsync(reader, cancellation);
        return Math.Max(0, head - mark - UsageReader.MostUnsummed);
    }

    private static UsageSums Target<TKey>(Dictionary<TKey, UsageSums> all, TKey key)
        where TKey : notnull
    {
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(all, key, out _);
        return sums ??= new UsageSums();
    }

    private static (long From, long To) Hours(ReportQuestion question, int mostDays)
    {
        var from = UsageTally.HourOf(question.From);
        var to = UsageTally.HourOf(question.To.AddTicks(TimeSpan.TicksPerHour - 1));
        var problems = new ProblemList();
        problems.Require(question.From < question.To, "to", "must be later than from");
        problems.Require((to - from) / 24 <= mostDays, "from", $"is more than {mostDays} days before to; ask for less, or for steps of a day");
        problems.Require(question.By != ReportBy.Channel || question.Scope.SeesChannels, "by", "channel is for operators; ask by group");
        problems.Require(question.By != ReportBy.Key || question.Scope.User is not null, "by", "key needs a user whose keys they are");
        problems.Require(question.By != ReportBy.User || question.Scope.User is null, "by", "user is for reports of everybody's calls");
        problems.Require(question.By != ReportBy.User || question.Step == ReportStep.Day, "step", "must be day: users are added up by day");
        problems.Require(question.Offset.Duration() <= TimeSpan.FromHours(14), "offset", "must be between -14:00 and +14:00");
        problems.ThrowIfAny();
        return question.By == ReportBy.User ? (Floor(from, 24) * 24, -Floor(-to, 24) * 24) : (from, to);
    }

    private static long OffsetOf(ReportQuestion question) => (long)Math.Ceiling(question.Offset.TotalHours);

    private static long Floor(long number, long by) => (number / by) - (number % by < 0 ? 1 : 0);
}
