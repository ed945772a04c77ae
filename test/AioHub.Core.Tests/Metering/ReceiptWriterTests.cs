using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;

namespace AioHub.Core.Tests.Metering;

public sealed class ReceiptWriterOnSqliteTests() : ReceiptWriterTests(DatabaseEngine.Sqlite);

public sealed class ReceiptWriterOnPostgresTests() : ReceiptWriterTests(DatabaseEngine.Postgres);

public abstract class ReceiptWriterTests(DatabaseEngine engine) : OnLedger(engine)
{
    private static readonly AccountRef Wallet = AccountRef.Wallet(new UserId(1));

    [Fact]
    public async Task A_batch_becomes_rows_entries_balances_and_windows()
    {
        await TopUpAsync(Wallet, 1_000);
        await TopUpAsync(AccountRef.Quota(Budgeted!.Value), 1_000);
        await using (var server = await StartAsync())
        {
            server.Journal.Append(Receipt(100));
            server.Journal.Append(Receipt(20, group: BudgetedGroup));
            server.Journal.Append(Receipt(3, Key(2, owner: 2)));
            server.Journal.Append(Receipt(0) with { Outcome = CallOutcome.Failed, RequestedModel = "nul\0 and half \ud800", ErrorCode = "upstream_error" });
            await server.Writer.FlushAsync(Cancellation);
        }

        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(880);
        (await Ledger.BalanceAsync(AccountRef.Wallet(new UserId(2)), Cancellation)).Value.ShouldBe(-3, "an account begins with its first entry");
        (await Ledger.BalanceAsync(AccountRef.Quota(Budgeted!.Value), Cancellation)).Value.ShouldBe(980);
        (await CountAsync<RequestLogRow>()).ShouldBe(4);
        var charge = (await Ledger.EntriesAsync(Wallet, null, 1, Cancellation))[0];
        (charge.Kind, charge.Amount.Value, charge.Reason, charge.Actor).ShouldBe((EntryKind.Charge, -20, "m", "key 1"));
        await VerifyAsync(accounts: 3, entries: 2, requests: 4);
    }

    [Fact]
    public async Task One_request_id_is_charged_once_however_often_it_comes()
    {
        await TopUpAsync(Wallet, 1_000);
        var receipt = Receipt(100, group: BudgetedGroup);
        await using (var server = await StartAsync())
        {
            server.Journal.Append(receipt);
            server.Journal.Append(receipt);
            await server.Writer.FlushAsync(Cancellation);
            server.Journal.Append(receipt);
            await server.Writer.FlushAsync(Cancellation);
        }

        await using (var server = await StartAsync())
        {
            server.Journal.Append(receipt with { Charge = Receipt(77).Charge });
            await server.Writer.FlushAsync(Cancellation);
        }

        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(900);
        await VerifyAsync(accounts: 2, entries: 1, requests: 1);
    }

    [Fact]
    public async Task A_killed_server_loses_nothing_and_a_second_replay_adds_nothing()
    {
        await TopUpAsync(Wallet, 1_000);
        var copy = Directory.CreateDirectory(Path.Combine(Folder, "copy")).FullName;
        var server = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            server.Journal.Append(Receipt(10));
            if (i == 9)
            {
                await server.Writer.FlushAsync(Cancellation);
            }
        }

        // What a kill leaves: the files as they stand, ten of the records not in the database.
        foreach (var path in JournalFolder.Segments(server.Journal.Folder))
        {
            File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        }

