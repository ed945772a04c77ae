using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Ledger;

public sealed class LedgerBookOnSqliteTests() : LedgerBookTests(DatabaseEngine.Sqlite);

public sealed class LedgerBookOnPostgresTests() : LedgerBookTests(DatabaseEngine.Postgres);

public abstract class LedgerBookTests(DatabaseEngine engine) : OnLedger(engine)
{
    private static readonly AccountRef Wallet = AccountRef.Wallet(new UserId(3));

    [Fact]
    public async Task Every_movement_is_an_entry_with_reason_and_actor()
    {
        (await Ledger.TopUpAsync(Wallet, new NanoUsd(100), "cash", "ann", Cancellation)).ShouldBe(new NanoUsd(100));
        (await Ledger.AdjustAsync(Wallet, new NanoUsd(-150), "typo", "bob", Cancellation)).ShouldBe(new NanoUsd(-50));
        (await Ledger.AdjustAsync(Wallet, new NanoUsd(50), "sorry", "bob", Cancellation)).ShouldBe(NanoUsd.Zero);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).ShouldBe(NanoUsd.Zero);
        (await Ledger.BalanceAsync(AccountRef.Quota(new GroupId(3)), Cancellation)).ShouldBe(NanoUsd.Zero);

        var newest = await Ledger.EntriesAsync(Wallet, null, 2, Cancellation);
        newest.Select(entry => entry.Kind).ShouldBe([EntryKind.Adjustment, EntryKind.Adjustment]);
        var rest = await Ledger.EntriesAsync(Wallet, newest[^1].Id, 3, Cancellation);
        var first = rest.ShouldHaveSingleItem();
        (first.Amount, first.Reason, first.Actor, first.At).ShouldBe((new NanoUsd(100), "cash", "ann", Time.GetUtcNow().UtcDateTime));
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        await Should.ThrowAsync<ArgumentException>(() => Ledger.TopUpAsync(Wallet, NanoUsd.Zero, "r", "a", Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.TopUpAsync(Wallet, new NanoUsd(-1), "r", "a", Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.TopUpAsync(Wallet, LedgerBook.MaxAmount + new NanoUsd(1), "r", "a", Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.AdjustAsync(Wallet, NanoUsd.Zero, "r", "a", Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.TopUpAsync(Wallet, new NanoUsd(1), " ", "a", Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.TopUpAsync(Wallet, new NanoUsd(1), "r", "", Cancellation));
        (await CountAsync<EntryRow>()).ShouldBe(0);
        (await CountAsync<AccountRow>()).ShouldBe(0);
    }

    [Fact]
    public async Task A_balance_that_would_not_fit_changes_nothing()
    {
        for (var i = 0; i < 92; i++)
        {
            await Ledger.TopUpAsync(Wallet, LedgerBook.MaxAmount, "r", "a", Cancellation);
        }

        await Should.ThrowAsync<OverflowException>(() => Ledger.TopUpAsync(Wallet, LedgerBook.MaxAmount, "r", "a", Cancellation));
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(92 * LedgerBook.MaxAmount.Value);
        (await CountAsync<EntryRow>()).ShouldBe(92);
    }

    [Fact]
    public async Task Racing_top_ups_from_many_connections_all_count()
    {
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => Task.Run(() => new LedgerBook(Database, Time).TopUpAsync(Wallet, new NanoUsd(i), "r", "a", Cancellation), Cancellation)));
        (await Ledger.BalanceAsync(Wallet, Cancellation)).ShouldBe(new NanoUsd(820));
    }
}
