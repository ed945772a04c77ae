using System.Collections.Concurrent;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Ledger;

public sealed class MoneyModelOnSqliteTests() : MoneyModelTests(DatabaseEngine.Sqlite, operations: 100_000);

public sealed class MoneyModelOnPostgresTests() : MoneyModelTests(DatabaseEngine.Postgres, operations: 15_000);

/// <summary>Random histories against a slow model that cannot be wrong: every answer of the book is the model's, every sum at every look, through crashes.</summary>
public abstract class MoneyModelTests(DatabaseEngine engine, int operations) : OnLedger(engine)
{
    private readonly Random _random = new(20261122);
    private readonly MoneyModel _model = new();
    private readonly List<ModelHold> _open = [];
    private readonly List<Receipt> _settled = [];
    private UsageJournal _journal = null!;
    private LocalHoldBook _book = null!;
    private ReceiptWriter _writer = null!;
    private bool _lateIsBounded;

    private DateTime Now => Time.GetUtcNow().UtcDateTime;

    [Fact]
    public async Task A_random_history_is_the_models()
    {
        foreach (var account in MoneyWorld.Accounts)
        {
            await PutAsync(account, 50_000);
        }

        await OpenAsync();
        var (crashes, refused, days) = (0, 0, 0);
        for (var i = 0; i < operations; i++)
        {
            switch (_random.Next(1_000))
            {
                case < 370: refused += await ReserveAsync() ? 0 : 1; break;
                case < 610: Settle(); break;
                case < 710: Release(); break;
                case < 860: await MoveAsync(); break;
                case < 880: EndTwice(); break;
                case < 930: days += Pass(TimeSpan.FromSeconds(_random.Next(1, 600))); break;
                case < 932: days += Pass(TimeSpan.FromHours(_random.Next(1, 12))); break;
                case < 936: await PutAsync(); break;
                case < 938: await _writer.FlushAsync(Cancellation); break;
                case < 940: await _book.RefreshAsync(Cancellation); break;
                case < 942: await ElsewhereAsync(); break;
                default: Compare(); break;
            }

            if (i % (operations / 20) == operations / 40)
            {
                await CrashAsync();
                crashes++;
            }

            if (i == operations / 2)
            {
                await BoundLateAsync();
            }
        }

        crashes.ShouldBe(20);
        refused.ShouldBeInRange(operations / 50, operations / 2, "both answers are given often");
        days.ShouldBeGreaterThan(4);
        while (_open.Count > 0)
        {
            Settle();
        }

        await _writer.FlushAsync(Cancellation);
        await _book.RefreshAsync(Cancellation);
        Compare();
        foreach (var account in _model.Accounts)
        {
            (await Ledger.BalanceAsync(account, Cancellation)).Value.ShouldBe(_model.BalanceOf(account), account.ToString());
            _model.BalanceOf(account).ShouldBeGreaterThanOrEqualTo(-2_000, "below zero by the excess of a call over its hold at most");
        }

        (await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation)).Problems.ShouldBeEmpty();
        await CloseAsync();
    }

    /// <summary>Many callers, all purses bounded, top-ups and refreshes meanwhile: at the end nothing is held and every sum is what was charged.</summary>
    [Fact]
    public async Task Racing_callers_overspend_nothing_and_lose_nothing()
    {
        const int callers = 8;
        var calls = operations / callers / 2;
        foreach (var account in MoneyWorld.Accounts)
        {
            await PutAsync(account, 2_000_000);
        }

        await OpenAsync();
        var charged = new ConcurrentDictionary<AccountRef, long>();
        var lowest = long.MaxValue;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var beside = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await _writer.FlushAsync(Cancellation);
                await _book.RefreshAsync(Cancellation);
                lowest = Math.Min(lowest, _model.Accounts.Min(account => _book.BalanceOf(account).Value));
                await Task.Yield();
            }
        }, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var i = 0; i < calls; i++)
            {
                var claim = Draw(random) with { Patience = TimeSpan.Zero };
                if ((await _book.ReserveAsync(claim, new NanoUsd(random.Next(1, 300)), Cancellation)).Hold is not { } hold)
                {
                    continue;
                }

                if (random.Next(3) == 0)
                {
                    var next = Draw(random, claim.Key, claim.StartedAt) with { Patience = TimeSpan.Zero };
                    claim = (await _book.MoveAsync(hold, next, new NanoUsd(random.Next(1, 300)), Cancellation)).Hold is null ? claim : next;
                }

                if (random.Next(4) == 0)
                {
                    _book.Release(hold);
                    continue;
                }

                var charge = random.NextInt64(1, hold.Amount.Value + 1);
                _journal.Append(ReceiptOf(claim, charge));
                _book.Settle(hold, new NanoUsd(charge));
                charged.AddOrUpdate(AccountRef.Wallet(claim.Key.Owner), charge, (_, sum) => sum + charge);
                if (claim.Group.HasQuota)
                {
                    charged.AddOrUpdate(AccountRef.Quota(new GroupId(claim.Group.Id)), charge, (_, sum) => sum + charge);
                }

                if (claim.Channel.HasQuota)
                {
                    charged.AddOrUpdate(AccountRef.Budget(new ChannelId(claim.Channel.Id)), charge, (_, sum) => sum + charge);
                }
            }
        }, Cancellation)));
        await over.CancelAsync();
        await beside;
        await _writer.FlushAsync(Cancellation);
        await _book.RefreshAsync(Cancellation);
        lowest.ShouldBeGreaterThanOrEqualTo(0);
        _book.OpenHolds.ShouldBe(0);
        foreach (var account in _model.Accounts)
        {
            _book.BalanceOf(account).Value.ShouldBe(2_000_000 - charged.GetValueOrDefault(account), account.ToString());
            _book.HeldOf(account).ShouldBe(NanoUsd.Zero);
        }

        using var anew = await LoadedBookAsync();
        await anew.FollowAsync(Bounded(), Cancellation);
        foreach (var (owner, id) in Bounded())
        {
            var limits = MoneyWorld.LimitsOf(owner, id, _lateIsBounded);
            foreach (var period in MoneyModel.Periods)
            {
                var spent = _book.SpentOf(owner, id, period)!.Value;
                anew.SpentOf(owner, id, period).ShouldBe(spent, $"{owner} {id} {period}");
                (SpendingWindow.LimitOf(period, limits) is not { } limit || spent <= limit).ShouldBeTrue($"{owner} {id} {period}: {spent.Value} of {limits}");
            }
        }

        (await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation)).Problems.ShouldBeEmpty();
        await CloseAsync();
    }

    private async Task<bool> ReserveAsync()
    {
        if (_open.Count > 40)
        {
            Settle();
        }

        var claim = Draw(_random) with { Patience = TimeSpan.Zero };
        var amount = _random.Next(20) == 0 ? 0 : _random.NextInt64(1, 900);
        var expected = _model.Judge(claim, amount, null);
        var result = await _book.ReserveAsync(claim, new NanoUsd(amount), Cancellation);
        result.Refusal.ShouldBe(expected);
        if (result.Hold is not { } hold)
        {
            return false;
        }

        Open(new ModelHold(hold, claim, amount));
        return true;
    }

    private async Task MoveAsync()
    {
        if (_open.Count == 0)
        {
            return;
        }

        var hold = _open[_random.Next(_open.Count)];
        var claim = Draw(_random, hold.Claim.Key, hold.Claim.StartedAt) with { Patience = TimeSpan.Zero };
        var amount = _random.NextInt64(0, 900);
        var expected = _model.Judge(claim, amount, hold);
        (await _book.MoveAsync(hold.Real, claim, new NanoUsd(amount), Cancellation)).Refusal.ShouldBe(expected);
        if (expected == HoldRefusal.None)
        {
            _model.Hold(hold, -1);
            (hold.Claim, hold.Amount) = (claim, amount);
            _model.Hold(hold, +1);
        }
    }

    private void Settle()
    {
        if (Take() is not { } hold)
        {
            return;
        }

        // Now and then a call outgrows its hold, a little.
        var charge = _random.Next(30) == 0 ? hold.Amount + _random.Next(1, 40) : _random.NextInt64(0, hold.Amount + 1);
        var receipt = ReceiptOf(hold.Claim, charge);
        _journal.Append(receipt);
        _settled.Add(receipt);
        _book.Settle(hold.Real, new NanoUsd(charge));
        _model.Charge(hold.Claim, charge);
    }

    private void Release()
    {
        if (Take() is { } hold)
        {
            _book.Release(hold.Real);
        }
    }

    private void EndTwice()
    {
        if (Take() is { } hold)
        {
            _book.Release(hold.Real);
            _book.Settle(hold.Real, new NanoUsd(500));
            _book.Release(hold.Real);
        }
    }

    /// <returns>Days that began.</returns>
    private int Pass(TimeSpan span)
    {
        var before = SpendingWindow.DayNumber(Now);
        Time.Set(Now + span);
        foreach (var old in _open.Where(hold => Now - hold.Claim.StartedAt > TimeSpan.FromHours(10)).ToArray())
        {
            Forget(old);
            _book.Release(old.Real);
        }

        return SpendingWindow.DayNumber(Now) - before;
    }

    /// <summary>The process dies: holds with it; receipts that are in the journal count, however often they are read.</summary>
    private async Task CrashAsync()
    {
        while (_open.Count > 0)
        {
            if (_random.Next(3) == 0 && _open[^1] is { } last)
            {
                // Between its receipt and the end of its hold.
                var receipt = ReceiptOf(last.Claim, last.Amount);
                _journal.Append(receipt);
                _model.Charge(last.Claim, last.Amount);
            }

            Forget(_open[^1]);
        }

        await CloseAsync();
        await OpenAsync();
        if (_settled.Count > 0)
        {
            // A receipt that comes once more changes nothing.
            _journal.Append(_settled[_random.Next(_settled.Count)]);
            await _writer.FlushAsync(Cancellation);
        }

        Compare();
    }

    /// <summary>Another server of the same database serves some calls; now and then it dies, and its next start finds them.</summary>
    private async Task ElsewhereAsync(int calls = 2, bool refresh = true)
    {
        var receipts = new List<Receipt>();
        for (var i = 0; i < calls; i++)
        {
            var claim = Draw(_random, started: Now - TimeSpan.FromMinutes(_random.Next(120)));
            receipts.Add(ReceiptOf(claim, _random.NextInt64(1, 30)));
            _model.Charge(claim, receipts[^1].Charge.Total.Value);
        }

        await OtherServer.ServeAsync(Database, Path.Combine(Folder, "elsewhere"), Time, receipts, dies: _random.Next(3) == 0, Cancellation);
        if (refresh)
        {
            await _book.RefreshAsync(Cancellation);
            Compare();
        }
    }

    /// <summary>A limit that is set while the hub serves.</summary>
    private async Task BoundLateAsync()
    {
        while (_open.Count > 0)
        {
            Settle();
        }

        _lateIsBounded = true;
        await ElsewhereAsync(calls: 12, refresh: false);
        await _book.FollowAsync(Bounded(), Cancellation);
        Pass(TimeSpan.FromSeconds(1));
        await _writer.FlushAsync(Cancellation);
        await _book.RefreshAsync(Cancellation);
        Compare();
    }

    private async Task PutAsync()
    {
        var account = _model.Accounts.ElementAt(_random.Next(_model.Accounts.Count()));
        await PutAsync(account, _random.Next(5) == 0 ? -_random.Next(1, 50) : _random.Next(1, 15_000));
        await _book.RefreshAsync(Cancellation);
    }

    private async Task PutAsync(AccountRef account, long nano)
    {
        await Ledger.AdjustAsync(account, new NanoUsd(nano), "test", "tester", Cancellation);
        _model.Add(account, nano);
    }

    private void Compare()
    {
        _model.CompareWith(_book, Bounded(), Now);
        _book.OpenHolds.ShouldBe(_open.Count);
    }

    private void Open(ModelHold hold)
    {
        _open.Add(hold);
        _model.Hold(hold, +1);
    }

    private ModelHold? Take()
    {
        var hold = _open.Count == 0 ? null : _open[_random.Next(_open.Count)];
        if (hold is not null)
        {
            Forget(hold);
        }

        return hold;
    }

    private void Forget(ModelHold hold)
    {
        _open.Remove(hold);
        _model.Hold(hold, -1);
    }

    private async Task OpenAsync()
    {
        _journal = UsageJournal.Open(Folder, Time);
        _book = new LocalHoldBook(Database, Time);
        _writer = new ReceiptWriter(Database, _journal, _book, Time);
        await _writer.ReplayAsync(Cancellation);
        await _book.LoadAsync(Cancellation);
        await _book.FollowAsync(Bounded(), Cancellation);
    }

    private async Task CloseAsync()
    {
        await _writer.DisposeAsync();
        _book.Dispose();
        _journal.Dispose();
    }

    private HoldClaim Draw(Random random, ApiKey? key = null, DateTime? started = null) => MoneyWorld.Draw(random, key, started ?? Now, _lateIsBounded);

    private (LimitOwner Owner, long Id)[] Bounded() => MoneyWorld.Bounded(_lateIsBounded);

    private Receipt ReceiptOf(in HoldClaim claim, long nano) => MoneyWorld.Served(Receipt(nano, claim.Key), claim);
}