        await server.KillAsync();
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(900);
        var report = await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation);
        report.JournalPending.ShouldBe(10);
        report.Problems.ShouldHaveSingleItem().ShouldContain("Start the server once");

        await using (var second = await StartAsync())
        {
            second.Book.BalanceOf(Wallet).Value.ShouldBe(800);
            await second.Book.RefreshAsync(Cancellation);
            second.Book.BalanceOf(Wallet).Value.ShouldBe(800);
            second.Book.View(Key()).Spent.Value.ShouldBe(200);
        }

        foreach (var path in Directory.EnumerateFiles(copy))
        {
            File.Copy(path, Path.Combine(JournalFolder.PathIn(Folder), Path.GetFileName(path)));
        }

        await using (await StartAsync())
        {
            JournalFolder.Segments(JournalFolder.PathIn(Folder)).Length.ShouldBe(1, "only the one in use");
        }

        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(800);
        await VerifyAsync(accounts: 1, entries: 1, requests: 20);
    }

    [Fact]
    public async Task A_replay_after_the_book_was_loaded_is_still_counted()
    {
        await TopUpAsync(Wallet, 1_000);
        var first = await StartAsync();
        first.Journal.Append(Receipt(10));
        await first.KillAsync();

        using var book = await LoadedBookAsync();
        using var journal = UsageJournal.Open(Folder, Time);
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        await writer.ReplayAsync(Cancellation);
        await book.RefreshAsync(Cancellation);
        book.BalanceOf(Wallet).Value.ShouldBe(990);
    }

    [Fact]
    public async Task Torn_tails_holes_and_rubbish_stop_no_start()
    {
        var server = await StartAsync();
        for (var i = 0; i < 6; i++)
        {
            server.Journal.Append(Receipt(10));
        }

        await server.KillAsync();
        var path = JournalFolder.Segments(JournalFolder.PathIn(Folder)).ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        JournalFormat.TryReadFrameHeader(bytes.AsSpan(64), out var payload).ShouldBeTrue();
        var size = JournalFormat.SizeOf(payload);
        bytes.AsSpan(64 + size, size).Clear(); // a hole
        bytes[64 + (3 * size) + 40] ^= 0xFF; // a flipped byte
        await File.WriteAllBytesAsync(path, bytes[..(64 + (6 * size) - (size / 2))], Cancellation); // a torn tail

        await using (var second = await StartAsync())
        {
            second.Writer.Unreadable.ShouldBe(2);
            (await CountAsync<RequestLogRow>()).ShouldBe(3);
            var kept = JournalFolder.Rejected(second.Journal.Folder).ShouldHaveSingleItem();
            File.Exists(path).ShouldBeFalse();
            Path.GetFileNameWithoutExtension(kept).ShouldBe(Path.GetFileNameWithoutExtension(path));
        }

        await using (await StartAsync())
        {
            (await CountAsync<RequestLogRow>()).ShouldBe(3);
        }

        var report = await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation);
        (report.Ok, report.JournalRejected).ShouldBe((true, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    public async Task A_segment_that_was_only_begun_is_no_trouble(int length)
    {
        await (await StartAsync()).KillAsync();
        var path = Path.Combine(JournalFolder.PathIn(Folder), "00000099.log");
        await File.WriteAllBytesAsync(path, new byte[length], Cancellation);
        await using var server = await StartAsync();
        File.Exists(path).ShouldBeFalse();
        server.Writer.Unreadable.ShouldBe(0);
    }

    [Fact]
    public async Task A_mark_of_another_segment_hides_nothing()
    {
        await using (var server = await StartAsync())
        {
            server.Journal.Append(Receipt(10));
            await server.Writer.FlushAsync(Cancellation);
            server.Journal.Append(Receipt(10));
            await server.Writer.FlushAsync(Cancellation); // stores a mark above zero
        }

        var second = await StartAsync(); // numbers start again: the folder is empty
        second.Journal.Append(Receipt(10));
        await second.KillAsync();
        await using (await StartAsync())
        {
            (await CountAsync<RequestLogRow>()).ShouldBe(3);
        }
    }

    [Fact]
    public async Task A_replay_starts_at_the_mark()
    {
        var server = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            server.Journal.Append(Receipt(10));
            await server.Writer.FlushAsync(Cancellation);
        }

        server.Journal.Append(Receipt(10));
        await server.KillAsync();
        using var journal = UsageJournal.Open(Folder, Time);
        using var book = new LocalHoldBook(Database, Time);
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        (await writer.ReplayAsync(Cancellation)).ShouldBe(2, "the mark lags one batch behind");
        (await CountAsync<RequestLogRow>()).ShouldBe(6);
    }

    [Fact]
    public async Task What_overflows_memory_is_read_back_from_the_files()
    {
        await TopUpAsync(Wallet, 10_000);
        await using var server = await StartAsync(new JournalSizes(SegmentBytes: 16_384, QueueLength: 50));
        for (var round = 0; round < 3; round++)
        {
            Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => server.Journal.Append(Receipt(1)));
            server.Journal.Queued.ShouldBe(50);
            await server.Writer.FlushAsync(Cancellation);
        }

        (await CountAsync<RequestLogRow>()).ShouldBe(1_200);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(10_000 - 1_200);
        await server.Writer.FlushAsync(Cancellation);
        JournalFolder.Segments(server.Journal.Folder).Length.ShouldBeLessThanOrEqualTo(2);
        await server.Book.RefreshAsync(Cancellation);
        server.Book.BalanceOf(Wallet).Value.ShouldBe(10_000, "these are this process' own: they count when they are settled");
    }

    [Fact]
    public async Task Overflowing_while_the_writer_runs_loses_nothing()
    {
        await using var server = await StartAsync(new JournalSizes(SegmentBytes: 16_384, QueueLength: 20));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = server.Writer.RunAsync(stop.Token);
        Parallel.For(0, 3_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => server.Journal.Append(Receipt(1)));
        await stop.CancelAsync();
        await running;
        await server.Writer.FlushAsync(Cancellation);
        (await CountAsync<RequestLogRow>()).ShouldBe(3_000);
        JournalFolder.Segments(server.Journal.Folder).Length.ShouldBeLessThanOrEqualTo(2);
        await VerifyAsync(accounts: 1, entries: 0, requests: 3_000);
    }

    [Fact]
    public async Task A_database_that_goes_away_for_a_while_loses_nothing()
    {
        await using var server = await StartAsync();
        server.Journal.Append(Receipt(10));
        await server.Writer.FlushAsync(Cancellation);
        await ExecuteAsync("ALTER TABLE entries RENAME TO entries_away");
        for (var i = 0; i < 5; i++)
        {
            server.Journal.Append(Receipt(10));
        }

        var flushing = server.Writer.FlushAsync(Cancellation);
        await Task.Delay(150, Cancellation); // several tries of the fast clock
        flushing.IsCompleted.ShouldBeFalse();
        (await CountAsync<RequestLogRow>()).ShouldBe(1, "a transaction is whole or nothing");
        await ExecuteAsync("ALTER TABLE entries_away RENAME TO entries");
        await flushing;
        (await CountAsync<RequestLogRow>()).ShouldBe(6);
        await VerifyAsync(accounts: 1, entries: 0, requests: 6);
    }

    [Fact]
    public async Task A_server_that_dies_while_the_database_refuses_has_written_nothing_off()
    {
        var first = await StartAsync();
        var poison = Receipt(10);
        await RefuseAsync(poison.Id);
        first.Journal.Append(poison);
        await first.Writer.FlushAsync(Cancellation);
        first.Writer.Parked.ShouldBe(1);
        await first.KillAsync();
        await AllowAsync();
        await using var server = await StartAsync();
        await VerifyAsync(accounts: 1, entries: 0, requests: 1);
    }

    [Fact]
    public async Task A_receipt_that_the_database_refuses_does_not_hold_up_the_others()
    {
        await using var server = await StartAsync();
        var poison = Receipt(10);
        await RefuseAsync(poison.Id);
        server.Journal.Append(Receipt(10));
        server.Journal.Append(poison);
        server.Journal.Append(Receipt(10));
        await server.Writer.FlushAsync(Cancellation);
        (await CountAsync<RequestLogRow>()).ShouldBe(2);
        server.Writer.Parked.ShouldBe(1);

        await AllowAsync();
        await server.Writer.FlushAsync(Cancellation);
        server.Writer.Parked.ShouldBe(0);
        await VerifyAsync(accounts: 1, entries: 0, requests: 3);
    }

    [Fact]
    public async Task A_replay_passes_over_what_the_database_refuses_and_keeps_the_file()
    {
        var first = await StartAsync();
        var poison = Receipt(10);
        await RefuseAsync(poison.Id);
        first.Journal.Append(Receipt(10));
        first.Journal.Append(poison);
        await first.KillAsync();
        await using var server = await StartAsync();
        (await CountAsync<RequestLogRow>()).ShouldBe(1);
        JournalFolder.Rejected(server.Journal.Folder).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_running_writer_shows_life_and_leaves_in_order()
    {
        await TopUpAsync(Wallet, 1_000);
        await using var server = await StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = server.Writer.RunAsync(stop.Token);
        (await server.Book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(5), Cancellation)).Hold.ShouldNotBeNull();
        await UntilAsync(async () => (await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation)).OpenHolds == 1);
        server.Journal.Append(Receipt(10));
        await stop.CancelAsync();
        await running;
        (await CountAsync<RequestLogRow>()).ShouldBe(1, "the end writes what is left");
        (await CountAsync<NodeRow>()).ShouldBe(0);
    }

    private async Task VerifyAsync(long accounts, long entries, long requests)
    {
        var report = await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation);
        report.Problems.ShouldBeEmpty();
        (report.Accounts, report.Entries, report.Requests, report.JournalPending).ShouldBe((accounts, entries, requests, 0));
    }

    private Task RefuseAsync(RequestId id) => ExecuteAsync(Database.Engine == DatabaseEngine.Postgres
        ? $"ALTER TABLE request_log ADD CONSTRAINT no_poison CHECK (\"Id\" <> '\\x{HexOf(id)}')"
        : $"CREATE TRIGGER no_poison BEFORE INSERT ON request_log WHEN NEW.\"Id\" = x'{HexOf(id)}' BEGIN SELECT RAISE(ABORT, 'poison'); END");

    private static string HexOf(RequestId id) => Convert.ToHexStringLower(RequestLogRow.BytesOf(id));

    private Task AllowAsync() => ExecuteAsync(Database.Engine == DatabaseEngine.Postgres ? "ALTER TABLE request_log DROP CONSTRAINT no_poison" : "DROP TRIGGER no_poison");

    private async Task<Server> StartAsync(JournalSizes? sizes = null)
    {
        var database = Open();
        var journal = UsageJournal.Open(Folder, Time, sizes: sizes);
        var book = new LocalHoldBook(database, Time);
        var writer = new ReceiptWriter(database, journal, book, Time);
        await writer.ReplayAsync(Cancellation);
        await book.LoadAsync(Cancellation);
        return new Server(journal, book, writer);
    }

    /// <summary>The parts of a server that deal with money.</summary>
    private sealed record Server(UsageJournal Journal, LocalHoldBook Book, ReceiptWriter Writer) : IAsyncDisposable
    {
        /// <summary>Gives the folder free and writes nothing more, as a dying process does.</summary>
        public ValueTask KillAsync() => DisposeAsync();

        public async ValueTask DisposeAsync()
        {
            Journal.Dispose();
            Book.Dispose();
            await Writer.DisposeAsync();
        }
    }
}
