using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Ledger;

public sealed class LocalHoldBookOnSqliteTests() : LocalHoldBookTests(DatabaseEngine.Sqlite);

public sealed class LocalHoldBookOnPostgresTests() : LocalHoldBookTests(DatabaseEngine.Postgres);

public abstract class LocalHoldBookTests(DatabaseEngine engine) : OnLedger(engine)
{
    private static readonly AccountRef Wallet = AccountRef.Wallet(new UserId(1));

    [Fact]
    public async Task A_race_of_200_calls_on_a_wallet_for_50_serves_exactly_50()
    {
        await TopUpAsync(Wallet, 50);
        using var book = await LoadedBookAsync();
        var served = 0;
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 200, CancellationToken = Cancellation }, async (_, cancellation) =>
        {
            var result = await book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(1), cancellation);
            if (result.Hold is { } hold)
            {
                Interlocked.Increment(ref served);
                await Task.Yield();
                book.Settle(hold, new NanoUsd(1));
            }
            else
            {
                result.Refusal.ShouldBe(HoldRefusal.Wallet);
            }
        });

        served.ShouldBe(50);
        book.BalanceOf(Wallet).ShouldBe(NanoUsd.Zero);
        book.View(Key()).ShouldBe(new PurseView(NanoUsd.Zero, NanoUsd.Zero, new NanoUsd(50)));
        book.OpenHolds.ShouldBe(0);
    }

    [Fact]
    public async Task A_race_on_a_keys_budget_never_passes_it()
    {
        await TopUpAsync(Wallet, 1_000_000);
        using var book = await LoadedBookAsync();
        var key = Key(limits: new Limits { PerDay = new NanoUsd(70), Total = new NanoUsd(100_000) });
        var served = 0;
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 100, CancellationToken = Cancellation }, async (i, cancellation) =>
        {
            if ((await book.ReserveAsync(Claim(key, Plain), new NanoUsd(7), cancellation)).Hold is { } hold)
            {
                Interlocked.Increment(ref served);
                book.Settle(hold, new NanoUsd(7));
            }
        });

        served.ShouldBe(10);
        book.BalanceOf(Wallet).ShouldBe(new NanoUsd(1_000_000 - 70));
        var refused = await book.ReserveAsync(Claim(key, Plain), new NanoUsd(1), Cancellation);
        refused.Refusal.ShouldBe(HoldRefusal.KeyBudget);
        refused.ResetsAt.ShouldBe(new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public async Task Purses_are_taken_all_or_none()
    {
        await TopUpAsync(Wallet, 100);
        await TopUpAsync(AccountRef.Quota(Budgeted!.Value), 10);
        using var book = await LoadedBookAsync();
        (await book.ReserveAsync(Claim(Key(), Budgeted), new NanoUsd(11), Cancellation)).Refusal.ShouldBe(HoldRefusal.GroupQuota);
        (await book.ReserveAsync(Claim(Key(limits: new Limits { PerMonth = new NanoUsd(4) }), Budgeted), new NanoUsd(5), Cancellation)).ShouldBe(
            new HoldResult(null, HoldRefusal.KeyBudget, new DateTime(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc), "usd_per_month"));
        book.View(Key()).Held.ShouldBe(NanoUsd.Zero);

        var hold = (await book.ReserveAsync(Claim(Key(), Budgeted), new NanoUsd(10), Cancellation)).Hold!;
        book.View(Key()).Held.ShouldBe(new NanoUsd(10));
        book.Settle(hold, new NanoUsd(3));
        book.BalanceOf(Wallet).ShouldBe(new NanoUsd(97));
        book.BalanceOf(AccountRef.Quota(Budgeted!.Value)).ShouldBe(new NanoUsd(7));
    }

    [Fact]
    public async Task A_wallet_below_zero_pays_for_nothing_and_one_at_zero_for_what_is_free()
    {
        await TopUpAsync(Wallet, 10);
        using var book = await LoadedBookAsync();
        var hold = (await book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(10), Cancellation)).Hold!;
        book.Settle(hold, new NanoUsd(10));
        var free = await book.ReserveAsync(Claim(Key(), Plain), NanoUsd.Zero, Cancellation);
        free.Refusal.ShouldBe(HoldRefusal.None);
        book.Settle(free.Hold!, new NanoUsd(1));

        var refused = await book.ReserveAsync(Claim(Key(), Plain), NanoUsd.Zero, Cancellation);
        (refused.Refusal, refused.Waited).ShouldBe((HoldRefusal.Wallet, TimeSpan.Zero), "nothing that could end stands in its way");
        (await book.ReserveAsync(Claim(Key(2, owner: 99), Plain), new NanoUsd(1), Cancellation)).Refusal.ShouldBe(HoldRefusal.Wallet, "a user without an account has nothing");
        (await book.ReserveAsync(Claim(Key(2, owner: 99), Plain), NanoUsd.Zero, Cancellation)).Refusal.ShouldBe(HoldRefusal.None);
    }

    [Fact]
    public async Task A_hold_ends_once_whoever_ends_it()
    {
        await TopUpAsync(Wallet, 1_000_000);
        using var book = await LoadedBookAsync();
        for (var round = 0; round < 200; round++)
        {
            var hold = (await book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(100), Cancellation)).Hold!;
            using var start = new Barrier(4);
            var before = book.BalanceOf(Wallet);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    switch (i)
                    {
                        case 0: book.Settle(hold, new NanoUsd(40)); break;
                        case 1: book.Release(hold); break;
                        case 2: book.Settle(hold, new NanoUsd(40)); break;
                        default: book.MoveAsync(hold, Claim(Key(), Plain), new NanoUsd(300), Cancellation).AsTask().Wait(); break;
                    }
                }, Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            (before - book.BalanceOf(Wallet)).Value.ShouldBeOneOf(0, 40);
            book.View(Key()).Held.ShouldBe(NanoUsd.Zero);
            book.OpenHolds.ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_hold_moves_to_another_group_and_amount_or_stays_as_it_was()
    {
        await TopUpAsync(Wallet, 100);
        await TopUpAsync(AccountRef.Quota(Budgeted!.Value), 60);
        using var book = await LoadedBookAsync();
        var hold = (await book.ReserveAsync(Claim(Key(), Budgeted), new NanoUsd(50), Cancellation)).Hold!;

        var refused = await book.MoveAsync(hold, Claim(Key(), Plain), new NanoUsd(101), Cancellation);
        refused.Refusal.ShouldBe(HoldRefusal.Wallet);
        hold.Amount.ShouldBe(new NanoUsd(50));
        (await book.ReserveAsync(Claim(Key(2, owner: 1), Budgeted), new NanoUsd(50), new CancellationTokenSource(TimeSpan.FromMilliseconds(1)).Token).AsTask()
            .ContinueWith(task => task.IsCanceled || task.Result.Hold is null, TaskScheduler.Default)).ShouldBeTrue("the quota is still held");

        var moved = await book.MoveAsync(hold, Claim(Key(), Plain), new NanoUsd(80), Cancellation);
        moved.Hold.ShouldBeSameAs(hold);
        hold.Amount.ShouldBe(new NanoUsd(80));
        var quota = await book.ReserveAsync(Claim(Key(2, owner: 1), Budgeted), new NanoUsd(20), Cancellation);
        quota.Refusal.ShouldBe(HoldRefusal.None);
        book.Settle(hold, new NanoUsd(30));
        book.Release(quota.Hold!);
        book.BalanceOf(Wallet).ShouldBe(new NanoUsd(70));
        book.BalanceOf(AccountRef.Quota(Budgeted!.Value)).ShouldBe(new NanoUsd(60), "the group that did not serve pays nothing");
    }

    [Fact]
    public async Task A_move_to_less_needs_no_money()
    {
        await TopUpAsync(Wallet, 10);
        using var book = await LoadedBookAsync();
        var first = (await book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(5), Cancellation)).Hold!;
        var second = (await book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(5), Cancellation)).Hold!;
        book.Settle(first, new NanoUsd(15));
        book.BalanceOf(Wallet).ShouldBe(new NanoUsd(-5));
        (await book.MoveAsync(second, Claim(Key(), Plain), new NanoUsd(3), Cancellation)).Refusal.ShouldBe(HoldRefusal.None);
        (await book.MoveAsync(second, Claim(Key(), Plain), new NanoUsd(3), Cancellation)).Refusal.ShouldBe(HoldRefusal.None);
        (await book.MoveAsync(second, Claim(Key(), Plain), new NanoUsd(4), Cancellation)).Refusal.ShouldBe(HoldRefusal.Wallet);
        book.HeldOf(Wallet).ShouldBe(new NanoUsd(3));
    }

    [Fact]
    public async Task A_call_waits_for_other_calls_holds_but_not_for_money_that_is_spent()
    {
        await TopUpAsync(Wallet, 10);
        using var book = await PatientBookAsync();
        var first = (await book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(8), Cancellation)).Hold!;
        var second = book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(8), Cancellation).AsTask();
        await UntilAsync(() => book.Waiters > 0);
        second.IsCompleted.ShouldBeFalse();
        book.Settle(first, new NanoUsd(1));
        (await second).Refusal.ShouldBe(HoldRefusal.None);
        var third = book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(8), Cancellation).AsTask();
        book.Settle((await second).Hold!, new NanoUsd(8));
        (await third).Refusal.ShouldBe(HoldRefusal.Wallet);
        book.Waiters.ShouldBe(0);
    }

    [Fact]
    public async Task A_wait_is_bounded()
    {
        await TopUpAsync(Wallet, 10);
        using var book = await LoadedBookAsync();
        _ = await book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(8), Cancellation);
        (await book.ReserveAsync(Claim(Key(), Plain), new NanoUsd(8), Cancellation)).Refusal.ShouldBe(HoldRefusal.Wallet);
    }

    [Fact]
    public async Task Windows_start_anew_with_the_day_and_the_month()
    {
        await TopUpAsync(Wallet, 1_000);
        using var book = await LoadedBookAsync();
        var key = Key(limits: new Limits { PerDay = new NanoUsd(10), PerMonth = new NanoUsd(15), Total = new NanoUsd(18) });
        (await SpendAsync(book, key, 10)).ShouldBe(HoldRefusal.None);
        (await SpendAsync(book, key, 1)).ShouldBe(HoldRefusal.KeyBudget);
        Time.Set(new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc));
        (await SpendAsync(book, key, 6)).ShouldBe(HoldRefusal.KeyBudget);
        (await SpendAsync(book, key, 5)).ShouldBe(HoldRefusal.None);
        Time.Set(new DateTime(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc));
        (await SpendAsync(book, key, 4)).ShouldBe(HoldRefusal.KeyBudget, "in total");
        (await SpendAsync(book, key, 3)).ShouldBe(HoldRefusal.None);
    }

    [Fact]
    public async Task A_start_finds_what_was_spent_before()
    {
        await TopUpAsync(Wallet, 100);
        var key = Key(limits: new Limits { PerDay = new NanoUsd(30) });
        using (var journal = UsageJournal.Open(Folder, Time))
        {
            using var before = await LoadedBookAsync();
            await using var writer = new ReceiptWriter(Database, journal, before, Time);
            journal.Append(Receipt(25, key));
            await writer.FlushAsync(Cancellation);
        }

        using var book = await LoadedBookAsync();
        book.View(key).ShouldBe(new PurseView(new NanoUsd(75), NanoUsd.Zero, new NanoUsd(25)));
        (await SpendAsync(book, key, 6)).ShouldBe(HoldRefusal.KeyBudget);
        (await SpendAsync(book, key, 5)).ShouldBe(HoldRefusal.None);
    }

    [Fact]
    public async Task A_refresh_brings_what_another_process_wrote_and_nothing_else()
    {
        using var book = await LoadedBookAsync();
        var other = new LedgerBook(Open(), Time);
        await other.TopUpAsync(Wallet, new NanoUsd(500), "cash", "cli", Cancellation);
        book.BalanceOf(Wallet).ShouldBe(NanoUsd.Zero);
        await book.RefreshAsync(Cancellation);
        await book.RefreshAsync(Cancellation);
        book.BalanceOf(Wallet).ShouldBe(new NanoUsd(500));
        await other.AdjustAsync(Wallet, new NanoUsd(-200), "typo", "cli", Cancellation);
        await book.RefreshAsync(Cancellation);
        book.BalanceOf(Wallet).ShouldBe(new NanoUsd(300));
    }

    [Fact]
    public async Task Charges_of_another_server_count_for_wallet_quota_and_key()
    {
        await TopUpAsync(Wallet, 100);
        await TopUpAsync(AccountRef.Quota(Budgeted!.Value), 100);
        using var mine = await LoadedBookAsync();
        using var theirs = await LoadedBookAsync();
        using var journal = UsageJournal.Open(Folder, Time);
        await using var writer = new ReceiptWriter(Open(), journal, theirs, Time);
        journal.Append(Receipt(30, group: BudgetedGroup));
        await writer.FlushAsync(Cancellation);
        await mine.RefreshAsync(Cancellation);
        mine.View(Key()).ShouldBe(new PurseView(new NanoUsd(70), NanoUsd.Zero, new NanoUsd(30)));
        mine.BalanceOf(AccountRef.Quota(Budgeted!.Value)).ShouldBe(new NanoUsd(70));
        await theirs.RefreshAsync(Cancellation);
        theirs.BalanceOf(Wallet).ShouldBe(new NanoUsd(100), "its own charges are counted when they are settled, never when they are read");
    }

    [Fact]
    public async Task Calls_flushes_refreshes_and_top_ups_at_once_lose_and_double_nothing()
    {
        const int callers = 8, calls = 150;
        await TopUpAsync(Wallet, 100_000);
        using var book = await LoadedBookAsync();
        using var journal = UsageJournal.Open(Folder, Time);
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        var cli = new LedgerBook(Open(), Time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        long charged = 0, added = 0;

        var refreshing = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await book.RefreshAsync(Cancellation);
                await Task.Yield();
            }
        }, Cancellation);
        var flushing = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await writer.FlushAsync(Cancellation);
                await Task.Yield();
            }
        }, Cancellation);
        var topping = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await cli.TopUpAsync(Wallet, new NanoUsd(1_000 + i), "cash", "cli", Cancellation);
                added += 1_000 + i;
            }
        }, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < calls; i++)
            {
                if ((await book.ReserveAsync(Claim(Key(caller), Plain), new NanoUsd(100), Cancellation)).Hold is not { } hold)
                {
                    continue;
                }

                if (i % 5 == 0)
                {
                    book.Release(hold);
                    continue;
                }

                var charge = (i * 7 % 100) + 1;
                journal.Append(Receipt(charge, Key(caller)));
                book.Settle(hold, new NanoUsd(charge));
                Interlocked.Add(ref charged, charge);
            }
        }, Cancellation)));
        await topping;
        await over.CancelAsync();
        await Task.WhenAll(refreshing, flushing);
        await writer.FlushAsync(Cancellation);
        await book.RefreshAsync(Cancellation);

        var expected = new NanoUsd(100_000 + added - charged);
        book.BalanceOf(Wallet).ShouldBe(expected);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).ShouldBe(expected);
        book.View(Key()).Held.ShouldBe(NanoUsd.Zero);
        var report = await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation);
        report.Problems.ShouldBeEmpty();
        Enumerable.Range(0, callers).Sum(caller => book.View(Key(caller)).Spent.Value).ShouldBe(charged);
        using var anew = await LoadedBookAsync();
        anew.BalanceOf(Wallet).ShouldBe(expected);
    }

    private async Task<HoldRefusal> SpendAsync(LocalHoldBook book, ApiKey key, long nano)
    {
        var result = await book.ReserveAsync(Claim(key, Plain), new NanoUsd(nano), Cancellation);
        if (result.Hold is { } hold)
        {
            book.Settle(hold, new NanoUsd(nano));
        }

        return result.Refusal;
    }
}
