using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Reports;

public sealed class CallStoryOnSqliteTests() : CallStoryTests(DatabaseEngine.Sqlite);

public sealed class CallStoryOnPostgresTests() : CallStoryTests(DatabaseEngine.Postgres);

public abstract class CallStoryTests(DatabaseEngine engine) : OnLog(engine)
{
    [Fact]
    public async Task An_operator_reads_all_of_a_call_its_user_what_is_theirs_and_nobody_else_anything()
    {
        var call = Receipt(4_000) with
        {
            ServedCost = new NanoUsd(2_000), ChannelId = new ChannelId(4), CredentialId = new CredentialId(5), CreditPrice = new NanoUsd(3), WaitedMilliseconds = 12,
            Attempts =
            [
                new AttemptRecord("openai", "secret-channel", "secret-credential", "upstream_error", 500, 12.5, "secret-detail") { OperatorCost = new NanoUsd(7) },
                new AttemptRecord("openai", "sandbox", "secret-credential", "ok", 200, 30, null),
            ],
        };
        await WriteAsync([call]);
        var story = (await FindAsync(ReportScope.Everybody, call.Id))!;
        story.Receipt.Attempts.ShouldBe(call.Attempts);
        (story.Receipt.OperatorCost.Value, story.Receipt.WaitedMilliseconds, story.Receipt.Charge.Lines.Length).ShouldBe((2_007, 12, 3));
        story.Route.ShouldBeNull("nothing was kept of it");

        var own = (await FindAsync(ReportScope.Of(call.User), call.Id))!.Receipt;
        own.ToString().ShouldNotContain("secret");
        (own.Channel, own.ChannelId, own.CredentialId, own.OperatorCost, own.CreditPrice, own.UpstreamModel).ShouldBe((null, null, null, NanoUsd.Zero, null, ""));
        own.Attempts.Select(static attempt => (attempt.Group, attempt.Channel, attempt.Credential, attempt.Result, attempt.Detail, attempt.OperatorCost))
            .ShouldBe([("openai", "", "", "upstream_error", null, null), ("openai", "", "", "ok", null, (NanoUsd?)null)]);
        own.Charge.Lines.ShouldBe(call.Charge.Lines);
        (await FindAsync(ReportScope.Of(new UserId(99)), call.Id)).ShouldBeNull();
        (await FindAsync(ReportScope.Everybody, RequestId.New(Time))).ShouldBeNull();
    }

    private Task<CallStory?> FindAsync(ReportScope scope, RequestId id) => CallStory.FindAsync(Database, null, scope, id, Cancellation);
}
