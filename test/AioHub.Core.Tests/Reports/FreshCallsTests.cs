using AioHub.Core.Metering;
using AioHub.Core.Reports;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Reports;

public sealed class FreshCallsOnSqliteTests() : FreshCallsTests(DatabaseEngine.Sqlite);

public sealed class FreshCallsOnPostgresTests() : FreshCallsTests(DatabaseEngine.Postgres);

/// <summary>What a process wrote itself is added up without being read again, and comes to the same, whoever else writes, counts or dies.</summary>
public abstract class FreshCallsTests(DatabaseEngine engine) : OnLog(engine)
{
    [Fact]
    public async Task What_this_process_wrote_is_not_read_and_comes_to_the_same()
    {
        var calls = Draw(3_000, 11);
        var fresh = new FreshCalls();
        var rollups = new Rollups(Database, Time, null, fresh);
        foreach (var some in calls.Chunk(271))
        {
            await WriteAsync(some, fresh: fresh);
            (await rollups.StepAsync(10, Cancellation)).ShouldBe(some.Length, "known calls come at once, however many");
            (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
        }

        (await rollups.StepAsync(10, Cancellation)).ShouldBe(0);
        rollups.Read.ShouldBe(0);
        var marks = await MarksAsync();
        marks.Count.ShouldBe(2);
        (await MarksAnewAsync()).ShouldBe(marks);
    }

    [Fact]
    public async Task A_log_from_before_is_read_up_to_what_is_known()
    {
        var calls = Draw(2_400, 12);
        await WriteAsync(calls[..1_300]);
        var fresh = new FreshCalls();
        var rollups = new Rollups(Database, Time, null, fresh);
        await WriteAsync(calls[1_300..1_500], fresh: fresh);
        (await rollups.StepAsync(1_000, Cancellation)).ShouldBe(1_000);
        await WriteAsync(calls[1_500..], fresh: fresh);
        (await rollups.StepAsync(1_000, Cancellation)).ShouldBe(300);
        (await rollups.StepAsync(1_000, Cancellation)).ShouldBe(1_100);
        rollups.Read.ShouldBe(1_300);
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
        var marks = await MarksAsync();
        (await MarksAnewAsync()).ShouldBe(marks);
    }

    [Fact]
    public async Task What_others_wrote_or_counted_in_between_is_read()
    {
        var calls = Draw(2_500, 13);
        var (fresh, others) = (new FreshCalls(), new FreshCalls());
        var (rollups, theirs) = (new Rollups(Database, Time, null, fresh), new Rollups(Open(), Time, null, others));
        var random = new Random(14);
        var done = 0;
        while (done < calls.Count)
        {
            var some = calls.Skip(done).Take(random.Next(1, 120)).ToList();
            done += some.Count;
            await (random.Next(3) switch
            {
                0 => WriteAsync(some, "other", others),
                1 => WriteAsync(some, "command"),
                _ => WriteAsync(some, fresh: fresh),
            });
            if (random.Next(3) == 0)
            {
                await (random.Next(2) == 0 ? rollups : theirs).StepAsync(random.Next(20, 200), Cancellation);
                (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
            }
        }

        await rollups.CatchUpAsync(Cancellation);
        await theirs.CatchUpAsync(Cancellation);
        await rollups.CatchUpAsync(Cancellation);
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
        (await CountAsync<UsageSumRow>()).ShouldBeGreaterThan(0);
        var totals = await Reports.TotalsAsync(new ReportQuestion(ReportScope.Everybody, Begin.AddDays(-1), Begin.AddDays(5)), Cancellation);
        totals.Now.Calls.ShouldBe(2_500);
        totals.Now.Charge.Value.ShouldBe(calls.Sum(static call => call.Charge.Total.Value));
        var marks = await MarksAsync();
        (await MarksAnewAsync()).ShouldBe(marks);
    }

    [Fact]
    public async Task Writers_and_rollups_of_two_processes_at_once_lose_and_double_nothing()
    {
        var calls = Draw(4_000, 15);
        async Task LiveAsync(int process)
        {
            var (fresh, database) = (new FreshCalls(), Open());
            await using var store = new ReceiptStore(database, $"node-{process}", Time, fresh);
            var rollups = new Rollups(database, Time, null, fresh);
            foreach (var some in calls.Where((_, i) => i % 2 == process).Chunk(100))
            {
                await store.ApplyAsync([.. some.Select(Pending)], 1, null, Cancellation);
                await rollups.StepAsync(500, Cancellation);
            }
        }

        await Task.WhenAll(Task.Run(() => LiveAsync(0), Cancellation), Task.Run(() => LiveAsync(1), Cancellation));
        await Rollups.CatchUpAsync(Cancellation);
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
        (await Reports.TotalsAsync(new ReportQuestion(ReportScope.Everybody, Begin.AddDays(-1), Begin.AddDays(5)), Cancellation)).Now.Calls.ShouldBe(4_000);
        var marks = await MarksAsync();
        (await MarksAnewAsync()).ShouldBe(marks);
    }

    [Fact]
    public async Task What_was_undone_or_was_there_already_is_not_told()
    {
        var calls = Draw(60, 16);
        var fresh = new FreshCalls();
        await using var store = new ReceiptStore(Database, "node", Time, fresh);
        var pending = calls.ConvertAll(Pending);
        await store.ApplyAsync(pending, 1, null, Cancellation, commit: false);
        fresh.Take(0, out _).ShouldBeNull();
        await store.ApplyAsync(pending, 1, null, Cancellation);
        await store.ApplyAsync(pending, 1, null, Cancellation);
        var batch = fresh.Take(0, out _).ShouldNotBeNull();
        batch.Rows.ShouldBe(60);
        batch.Tally.Sums.Values.Sum(static sums => sums.Calls).ShouldBe(60);
        fresh.Take(batch.Last, out var until).ShouldBeNull();
        until.ShouldBeNull();
    }

    [Fact]
    public async Task A_pass_that_fails_is_made_up_from_the_log()
    {
        var calls = Draw(500, 17);
        var fresh = new FreshCalls();
        var rollups = new Rollups(Database, Time, null, fresh);
        await WriteAsync(calls[..200], fresh: fresh);
        await rollups.StepAsync(1_000, Cancellation);
        await WriteAsync(calls[200..400], fresh: fresh);
        using (var cancelled = new CancellationTokenSource())
        {
            await cancelled.CancelAsync();
            fresh.Take((await RollupStore.MarkAsync(Database, Cancellation)), out _).ShouldNotBeNull("what a pass took that then died");
            await Should.ThrowAsync<OperationCanceledException>(() => rollups.StepAsync(1_000, cancelled.Token));
        }

        await WriteAsync(calls[400..], fresh: fresh);
        (await rollups.CatchUpAsync(Cancellation)).ShouldBe(300);
        rollups.Read.ShouldBeGreaterThanOrEqualTo(200);
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
    }
}
