using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;

namespace AioHub.Core.Tests.Metering;

public sealed class FigureStoreOnSqliteTests() : FigureStoreTests(DatabaseEngine.Sqlite);

public sealed class FigureStoreOnPostgresTests() : FigureStoreTests(DatabaseEngine.Postgres);

/// <summary>A figure stands once in the journal and once in the database, however many calls are told by it, and is there whatever happens in between.</summary>
public abstract class FigureStoreTests(DatabaseEngine engine) : OnLedger(engine)
{
    [Fact]
    public async Task A_figure_is_told_once_and_found_for_every_call()
    {
        var figure = Figure(7);
        var receipts = Enumerable.Range(0, 5).Select(_ => Told(figure, [8, 1])).ToArray();
        Length(receipts[0]).ShouldBeGreaterThan(figure.Bytes.Length);
        using var journal = UsageJournal.Open(Folder, Time);
        using var book = await LoadedBookAsync();
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        foreach (var receipt in receipts)
        {
            journal.Append(receipt);
        }

        Length(receipts[0]).ShouldBeLessThanOrEqualTo(Length(receipts[0] with { Route = null }) + 16, "what a call adds once its figure is told");
        await writer.FlushAsync(Cancellation);
        figure.IsKept.ShouldBeTrue();
        journal.Append(Told(figure, [8, 1]));
        await writer.FlushAsync(Cancellation);
        (await CountAsync<RouteFigureRow>()).ShouldBe(1);
        foreach (var receipt in receipts)
        {
            await ShouldBeKeptAsync(receipt, figure);
        }
    }

    [Fact]
    public async Task A_kill_loses_no_figure()
    {
        var (first, second) = (Figure(1), Figure(2));
        Receipt[] receipts = [Told(first, []), Told(second, [8, 2]), Told(first, [8, 3]), Told(second, [])];
        using (var journal = UsageJournal.Open(Folder, Time))
        {
            foreach (var receipt in receipts)
            {
                journal.Append(receipt);
            }
        }

        // Nothing of it is in the database, and the process that knew the figures is gone.
        (await CountAsync<RouteFigureRow>()).ShouldBe(0);
        for (var start = 0; start < 2; start++)
        {
            using var journal = UsageJournal.Open(Folder, Time);
            using var book = new AioHub.Core.Ledger.LocalHoldBook(Database, Time);
            await using var writer = new ReceiptWriter(Database, journal, book, Time);
            await writer.ReplayAsync(Cancellation);
        }

        (await CountAsync<RouteFigureRow>()).ShouldBe(2);
        foreach (var receipt in receipts)
        {
            await ShouldBeKeptAsync(receipt, receipt.Route!.Figure!);
        }
    }

    [Fact]
    public async Task A_journal_that_refuses_has_told_nothing()
    {
        using var journal = UsageJournal.Open(Folder, Time);
        var figure = Figure(3);
        journal.BeforeWrite = static () => throw new IOException("full");
        Should.Throw<IOException>(() => journal.Append(Told(figure, [])));
        figure.IsTold.ShouldBeFalse();
        journal.BeforeWrite = null;
        journal.Append(Told(figure, []));
        figure.IsTold.ShouldBeTrue();
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_transaction_that_is_undone_has_kept_nothing()
    {
        await using var store = new ReceiptStore(Database, "node", Time);
        var figure = Figure(4);
        var receipt = Told(figure, []);
        await store.ApplyAsync([new PendingReceipt(receipt, Payload(receipt))], 1, null, Cancellation, commit: false);
        figure.IsKept.ShouldBeFalse();
        (await CountAsync<RouteFigureRow>()).ShouldBe(0);
        await store.ApplyAsync([new PendingReceipt(receipt, Payload(receipt))], 1, null, Cancellation);
        figure.IsKept.ShouldBeTrue();
        (await CountAsync<RouteFigureRow>()).ShouldBe(1);
    }

    [Fact]
    public async Task Receipts_of_before_read_as_ever()
    {
        var old = Receipt(5);
        ReceiptFields.TryRead(Payload(old)).ShouldNotBeNull().Route.ShouldBeNull();
        using var journal = UsageJournal.Open(Folder, Time);
        using var book = await LoadedBookAsync();
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        journal.Append(old);
        await writer.FlushAsync(Cancellation);
        (await RequestLog.FindAsync(Database, old.Id, Cancellation)).ShouldNotBeNull().Route.ShouldBeNull();

        // A figure that the database has lost: the call is told without it, and nothing is made up.
        var told = Figure(9);
        told.IsTold = true;
        told.IsKept = true;
        var receipt = Told(told, []);
        journal.Append(receipt);
        await writer.FlushAsync(Cancellation);
        var found = (await RequestLog.FindAsync(Database, receipt.Id, Cancellation))!.Route.ShouldNotBeNull();
        (found.FigureId, found.Figure).ShouldBe((9, null));
    }

    private static RouteFigure Figure(byte number) => new(number, Enumerable.Range(0, 300).Select(i => (byte)(i * number)).ToArray());

    private static byte[] Payload(Receipt receipt) => ReceiptBytes.Write(receipt, out var length).Slice(JournalFormat.FrameHeader, length).ToArray();

    private static int Length(Receipt receipt) => Payload(receipt).Length;

    private Receipt Told(RouteFigure figure, byte[] course) => Receipt(5) with { Route = new RouteTrace(figure.Id, course) { Figure = figure }, RequestBytes = 1_234 };

    private async Task ShouldBeKeptAsync(Receipt receipt, RouteFigure figure)
    {
        var found = (await RequestLog.FindAsync(Database, receipt.Id, Cancellation)).ShouldNotBeNull();
        found.RequestBytes.ShouldBe(1_234);
        found.Route!.FigureId.ShouldBe(figure.Id);
        found.Route.Figure.ShouldNotBeNull().Bytes.ToArray().ShouldBe(figure.Bytes.ToArray());
        found.Route.Course.ToArray().ShouldBe(receipt.Route!.Course.ToArray());
    }
}
