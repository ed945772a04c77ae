using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.TestKit;
using BenchmarkDotNet.Attributes;

namespace AioHub.Bench.Micro;

/// <summary>What every call pays for being charged: a bound before it, a price after it.</summary>
public class Prices
{
    private static readonly DateTime s_at = new(2026, 11, 22, 10, 0, 0, DateTimeKind.Utc);

    [GlobalSetup]
    public void Setup()
    {
        var charge = Calls.Charge();
        if (charge.Lines.Length != 4 || charge.Total != NanoUsd.FromUsd(charge.Lines.Sum(static line => line.Usd) * 0.8m)) throw new InvalidOperationException("the price is not what it should be");
    }

    [Benchmark(Description = "Pricing.Bound, for the hold")]
    public NanoUsd Bound() => Pricing.Bound(Calls.Row, 0.8m, 12_000, 4_096, 1, s_at);

    [Benchmark(Description = "Pricing.Price, four lines and a multiplier")]
    public Charge Price() => Pricing.Price(Calls.Row, 0.8m, Calls.Usage, default);
}

/// <summary>Setting money aside and charging it, with nobody bounded and with everybody.</summary>
public class Holds : IDisposable
{
    private readonly TempFolder _folder = new();
    private HubDatabase _database = null!;
    private LocalHoldBook _book = null!;
    private HoldClaim _claim;

    [Params(false, true)]
    public bool Limits { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _database = HubDatabase.Open(null, _folder.Path);
        await _database.MigrateAsync(CancellationToken.None);
        await new LedgerBook(_database, TimeProvider.System).TopUpAsync(AccountRef.Wallet(new UserId(1)), new NanoUsd(50_000_000_000_000_000), "bench", "bench", CancellationToken.None);
        _book = new LocalHoldBook(_database, TimeProvider.System);
        await _book.LoadAsync(CancellationToken.None);
        if (Limits) await _book.FollowAsync(Calls.Bounded, CancellationToken.None);
        _claim = Calls.Claim(Limits, TimeProvider.System.GetUtcNow().UtcDateTime);
        if (HoldAndSettle() != HoldRefusal.None) throw new InvalidOperationException("the hold is refused");
    }

    [Benchmark(Description = "reserve and settle")]
    public HoldRefusal HoldAndSettle()
    {
        var result = _book.ReserveAsync(_claim, new NanoUsd(50_000), CancellationToken.None);
        if (!result.IsCompletedSuccessfully || result.Result.Hold is not { } hold) throw new InvalidOperationException("the hold is refused or waits");
        _book.Settle(hold, new NanoUsd(12_500));
        return HoldRefusal.None;
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        _book.Dispose();
        await _database.DisposeAsync();
        Dispose();
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>What the last byte of an answer waits for: the receipt in the journal.</summary>
public class Journal : IDisposable
{
    private const int Many = 1_000;
    private readonly TempFolder _folder = new();
    private Receipt _receipt = null!;
    private UsageJournal _journal = null!;

    [GlobalSetup]
    public void Setup()
    {
        _journal = UsageJournal.Open(_folder.Path, TimeProvider.System);
        _receipt = Calls.Receipt(Calls.Charge());
    }

    [Benchmark(Description = "receipt to bytes")]
    public int Bytes()
    {
        ReceiptBytes.Write(_receipt, out var length);
        return length;
    }

    /// <summary>With what the receipt writer does when they are in the database, so that segments are used again.</summary>
    [Benchmark(Description = "append, and mark as written", OperationsPerInvoke = Many)]
    public int Append()
    {
        for (var i = 0; i < Many; i++) _journal.Append(_receipt);
        var taken = 0;
        for (; _journal.TryTake(out var ticket); taken++) _journal.Finish(ticket);
        _journal.DeleteDone();
        _journal.PrepareStandby();
        return taken == Many ? taken : throw new InvalidOperationException("receipts were lost");
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
