using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Reports;

public sealed class RollupsOnSqliteTests() : RollupsTests(DatabaseEngine.Sqlite);

public sealed class RollupsOnPostgresTests() : RollupsTests(DatabaseEngine.Postgres);

/// <summary>Each call counts once in each facet, whoever dies or works beside.</summary>
public abstract class RollupsTests(DatabaseEngine engine) : OnLog(engine)
{
    [Fact]
    public async Task Every_facet_adds_up_to_the_log_at_every_step()
    {
        await WriteAsync(Draw(2_500, 1));
        var rollups = Rollups;
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
        for (var steps = 0; await rollups.StepAsync(317, Cancellation) > 0; steps++)
        {
            steps.ShouldBeLessThan(20);
            (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
        }

        (await CountAsync<LogBlockRow>()).ShouldBe(2);
        (await rollups.CatchUpAsync(Cancellation)).ShouldBe(0);
        await ExecuteAsync("""UPDATE usage_sums SET "ChargeNano" = "ChargeNano" + 1 WHERE "Facet" = 3 AND "At" = (SELECT MAX("At") FROM usage_sums WHERE "Facet" = 3)""");
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_block_is_the_same_in_one_pass_and_in_many_and_no_row_is_read_twice()
    {
        var calls = Draw(2_500, 6);
        await WriteAsync(calls[..700]);
        var rollups = Rollups;
        while (await rollups.StepAsync(100, Cancellation) > 0)
        {
        }

        // Another process moves the mark in between: what was remembered is worth nothing.
        await WriteAsync(calls[700..900]);
        (await Rollups.CatchUpAsync(Cancellation)).ShouldBe(200);
        await WriteAsync(calls[900..]);
        while (await rollups.StepAsync(100, Cancellation) > 0)
        {
        }

        var inMany = await MarksAsync();
        rollups.Read.ShouldBe(2_500 - 200 + 900, "700 and 1,600 that were new, and once the 900 that the other process had left");
        (await MarksAnewAsync()).ShouldBe(inMany);
        inMany.Count.ShouldBe(2);
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_death_before_the_commit_counts_nothing()
    {
        await WriteAsync(Draw(400, 2));
        var batch = await RollupStore.ReadAsync(Database, 300, null, null, Cancellation);
        (await RollupStore.ApplyAsync(Database, batch!, [], Cancellation, commit: false)).ShouldBeTrue();
        (await CountAsync<UsageSumRow>()).ShouldBe(0);
        (await CountAsync<UsageNameRow>()).ShouldBe(0);
        (await Rollups.CatchUpAsync(Cancellation)).ShouldBe(400);
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_two_processes_read_at_once_counts_once()
    {
        await WriteAsync(Draw(400, 3));
        var (one, other) = (await RollupStore.ReadAsync(Database, 300, null, null, Cancellation), await RollupStore.ReadAsync(Open(), 400, null, null, Cancellation));
        (await RollupStore.ApplyAsync(Database, one!, [], Cancellation)).ShouldBeTrue();
        (await RollupStore.ApplyAsync(Database, other!, [], Cancellation)).ShouldBeFalse();
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
        (await Rollups.CatchUpAsync(Cancellation)).ShouldBe(100);
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Writers_and_two_rollups_at_once_lose_and_double_nothing()
    {
        var calls = Draw(3_000, 4);
        var writing = Task.Run(async () =>
        {
            foreach (var some in calls.Chunk(150))
            {
                await WriteAsync(some);
            }
        }, Cancellation);
        var rolling = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var rollups = new Rollups(Open(), Time);
            while (!writing.IsCompleted)
            {
                await rollups.StepAsync(200, Cancellation);
            }
        }, Cancellation)).ToArray();
        await writing;
        await Task.WhenAll(rolling);
        await Rollups.CatchUpAsync(Cancellation);
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
        var totals = await Reports.TotalsAsync(new ReportQuestion(ReportScope.Everybody, Begin.AddDays(-1), Begin.AddDays(5)), Cancellation);
        totals.Now.Calls.ShouldBe(3_000);
        totals.Now.Charge.Value.ShouldBe(calls.Sum(static call => call.Charge.Total.Value));
    }

    [Fact]
    public async Task What_attempts_cost_in_vain_counts_where_they_were_made()
    {
        var calls = Draw(900, 5);
        await WriteAsync(calls);
        foreach (var rolled in new[] { false, true })
        {
            if (rolled)
            {
                await Rollups.CatchUpAsync(Cancellation);
            }

            var flow = await Reports.FlowAsync(new ReportQuestion(ReportScope.Everybody, Begin.AddDays(-1), Begin.AddDays(5)), Cancellation);
            foreach (var channel in new[] { "channel-0", "channel-1", "channel-2" })
            {
                var links = flow.Where(link => link.Channel == channel).ToList();
                var attempts = calls.SelectMany(static call => call.Attempts, static (call, attempt) => (Call: call, Attempt: attempt)).Where(one => one.Attempt.Channel == channel).ToList();
                links.Sum(static link => link.Sums.Attempts).ShouldBe(attempts.Count);
                links.Sum(static link => link.Sums.Lost.Value).ShouldBe(attempts.Sum(static one => one.Attempt.OperatorCost?.Value ?? 0));
                links.Sum(static link => link.Sums.FailedAttempts).ShouldBe(attempts.Count(static one => one.Call.Outcome != CallOutcome.Cancelled && one.Attempt.Status == 500
                    || one.Call.Outcome == CallOutcome.Partial && one.Attempt.Result == "ok"));
                links.Sum(static link => link.Sums.Calls).ShouldBe(calls.Count(call => call.Channel == channel));
            }

            flow.Sum(static link => link.Sums.Cost.Value).ShouldBe(calls.Sum(static call => call.OperatorCost.Value));
            flow.Sum(static link => link.Sums.Margin.Value).ShouldBe(calls.Sum(static call => (call.Charge.Total - call.OperatorCost).Value));
        }
    }

    [Theory]
    [InlineData(CallOutcome.Completed, 200, null, CallFault.None)]
    [InlineData(CallOutcome.Cancelled, 200, null, CallFault.Cancelled)]
    [InlineData(CallOutcome.Partial, 200, "upstream_error", CallFault.Upstream)]
    [InlineData(CallOutcome.Refused, 429, "rate_limited", CallFault.Caller)]
    [InlineData(CallOutcome.Refused, 503, "no_channel", CallFault.Hub)]
    [InlineData(CallOutcome.Failed, 400, "invalid_request", CallFault.Caller)]
    [InlineData(CallOutcome.Failed, 429, "upstream_rate_limited", CallFault.Upstream)]
    [InlineData(CallOutcome.Failed, 502, "upstream_error", CallFault.Upstream)]
    [InlineData(CallOutcome.Failed, 500, "internal_error", CallFault.Hub)]
    public void Errors_are_somebodys(CallOutcome outcome, int status, string? code, CallFault fault) => CallFaults.Of(outcome, status, code).ShouldBe(fault);
}
