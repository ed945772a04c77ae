using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Core.Tasks;
using AioHub.Core.Tests.Ledger;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

public sealed class TaskLedgerOnSqliteTests() : TaskLedgerTests(DatabaseEngine.Sqlite);

public sealed class TaskLedgerOnPostgresTests() : TaskLedgerTests(DatabaseEngine.Postgres);

/// <summary>Two servers over one database see the same tasks: both set their money aside, either may end them, and the charge counts once in both.</summary>
public abstract class TaskLedgerTests(DatabaseEngine engine) : OnLedger(engine)
{
    private static readonly AccountRef Wallet = AccountRef.Wallet(new UserId(1));
    private static readonly NanoUsd Bound = NanoUsd.FromUsd(1.2m);

    [Fact]
    public async Task Either_of_two_servers_ends_it_and_both_count_it_once()
    {
        await TopUpAsync(Wallet, NanoUsd.FromUsd(10).Value);
        using var first = new LocalHoldBook(Database, Time);
        using var second = new LocalHoldBook(Open(), Time);
        await first.LoadAsync(Cancellation);
        await second.LoadAsync(Cancellation);
        await using var one = new TaskLedger(Database, first, "one", Time);
        await using var two = new TaskLedger(Open(), second, "two", Time);
        var begun = Begun("video_1");
        await WriteAsync(begun);
        one.Keep(begun.Id, (await first.ReserveAsync(Claim(), Bound, Cancellation)).Hold!);

        (await one.RefreshAsync(_ => Claim(), Cancellation)).Count.ShouldBe(1);
        var task = (await two.RefreshAsync(_ => Claim(), Cancellation)).ShouldHaveSingleItem();
        (task.Name, task.Held, task.Asked).ShouldBe(("video_1", Bound, 0));
        (first.View(Key(1)).Held, second.View(Key(1)).Held).ShouldBe((Bound, Bound));
        (await one.TakeAsync(task, task.NextAt.AddMinutes(1), Cancellation)).ShouldBeTrue();
        (await two.TakeAsync(task, task.NextAt.AddMinutes(1), Cancellation)).ShouldBeFalse("one asks at a time");

        var ending = new TaskEnding(TaskState.Succeeded) { Milliseconds = 8_000, Seconds = "8" };
        (await Task.WhenAll(one.EndAsync(task, ending, Cancellation), two.EndAsync(task, ending, Cancellation), one.EndAsync(task, ending with { Milliseconds = 4_000 }, Cancellation))).ShouldAllBe(static done => done);
        await one.RefreshAsync(_ => Claim(), Cancellation);
        await two.RefreshAsync(_ => Claim(), Cancellation);
        await first.RefreshAsync(Cancellation);
        await second.RefreshAsync(Cancellation);
        var rest = await Ledger.BalanceAsync(Wallet, Cancellation);
        new[] { 9.2m, 9.6m }.ShouldContain(rest.ToUsd(), "whoever was first");
        (first.View(Key(1)).Balance, second.View(Key(1)).Balance).ShouldBe((rest, rest));
        (first.OpenHolds, second.OpenHolds, one.Open, two.Open).ShouldBe((0, 0, 0, 0));
        var report = await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation);
        report.Problems.ShouldBeEmpty();
        (report.OpenTasks, report.Requests).ShouldBe((0, 2));
    }

    [Fact]
    public async Task What_has_no_row_yet_is_not_ended_nor_let_go()
    {
        await TopUpAsync(Wallet, NanoUsd.FromUsd(10).Value);
        using var book = new LocalHoldBook(Database, Time);
        await book.LoadAsync(Cancellation);
        await using var tasks = new TaskLedger(Database, book, "one", Time);
        var begun = Begun("video_2");
        tasks.Keep(begun.Id, (await book.ReserveAsync(Claim(), Bound, Cancellation)).Hold!);
        (await tasks.RefreshAsync(_ => Claim(), Cancellation)).ShouldBeEmpty();
        book.OpenHolds.ShouldBe(1);
        (await tasks.FindAsync(new UserId(1), "video_2", Cancellation)).ShouldBeNull();
        await WriteAsync(begun);
        var task = (await tasks.FindAsync(new UserId(1), "video_2", Cancellation)).ShouldNotBeNull();
        (await tasks.FindAsync(new UserId(2), "video_2", Cancellation)).ShouldBeNull();
        (await tasks.EndAsync(task, new TaskEnding(TaskState.Failed) { ErrorCode = "task_failed" }, Cancellation)).ShouldBeTrue();
        book.OpenHolds.ShouldBe(0);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).ToUsd().ShouldBe(10);
        (await tasks.ListAsync(new UserId(1), TaskShape.OpenAi, 10, 0, Cancellation)).ShouldHaveSingleItem().State.ShouldBe(TaskState.Failed);
    }

    /// <summary>What ended long ago goes, what is under way stays however old it is, and neither a replay nor a second end brings a charge back.</summary>
    [Fact]
    public async Task Ended_rows_go_after_their_time_and_nothing_is_charged_again()
    {
        var kept = new TaskOptions().EndedLifetime;
        await TopUpAsync(Wallet, NanoUsd.FromUsd(10).Value);
        using var book = new LocalHoldBook(Database, Time);
        await book.LoadAsync(Cancellation);
        await using var tasks = new TaskLedger(Database, book, "one", Time);
        var (done, failed, open) = (Begun("video_done"), Begun("video_failed"), Begun("video_open"));
        foreach (var receipt in new[] { done, failed, open })
            await WriteAsync(receipt);

        var ended = (await tasks.FindAsync(new UserId(1), "video_done", Cancellation)).ShouldNotBeNull();
        var endedAt = Time.GetUtcNow().UtcDateTime;
        var ending = new TaskEnding(TaskState.Succeeded) { Milliseconds = 8_000, Seconds = "8" };
        (await tasks.EndAsync(ended, ending, Cancellation)).ShouldBeTrue();
        (await tasks.EndAsync((await tasks.FindAsync(new UserId(1), "video_failed", Cancellation))!, new TaskEnding(TaskState.Failed), Cancellation)).ShouldBeTrue();
        var rest = await Ledger.BalanceAsync(Wallet, Cancellation);
        rest.ToUsd().ShouldBe(9.2m);

        Time.Set(endedAt + kept - TimeSpan.FromMinutes(1));
        (await tasks.SweepAsync(kept, Cancellation)).ShouldBe(0);
        Time.Set(endedAt + kept + TimeSpan.FromMinutes(1));
        (await tasks.SweepAsync(kept, Cancellation)).ShouldBe(2);
        (await tasks.SweepAsync(kept, Cancellation)).ShouldBe(0);
        (await tasks.ListAsync(new UserId(1), TaskShape.OpenAi, 10, 0, Cancellation)).ShouldHaveSingleItem().Task.Name.ShouldBe("video_open");

        // A journal that is read once more, and a server that saw the end late.
        await WriteAsync(done);
        (await tasks.FindAsync(new UserId(1), "video_done", Cancellation)).ShouldBeNull("its receipt was applied before");
        await tasks.EndAsync(ended, ending with { Milliseconds = 12_000 }, Cancellation);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).ShouldBe(rest);
        var report = await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation);
        report.Problems.ShouldBeEmpty();
        report.OpenTasks.ShouldBe(1);
    }

    private HoldClaim Claim() => new(Key(1), Payer.None, Payer.None, Payer.None, Time.GetUtcNow().UtcDateTime);

    private Receipt Begun(string name)
    {
        var receipt = Receipt(0);
        var price = PriceJson.Stamp("m", new PriceRow { Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), PerSecond = 0.1m });
        return receipt with
        {
            Operation = Operation.CreateTask, GroupId = new GroupId(1), ChannelId = new ChannelId(1), CredentialId = new CredentialId(1), ServedModel = "m",
            Task = new TaskNote(TaskShape.OpenAi, name, receipt.Id)
            {
                Held = Bound, Price = PriceJson.Write(price), PriceVersion = price.Version, Milliseconds = 12_000, Seconds = "12", DeadlineAt = receipt.StartedAt.AddDays(2),
            },
        };
    }

    private async Task WriteAsync(Receipt receipt)
    {
        await using var store = new ReceiptStore(Database, "writer", Time);
        var frame = ReceiptBytes.Write(receipt, out var length).Slice(JournalFormat.FrameHeader, length).ToArray();
        await store.ApplyAsync([new PendingReceipt(receipt, frame)], 42, null, Cancellation);
    }
}
