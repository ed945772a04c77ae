using System.Collections.Frozen;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>
/// This hour's spending beside that of the same hour of the day in the last fourteen days. Told when it is above a number of times the middle one (the median), above every one of them,
/// and above a least amount; never from fewer than seven days. The median does not move when one of the days was odd.
/// </summary>
internal sealed class SpendLook(HubDatabase database, TimeProvider time) : IAlertLook
{
    public const int DaysBack = 14;
    public const int LeastDays = 7;

    private readonly UsageReports _reports = new(database);

    public IReadOnlyCollection<string> Kinds { get; } = [AlertKinds.SpendAnomaly];

    public async Task<Sight> LookAsync(FrozenDictionary<string, AlertRule> rules, CancellationToken cancellation)
    {
        var rule = rules[AlertKinds.SpendAnomaly];
        if (!rule.Enabled)
        {
            return Sight.Nothing;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var hour = new DateTime(now.Year, now.Month, now.Day, now.Hour, 0, 0, DateTimeKind.Utc);
        var points = (await _reports.SeriesAsync(
            new ReportQuestion(ReportScope.Everybody, hour.AddDays(-DaysBack), hour.AddHours(1)) { Step = ReportStep.Hour }, cancellation)).ToDictionary(static point => point.At, static point => point.Sums.Charge);
        var spent = points.GetValueOrDefault(hour);
        if (points.Count == 0 || Usual(points, hour) is not { } usual)
        {
            return Sight.Nothing;
        }

        var level = Math.Max((long)(usual.Median * rule[AlertRuleAdmin.Factor]), NanoUsd.FromUsd(rule[AlertRuleAdmin.LeastUsd]).Value);
        if (spent.Value <= level || spent.Value <= usual.Most)
        {
            return Sight.Nothing;
        }

        return new Sight(
            [
                new Alert(now, AlertKinds.SpendAnomaly, AlertOwner.Hub, 0, "hub", BudgetPeriod.None, new NanoUsd(usual.Median), spent)
                {
                    Facts = AlertFacts.Of(("days", usual.Days), ("hour", hour.Hour)),
                },
            ],
            static _ => true);
    }

    /// <summary>Hours without calls count as nothing spent, from the first day on that had any; null = too few days are known.</summary>
    private static (long Median, long Most, int Days)? Usual(Dictionary<DateTime, NanoUsd> points, DateTime hour)
    {
        var first = points.Keys.Min();
        var same = Enumerable.Range(1, DaysBack).Select(day => hour.AddDays(-day)).Where(at => at >= first).Select(at => points.GetValueOrDefault(at).Value).Order().ToList();
        return same.Count < LeastDays ? null : ((same[(same.Count - 1) / 2] + same[same.Count / 2]) / 2, same[^1], same.Count);
    }
}
