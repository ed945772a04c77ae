using AioHub.Core.Alerts;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Ledger;

public sealed class HoldScopeOnSqliteTests() : HoldScopeTests(DatabaseEngine.Sqlite);

public sealed class HoldScopeOnPostgresTests() : HoldScopeTests(DatabaseEngine.Postgres);

/// <summary>Limits on money of users, groups, channels and credentials, and channels' quotas.</summary>
public abstract class HoldScopeTests(DatabaseEngine engine) : OnLedger(engine)
{
    private const long Id = 5;
    private static readonly AccountRef Wallet = AccountRef.Wallet(new UserId(1));

    private DateTime Now => Time.GetUtcNow().UtcDateTime;

    /// <summary>200 callers at once where 50 can be paid for, for whoever sets the limit.</summary>
    [Theory]
    [InlineData(LimitOwner.User, "usd_per_day")]
    [InlineData(LimitOwner.User, "usd_per_week")]
    [InlineData(LimitOwner.Key, "usd_per_week")]
    [InlineData(LimitOwner.Group, "usd_per_day")]
    [InlineData(LimitOwner.Group, "usd_total")]
    [InlineData(LimitOwner.Channel, "usd_per_month")]
    [InlineData(LimitOwner.Channel, "quota")]
    [InlineData(LimitOwner.Credential, "usd_per_week")]
    public async Task A_race_of_200_calls_on_a_limit_for_50_serves_50(LimitOwner owner, string limit)
    {
        await TopUpAsync(Wallet, 1_000_000);
        await TopUpAsync(AccountRef.Budget(new ChannelId(Id)), limit == "quota" ? 50 * 7 : 1_000_000);
        using var book = await LoadedBookAsync();
        await book.FollowAsync([(LimitOwner.User, 1), (LimitOwner.Group, Id), (LimitOwner.Channel, Id), (LimitOwner.Credential, Id)], Cancellation);
        var claim = Of(owner, Bound(limit, 50 * 7), channelQuota: true);
        var served = 0;
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 100, CancellationToken = Cancellation }, async (_, cancellation) =>
        {
            var result = await book.ReserveAsync(claim, new NanoUsd(7), cancellation);
            if (result.Hold is { } hold)
            {
                Interlocked.Increment(ref served);
                await Task.Yield();
                book.Settle(hold, new NanoUsd(7));
                return;
            }

            result.Refusal.ShouldBe((owner, limit) switch
            {
                (_, "quota") => HoldRefusal.ChannelQuota,
                (LimitOwner.User, _) => HoldRefusal.UserBudget,
                (LimitOwner.Key, _) => HoldRefusal.KeyBudget,
                (LimitOwner.Group, _) => HoldRefusal.GroupBudget,
                (LimitOwner.Channel, _) => HoldRefusal.ChannelBudget,
                _ => HoldRefusal.CredentialBudget,
            });
            (result.Limit ?? "quota").ShouldBe(limit);
        });

        served.ShouldBe(50);
        book.BalanceOf(Wallet).ShouldBe(new NanoUsd(1_000_000 - 350));
        book.HeldOf(Wallet).ShouldBe(NanoUsd.Zero);
        foreach (var (whose, id) in new[] { (LimitOwner.User, 1L), (LimitOwner.Group, Id), (LimitOwner.Channel, Id), (LimitOwner.Credential, Id) })
        {
            book.SpentOf(whose, id, BudgetPeriod.Week).ShouldBe(new NanoUsd(350));
        }
    }

    [Fact]
    public async Task A_hold_moves_between_channels_and_only_the_last_one_pays()
    {
        await TopUpAsync(Wallet, 1_000);
        await TopUpAsync(AccountRef.Budget(new ChannelId(1)), 100);
        await TopUpAsync(AccountRef.Budget(new ChannelId(2)), 100);
        using var book = await LoadedBookAsync();
        await book.FollowAsync([(LimitOwner.Group, 9), (LimitOwner.Channel, 1), (LimitOwner.Channel, 2)], Cancellation);
        var group = new Payer(9, new Limits { PerDay = new NanoUsd(90) }, false);
        HoldClaim At(long channel) => new(Key(), group, new Payer(channel, new Limits { Total = new NanoUsd(95) }, true), Payer.None, Now);

        var hold = (await book.ReserveAsync(At(1), new NanoUsd(60), Cancellation)).Hold!;
        (await book.MoveAsync(hold, At(2) with { Patience = TimeSpan.Zero }, new NanoUsd(91), Cancellation)).Refusal.ShouldBe(HoldRefusal.GroupBudget);
        (await book.MoveAsync(hold, At(2) with { Patience = TimeSpan.Zero }, new NanoUsd(96), Cancellation)).Refusal.ShouldBe(HoldRefusal.ChannelBudget);
        book.HeldOf(AccountRef.Budget(new ChannelId(1))).ShouldBe(new NanoUsd(60), "refused moves change nothing");
        (await book.MoveAsync(hold, At(2), new NanoUsd(70), Cancellation)).Hold.ShouldBeSameAs(hold);
        book.HeldOf(AccountRef.Budget(new ChannelId(1))).ShouldBe(NanoUsd.Zero);
        book.HeldOf(AccountRef.Budget(new ChannelId(2))).ShouldBe(new NanoUsd(70));
        book.Settle(hold, new NanoUsd(40));
        book.BalanceOf(AccountRef.Budget(new ChannelId(1))).ShouldBe(new NanoUsd(100));
        book.BalanceOf(AccountRef.Budget(new ChannelId(2))).ShouldBe(new NanoUsd(60));
        book.SpentOf(LimitOwner.Channel, 1, BudgetPeriod.Total).ShouldBe(NanoUsd.Zero);
        book.SpentOf(LimitOwner.Channel, 2, BudgetPeriod.Total).ShouldBe(new NanoUsd(40));
        book.SpentOf(LimitOwner.Group, 9, BudgetPeriod.Day).ShouldBe(new NanoUsd(40));
        (await book.ReserveAsync(At(1), new NanoUsd(51), Cancellation)).Refusal.ShouldBe(HoldRefusal.GroupBudget);
        (await book.ReserveAsync(At(1), new NanoUsd(50), Cancellation)).Refusal.ShouldBe(HoldRefusal.None);
    }

    [Fact]
    public async Task A_limit_that_is_set_while_calls_run_counts_all_that_was_spent_before()
    {
        await TopUpAsync(Wallet, 100_000);
        using var book = await LoadedBookAsync();
        using var journal = UsageJournal.Open(Folder, Time);
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        await book.FollowAsync([], Cancellation);
        var claim = Of(LimitOwner.Group, new Limits { PerDay = new NanoUsd(1_000) });
        await CallAsync(100);
        await writer.FlushAsync(Cancellation);
        await CallAsync(200);
        var running = (await book.ReserveAsync(claim, new NanoUsd(500), Cancellation)).Hold!;
        var begun = Now;

        Time.Set(Now.AddSeconds(5));
        await book.FollowAsync([(LimitOwner.Group, Id)], Cancellation);
        book.SpentOf(LimitOwner.Group, Id, BudgetPeriod.Day).ShouldBe(new NanoUsd(100), "what the database holds");
        Time.Set(Now.AddSeconds(1));
        await CallAsync(50);
        (await book.MoveAsync(running, claim, new NanoUsd(600), Cancellation)).Refusal.ShouldBe(HoldRefusal.None, "a call that began before the limit is not bounded by it");
        journal.Append(Served(300) with { StartedAt = begun });
        book.Settle(running, new NanoUsd(300));
        await writer.FlushAsync(Cancellation);
        await book.RefreshAsync(Cancellation);
        await book.RefreshAsync(Cancellation);

        foreach (var period in new[] { BudgetPeriod.Day, BudgetPeriod.Week, BudgetPeriod.Month, BudgetPeriod.Total })
        {
            book.SpentOf(LimitOwner.Group, Id, period).ShouldBe(new NanoUsd(650), $"{period}");
        }

        (await book.ReserveAsync(claim with { StartedAt = Now }, new NanoUsd(351), Cancellation)).Refusal.ShouldBe(HoldRefusal.GroupBudget);
        using var anew = await LoadedBookAsync();
        await anew.FollowAsync([(LimitOwner.Group, Id), (LimitOwner.User, 1), (LimitOwner.Channel, Id), (LimitOwner.Credential, Id)], Cancellation);
        foreach (var (owner, id) in new[] { (LimitOwner.Group, Id), (LimitOwner.User, 1L), (LimitOwner.Channel, Id), (LimitOwner.Credential, Id) })
        {
            anew.SpentOf(owner, id, BudgetPeriod.Day).ShouldBe(new NanoUsd(650), $"{owner}");
        }

        async Task CallAsync(long nano)
        {
            var hold = (await book.ReserveAsync(claim with { StartedAt = Now }, new NanoUsd(nano), Cancellation)).Hold!;
            journal.Append(Served(nano));
            book.Settle(hold, new NanoUsd(nano));
        }
    }

    [Fact]
    public async Task A_call_that_begins_and_ends_while_a_limit_is_being_set_counts_once()
    {
        await TopUpAsync(Wallet, 100_000);
        using var book = await LoadedBookAsync();
        using var journal = UsageJournal.Open(Folder, Time);
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        await book.FollowAsync([], Cancellation);
        await CallAsync(100);
        Time.Set(Now.AddSeconds(5));
        book.BeforeSums = async () =>
        {
            Time.Set(Now.AddSeconds(1));
            await CallAsync(40);
        };
        await book.FollowAsync([(LimitOwner.Group, Id)], Cancellation);
        book.SpentOf(LimitOwner.Group, Id, BudgetPeriod.Day).ShouldBe(new NanoUsd(140), "settled in memory, and in the database's sums as well");
        await book.RefreshAsync(Cancellation);
        book.SpentOf(LimitOwner.Group, Id, BudgetPeriod.Day).ShouldBe(new NanoUsd(140));

        async Task CallAsync(long nano)
        {
            var hold = (await book.ReserveAsync(Of(LimitOwner.Group, Limits.None), new NanoUsd(nano), Cancellation)).Hold!;
            journal.Append(Served(nano));
            book.Settle(hold, new NanoUsd(nano));
            await writer.FlushAsync(Cancellation);
        }
    }

    [Fact]
    public async Task Charges_of_another_server_count_for_whoever_is_bounded()
    {
        await TopUpAsync(Wallet, 1_000);
        await TopUpAsync(AccountRef.Budget(new ChannelId(Id)), 100);
        using var mine = await LoadedBookAsync();
        await mine.FollowAsync([(LimitOwner.User, 1), (LimitOwner.Credential, Id)], Cancellation);
        using var theirs = await LoadedBookAsync();
        using var journal = UsageJournal.Open(Folder, Time);
        await using var writer = new ReceiptWriter(Open(), journal, theirs, Time);
        journal.Append(Served(30) with { ChargesChannelQuota = true });
        await writer.FlushAsync(Cancellation);
        await mine.RefreshAsync(Cancellation);
        mine.SpentOf(LimitOwner.User, 1, BudgetPeriod.Day).ShouldBe(new NanoUsd(30));
        mine.SpentOf(LimitOwner.Credential, Id, BudgetPeriod.Total).ShouldBe(new NanoUsd(30));
        mine.BalanceOf(AccountRef.Budget(new ChannelId(Id))).ShouldBe(new NanoUsd(70));
        (await Ledger.BalanceAsync(AccountRef.Budget(new ChannelId(Id)), Cancellation)).ShouldBe(new NanoUsd(70));
        (await Ledger.EntriesAsync(AccountRef.Budget(new ChannelId(Id)), null, 9, Cancellation)).Length.ShouldBe(2);
        (await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_soft_limit_is_told_once_for_each_window()
    {
        await TopUpAsync(Wallet, 100_000);
        using var book = await LoadedBookAsync();
        await book.FollowAsync([(LimitOwner.Group, Id)], Cancellation);
        var limits = new Limits { PerDay = new NanoUsd(100), Total = new NanoUsd(10_000), Soft = 0.8m };
        var bounded = new[] { new Bounded(LimitOwner.Group, Id, "g", limits) };
        var alerts = new SpendingAlerts(book, Database, Time);
        await SpendAsync(79);
        (await alerts.CheckAsync(bounded, Cancellation)).ShouldBeEmpty();
        await SpendAsync(1);
        var alert = (await alerts.CheckAsync(bounded, Cancellation)).ShouldHaveSingleItem();
        (alert.Owner, alert.Name, alert.Period, alert.Limit.Value, alert.Spent.Value).ShouldBe((AlertOwner.Group, "g", BudgetPeriod.Day, 100, 80));
        await SpendAsync(10);
        (await alerts.CheckAsync(bounded, Cancellation)).ShouldBeEmpty();
        (await new SpendingAlerts(book, Database, Time).CheckAsync(bounded, Cancellation)).ShouldBeEmpty("another process, or a new start");

        Time.Set(Now.AddDays(1));
        (await alerts.CheckAsync(bounded, Cancellation)).ShouldBeEmpty("a new day, in which nothing is spent yet");
        await SpendAsync(95);
        (await alerts.CheckAsync(bounded, Cancellation)).ShouldHaveSingleItem();
        (await new AlertAdmin(Database, Time).ListAsync(all: true, cancellation: Cancellation)).Length.ShouldBe(2);

        async Task SpendAsync(long nano) =>
            book.Settle((await book.ReserveAsync(Of(LimitOwner.Group, limits), new NanoUsd(nano), Cancellation)).Hold!, new NanoUsd(nano));
    }

    [Fact]
    public async Task Waiting_calls_of_a_wallet_are_served_in_their_order_and_no_small_one_passes_a_large_one()
    {
        await TopUpAsync(Wallet, 10);
        using var book = await PatientBookAsync();
        var first = (await book.ReserveAsync(Claim(Key()), new NanoUsd(6), Cancellation)).Hold!;
        var order = new List<int>();
        var waiting = new List<Task<Hold?>>();
        foreach (var (number, amount) in new[] { (1, 9), (2, 1), (3, 10), (4, 2) })
        {
            waiting.Add(WaitAsync(number, amount));
            await UntilAsync(() => book.Waiters >= number);
        }

        book.Release(first);
        foreach (var task in waiting)
        {
            if (await task is { } hold)
            {
                await Task.Delay(1, Cancellation);
                book.Release(hold);
            }
        }

        order.ShouldBe([1, 2, 3, 4]);
        book.OpenHolds.ShouldBe(0);
        book.Waiters.ShouldBe(0);

        async Task<Hold?> WaitAsync(int number, long amount)
        {
            await Task.Yield();
            var hold = (await book.ReserveAsync(Claim(Key(number)), new NanoUsd(amount), Cancellation)).Hold;
            lock (order)
            {
                order.Add(number);
            }

            return hold;
        }
    }

    [Fact]
    public async Task Waiting_in_two_groups_takes_no_longer_than_in_one()
    {
        await TopUpAsync(Wallet, 10);
        using var book = await LoadedBookAsync();
        _ = await book.ReserveAsync(Claim(Key()), new NanoUsd(8), Cancellation);
        var first = await book.ReserveAsync(Claim(Key(2)), new NanoUsd(8), Cancellation);
        first.Refusal.ShouldBe(HoldRefusal.Wallet);
        first.Waited.ShouldBeGreaterThanOrEqualTo(LocalHoldBook.LongestWait);
        var second = await book.ReserveAsync(Claim(Key(2)) with { Patience = LocalHoldBook.LongestWait - first.Waited }, new NanoUsd(8), Cancellation);
        (second.Refusal, second.Waited).ShouldBe((HoldRefusal.Wallet, TimeSpan.Zero));
    }

    [Fact]
    public async Task Time_alone_never_ends_a_hold_but_the_death_of_its_process_does()
    {
        await TopUpAsync(Wallet, 10);
        using (var book = await LoadedBookAsync())
        {
            var hold = (await book.ReserveAsync(Claim(Key()), new NanoUsd(10), Cancellation)).Hold!;
            Time.Set(Now.AddDays(40));
            await book.RefreshAsync(Cancellation);
            (await book.ReserveAsync(Claim(Key(2)) with { Patience = TimeSpan.Zero }, new NanoUsd(1), Cancellation)).Refusal.ShouldBe(HoldRefusal.Wallet, "the call may still be answered");
            book.Release(hold);
            (await book.ReserveAsync(Claim(Key(2)), new NanoUsd(10), Cancellation)).Refusal.ShouldBe(HoldRefusal.None);
        }

        using var anew = await LoadedBookAsync();
        (await anew.ReserveAsync(Claim(Key()), new NanoUsd(10), Cancellation)).Refusal.ShouldBe(HoldRefusal.None, "holds live in memory alone");
    }

    [Fact]
    public async Task A_waiting_caller_who_leaves_leaves_nothing_behind()
    {
        await TopUpAsync(Wallet, 10);
        using var book = await LoadedBookAsync();
        var first = (await book.ReserveAsync(Claim(Key()), new NanoUsd(10), Cancellation)).Hold!;
        using var leave = new CancellationTokenSource();
        var waiting = book.ReserveAsync(Claim(Key(2)), new NanoUsd(5), leave.Token).AsTask();
        var behind = book.ReserveAsync(Claim(Key(3)), new NanoUsd(5), Cancellation).AsTask();
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        book.Release(first);
        book.Release((await behind).Hold!);
        (book.OpenHolds, book.Waiters, book.HeldOf(Wallet)).ShouldBe((0, 0, NanoUsd.Zero));
    }

    [Fact]
    public async Task A_call_without_limits_allocates_its_hold_and_nothing_else()
    {
        await TopUpAsync(Wallet, 1_000_000);
        using var book = await LoadedBookAsync();
        var claim = Claim(Key());
        Measure();
        Measure().ShouldBe(Bytes, "the hold and its stake");

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                var result = book.ReserveAsync(claim, new NanoUsd(5), CancellationToken.None);
                book.Settle(result.Result.Hold!, new NanoUsd(1));
            }

            return (GC.GetAllocatedBytesForCurrentThread() - before) / 1_000;
        }
    }

    /// <summary>A stake (wallet, windows, shares, amount) and a hold (stake, amount, key): two headers of 16 bytes and seven fields of eight.</summary>
    private const long Bytes = 88;

    private Receipt Served(long nano) => Receipt(nano) with { GroupId = new GroupId(Id), ChannelId = new ChannelId(Id), CredentialId = new CredentialId(Id) };

    private HoldClaim Of(LimitOwner owner, Limits limits, bool channelQuota = false)
    {
        var key = Key(limits: owner == LimitOwner.Key ? limits : null) with { OwnerLimits = owner == LimitOwner.User ? limits : Limits.None };
        return new HoldClaim(key, Payer(LimitOwner.Group), Payer(LimitOwner.Channel) with { HasQuota = channelQuota }, Payer(LimitOwner.Credential), Now);

        Payer Payer(LimitOwner one) => new(Id, one == owner ? limits : Limits.None, false);
    }

    private static Limits Bound(string limit, long nano) => limit switch
    {
        "usd_per_day" => new Limits { PerDay = new NanoUsd(nano) },
        "usd_per_week" => new Limits { PerWeek = new NanoUsd(nano) },
        "usd_per_month" => new Limits { PerMonth = new NanoUsd(nano) },
        "usd_total" => new Limits { Total = new NanoUsd(nano) },
        _ => Limits.None,
    };
}
