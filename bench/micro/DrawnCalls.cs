using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Wire.Vocabulary;

namespace AioHub.Bench.Micro;

/// <summary>
/// Calls of a busy hub, drawn: 2,000 users of which few make most calls, three keys each, 16 groups with two channels each, 40 models; more by day than by night and in the week than
/// at its end; one in thirty fails, some kinds of failure once in a million calls.
/// </summary>
/// <param name="end">Of the newest call, nearly; null = now.</param>
internal sealed class DrawnCalls(int count, DateTime? end = null)
{
    private const double PerDay = 10_000_000 / 90.0;
    private const int Users = 2_000;
    private readonly Random _random = new(7);
    private readonly Charge _charge = Calls.Charge();
    private readonly double _days = count / PerDay;
    private double _at;

    public int Count => count;

    /// <summary>Of the newest call, nearly.</summary>
    public DateTime End { get; } = end ?? TimeProvider.System.GetUtcNow().UtcDateTime;

    public Receipt Next()
    {
        // Time runs faster at night: fewer calls fall into it.
        var hour = _at * 24 % 24;
        var day = (int)_at % 7;
        var busy = (0.35 + (0.65 * Math.Max(0, Math.Sin((hour - 6) / 24 * Math.PI * 2)))) * (day > 4 ? 0.5 : 1.1) * 1.75;
        _at += _days / count / busy;
        var user = 1 + (int)(Users * Math.Pow(_random.NextDouble(), 3));
        var key = (user * 3) + _random.Next(3);
        // A key has its group and, one time in ten, another; a user has three models.
        var group = (int)(16 * Math.Pow(_random.Next(10) == 0 ? _random.NextDouble() : key * 0.6180339887 % 1, 2));
        var channel = (group * 2) + (_random.Next(4) == 0 ? 1 : 0);
        var model = (int)(40 * Math.Pow(((user * 0.7548776662) + (_random.Next(3) * 0.31)) % 1, 2));
        var chance = _random.Next(1_000_000);
        var (outcome, status, code) = chance switch
        {
            0 => (CallOutcome.Failed, 418, "once_in_a_million"),
            < 5_000 => (CallOutcome.Refused, 429, "rate_limited"),
            < 20_000 => (CallOutcome.Failed, 502, "upstream_error"),
            < 30_000 => (CallOutcome.Cancelled, 200, "client_closed"),
            < 33_000 => (CallOutcome.Partial, 200, "stream_interrupted"),
            _ => (CallOutcome.Completed, 200, null as string),
        };
        var served = outcome is CallOutcome.Completed or CallOutcome.Partial or CallOutcome.Cancelled;
        var at = End.AddDays(Math.Min(0, _at - _days));
        var time = 300 * Math.Exp(_random.NextDouble() * 4);
        var attempt = new AttemptRecord($"group-{group}", $"channel-{channel}", "default", served ? "ok" : code!, served ? 200 : 500, time / 3, null);
        return Calls.Receipt(served ? _charge : new Charge([], 1m, NanoUsd.Zero, ""), key, time) with
        {
            Id = RequestId.New(new DateTimeOffset(at)),
            StartedAt = at,
            User = new UserId(user),
            Dialect = (Dialect)_random.Next(4),
            Stream = _random.Next(3) > 0,
            HttpStatus = status,
            Outcome = outcome,
            ErrorCode = code,
            Group = $"group-{group}",
            GroupId = new GroupId(group + 1),
            Channel = $"channel-{channel}",
            ChannelId = new ChannelId(channel + 1),
            RequestedModel = $"model-{model}",
            ServedModel = $"model-{model}",
            Usage = served ? Calls.Usage : default,
            ServedCost = served ? new NanoUsd(_charge.Total.Value / 2) : NanoUsd.Zero,
            Attempts = outcome == CallOutcome.Refused ? [] : _random.Next(40) == 0 ? [attempt with { Channel = $"channel-{channel ^ 1}", Result = "upstream_error", Status = 500 }, attempt] : [attempt],
            FirstByteMilliseconds = time / 3,
        };
    }

    public IEnumerable<(string What, CallFilter Filter)> Filters()
    {
        var old = End.AddDays(-_days * 0.7);
        yield return ("newest", new CallFilter());
        yield return ("a user with one call in 160", new CallFilter { User = new UserId(1) });
        yield return ("a user with one call in 6,000", new CallFilter { User = new UserId(Users - 1) });
        yield return ("a key with one call in 18,000", new CallFilter { Key = new ApiKeyId((Users - 1) * 3) });
        yield return ("a user of nobody", new CallFilter { User = new UserId(Users * 2) });
        yield return ("a group", new CallFilter { Group = "group-15" });
        yield return ("a channel", new CallFilter { Channel = "channel-31" });
        yield return ("a model", new CallFilter { Model = "model-39" });
        yield return ("a model of nobody", new CallFilter { Model = "model-99" });
        yield return ("status 5xx", new CallFilter { StatusClass = 5 });
        yield return ("an error once in a million", new CallFilter { ErrorCode = "once_in_a_million" });
        yield return ("streams of one dialect", new CallFilter { Dialect = Dialect.Gemini, Stream = true });
        yield return ("took 90 s or more", new CallFilter { MinMilliseconds = 90_000 });
        yield return ("charged a dollar or more", new CallFilter { MinCharge = new NanoUsd(NanoUsd.PerUsd) });
        yield return ("an old day", new CallFilter { From = old, To = old.AddDays(1) });
        yield return ("a rare key of an old week", new CallFilter { From = old, To = old.AddDays(7), Key = new ApiKeyId((Users - 1) * 3) });
        yield return ("interrupted, of a rare user", new CallFilter { Outcome = CallOutcome.Partial, User = new UserId(Users - 1) });
        yield return ("what never comes together (429 and 'upstream_error')", new CallFilter { Status = 429, ErrorCode = "upstream_error" });
    }

    public IEnumerable<(string What, ReportQuestion Question)> Questions()
    {
        var all = ReportScope.Everybody;
        var user = ReportScope.Of(new UserId(1));
        yield return ("24 hours by hour and model", new ReportQuestion(all, End.AddDays(-1), End) { Step = ReportStep.Hour, By = ReportBy.Model });
        yield return ("30 days (+08:00) by model", new ReportQuestion(all, End.AddDays(-30), End) { By = ReportBy.Model, Offset = TimeSpan.FromHours(8) });
        yield return ("90 days (+08:00) by channel", new ReportQuestion(all, End.AddDays(-90), End) { By = ReportBy.Channel, Offset = TimeSpan.FromHours(8) });
        yield return ("90 days (UTC) by channel", new ReportQuestion(all, End.AddDays(-90), End) { By = ReportBy.Channel });
        yield return ("the busiest user, 30 days by key", new ReportQuestion(user, End.AddDays(-30), End) { By = ReportBy.Key });
        yield return ("the busiest user, 90 days by model", new ReportQuestion(user, End.AddDays(-90), End) { By = ReportBy.Model });
    }
}
