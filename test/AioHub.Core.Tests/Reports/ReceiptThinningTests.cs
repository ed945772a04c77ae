using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Reports;

public sealed class ReceiptThinningOnSqliteTests() : ReceiptThinningTests(DatabaseEngine.Sqlite);

public sealed class ReceiptThinningOnPostgresTests() : ReceiptThinningTests(DatabaseEngine.Postgres);

/// <summary>Old calls lose what they were like, and nothing of their money: audits and sums say the same before and after.</summary>
public abstract class ReceiptThinningTests(DatabaseEngine engine) : OnLog(engine)
{
    [Fact]
    public async Task Old_calls_keep_their_money_and_lose_the_rest_and_audits_agree()
    {
        // Their beginnings lie around the moment that parts old from young.
        var drawn = Draw(1_400, 31);
        List<Receipt> calls = [.. drawn.Select(static call => call with
        {
            UserAgent = "client/1.0", Session = "conversation-7", Losses = [new Loss("messages[0]", "cannot be said", LossSeverity.Warning)],
            Charge = new Charge([new LineItem("request", 1, call.Charge.Total.ToUsd() * 1_000_000m)], 1m, call.Charge.Total, "v1"),
            Attempts = [.. call.Attempts.Select(static attempt => attempt with { Detail = "what the upstream said" })],
        })];
        await WriteAsync(calls);
        await Rollups.StepAsync(500, Cancellation);
        var question = new ReportQuestion(ReportScope.Everybody, Begin.AddDays(-1), Begin.AddDays(5)) { By = ReportBy.Channel };
        var audited = await ProblemsAsync();
        var before = Told(await Reports.RankAsync(question, cancellation: Cancellation));

        var cutoff = Begin.AddHours(50);
        var thinning = new ReceiptThinning(Database, new AioHub.Core.Tests.Storage.OnDatabase.FixedTime(cutoff.AddDays(30)));
        (await thinning.SweepAsync(30, 1, Cancellation)).ShouldBe(500, "no more than was asked for");
        (await thinning.SweepAsync(30, 100, Cancellation)).ShouldBeGreaterThan(100);
        (await thinning.SweepAsync(30, 100, Cancellation)).ShouldBe(0, "all is done");

        var (old, young) = (calls[10], calls[^1]);
        var thin = (await FindAsync(old.Id))!;
        (thin.UserAgent, thin.Session, thin.Losses.Length).ShouldBe((null, null, 0));
        thin.Attempts.ShouldAllBe(static attempt => attempt.Detail == null);
        (thin.Charge.Total, thin.Charge.Lines.Length, thin.Usage, thin.OperatorCost).ShouldBe((old.Charge.Total, 1, old.Usage, old.OperatorCost));
        var whole = (await FindAsync(young.Id))!;
        (whole.UserAgent, whole.Session, whole.Losses.Length).ShouldBe(("client/1.0", "conversation-7", 1), "it is too young");

        (await ProblemsAsync()).ShouldBe(audited);
        Told(await Reports.RankAsync(question, cancellation: Cancellation)).ShouldBe(before);
        foreach (var table in new[] { "usage_sums", "log_blocks", "rollup_marks" })
        {
            await ExecuteAsync($"DELETE FROM {table}");
        }

        await Rollups.CatchUpAsync(Cancellation);
        Told(await Reports.RankAsync(question, cancellation: Cancellation)).ShouldBe(before, "sums can be made again from thin receipts");
        (await RollupAudit.VerifyAsync(Database, Cancellation)).ShouldBeEmpty();
    }

    private async Task<Receipt?> FindAsync(RequestId id) => (await CallStory.FindAsync(Database, null, ReportScope.Everybody, id, Cancellation))?.Receipt;

    private async Task<List<string>> ProblemsAsync() => [.. (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).Problems];

    private static List<(string, long, long, long, long, long)> Told(ReportRank rank) =>
        [.. rank.Items.Select(static one => (one.Key, one.Now.Calls, one.Now.Cost.Value, one.Now.Attempts, one.Now.FailedAttempts, one.Now.CacheWrite))];
}
