using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Tests.Ledger;

public sealed class WalletHoldsOnSqliteTests() : WalletHoldsTests(DatabaseEngine.Sqlite);

public sealed class WalletHoldsOnPostgresTests() : WalletHoldsTests(DatabaseEngine.Postgres);

/// <summary>A command takes money out of a wallet whose calls run in a server: neither the calls nor the command may find that it is not there.</summary>
public abstract class WalletHoldsTests(DatabaseEngine engine) : OnLedger(engine)
{
    private const string Node = "n1";
    private static readonly MasterKey Master = new(Enumerable.Range(1, 32).Select(static i => (byte)i).ToArray());
    private static readonly EntryNote Note = new("because", "tester");
    private UserId _ann;
    private UserId _bob;

    private AccountRef Wallet => AccountRef.Wallet(_ann);

    /// <summary>The invariant: what was transferred and what calls were charged never come to more than there was, whoever wins each race.</summary>
    [Fact]
    public async Task Calls_and_transfers_that_race_never_overdraw_the_wallet()
    {
        const long Funds = 3_000;
        await PeopleAsync(Funds);
        using var book = await ServeAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        stop.CancelAfter(TimeSpan.FromMinutes(1));
        var beating = BeatAsync(new WalletHolds(Database, book, Node, TimeProvider.System), stop.Token);
        long charged = 0, moved = 0;
        var lowest = long.MaxValue;
        var callers = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            var key = Key(1, _ann.Value);
            while ((await book.ReserveAsync(Claim(key), new NanoUsd(10), stop.Token)).Hold is { } hold)
            {
                await Task.Delay(2, stop.Token);
                // In memory alone: the receipt is on its way to the database, which a command cannot know.
                book.Settle(hold, new NanoUsd(10));
                Interlocked.Add(ref charged, 10);
                lowest = Math.Min(lowest, book.BalanceOf(Wallet).Value);
                while (Volatile.Read(ref moved) == 0 && Volatile.Read(ref charged) > Funds / 3)
                {
                    // On a busy machine the calls would be through before anything could be moved.
                    await Task.Delay(2, stop.Token);
                }
            }
        }, stop.Token)).ToArray();
        var movers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var ledger = new LedgerBook(Open(), TimeProvider.System);
            try
            {
                while (true)
                {
                    await ledger.TransferAsync(_ann, _bob, new NanoUsd(70), Note, cancellation: stop.Token);
                    Interlocked.Add(ref moved, 70);
                }
            }
            catch (AdminException)
            {
                // Not enough is left, or calls need it.
            }
        }, stop.Token)).ToArray();
        await Task.WhenAll([.. callers, .. movers]);
        await stop.CancelAsync();
        await beating;
        await book.RefreshAsync(Cancellation);
        (charged + moved).ShouldBeInRange(Funds - 70, Funds);
        (charged > 0, moved > 0).ShouldBe((true, true));
        lowest.ShouldBeGreaterThanOrEqualTo(0);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(Funds - moved);
        book.BalanceOf(Wallet).Value.ShouldBe(Funds - moved - charged);
        (await CountAsync<WalletHoldRow>()).ShouldBe(0);
    }

    [Fact]
    public async Task What_calls_hold_stays_and_the_rest_may_go()
    {
        await PeopleAsync(100, speed: 4);
        using var book = await ServeAsync();
        var holds = new WalletHolds(Database, book, Node, Time);
        var call = (await book.ReserveAsync(Claim(Key(1, _ann.Value)), new NanoUsd(60), Cancellation)).Hold!;
        (await RefusalAsync(TransferAsync(41), holds)).ShouldContain("set 0.000000060 of the wallet's 0.000000100 USD aside");
        (await AnsweredAsync(TransferAsync(40), holds)).Sent.Balance.Value.ShouldBe(60);
        await holds.AnswerAsync(Cancellation);
        (book.BalanceOf(Wallet).Value, book.HeldOf(Wallet).Value).ShouldBe((60, 60), "what was set aside for the command is free again, and gone");
        book.Settle(call, new NanoUsd(60));
        (await RefusalAsync(TransferAsync(1), holds)).ShouldContain("less than", customMessage: "the database does not know the charge yet, the server does");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_stops_it_and_nothing_stays_behind()
    {
        await PeopleAsync(100, speed: 4);
        using var book = await ServeAsync();
        (await Should.ThrowAsync<AdminException>(() => TransferAsync(1))).Message.ShouldContain($"({Node}) did not say");
        (await CountAsync<WalletHoldRow>()).ShouldBe(0);
        await NodeStore.JoinAsync(Database, "n2", Now, Cancellation);
        (await RefusalAsync(TransferAsync(1), new WalletHolds(Database, book, Node, Time))).ShouldContain("(n2) did not say");
        await ExecuteAsync("DELETE FROM nodes");
        (await TransferAsync(1)).Sent.Balance.Value.ShouldBe(99);
    }

    [Fact]
    public async Task A_server_that_was_ended_hard_stops_it_until_somebody_insists()
    {
        await PeopleAsync(100);
        await NodeStore.JoinAsync(Database, Node, Now.AddMinutes(-1), Cancellation);
        (await Should.ThrowAsync<AdminException>(() => TransferAsync(1))).Message.ShouldContain("--force");
        (await Ledger.TransferAsync(_ann, _bob, new NanoUsd(1), Note, force: true, Cancellation)).Sent.Balance.Value.ShouldBe(99);

        // Its journal lies here, so that what it left is known.
        (await new LedgerBook(Database, Time) { Journal = static _ => Task.FromResult<(string?, int)>((Node, 0)) }.TransferAsync(_ann, _bob, new NanoUsd(1), Note, cancellation: Cancellation))
            .Sent.Balance.Value.ShouldBe(98);
        (await Should.ThrowAsync<AdminException>(() =>
            new LedgerBook(Database, Time) { Journal = static _ => Task.FromResult<(string?, int)>((Node, 3)) }.TransferAsync(_ann, _bob, new NanoUsd(1), Note, cancellation: Cancellation)))
            .Message.ShouldContain("start the server once");
    }

    [Fact]
    public async Task What_a_dead_command_asked_for_is_given_back_when_it_is_due()
    {
        await PeopleAsync(100);
        using var book = await ServeAsync();
        var holds = new WalletHolds(Database, book, Node, Time);
        await WalletHoldStore.AskAsync(Database, _ann, new NanoUsd(80), Now.AddMinutes(2), Cancellation);
        await holds.AnswerAsync(Cancellation);
        await holds.AnswerAsync(Cancellation);
        book.HeldOf(Wallet).Value.ShouldBe(80, "once, however often it is asked");
        Time.Set(Now.AddMinutes(3));
        await holds.AnswerAsync(Cancellation);
        await holds.AnswerAsync(Cancellation);
        (book.BalanceOf(Wallet).Value, book.HeldOf(Wallet).Value).ShouldBe((100, 0));
        (await CountAsync<WalletHoldAnswerRow>()).ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_starts_anew_is_asked_anew()
    {
        await PeopleAsync(100);
        using (var former = await ServeAsync())
        {
            await WalletHoldStore.AskAsync(Database, _ann, new NanoUsd(80), Now.AddMinutes(2), Cancellation);
            await new WalletHolds(Database, former, Node, Time).AnswerAsync(Cancellation);
        }

        (await CountAsync<WalletHoldAnswerRow>()).ShouldBe(1);
        using var book = await ServeAsync();
        (await CountAsync<WalletHoldAnswerRow>()).ShouldBe(0, "its memory of the money set aside is gone");
        await new WalletHolds(Database, book, Node, Time).AnswerAsync(Cancellation);
        (book.HeldOf(Wallet).Value, await CountAsync<WalletHoldAnswerRow>()).ShouldBe((80, 1));
    }

    [Fact]
    public async Task A_key_gives_the_first_answer_again_also_when_the_money_is_gone()
    {
        await PeopleAsync(100);
        using var book = await ServeAsync();
        var holds = new WalletHolds(Database, book, Node, Time);
        (await AnsweredAsync(Ledger.TransferAsync(_ann, _bob, new NanoUsd(100), Note with { Key = "k" }, cancellation: Cancellation), holds)).Sent.Repeated.ShouldBeFalse();
        (await Ledger.TransferAsync(_ann, _bob, new NanoUsd(100), Note with { Key = "k" }, cancellation: Cancellation)).Sent.Repeated.ShouldBeTrue("and no server is asked");
        (await Ledger.BalanceAsync(AccountRef.Wallet(_bob), Cancellation)).Value.ShouldBe(100);
    }

    private DateTime Now => Time.GetUtcNow().UtcDateTime;

    /// <param name="speed">Above 1 where a command's patience must run out.</param>
    private async Task PeopleAsync(long nano, int speed = 1)
    {
        Time.Speed = speed;
        var identity = new IdentityAdmin(Database, Master, Time);
        _ann = new UserId((await identity.CreateUserAsync(new UserDraft { Email = "ann@example.com" }, cancellation: Cancellation)).Id);
        _bob = new UserId((await identity.CreateUserAsync(new UserDraft { Email = "bob@example.com" }, cancellation: Cancellation)).Id);
        await TopUpAsync(Wallet, nano);
        // Servers and commands of these tests look at two clocks.
        Time.Set(TimeProvider.System.GetUtcNow().UtcDateTime);
    }

    /// <summary>As a server starts: it enters, then reads.</summary>
    private async Task<LocalHoldBook> ServeAsync()
    {
        await NodeStore.JoinAsync(Database, Node, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1), Cancellation);
        return await LoadedBookAsync();
    }

    private Task<Transferred> TransferAsync(long nano) => Ledger.TransferAsync(_ann, _bob, new NanoUsd(nano), Note, cancellation: Cancellation);

    private static async Task<Transferred> AnsweredAsync(Task<Transferred> transfer, WalletHolds holds)
    {
        while (!transfer.IsCompleted)
        {
            await holds.AnswerAsync(Cancellation);
            await Task.WhenAny(transfer, Task.Delay(5, Cancellation));
        }

        return await transfer;
    }

    private static async Task<string> RefusalAsync(Task<Transferred> transfer, WalletHolds holds) =>
        (await Should.ThrowAsync<AdminException>(() => AnsweredAsync(transfer, holds))).Message;

    private static async Task BeatAsync(WalletHolds holds, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await holds.AnswerAsync(stop);
                await Task.Delay(5, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
