using System.Collections.Frozen;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>
/// Channels of which every credential rests, or of whose attempts too many fail. The share is that of the last minutes: the sums are by the hour, so it is the difference of what they
/// say now and said then. Over when credentials are back and the share is below half of what opened it.
/// </summary>
internal sealed class ChannelLook(HubDatabase database, RoutingDirectory routing, TimeProvider time) : IAlertLook
{
    private readonly UsageReports _reports = new(database);
    private readonly Queue<Sample> _samples = [];

    public IReadOnlyCollection<string> Kinds { get; } = [AlertKinds.ChannelFailing];

    public async Task<Sight> LookAsync(FrozenDictionary<string, AlertRule> rules, CancellationToken cancellation)
    {
        var rule = rules[AlertKinds.ChannelFailing];
        if (!rule.Enabled)
        {
            return Sight.Nothing;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var span = TimeSpan.FromMinutes((double)rule[AlertRuleAdmin.Minutes]);
        var resting = await RestingAsync(now, cancellation);
        var recent = await RecentAsync(now, span, cancellation);
        var begins = new List<Alert>();
        var holds = new HashSet<long>();
        foreach (var channel in routing.Current.Channels.Where(static channel => channel.Enabled))
        {
            var (attempts, failed) = recent?.GetValueOrDefault(channel.Name) ?? default;
            var share = attempts == 0 ? 0m : (decimal)failed / attempts;
            var isFailing = attempts >= rule[AlertRuleAdmin.LeastCalls] && share >= rule[AlertRuleAdmin.Share];
            if (resting.Contains(channel.Id.Value))
            {
                begins.Add(Told(channel, now, AlertFacts.Of(("credentials", channel.Credentials.Count(static one => one.Enabled)))));
            }
            else if (isFailing)
            {
                begins.Add(Told(channel, now, AlertFacts.Of(("share", decimal.Round(share, 3)), ("calls", attempts), ("minutes", rule[AlertRuleAdmin.Minutes]))));
            }

            // Who is not called cannot show that it is well again, but neither does it fail.
            if (recent is null || (attempts > 0 && share >= rule[AlertRuleAdmin.Share] / 2))
            {
                holds.Add(channel.Id.Value);
            }
        }

        return new Sight(begins, one => holds.Contains(one.Id));
    }

    private static Alert Told(Channel channel, DateTime now, FrozenDictionary<string, string> facts) =>
        new(now, AlertKinds.ChannelFailing, AlertOwner.Channel, channel.Id.Value, channel.Name, BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero) { Facts = facts };

    /// <summary>Channels with credentials all of which rest as a whole on some server.</summary>
    private async Task<HashSet<long>> RestingAsync(DateTime now, CancellationToken cancellation)
    {
        var resting = (await HealthStore.StatesAsync(database, now, cancellation))
            .Where(noted => noted.State is { Scope: HealthScope.Credential, Phase: HealthPhase.Resting } && noted.State.Until > now)
            .Select(static noted => noted.State.Credential).ToHashSet();
        return resting.Count == 0 ? [] : [.. routing.Current.Channels
            .Where(channel => channel.Credentials.Any(static one => one.Enabled) && channel.Credentials.Where(static one => one.Enabled).All(one => resting.Contains(one.Id)))
            .Select(static channel => channel.Id.Value)];
    }

    /// <summary>Attempts and failures by channel in the last minutes; null = this server has not looked for so long yet.</summary>
    private async Task<Dictionary<string, (long Attempts, long Failed)>?> RecentAsync(DateTime now, TimeSpan span, CancellationToken cancellation)
    {
        var points = await _reports.SeriesAsync(
            new ReportQuestion(ReportScope.Everybody, now - span - TimeSpan.FromHours(1), now.AddMinutes(1)) { By = ReportBy.Channel, Step = ReportStep.Hour }, cancellation);
        var sums = points.Where(static point => point.Key.Length > 0).ToDictionary(static point => (point.At, point.Key), static point => (point.Sums.Attempts, point.Sums.FailedAttempts));
        _samples.Enqueue(new Sample(now, sums));
        while (_samples.Count > 1 && now - _samples.ElementAt(1).At >= span)
        {
            _samples.Dequeue();
        }

        var then = _samples.Peek();
        if (now - then.At < span)
        {
            return null;
        }

        var hour = new DateTime(then.At.Year, then.At.Month, then.At.Day, then.At.Hour, 0, 0, DateTimeKind.Utc);
        var recent = new Dictionary<string, (long Attempts, long Failed)>(StringComparer.Ordinal);
        foreach (var ((at, name), (attempts, failed)) in sums.Where(pair => pair.Key.At >= hour))
        {
            var (before, failedBefore) = then.Sums.GetValueOrDefault((at, name));
            var (sofar, failedSoFar) = recent.GetValueOrDefault(name);
            recent[name] = (sofar + Math.Max(0, attempts - before), failedSoFar + Math.Max(0, failed - failedBefore));
        }

        return recent;
    }

    private sealed record Sample(DateTime At, Dictionary<(DateTime At, string Channel), (long Attempts, long Failed)> Sums);
}
