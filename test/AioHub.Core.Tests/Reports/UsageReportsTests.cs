using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Reports;

public sealed class UsageReportsOnSqliteTests() : UsageReportsTests(DatabaseEngine.Sqlite);

public sealed class UsageReportsOnPostgresTests() : UsageReportsTests(DatabaseEngine.Postgres);

/// <summary>Reports say what the receipts say, however much of the log is summed up.</summary>
public abstract class UsageReportsTests(DatabaseEngine engine) : OnLog(engine)
{
    private static readonly DateTime From = new(2026, 11, 19, 20, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime To = new(2026, 11, 22, 5, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Series_and_ranks_are_what_the_receipts_add_up_to()
    {
        var calls = Draw(1_500, 11);
        await WriteAsync(calls);
        var rollups = Rollups;
        foreach (var summed in new[] { 0, 700, 800 })
        {
            if (summed > 0)
            {
                await rollups.StepAsync(summed, Cancellation);
            }

            foreach (var user in new long?[] { null, 2 })
            {
                foreach (var by in new[] { ReportBy.None, ReportBy.Model, ReportBy.Group, ReportBy.Channel, user is null ? ReportBy.None : ReportBy.Key })
                {
                    foreach (var (step, offset) in new[] { (ReportStep.Hour, 0), (ReportStep.Day, 0), (ReportStep.Day, 8), (ReportStep.Day, -5) })
                    {
                        await CompareAsync(calls, user, by, step, offset);
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Totals_stand_beside_the_period_before()
    {
        var calls = Draw(1_200, 12);
        await WriteAsync(calls);
        await Rollups.StepAsync(900, Cancellation);
        var middle = Begin.Date.AddDays(2).AddHours(6);
        var totals = await Reports.TotalsAsync(new ReportQuestion(ReportScope.Everybody, middle, middle.AddHours(30)), Cancellation);
        var now = calls.Where(call => call.StartedAt >= middle && call.StartedAt < middle.AddHours(30)).ToList();
        var before = calls.Where(call => call.StartedAt >= middle.AddHours(-30) && call.StartedAt < middle).ToList();
        totals.Now.Calls.ShouldBe(now.Count);
        (await Reports.BehindAsync(Cancellation)).ShouldBe(0);
        totals.Before.Calls.ShouldBe(before.Count);
        totals.Now.Charge.Value.ShouldBe(now.Sum(static call => call.Charge.Total.Value));
        totals.Before.CacheRead.ShouldBe(before.Sum(static call => call.Usage.CacheRead));
        totals.Now.CacheWrite.ShouldBe(now.Sum(static call => call.Usage.CacheWrite5m + call.Usage.CacheWrite1h));
        (totals.Now.Calls - totals.Now.Errors - totals.Now.Cancelled).ShouldBe(now.Count(static call => call.Outcome == CallOutcome.Completed));
    }

    [Fact]
    public async Task Users_are_ranked_by_whole_days()
    {
        var calls = Draw(1_000, 13);
        await WriteAsync(calls);
        await Rollups.StepAsync(600, Cancellation);
        var rank = await Reports.RankAsync(new ReportQuestion(ReportScope.Everybody, Begin.Date.AddDays(1).AddHours(3), Begin.Date.AddDays(2)) { By = ReportBy.User }, cancellation: Cancellation);
        var day = calls.Where(static call => call.StartedAt.Date == Begin.Date.AddDays(1)).GroupBy(static call => call.User.Value)
            .Select(static user => (User: user.Key, Charge: user.Sum(static call => call.Charge.Total.Value))).OrderByDescending(static user => user.Charge);
        rank.Items.Select(static user => (long.Parse(user.Key, System.Globalization.CultureInfo.InvariantCulture), user.Now.Charge.Value)).ShouldBe(day);
    }

    [Theory]
    [InlineData(ReportBy.User)]
    [InlineData(ReportBy.Model)]
    [InlineData(ReportBy.Channel)]
    public async Task The_first_of_a_rank_and_the_rest_are_all_of_it(ReportBy by)
    {
        var calls = Draw(1_000, 16);
        await WriteAsync(calls);
        await Rollups.StepAsync(600, Cancellation);
        var question = new ReportQuestion(ReportScope.Everybody, Begin.Date.AddDays(1), Begin.Date.AddDays(2)) { By = by };
        var all = await Reports.RankAsync(question, compare: true, cancellation: Cancellation);
        var some = await Reports.RankAsync(question, 2, compare: true, Cancellation);
        all.Items.Length.ShouldBeGreaterThan(2);
        (some.OtherCount, some.OtherCalls, some.OtherCharge.Value)
            .ShouldBe((all.Items.Length - 2, all.Items.Skip(2).Sum(static one => one.Now.Calls), all.Items.Skip(2).Sum(static one => one.Now.Charge.Value)));
        foreach (var (one, same) in some.Items.Zip(all.Items))
        {
            (one.Key, one.Now.Charge, one.Now.Output, one.Now.Times.Count, one.BeforeCalls).ShouldBe((same.Key, same.Now.Charge, same.Now.Output, same.Now.Times.Count, same.BeforeCalls));
            one.Now.Times.ToBytes().ShouldBe(same.Now.Times.ToBytes());
        }

        var before = await Reports.RankAsync(question with { From = question.From.AddDays(-1), To = question.From }, cancellation: Cancellation);
        foreach (var one in all.Items)
        {
            var then = before.Items.FirstOrDefault(then => then.Key == one.Key)?.Now;
            (one.BeforeCalls, one.BeforeCharge).ShouldBe((then?.Calls ?? 0, then?.Charge ?? NanoUsd.Zero));
        }
    }

    [Fact]
    public async Task Percentiles_are_those_of_the_calls()
    {
        var calls = Draw(1_500, 14);
        await WriteAsync(calls);
        await Rollups.StepAsync(1_000, Cancellation);
        var all = (await Reports.TotalsAsync(new ReportQuestion(ReportScope.Everybody, From.AddDays(-1), To.AddDays(2)), Cancellation)).Now;
        var times = calls.Where(static call => call.Outcome is CallOutcome.Completed or CallOutcome.Partial).Select(static call => call.TotalMilliseconds).Order().ToArray();
        all.Times.Count.ShouldBe(times.Length);
        foreach (var share in new[] { 0.5, 0.95, 0.99 })
        {
            var exact = times[(int)Math.Ceiling(share * times.Length) - 1];
            (Math.Abs(all.Times.Quantile(share)!.Value - exact) / exact).ShouldBeLessThan(0.05);
        }
    }

    [Fact]
    public async Task A_user_sees_neither_others_nor_what_calls_cost()
    {
        var calls = Draw(500, 15);
        await WriteAsync(calls);
        await Rollups.StepAsync(300, Cancellation);
        var scope = ReportScope.Of(new UserId(2));
        var question = new ReportQuestion(scope, From.AddDays(-1), To.AddDays(2));
        var totals = (await Reports.TotalsAsync(question, Cancellation)).Now;
        totals.Calls.ShouldBe(calls.Count(static call => call.User.Value == 2));
        (totals.Cost, totals.Lost).ShouldBe((NanoUsd.Zero, NanoUsd.Zero));
        (await Reports.SeriesAsync(question with { By = ReportBy.Key }, Cancellation)).Select(static point => point.Key).Distinct().Order().ShouldBe(["20", "21"]);
        foreach (var (by, field) in new[] { (ReportBy.Channel, "by"), (ReportBy.User, "by") })
        {
            var refused = await Should.ThrowAsync<AdminException>(() => Reports.SeriesAsync(question with { By = by }, Cancellation));
            refused.Problems.ShouldContain(problem => problem.Field == field);
        }

        await Should.ThrowAsync<AdminException>(() => Reports.FlowAsync(question, Cancellation));
    }

    [Fact]
    public async Task Questions_that_cannot_be_are_refused_with_the_field()
    {
        var question = new ReportQuestion(ReportScope.Everybody, From, To);
        await RefusedAsync(question with { To = From }, "to");
        await RefusedAsync(question with { From = From.AddDays(-90), Step = ReportStep.Hour }, "from");
        await RefusedAsync(question with { From = From.AddDays(-900) }, "from");
        await RefusedAsync(question with { By = ReportBy.Key }, "by");
        await RefusedAsync(question with { By = ReportBy.User, Step = ReportStep.Hour }, "step");
        await RefusedAsync(question with { Offset = TimeSpan.FromHours(15) }, "offset");

        async Task RefusedAsync(ReportQuestion asked, string field) =>
            (await Should.ThrowAsync<AdminException>(() => Reports.SeriesAsync(asked, Cancellation))).Problems.ShouldContain(problem => problem.Field == field);
    }

    private async Task CompareAsync(List<Receipt> calls, long? user, ReportBy by, ReportStep step, int offset)
    {
        var scope = user is { } one ? new ReportScope(new UserId(one), SeesChannels: true) : ReportScope.Everybody;
        var question = new ReportQuestion(scope, From, To) { By = by, Step = step, Offset = TimeSpan.FromHours(offset) };
        var wanted = calls.Where(call => call.StartedAt >= From && call.StartedAt < To && (user is null || call.User.Value == user));
        var expected = wanted.GroupBy(call => (At: StepOf(call.StartedAt, step, offset), Key: KeyOf(call, by)))
            .Select(static point => (point.Key.At, point.Key.Key, Calls: point.LongCount(), Charge: point.Sum(static call => call.Charge.Total.Value), Input: point.Sum(static call => call.Usage.TotalInput)))
            .OrderBy(static point => point.At).ThenBy(static point => point.Key, StringComparer.Ordinal).ToList();
        var told = await Reports.SeriesAsync(question, Cancellation);
        told.Where(static point => point.Sums.Calls > 0).Select(static point => (point.At, point.Key, point.Sums.Calls, point.Sums.Charge.Value, point.Sums.Input))
            .ShouldBe(expected, $"{by} {step} {offset} {user}");
        var rank = await Reports.RankAsync(question, cancellation: Cancellation);
        rank.Items.Sum(static point => point.Now.Charge.Value).ShouldBe(expected.Sum(static point => point.Charge));
    }

    private static DateTime StepOf(DateTime at, ReportStep step, int offset) =>
        step == ReportStep.Hour ? at.Date.AddHours(at.Hour) : at.AddHours(offset).Date.AddHours(-offset);

    private static string KeyOf(Receipt call, ReportBy by) => by switch
    {
        ReportBy.Model => call.ServedModel,
        ReportBy.Group => call.Group ?? "",
        ReportBy.Channel => call.Channel ?? "",
        ReportBy.Key => call.Key.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => "",
    };
}
